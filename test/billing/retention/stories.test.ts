import assert from 'node:assert/strict';
import { findLateUsage } from '../../../src/billing/late-usage.ts';
import { recordUsage } from '../../../src/billing/record-usage.ts';
import { reissueInvoice } from '../../../src/billing/reissue-invoice.ts';
import { rollUpUsage } from '../../../src/billing/roll-up-usage.ts';
import { showUsage } from '../../../src/billing/usage/show-usage.ts';
import { requestVoid } from '../../../src/billing/void-invoice.ts';
import { listRemovals } from '../../../src/store/usage-removals.ts';
import { useTarget } from '../../targets/support.ts';
import { type Business, flat, invoicesOf, openBusiness, perDeparture, perMile } from '../business.ts';
import { amend, backfill, correct, deprecate, eventOf, fly, preview } from '../corrections/support.ts';
import { statuses } from '../support.ts';
import { close, eventsOf, figuresOf, keepFor, night, proofsOf, requireHolding } from './support.ts';

/**
 * Ten months by hand: a base fee of 100.00; in the nth month of 2013 n departures of 10 miles each, 1.50 a departure and 0.25 a
 * mile: 4.00 for each departure. January is 104.00, October 140.00.
 */
describe('The retention of raw usage', function () {
  this.timeout(120_000);
  const target = useTarget();
  let business: Business;
  let customer = '';
  let stories = 0;
  const id = (name: string) => `${name}-${stories}`;
  const monthly = (month: number) => `2013-${String(month).padStart(2, '0')}`;
  const flight = (month: number, number: number) => ({
    id: id(`${monthly(month)}-${number}`),
    customer,
    at: `${monthly(month)}-${String(number).padStart(2, '0')}T10:00:00Z`,
    miles: 10,
  });
  const flyMonth = (month: number) =>
    fly(
      target.database,
      Array.from({ length: month }, (_, index) => flight(month, index + 1)),
    );

  beforeEach(async () => {
    stories += 1;
    await keepFor(target.database, null);
    business = await openBusiness(target.database);
    const plan = await business.plan('use', [flat('100'), perDeparture('1.5'), perMile('0.25')]);
    customer = await business.customer('B6', { plan });
  });

  const tenMonths = async () => {
    for (let month = 1; month <= 10; month += 1) {
      await flyMonth(month);
      await close(business, target, month);
    }
    const invoices = await invoicesOf(target.database, customer);
    assert.deepEqual(
      invoices.map(({ totalMinor }) => Number(totalMinor)),
      [104_00, 108_00, 112_00, 116_00, 120_00, 124_00, 128_00, 132_00, 136_00, 140_00],
    );
    return invoices;
  };
  const departures = (months: readonly number[]) =>
    Object.fromEntries(months.map((month) => [`departure ${monthly(month)}`, month]));
  const removals = async () =>
    (await listRemovals(target.database, { after: undefined, limit: 100 })).map(({ month, customers, events }) => [
      month,
      customers,
      events,
    ]);

  it('removes what the policy does not keep, and every proof holds as before', async () => {
    await tenMonths();
    await rollUpUsage(target.database);
    const before = await proofsOf(target.database, customer);
    requireHolding(before);
    assert.deepEqual(await night(target.database), {
      checked: 0,
      recorded: 0,
      blocked: 0,
      months: 0,
      customers: 0,
      events: 0,
    });

    // It is 2 November, 15:00. July was issued on 2 August at 15:00: three months have just passed. 1 + 2 + … + 7 = 28.
    await keepFor(target.database, 3);
    assert.deepEqual(await night(target.database), {
      checked: 1,
      recorded: 7,
      blocked: 0,
      months: 7,
      customers: 7,
      events: 28,
    });
    assert.deepEqual(await eventsOf(target.database, customer), departures([8, 9, 10]));
    assert.deepEqual(
      await removals(),
      [7, 6, 5, 4, 3, 2, 1].map((month) => [monthly(month), 1, month]),
    );

    const after = await proofsOf(target.database, customer);
    requireHolding(after);
    assert.deepEqual(after.map(figuresOf), before.map(figuresOf));
    const isRemoved = after.map(({ removed }) => removed !== null);
    assert.deepEqual(isRemoved, [...new Array(7).fill(true), ...new Array(3).fill(false)]);
    const [january] = after;
    assert.equal(january!.removed!.hash, january!.removed!.hashInChain);
    const sentences = january!.lines.flatMap((line) => line.comparisons.map(({ sentence }) => sentence)).join(' ');
    assert.match(
      sentences,
      /1 events were counted; 1 were there when they were recorded on .*before they were removed/,
    );

    // Who looks at usage of that time is told that it is not all there.
    const shown = async (from: string) =>
      await showUsage(target.database, {
        customerId: customer,
        meter: 'miles',
        bucket: 'month',
        from,
        to: '2013-11-01T00:00:00Z',
      });
    const since = await shown('2013-01-01T00:00:00Z');
    assert.deepEqual([since.removedBefore, since.total.quantity], [new Date('2013-08-01T00:00:00Z'), '270']);
    const kept = await shown('2013-08-01T00:00:00Z');
    assert.deepEqual([kept.removedBefore, kept.total.quantity], [null, '270']);

    // A second night finds nothing, and the rollups are of what is there.
    assert.deepEqual((await night(target.database)).events, 0);
    const { rows } = await target.database.query(
      `SELECT min(hour_at) AS first FROM usage_rollups WHERE customer_id = $1`,
      [customer],
    );
    assert.deepEqual(rows[0]!['first'], new Date('2013-08-01T10:00:00Z'));
  });

  it('takes no event of a time that is gone, and knows those that were there', async () => {
    await tenMonths();
    await correct(target.database, {
      changes: [amend(flight(2, 1).id, customer, { properties: { miles: 11 } })],
    });
    await keepFor(target.database, 3);
    await night(target.database);

    const sent = async (...flights: Parameters<typeof eventOf>[0][]) =>
      await recordUsage(target.database, flights.map(eventOf));
    const late = { ...flight(7, 20), id: id('late') };
    const outcomes = await sent(
      flight(1, 1),
      { ...flight(1, 1), miles: 11 },
      late,
      { ...flight(2, 1), miles: 11 },
      { ...flight(2, 1), miles: 12 },
      { ...flight(8, 20), id: id('august') },
    );
    assert.deepEqual(statuses(outcomes), ['duplicate', 'conflict', 'rejected', 'duplicate', 'conflict', 'accepted']);
    const [, , rejected] = outcomes;
    assert.ok(rejected?.status === 'rejected');
    assert.deepEqual([rejected.error.code, rejected.error.field], ['usage-removed', 'occurredAt']);
    assert.match(rejected.error.reason, /from before 2013-08-01T00:00:00.000Z was removed/);
    assert.match(rejected.error.mend, /pending-items/);
    // Nothing of it is kept: sent for August under the same id it is new.
    assert.deepEqual(statuses(await sent({ ...late, at: '2013-08-21T10:00:00Z' })), ['accepted']);
  });

  it('refuses what would compute again what is gone, and says why', async () => {
    const invoices = await tenMonths();
    await keepFor(target.database, 3);
    await night(target.database);
    const refused = (work: Promise<unknown>, field: string) =>
      assert.rejects(work, (error: { code?: string; field?: string }) => {
        assert.deepEqual([error.code, error.field], ['usage-removed', field]);
        return true;
      });
    const change = (one: Parameters<typeof preview>[1]['changes']) => preview(target.database, { changes: one! });
    await refused(change([backfill({ ...flight(3, 20), id: id('new') })]), 'changes[0].occurredAt');
    await refused(change([amend(flight(3, 1).id, customer, { properties: { miles: 1 } })]), 'changes[0].id');
    await refused(change([deprecate(flight(3, 1).id, customer)]), 'changes[0].id');
    const back = amend(flight(8, 1).id, customer, { occurredAt: '2013-07-31T23:59:59.999Z' });
    await refused(change([back]), 'changes[0].occurredAt');

    // Late usage passes by what is gone: nothing is given back because usage is not there any more.
    assert.deepEqual(await findLateUsage(target.database, business.clockId), {
      periods: 3,
      differing: 0,
      differences: [],
    });
    const { outcome } = await preview(target.database, { lateUsage: { customer } });
    assert.deepEqual([outcome.invoices, outcome.failures], [[], []]);

    const march = invoices[2]!.id;
    await requestVoid(target.database, { invoiceId: march, reason: 'It was wrong.' }, 'Ada');
    const reissue = { invoiceId: march, reason: 'It was wrong.' };
    await assert.rejects(reissueInvoice(target.database, reissue, 'Ada'), { code: 'usage-removed' });
    await target.bring(march);
    requireHolding(await proofsOf(target.database, customer));

    const plan = await business.plan('other', [perDeparture('2')]);
    await refused(business.subscribe(customer, plan, { from: '2013-07-31T23:59:59Z' }), 'subscription.startsAt');
    await business.subscribe(customer, plan, { from: '2013-08-01T00:00:00Z' });
    // What is there may be asked for again.
    await business.subscribe(customer, plan, { from: '2013-08-01T00:00:00Z' });
  });

  it('still corrects what is kept', async () => {
    await tenMonths();
    await keepFor(target.database, 3);
    await night(target.database);
    const outcome = await correct(target.database, {
      changes: [amend(flight(8, 1).id, customer, { properties: { miles: 30 } })],
    });
    // 20 miles more at 0.25.
    assert.deepEqual(
      outcome.invoices.map(({ treatment, differenceMinor }) => [treatment, differenceMinor]),
      [['next-invoice', 5_00]],
    );
    requireHolding(await proofsOf(target.database, customer));
  });

  it('goes by the clock of each customer, and leaves what others have of the same months', async () => {
    await tenMonths();
    const other = await openBusiness(target.database);
    const plan = await other.plan('use', [perDeparture('1.5')]);
    const neighbour = await other.customer('DL', { plan });
    await other.use('DL', [{ at: '2013-01-05T10:00:00Z' }, { at: '2013-02-05T10:00:00Z' }]);
    // Its January is billed; on its clock it is 2 February.
    await close(other, target, 1);
    await keepFor(target.database, 3);
    await night(target.database);
    assert.deepEqual(await eventsOf(target.database, customer), departures([8, 9, 10]));
    assert.deepEqual(await eventsOf(target.database, neighbour), {
      'departure 2013-01': 1,
      'departure 2013-02': 1,
    });
    // It goes on into the very month of which others have lost theirs.
    await other.use('DL', [{ at: '2013-01-20T10:00:00Z' }]);
    requireHolding(await proofsOf(target.database, neighbour));
    const late = await findLateUsage(target.database, other.clockId);
    assert.deepEqual(late.differences, [{ currency: 'USD', amountMinor: 150n }]);
  });
});
