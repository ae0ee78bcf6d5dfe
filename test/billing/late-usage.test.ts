import assert from 'node:assert/strict';
import { findLateUsage } from '../../src/billing/late-usage.ts';
import { useTestDatabase } from '../support/database.ts';
import { type Business, flat, invoicesOf, openBusiness, perDeparture, perMile } from './business.ts';

describe('findLateUsage', () => {
  const books = useTestDatabase();
  let business: Business;

  beforeEach(async () => {
    business = await openBusiness(books.database);
  });

  const late = () => findLateUsage(books.database, business.clockId);
  const closeJanuary = async () => {
    await business.invoice('2013-02-01T13:00:00Z');
    await business.scan('2013-02-02T15:00:00Z');
  };

  it('finds nothing while the books say what the events say', async () => {
    const plan = await business.plan('use', [flat('1'), perDeparture('2')]);
    await business.customer('B6', { plan });
    await business.use('B6', [{ at: '2013-01-10T00:00:00Z' }]);
    assert.deepEqual(await late(), { periods: 0, differing: 0, differences: [] });
    await closeJanuary();
    assert.deepEqual(await late(), { periods: 1, differing: 0, differences: [] });
  });

  it('adds up what came after the issue, more and less, and changes nothing', async () => {
    const plan = await business.plan('miles', [flat('1'), perMile('1')]);
    await business.customer('more', { plan });
    await business.customer('less', { plan });
    await business.customer('same', { plan });
    await business.use('less', [{ at: '2013-01-10T00:00:00Z', properties: { miles: 9 } }]);
    await closeJanuary();
    const before = await invoicesOf(books.database, business.clockId);
    await business.use('more', [
      { at: '2013-01-31T23:59:59.999Z', properties: { miles: 5 } },
      { at: '2013-02-01T00:00:00Z', properties: { miles: 1_000 } },
    ]);
    await business.use('less', [{ at: '2013-01-11T00:00:00Z', properties: { miles: -7 } }]);
    // + 5.00 and - 7.00; the thousand miles are of February.
    const differences = [{ currency: 'USD', amountMinor: -200n }];
    assert.deepEqual(await late(), { periods: 3, differing: 2, differences });
    assert.deepEqual(await late(), { periods: 3, differing: 2, differences });
    assert.deepEqual(await invoicesOf(books.database, business.clockId), before);
  });

  it('finds the use of a month that was skipped as over nothing', async () => {
    await business.customer('B6', { plan: await business.plan('use', [perDeparture('2')]) });
    await closeJanuary();
    await business.use('B6', [{ at: '2013-01-10T00:00:00Z' }]);
    assert.deepEqual(await late(), { periods: 1, differing: 1, differences: [{ currency: 'USD', amountMinor: 200n }] });
  });

  it('counts an invoice that cannot be computed any more as differing', async () => {
    await business.customer('B6', { plan: await business.plan('miles', [flat('1'), perMile('1')]) });
    await closeJanuary();
    await business.use('B6', [{ at: '2013-01-10T00:00:00Z', properties: { miles: -1 } }]);
    assert.deepEqual(await late(), { periods: 1, differing: 1, differences: [] });
  });

  it('leaves drafts and voided invoices out', async () => {
    const plan = await business.plan('use', [flat('1'), perDeparture('2')]);
    const voided = await business.customer('voided', { plan });
    await closeJanuary();
    await books.database.query(`UPDATE invoice_states SET lifecycle = 'void' WHERE customer_id = $1`, [voided]);
    await business.customer('draft', { plan });
    await business.invoice('2013-02-02T16:00:00Z');
    for (const name of ['voided', 'draft']) await business.use(name, [{ at: '2013-01-10T00:00:00Z' }]);
    assert.deepEqual(await late(), { periods: 0, differing: 0, differences: [] });
  });
});
