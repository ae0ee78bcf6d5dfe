import assert from 'node:assert/strict';
import { applyPlans } from '../../../src/billing/apply-plans.ts';
import { applyUsageCorrection, discardUsageCorrection } from '../../../src/billing/apply-usage-correction.ts';
import { findLateUsage } from '../../../src/billing/late-usage.ts';
import { proveInvoice } from '../../../src/billing/prove-invoice.ts';
import { recordUsage } from '../../../src/billing/record-usage.ts';
import { rollUpUsage } from '../../../src/billing/roll-up-usage.ts';
import { parsePlanFile } from '../../../src/domain/rating/plan.ts';
import { useTestDatabase } from '../../support/database.ts';
import { type Business, flat, invoicesOf, openBusiness, perDeparture, perMile } from '../business.ts';
import { amend, backfill, correct, deprecate, eventOf, fly, pendingOf, preview } from './support.ts';

describe('A correction of usage', () => {
  const books = useTestDatabase();
  let business: Business;
  let customer = '';
  let flights = 0;
  /** Ids are unique over the file: keys are never free again. */
  const id = (name: string) => `${name}-${flights}`;

  beforeEach(async () => {
    flights += 1;
    business = await openBusiness(books.database);
    const plan = await business.plan('miles', [flat('10'), perMile('1')]);
    customer = await business.customer('B6', { plan });
  });

  const invoices = () => invoicesOf(books.database, customer);
  const close = async (month: number) => {
    const day = (of: number) => `2013-${String(month + 1).padStart(2, '0')}-0${of}`;
    await business.invoice(`${day(1)}T13:00:00Z`);
    await business.scan(`${day(2)}T15:00:00Z`);
  };
  const proofHolds = async (invoiceId: string) => {
    const proof = await proveInvoice(books.database, invoiceId);
    const failing = [...proof!.comparisons, ...proof!.lines.flatMap(({ comparisons }) => comparisons)].filter(
      ({ holds }) => holds === false,
    );
    assert.deepEqual(failing, []);
    assert.equal(proof!.failure, null);
    return proof!;
  };

  it('rebuilds a draft: an event that is deprecated no longer counts, and its key stays taken', async () => {
    await fly(books.database, [
      { id: id('a'), customer, at: '2013-01-05T10:00:00Z', miles: 100 },
      { id: id('b'), customer, at: '2013-01-06T10:00:00Z', miles: 40 },
    ]);
    await business.invoice('2013-02-01T13:00:00Z');
    const outcome = await correct(books.database, { changes: [deprecate(id('b'), customer)] });
    // 10.00 + 140 × 1.00 = 150.00 becomes 10.00 + 100 × 1.00 = 110.00.
    const [{ lines, ...invoice }] = outcome.invoices as [(typeof outcome.invoices)[0]];
    assert.deepEqual(
      [invoice.treatment, invoice.billedMinor, invoice.afterMinor, invoice.differenceMinor, invoice.lateMinor],
      ['rebuilt', 150_00, 110_00, -40_00, 0],
    );
    assert.deepEqual(
      lines.map(({ priceKey, quantityBefore, quantityAfter }) => [priceKey, quantityBefore, quantityAfter]),
      [['miles', '140', '100']],
    );
    const [draft] = await invoices();
    assert.deepEqual([draft!.lifecycle, draft!.totalMinor], ['draft', 110_00n]);
    const again = eventOf({ id: id('b'), customer, at: '2013-01-06T10:00:00Z', miles: 40 });
    assert.deepEqual(
      (await recordUsage(books.database, [again])).map(({ status }) => status),
      ['duplicate'],
    );
    await business.scan('2013-02-02T15:00:00Z');
    const [issued] = await invoices();
    assert.deepEqual([issued!.lifecycle, issued!.totalMinor], ['issued', 110_00n]);
    await proofHolds(issued!.id);
    assert.deepEqual(await pendingOf(books.database, customer), []);
  });

  it('bills the difference of an issued invoice with the next one, and leaves its proof as it was', async () => {
    await fly(books.database, [{ id: id('a'), customer, at: '2013-01-05T10:00:00Z', miles: 100 }]);
    await close(1);
    const [issued] = await invoices();
    const before = await proofHolds(issued!.id);
    const outcome = await correct(books.database, {
      changes: [amend(id('a'), customer, { properties: { miles: 130 } })],
    });
    assert.deepEqual(
      outcome.invoices.map(({ treatment, differenceMinor }) => [treatment, differenceMinor]),
      [['next-invoice', 30_00]],
    );
    assert.deepEqual(await pendingOf(books.database, customer), [
      { description: `Correction of ${issued!.number}: Departures`, amountMinor: 30_00, kind: 'correction' },
    ]);
    assert.deepEqual(await invoices(), [issued]);
    const after = await proofHolds(issued!.id);
    const digestOf = (proof: typeof before) => proof.lines.map(({ evidence }) => evidence?.digest);
    assert.deepEqual(digestOf(after), digestOf(before));
    assert.deepEqual(
      after.lines.flatMap(({ evidence }) => (evidence ? [[evidence.events, evidence.late, evidence.corrected]] : [])),
      [[1n, 1n, 1n]],
    );
    assert.deepEqual((await findLateUsage(books.database, business.clockId)).differing, 0);
  });

  it('knows whatever an amended event has ever said as a duplicate, and anything else as a conflict', async () => {
    const flight = { id: id('a'), customer, at: '2013-01-05T10:00:00Z', miles: 100 };
    await fly(books.database, [flight]);
    await correct(books.database, { changes: [amend(id('a'), customer, { properties: { miles: 130 } })] });
    const sent = [100, 130, 131].map((miles) => eventOf({ ...flight, miles }));
    const statuses: string[] = [];
    for (const event of sent) statuses.push((await recordUsage(books.database, [event]))[0]!.status);
    assert.deepEqual(statuses, ['duplicate', 'duplicate', 'conflict']);
  });

  it('backfills over three periods: a line on the next bill for each of them', async () => {
    for (const month of [1, 2, 3]) await close(month);
    const numbers = (await invoices()).map(({ number }) => number);
    const outcome = await correct(books.database, {
      changes: [
        backfill({ id: id('jan'), customer, at: '2013-01-31T23:59:59.999Z', miles: 1 }),
        backfill({ id: id('feb'), customer, at: '2013-02-01T00:00:00Z', miles: 20 }),
        backfill({ id: id('mar'), customer, at: '2013-03-15T00:00:00Z', miles: 300 }),
        // The month that goes on: nothing is billed of it yet.
        backfill({ id: id('apr'), customer, at: '2013-04-01T00:00:00Z', miles: 4_000 }),
      ],
    });
    assert.deepEqual(outcome.events, { amended: 0, deprecated: 0, backfilled: 4 });
    assert.deepEqual(outcome.differences, [{ currency: 'USD', amountMinor: 321_00 }]);
    assert.deepEqual(
      (await pendingOf(books.database, customer)).map(({ description, amountMinor }) => [description, amountMinor]),
      [
        [`Correction of ${numbers[0]}: Departures`, 1_00],
        [`Correction of ${numbers[1]}: Departures`, 20_00],
        [`Correction of ${numbers[2]}: Departures`, 300_00],
      ],
    );
  });

  it('moves an event from one month to the other: what one gives back the other gets', async () => {
    await fly(books.database, [{ id: id('a'), customer, at: '2013-02-01T00:00:00Z', miles: 100 }]);
    for (const month of [1, 2]) await close(month);
    const changes = [amend(id('a'), customer, { occurredAt: '2013-01-31T23:00:00Z' })];
    const { differences } = await correct(books.database, { changes });
    assert.deepEqual(differences, [{ currency: 'USD', amountMinor: 0 }]);
    assert.deepEqual(
      (await pendingOf(books.database, customer)).map(({ amountMinor }) => amountMinor),
      [100_00, -100_00],
    );
    // And once more to where it was: the version that was moved is found.
    await correct(books.database, { changes: [amend(id('a'), customer, { occurredAt: '2013-02-01T00:00:00Z' })] });
    assert.equal((await findLateUsage(books.database, business.clockId)).differing, 0);
    // March brings 100.00 and −100.00 twice over beside its own 10.00, each a line that its proof knows.
    await close(3);
    const march = (await invoices())[2]!;
    assert.deepEqual([march.lifecycle, march.totalMinor, march.lineCount], ['issued', 10_00n, 6]);
    await proofHolds(march.id);
  });

  it('never bills the same difference twice: late usage is what no correction has billed', async () => {
    await close(1);
    await fly(books.database, [{ id: id('late'), customer, at: '2013-01-20T00:00:00Z', miles: 7 }]);
    const scope = { lateUsage: { customer } };
    const first = await correct(books.database, scope);
    assert.deepEqual(first.differences, [{ currency: 'USD', amountMinor: 7_00 }]);
    assert.deepEqual((await correct(books.database, scope)).invoices, []);
    const changes = [backfill({ id: id('more'), customer, at: '2013-01-21T00:00:00Z', miles: 5 })];
    const second = await correct(books.database, { changes });
    // 10.00 on the invoice, 7.00 since, and 22.00 now.
    assert.deepEqual(
      second.invoices.map(({ billedMinor, adjustedMinor, afterMinor }) => [billedMinor, adjustedMinor, afterMinor]),
      [[10_00, 7_00, 22_00]],
    );
    assert.deepEqual(
      (await pendingOf(books.database, customer)).map(({ kind, amountMinor }) => [kind, amountMinor]),
      [
        ['correction', 5_00],
        ['late-usage', 7_00],
      ],
    );
    assert.deepEqual((await correct(books.database, { lateUsage: { clock: await clockName() } })).invoices, []);
  });

  const clockName = async () => {
    const { rows } = await books.database.query<{ name: string }>('SELECT name FROM clocks WHERE id = $1', [
      business.clockId,
    ]);
    return rows[0]!.name;
  };

  it('tells the late usage that a line brings along apart from the correction', async () => {
    await close(1);
    await fly(books.database, [{ id: id('late'), customer, at: '2013-01-20T00:00:00Z', miles: 7 }]);
    const changes = [backfill({ id: id('more'), customer, at: '2013-01-21T00:00:00Z', miles: 5 })];
    const { invoices: changed } = await correct(books.database, { changes });
    assert.deepEqual(
      changed.map(({ differenceMinor, lateMinor }) => [differenceMinor, lateMinor]),
      [[12_00, 7_00]],
    );
  });

  it('is refused for good when the data has moved since it was previewed', async () => {
    await close(1);
    const changes = [backfill({ id: id('a'), customer, at: '2013-01-21T00:00:00Z', miles: 5 })];
    const { id: correctionId } = await preview(books.database, { changes });
    await fly(books.database, [{ id: id('late'), customer, at: '2013-01-20T00:00:00Z', miles: 7 }]);
    const apply = () => applyUsageCorrection(books.database, correctionId, 'Grace');
    await assert.rejects(apply(), { code: 'correction-moved' });
    await assert.rejects(apply(), { code: 'correction-ended' });
    assert.deepEqual(await pendingOf(books.database, customer), []);
    // Nothing of it was kept: the key is free, and a sender may still send the event.
    await fly(books.database, [{ id: id('a'), customer, at: '2013-01-21T00:00:00Z', miles: 5 }]);
  });

  it('is refused when the draft that it was to rebuild was issued meanwhile', async () => {
    await fly(books.database, [{ id: id('a'), customer, at: '2013-01-05T10:00:00Z', miles: 100 }]);
    await business.invoice('2013-02-01T13:00:00Z');
    const { id: correctionId } = await preview(books.database, { changes: [deprecate(id('a'), customer)] });
    await business.scan('2013-02-02T15:00:00Z');
    await assert.rejects(applyUsageCorrection(books.database, correctionId, 'Grace'), { code: 'correction-moved' });
    const [issued] = await invoices();
    assert.deepEqual([issued!.lifecycle, issued!.totalMinor], ['issued', 110_00n]);
    await proofHolds(issued!.id);
  });

  it('and the scan that issues take turns: whoever comes first, the books and their proofs are right', async () => {
    const plan = await business.plan('raced', [perMile('1')]);
    const raced: { customerId: string; correctionId: string }[] = [];
    for (let place = 0; place < 6; place += 1) {
      const customerId = await business.customer(`raced-${place}`, { plan });
      await fly(books.database, [
        { id: id(`keep-${place}`), customer: customerId, at: '2013-01-05T10:00:00Z', miles: 100 },
        { id: id(`drop-${place}`), customer: customerId, at: '2013-01-06T10:00:00Z', miles: 40 },
      ]);
      raced.push({ customerId, correctionId: '' });
    }
    await business.invoice('2013-02-01T13:00:00Z');
    for (const [place, one] of raced.entries()) {
      const changes = [deprecate(id(`drop-${place}`), one.customerId)];
      one.correctionId = (await preview(books.database, { changes })).id;
    }
    const [, ...ends] = await Promise.allSettled([
      business.scan('2013-02-02T15:00:00Z', { limit: 2, atOnce: 2 }),
      ...raced.map(({ correctionId }) => applyUsageCorrection(books.database, correctionId, 'Grace')),
    ]);
    // A page that was in a deadlock is tried again, as the run's activity does.
    await business.scan('2013-02-02T15:00:00Z');
    for (const [place, { customerId }] of raced.entries()) {
      const end = ends[place]!;
      if (end.status === 'rejected') assert.equal((end.reason as { code: string }).code, 'correction-moved');
      const [invoice] = await invoicesOf(books.database, customerId);
      const expected = end.status === 'fulfilled' ? 100_00n : 140_00n;
      assert.deepEqual([invoice!.lifecycle, invoice!.totalMinor], ['issued', expected]);
      await proofHolds(invoice!.id);
    }
    assert.equal((await findLateUsage(books.database, business.clockId)).differing, 0);
  });

  it('changes nothing by being previewed, and is applied once, however often and by however many', async () => {
    await close(1);
    const stored = async () => (await books.database.query('SELECT * FROM usage_events ORDER BY event_id')).rows;
    const before = await stored();
    const changes = [backfill({ id: id('a'), customer, at: '2013-01-21T00:00:00Z', miles: 5 })];
    const { id: correctionId, outcome } = await preview(books.database, { changes });
    assert.deepEqual(await stored(), before);
    const applied = await Promise.all(
      Array.from({ length: 4 }, () => applyUsageCorrection(books.database, correctionId, 'Grace')),
    );
    for (const one of applied) assert.deepEqual(one.outcome, outcome);
    assert.equal((await pendingOf(books.database, customer)).length, 1);
    await assert.rejects(discardUsageCorrection(books.database, correctionId, 'Ada'), { code: 'correction-ended' });
  });

  it('can be discarded, and is then not applied', async () => {
    const changes = [backfill({ id: id('a'), customer, at: '2013-01-21T00:00:00Z', miles: 5 })];
    const { id: correctionId } = await preview(books.database, { changes });
    await discardUsageCorrection(books.database, correctionId, 'Ada');
    await discardUsageCorrection(books.database, correctionId, 'Ada');
    await assert.rejects(applyUsageCorrection(books.database, correctionId, 'Ada'), { code: 'correction-ended' });
  });

  it('reaches the bills to which a meter carries a value on', async () => {
    const seats = { key: 'seat', name: 'Seats', model: 'per_unit', meter: 'held-seats', unitAmount: '1' };
    const held = { key: 'held-seats', name: 'Seats', eventType: 'departure', aggregation: 'latest', property: 'seats' };
    const plan = { key: 'carried', name: 'Carried', currency: 'USD', interval: 'month', prices: [seats] };
    await applyPlans(books.database, parsePlanFile({ meters: [{ ...held, carries: true }], plans: [plan] }), 'test');
    const other = await business.customer('seats', { plan: plan.key });
    await fly(books.database, [{ id: id('s'), customer: other, at: '2013-01-05T00:00:00Z', seats: 3 }]);
    for (const month of [1, 2]) await close(month);
    const { invoices: changed } = await correct(books.database, {
      changes: [amend(id('s'), other, { properties: { seats: 5 } })],
    });
    assert.deepEqual(
      changed.map(({ differenceMinor }) => differenceMinor),
      [2_00, 2_00],
    );
  });

  it('refuses what it cannot do, at its place', async () => {
    await fly(books.database, [{ id: id('a'), customer, at: '2013-01-05T10:00:00Z', miles: 100 }]);
    await correct(books.database, { changes: [deprecate(id('a'), customer)] });
    const refusals: [change: Parameters<typeof preview>[1], code: string, field: string][] = [
      [{}, 'correction-invalid', 'changes'],
      [{ changes: [] }, 'correction-invalid', 'changes'],
      [{ changes: [deprecate(id('a'), customer)] }, 'correction-invalid', 'changes[0].id'],
      [{ changes: [deprecate(id('never'), customer)] }, 'correction-invalid', 'changes[0].id'],
      [{ changes: [amend(id('a'), customer, {})] }, 'correction-invalid', 'changes[0].properties'],
      [{ changes: [deprecate(id('a'), 'nobody')] }, 'event-customer-unknown', 'changes[0].customer'],
      [
        { changes: [backfill({ id: id('a'), customer, at: '2013-01-05T10:00:00Z' })] },
        'correction-invalid',
        'changes[0].id',
      ],
      [
        { changes: [backfill({ id: id('b'), customer, at: '2013-09-05T10:00:00Z' })] },
        'event-too-late',
        'changes[0].occurredAt',
      ],
      [{ changes: [backfill({ id: id('b'), customer, at: 'yesterday' })] }, 'event-invalid', 'changes[0].occurredAt'],
      [{ lateUsage: {} }, 'correction-invalid', 'lateUsage'],
    ];
    for (const [input, code, field] of refusals) {
      await assert.rejects(preview(books.database, input), { code, field }, JSON.stringify(input));
    }
  });

  it('holds rolled-up usage equal to raw usage', async () => {
    const plan = await business.plan('count', [perDeparture('1')]);
    const rolled = await business.customer('rolled', { plan });
    await fly(books.database, [
      { id: id('a'), customer: rolled, at: '2013-01-05T10:10:00Z' },
      { id: id('b'), customer: rolled, at: '2013-01-05T10:20:00Z' },
    ]);
    await rollUpUsage(books.database);
    await correct(books.database, { changes: [deprecate(id('a'), rolled)] });
    await business.invoice('2013-02-01T13:00:00Z');
    assert.deepEqual(
      (await invoicesOf(books.database, rolled)).map(({ totalMinor }) => totalMinor),
      [1_00n],
    );
    await rollUpUsage(books.database);
    await correct(books.database, {
      changes: [amend(id('b'), rolled, { occurredAt: '2013-01-06T10:20:00Z' })],
    });
    await rollUpUsage(books.database);
    const { rows } = await books.database.query<{ hour: Date; events: bigint }>(
      `SELECT hour_at AS hour, event_count AS events FROM usage_rollups WHERE customer_id = $1 AND event_count > 0
       ORDER BY hour_at`,
      [rolled],
    );
    const hours = new Map(rows.map(({ hour, events }) => [hour.toISOString(), events]));
    assert.deepEqual([...hours], [['2013-01-06T10:00:00.000Z', 1n]]);
  });
});
