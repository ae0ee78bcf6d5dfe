import assert from 'node:assert/strict';
import { findNextDue } from '../../src/billing/find-next-due.ts';
import { moveTestClock } from '../../src/store/due-work.ts';
import { useTestDatabase } from '../support/database.ts';
import { type Business, flat, openBusiness, perMile } from './business.ts';

describe('findNextDue', () => {
  const books = useTestDatabase();
  let business: Business;
  let plan = '';

  beforeEach(async () => {
    business = await openBusiness(books.database);
    plan = await business.plan('base', [flat('100')]);
  });

  async function next(until: string): Promise<string | undefined> {
    const due = await findNextDue(books.database, business.clockId, new Date(until));
    return due && `${due.kind} ${due.at.toISOString()}`;
  }
  const moveTo = (at: string) => moveTestClock(books.database, business.clockId, new Date(at));

  it('has nothing to do on a clock without customers', async () => {
    assert.equal(await next('2099-01-01T00:00:00Z'), undefined);
  });

  it('walks through a month: bill on day 1 at 13:00, issue at the first 15:00 after the review day', async () => {
    await business.customer('B6', { plan });
    assert.equal(await next('2013-02-01T12:59:59.999Z'), undefined);
    assert.equal(await next('2013-02-01T13:00:00Z'), 'invoicing 2013-02-01T13:00:00.000Z');
    await business.invoice('2013-02-01T13:00:00Z');
    assert.equal(await next('2013-02-02T14:59:59.999Z'), undefined);
    assert.equal(await next('2013-12-31T00:00:00Z'), 'due-scan 2013-02-02T15:00:00.000Z');
    await business.scan('2013-02-02T15:00:00Z');
    assert.equal(await next('2013-12-31T00:00:00Z'), 'invoicing 2013-03-01T13:00:00.000Z');
  });

  it('does late what was missed, at the time that it is now', async () => {
    await business.customer('B6', { plan });
    await moveTo('2013-02-14T09:30:00Z');
    assert.equal(await next('2013-02-20T00:00:00Z'), 'invoicing 2013-02-14T09:30:00.000Z');
    await business.invoice('2013-02-14T09:30:00Z');
    assert.equal(await next('2013-02-20T00:00:00Z'), 'due-scan 2013-02-15T15:00:00.000Z');
    await moveTo('2013-02-18T16:00:00Z');
    assert.equal(await next('2013-02-20T00:00:00Z'), 'due-scan 2013-02-19T15:00:00.000Z');
  });

  it('bills before it issues when both are due at the same instant', async () => {
    await business.customer('B6', { plan });
    await business.invoice('2013-02-01T13:00:00Z');
    await moveTo('2013-03-05T15:00:00Z');
    assert.equal(await next('2013-03-05T15:00:00Z'), 'invoicing 2013-03-05T15:00:00.000Z');
    await business.invoice('2013-03-05T15:00:00Z');
    assert.equal(await next('2013-03-05T15:00:00Z'), 'due-scan 2013-03-05T15:00:00.000Z');
  });

  it('does not stand still for what waits for a person', async () => {
    const miles = await business.plan('miles', [perMile('1')]);
    await business.customer('sick', { plan: miles });
    await business.use('sick', [{ at: '2013-01-10T00:00:00Z', properties: { miles: -1 } }]);
    await business.invoice('2013-02-01T13:00:00Z');
    assert.equal(await next('2013-02-28T00:00:00Z'), undefined);
    await business.customer('held', { plan: miles });
    await business.invoice('2013-02-05T13:00:00Z');
    await books.database.query(
      `UPDATE invoice_states SET lifecycle = 'held' WHERE lifecycle = 'draft' AND invoice_id IN
       (SELECT id FROM invoices WHERE clock_id = $1)`,
      [business.clockId],
    );
    assert.equal(await next('2013-02-28T00:00:00Z'), undefined);
    // What the next month brings is tried together with what is parked.
    assert.equal(await next('2013-03-01T13:00:00Z'), 'invoicing 2013-03-01T13:00:00.000Z');
  });

  it('sees a customer of another clock as little as that clock sees ours', async () => {
    const other = await openBusiness(books.database);
    await other.customer('B6', { plan: await other.plan('base', [flat('1')]) });
    assert.equal(await next('2013-12-31T00:00:00Z'), undefined);
  });
});
