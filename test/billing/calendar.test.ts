import assert from 'node:assert/strict';
import { changePlan } from '../../src/billing/change-plan.ts';
import { orderOneOff } from '../../src/billing/order-one-off.ts';
import { addPendingItem } from '../../src/billing/pending-item-orders.ts';
import { showCalendar } from '../../src/billing/show-calendar.ts';
import { useTestDatabase } from '../support/database.ts';
import { type Business, flat, openBusiness } from './business.ts';

describe("A customer's calendar", () => {
  const books = useTestDatabase();
  let business: Business;

  beforeEach(async () => {
    business = await openBusiness(books.database);
  });

  /** Lines such as "2013-02-01T13:00 generated The invoice …", "+" before what has happened. */
  async function read(customerId: string, window: { from?: string; to?: string }) {
    const { entries } = await showCalendar(books.database, { customerId, ...window });
    return entries.map(
      ({ at, kind, isDone, sentence }) => `${isDone ? '+ ' : ''}${at.toISOString().slice(0, 16)} ${kind}: ${sentence}`,
    );
  }

  it('lays a month out before it is lived: renewal, draft, issue, payment', async () => {
    const plan = await business.plan('base', [flat('100')]);
    const customerId = await business.customer('LH', { plan, zone: 'Europe/Berlin' });
    // 1 January 00:00 UTC is 01:00 in Berlin, so that the first period begins with the subscription, inside of January.
    // January there ends at 23:00 UTC on the 31st. Issued on 2 February; 14 days later is the 16th.
    assert.deepEqual(await read(customerId, { from: '2013-01-01T00:00:00Z', to: '2013-02-20T00:00:00Z' }), [
      `+ 2013-01-01T00:00 subscription-starts: The subscription to "${plan}" begins.`,
      '2013-01-31T23:00 renews: A new cycle of the subscription begins.',
      '2013-02-01T13:00 generated: The invoice for 1 Jan 2013 to 31 Jan 2013 is drawn up as a draft.',
      '2013-02-02T15:00 issued: The invoice for 1 Jan 2013 to 31 Jan 2013 becomes final and gets its number.',
      '2013-02-15T23:00 payment-due: The invoice for 1 Jan 2013 to 31 Jan 2013 is to be paid by 16 Feb 2013.',
    ]);
  });

  it('comes true: what was planned is what happened', async () => {
    const plan = await business.plan('base', [flat('100')]);
    // Midnight in Berlin, so that January is whole.
    const customerId = await business.customer('LH', { plan, zone: 'Europe/Berlin', startsAt: '2012-12-31T23:00:00Z' });
    const window = { from: '2013-01-15T00:00:00Z', to: '2013-03-20T00:00:00Z' };
    const timesOf = async () => {
      const { entries } = await showCalendar(books.database, { customerId, ...window });
      return entries.map(({ at, kind }) => `${at.toISOString()} ${kind}`);
    };
    const planned = await timesOf();
    await business.invoice('2013-02-01T13:00:00Z');
    assert.deepEqual(await timesOf(), planned);
    assert.ok(
      (await read(customerId, window)).includes('+ 2013-02-01T13:00 generated: A draft over USD 100.00 was drawn up.'),
    );
    await business.scan('2013-02-02T15:00:00Z');
    assert.deepEqual(await timesOf(), planned);
    await business.invoice('2013-03-01T13:00:00Z');
    await business.scan('2013-03-02T15:00:00Z');
    assert.deepEqual(await timesOf(), planned);
    const done = await read(customerId, window);
    assert.deepEqual(
      done.filter((line) => line.startsWith('+') && /issued|payment-due/.test(line)),
      [
        `+ 2013-02-02T15:00 issued: Invoice ${business.numberPrefix}-000001 over USD 100.00 was issued.`,
        `+ 2013-02-15T23:00 payment-due: Invoice ${business.numberPrefix}-000001 over USD 100.00 is to be paid by 16 Feb 2013.`,
        `+ 2013-03-02T15:00 issued: Invoice ${business.numberPrefix}-000002 over USD 100.00 was issued.`,
      ],
    );
  });

  it('tells of a trial, of a plan that is to change, and of a bill for each part of the cycle', async () => {
    const plan = await business.plan('base', [flat('100')], 'USD', { trialDays: 10 });
    const other = await business.plan('more', [flat('200')]);
    const customerId = await business.customer('B6', { plan });
    const { rows } = await books.database.query<{ id: string }>('SELECT id FROM subscriptions WHERE customer_id = $1', [
      customerId,
    ]);
    await changePlan(books.database, { id: rows[0]!.id, plan: other, at: '2013-03-01T00:00:00Z' }, 'test');
    const lines = await read(customerId, { from: '2013-01-05T00:00:00Z', to: '2013-03-03T00:00:00Z' });
    assert.deepEqual(lines, [
      '2013-01-11T00:00 trial-ends: The trial ends; from here on it is billed.',
      '2013-01-11T00:00 renews: A new cycle of the subscription begins.',
      '2013-02-01T00:00 renews: A new cycle of the subscription begins.',
      '2013-02-01T13:00 generated: The invoice for 11 Jan 2013 to 31 Jan 2013 is drawn up as a draft.',
      '2013-02-02T15:00 issued: The invoice for 11 Jan 2013 to 31 Jan 2013 becomes final and gets its number.',
      '2013-02-16T00:00 payment-due: The invoice for 11 Jan 2013 to 31 Jan 2013 is to be paid by 16 Feb 2013.',
      `2013-03-01T00:00 plan-changes: The plan becomes "${other}".`,
      '2013-03-01T00:00 renews: A new cycle of the subscription begins.',
      '2013-03-01T13:00 generated: The invoice for 1 Feb 2013 to 28 Feb 2013 is drawn up as a draft.',
      '2013-03-02T15:00 issued: The invoice for 1 Feb 2013 to 28 Feb 2013 becomes final and gets its number.',
    ]);
  });

  it('tells of ordered invoices, and of the bill that items get where there is no other', async () => {
    const plan = await business.plan('base', [flat('100')]);
    const customerId = await business.customer('UA', { plan, startsAt: '2013-09-01T00:00:00Z' });
    await addPendingItem(
      books.database,
      { customer: customerId, requestId: 'a', description: 'A', amount: '1' },
      'test',
    );
    const lines = [{ description: 'Set-up', amount: '10' }];
    const ordered = { customer: customerId, requestId: 'set-up', lines, reason: 'Agreed', paymentTermsDays: 0 };
    await orderOneOff(books.database, { ...ordered, dueAt: '2013-01-04T16:00:00Z' }, 'test');
    assert.deepEqual(await read(customerId, { to: '2013-01-10T00:00:00Z' }), [
      '+ 2013-01-01T00:00 generated: A draft over USD 10.00 was drawn up.',
      '2013-01-01T13:00 generated: The invoice for 1 Dec 2012 to 31 Dec 2012 is drawn up as a draft.',
      '2013-01-02T15:00 issued: The invoice for 1 Dec 2012 to 31 Dec 2012 becomes final and gets its number.',
      '2013-01-05T00:00 payment-due: The draft over USD 10.00 is to be paid by 5 Jan 2013.',
      '2013-01-05T15:00 issued: The draft over USD 10.00 becomes final and gets its number.',
    ]);
  });

  it('tells what is charged, and what is done if it is not paid', async () => {
    const { database } = books;
    const plan = await business.plan('base', [flat('100')]);
    const customerId = await business.customer('B6', { plan, zone: 'UTC' });
    await database.query(
      `INSERT INTO target_accounts (target, account_id, livemode) VALUES ('stripe', 'acct_1', false)`,
    );
    await database.query(
      `INSERT INTO payment_methods (account_id, customer_id, remote_id, kind, is_default) VALUES ('acct_1', $1, 'pm_1', 'card', true)`,
      [customerId],
    );
    await database.query(`UPDATE customers SET collection_method = 'charge_automatically' WHERE id = $1`, [customerId]);
    const february = { from: '2013-02-02T00:00:00Z', to: '2013-03-01T00:00:00Z' };
    const charged = async () =>
      (await read(customerId, february)).filter((line) => /charged|reminded|given-up/.test(line));
    const byHand = 'The invoice for 1 Jan 2013 to 31 Jan 2013 is charged to the payment method that you have saved.';
    assert.deepEqual(await charged(), [`2013-02-02T15:00 charged: ${byHand}`]);

    await business.invoice('2013-02-01T13:00:00Z');
    const ofDraft = 'The draft over USD 100.00 is charged to the payment method that you have saved.';
    assert.deepEqual(await charged(), [`2013-02-02T15:00 charged: ${ofDraft}`]);

    // Declined when it was issued; a reminder follows on the 10th, one more try on the 12th, and it is closed on the 20th.
    await business.scan('2013-02-02T15:00:00Z');
    const { rows } = await database.query<{ id: string; clock: string; number: string }>(
      'SELECT id, clock_id AS clock, number FROM invoices WHERE customer_id = $1',
      [customerId],
    );
    const { id, clock, number } = rows[0]!;
    await database.query(
      `INSERT INTO collection_attempts (invoice_id, attempt, kind, wanted_at, wanted_by, outcome, code, settled_at)
       VALUES ($1, 1, 'pay', '2013-02-02T15:00Z', 'sync', 'declined', 'insufficient_funds', '2013-02-02T15:00Z')`,
      [id],
    );
    await database.query('INSERT INTO dunnings (invoice_id, clock_id) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
      id,
      clock,
    ]);
    await database.query(
      `INSERT INTO dunning_steps (invoice_id, step, clock_id, action, due_at) VALUES
         ($1, 1, $2, 'remind', '2013-02-10T09:00Z'), ($1, 2, $2, 'notify_operator', '2013-02-11T09:00Z'),
         ($1, 3, $2, 'retry', '2013-02-12T09:00Z'), ($1, 4, $2, 'mark_uncollectible', '2013-02-20T09:00Z')`,
      [id, clock],
    );
    assert.deepEqual(await charged(), [
      `+ 2013-02-02T15:00 charged: Invoice ${number}: the saved payment method was charged, and was declined.`,
      `2013-02-10T09:00 reminded: Invoice ${number}: a reminder is sent if it is not paid by then.`,
      `2013-02-12T09:00 charged: Invoice ${number}: the saved payment method is charged if it is not paid by then.`,
      `2013-02-20T09:00 given-up: Invoice ${number}: it is closed if it is not paid by then.`,
    ]);
    await database.query(
      `UPDATE invoice_states SET payment = 'paid', paid_at = '2013-02-05T00:00Z' WHERE invoice_id = $1`,
      [id],
    );
    assert.deepEqual((await charged()).length, 1, 'nothing follows what is paid');
  });

  it('refuses times that end before they begin or are too long', async () => {
    const plan = await business.plan('base', [flat('100')]);
    const customerId = await business.customer('UA', { plan });
    const refused = async (window: object) =>
      await assert.rejects(showCalendar(books.database, { customerId, ...window }), {
        code: 'request-invalid',
        field: 'to',
      });
    await refused({ from: '2013-02-01T00:00:00Z', to: '2013-02-01T00:00:00Z' });
    await refused({ from: '2013-02-01T00:00:00Z', to: '2014-04-01T00:00:00Z' });
  });
});
