import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { answerSync } from '../../src/billing/answer-sync.ts';
import { applyPlans } from '../../src/billing/apply-plans.ts';
import { releaseDraft, voidDraft } from '../../src/billing/release-draft.ts';
import { parseBounds } from '../../src/domain/invoice/limits.ts';
import { parsePlanFile } from '../../src/domain/rating/plan.ts';
import { isDurabillError } from '../../src/errors/error.ts';
import { insertDecision } from '../../src/store/decisions.ts';
import { readFindings } from '../../src/store/held-drafts.ts';
import { readSyncState } from '../../src/store/sync.ts';
import { useTestDatabase } from '../support/database.ts';
import { type Business, flat, invoicesOf, openBusiness, perDeparture } from './business.ts';

const januaryRun = '2013-02-01T13:00:00Z';
const dueScan = '2013-02-02T15:00:00Z';
const nextScan = '2013-02-03T15:00:00Z';
const nothing = { issued: 0, skipped: 0, held: 0, rebuilt: 0, noted: 0 };
const above50 = { limits: { totalAboveMinor: parseBounds('USD:50') } };

describe('A draft that waits for a person', () => {
  const books = useTestDatabase();
  let business: Business;

  beforeEach(async () => {
    business = await openBusiness(books.database);
  });

  const only = async (ownerId: string) => {
    const [invoice, ...others] = await invoicesOf(books.database, ownerId);
    assert.deepEqual(others, []);
    return invoice!;
  };
  const state = async (ownerId: string) => (await readSyncState(books.database, (await only(ownerId)).id))!;
  const audit = async (invoiceId: string) => {
    const { rows } = await books.database.query<{ action: string; detail: Record<string, unknown> }>(
      `SELECT action, detail FROM audit_log WHERE subject_id = $1 ORDER BY sequence`,
      [invoiceId],
    );
    return rows;
  };
  const answer = async (invoiceId: string, parkingNumber: number, kind: 'release' | 'abandon' = 'release') => {
    const decisionId = randomUUID();
    const given = { invoiceId, decisionId, parkingNumber, actor: 'Ada', reason: 'Looked at it.' };
    await books.database.transaction(async (sql) => {
      await insertDecision(sql, { ...given, id: decisionId, kind, correctionId: null });
      await (kind === 'release' ? releaseDraft : voidDraft)(sql, given);
    });
    return decisionId;
  };
  const isStale = (error: unknown) => isDurabillError(error, 'answer-stale');

  it('is held at generation with every finding and its figures, and somebody is told after the commit', async () => {
    // 100.00 a month and one departure, which is metered but has no price.
    const id = await business.customer('B6', { plan: await business.plan('base', [flat('100')]) });
    await business.use('B6', [{ at: '2013-01-10T00:00:00Z' }]);
    const ran = await business.invoice(januaryRun, above50);
    assert.deepEqual(ran, { generated: 1, rebuilt: 0, parkedPeriods: 0, held: 1, noted: 0 });
    const invoice = await only(id);
    assert.deepEqual([invoice.lifecycle, invoice.failureCode], ['held', 'usage-price-missing']);
    assert.equal(
      invoice.failureReason,
      'The period has 1 event of "departure", which a meter counts and no price bills. ' +
        'The subtotal of USD 100.00 is above the bound of USD 50.00.',
    );
    assert.equal((await state(id)).parkingNumber, 1);
    assert.deepEqual(business.told, [[invoice.id]]);
    assert.deepEqual(
      (await readFindings(books.database, invoice.id, 1)).map(({ code, subject, figure, evidence }) => [
        code,
        subject,
        figure,
        evidence,
      ]),
      [
        ['usage-price-missing', 'departure', 1n, { eventType: 'departure', events: '1' }],
        ['invoice-total-above-bound', '', 10_000n, { subtotalMinor: '10000', boundMinor: '5000' }],
      ],
    );
    const told = (await audit(invoice.id)).map(({ action }) => action);
    assert.deepEqual(told, ['generated', 'held']);
  });

  it('waits while nothing changes, is told of at each scan, and is issued by the scan after its release', async () => {
    const id = await business.customer('B6', { plan: await business.plan('base', [flat('100')]) });
    await business.invoice(januaryRun, above50);
    assert.deepEqual(await business.scan(dueScan, above50), nothing);
    const { id: invoiceId } = await only(id);
    assert.deepEqual(business.told, [[invoiceId], [invoiceId]]);
    assert.equal((await state(id)).parkingNumber, 1);

    const decisionId = await answer(invoiceId, 1);
    const released = await only(id);
    assert.deepEqual([released.lifecycle, released.failureCode, released.failureReason], ['draft', null, null]);
    assert.deepEqual((await audit(invoiceId)).at(-1), {
      action: 'released',
      detail: {
        decisionId,
        parkingNumber: 1,
        reason: 'Looked at it.',
        waived: [{ code: 'invoice-total-above-bound', figure: '10000' }],
      },
    });
    assert.deepEqual(await business.scan(nextScan, above50), { ...nothing, issued: 1 });
    assert.equal((await only(id)).totalMinor, 10_000n);
  });

  it('is held again after its release only when it has become worse', async () => {
    const plan = await business.plan('use', [flat('100'), perDeparture('2')]);
    const [same, worse] = [await business.customer('same', { plan }), await business.customer('worse', { plan })];
    await business.invoice(januaryRun, above50);
    for (const owner of [same, worse]) await answer((await only(owner)).id, 1);
    await business.use('worse', [{ at: '2013-01-10T00:00:00Z' }]);
    assert.deepEqual(await business.scan(dueScan, above50), { ...nothing, issued: 1, held: 1, rebuilt: 1 });
    const held = await only(worse);
    // 100.00 and one departure of 2.00: two dollars more than what was released.
    assert.equal(held.failureReason, 'The subtotal of USD 102.00 is above the bound of USD 50.00.');
    assert.equal((await state(worse)).parkingNumber, 2);
    await answer(held.id, 2);
    assert.deepEqual(await business.scan(nextScan, above50), { ...nothing, issued: 1 });
    assert.equal((await only(worse)).totalMinor, 10_200n);
  });

  it('takes late usage in while it is held, and says what is found then', async () => {
    const plan = await business.plan('use', [flat('100'), perDeparture('2')]);
    const id = await business.customer('B6', { plan });
    await business.invoice(januaryRun, above50);
    const { id: invoiceId } = await only(id);
    await business.use('B6', [{ at: '2013-01-10T00:00:00Z' }]);
    assert.deepEqual(await business.scan(dueScan, above50), { ...nothing, rebuilt: 1 }, 'it was held before');
    const now = await only(id);
    assert.deepEqual([now.lifecycle, now.totalMinor], ['held', 10_200n]);
    assert.match(now.failureReason!, /USD 102\.00 is above/);
    await assert.rejects(answer(invoiceId, 1), (error: unknown) => {
      assert.ok(isStale(error), String(error));
      assert.match(String(error), /is for parking 1, the draft is held under 2/);
      return true;
    });
    await answer(invoiceId, 2);
    assert.deepEqual(await business.scan(nextScan, above50), { ...nothing, issued: 1 });
  });

  it('lets a subscription join while it is held', async () => {
    const id = await business.customer('B6', { plan: await business.plan('base', [flat('100')]) });
    await business.invoice(januaryRun, above50);
    await business.subscribe(id, await business.plan('more', [flat('7')]));
    const ran = await business.invoice('2013-02-01T14:00:00Z', above50);
    assert.deepEqual(ran, { generated: 0, rebuilt: 1, parkedPeriods: 0, held: 0, noted: 0 });
    const { lifecycle, totalMinor, failureReason } = await only(id);
    assert.deepEqual([lifecycle, totalMinor], ['held', 10_700n]);
    assert.match(failureReason!, /USD 107\.00 is above/);
  });

  it('stays held when its findings are gone, says so, and takes the answer to what it was held for', async () => {
    const id = await business.customer('B6', { plan: await business.plan('base', [flat('100')]) });
    await business.invoice(januaryRun, above50);
    assert.deepEqual(await business.scan(dueScan), nothing, 'without the bound');
    const { id: invoiceId, lifecycle, failureReason } = await only(id);
    assert.equal(lifecycle, 'held');
    assert.match(failureReason!, /Nothing is found any more/);
    await answer(invoiceId, 1);
    assert.deepEqual(await business.scan(nextScan), { ...nothing, issued: 1 });
  });

  it('is held over nothing when usage without a price is why it is over nothing', async () => {
    const id = await business.customer('B6', { plan: await business.plan('free', [flat('0')]) });
    await business.use('B6', [{ at: '2013-01-10T00:00:00Z' }]);
    await business.invoice(januaryRun);
    assert.equal((await only(id)).lifecycle, 'held');
    await answer((await only(id)).id, 1);
    assert.deepEqual(await business.scan(dueScan), { ...nothing, skipped: 1 });
  });

  it('is not held for usage that another of the customer’s plans bills, or that came outside of the period', async () => {
    const base = await business.plan('base', [flat('100')]);
    const landing = await business.plan('landing', [perDeparture('2')]);
    const both = await business.customer('both', { plan: base });
    await business.subscribe(both, landing, { billingGroup: 'use' });
    const before = await business.customer('before', { plan: base, startsAt: '2013-01-15T00:00:00Z' });
    for (const name of ['both', 'before']) await business.use(name, [{ at: '2013-01-10T00:00:00Z' }]);
    assert.equal((await business.invoice(januaryRun)).held, 0);
    assert.equal((await business.scan(dueScan)).issued, 3);
    assert.equal((await invoicesOf(books.database, before)).length, 1);
  });

  it('is only noted where a person wants that, and where no meter knows the usage', async () => {
    const id = await business.customer('B6', { plan: await business.plan('base', [flat('100')]) });
    await business.use('B6', [{ at: '2013-01-10T00:00:00Z' }]);
    const ran = await business.invoice(januaryRun, { limits: { holdsUnpriced: false } });
    assert.deepEqual([ran.held, ran.noted], [0, 1]);
    await business.use('B6', [{ at: '2013-01-10T00:00:00Z', type: 'depature' }]);
    const scanned = await business.scan(dueScan, { limits: { holdsUnpriced: false } });
    assert.deepEqual(scanned, { ...nothing, issued: 1, noted: 1 });
    assert.deepEqual((await audit((await only(id)).id)).at(-1)?.detail['noted'], [
      { code: 'usage-price-missing', subject: 'departure', figure: '1' },
      { code: 'usage-meter-missing', subject: 'depature', figure: '1' },
    ]);
  });

  /** So many types that nobody meters, each with one event, before "departure" in the alphabet. */
  const logs = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      at: '2013-01-10T00:00:00Z',
      type: `a-log-${String(index).padStart(4, '0')}`,
    }));

  // 20 types are told of each kind, and 1,000 are read in the order of the alphabet.
  for (const [count, more] of [
    [20, 0],
    [1_001, 980],
  ] as const) {
    it(`is held for what a meter counts behind ${count} types that none does`, async () => {
      const id = await business.customer('B6', { plan: await business.plan('base', [flat('100')]) });
      const used = [...logs(count), { at: '2013-01-10T00:00:00Z' }];
      for (let from = 0; from < used.length; from += 1_000) await business.use('B6', used.slice(from, from + 1_000));
      assert.equal((await business.invoice(januaryRun)).held, 1);
      const invoice = await only(id);
      assert.deepEqual([invoice.lifecycle, invoice.failureCode], ['held', 'usage-price-missing']);
      assert.match(invoice.failureReason!, /^The period has 1 event of "departure"/);
      const told = (await audit(invoice.id)).find(({ action }) => action === 'generated')?.detail['noted'] as object[];
      assert.equal(told.length, more === 0 ? 20 : 21);
      if (more > 0) assert.deepEqual(told.at(-1), { code: 'usage-meter-missing', figure: String(more) });
    });
  }

  it('is held for every type without a price in its turn, so many at a time, each of which is released once', async () => {
    const types = Array.from({ length: 25 }, (_, index) => `pad-${String(index).padStart(2, '0')}`);
    const padMeters = types.map((type) => ({ key: type, name: type, eventType: type, aggregation: 'count' }));
    const other = { key: 'pads', name: 'Pads', currency: 'USD', interval: 'month', prices: [flat('1')] };
    await applyPlans(books.database, parsePlanFile({ meters: padMeters, plans: [other] }), 'test');
    const id = await business.customer('B6', { plan: await business.plan('base', [flat('100')]) });
    await business.use(
      'B6',
      types.map((type) => ({ at: '2013-01-10T00:00:00Z', type })),
    );
    await business.invoice(januaryRun);
    const { id: invoiceId } = await only(id);
    const heldFor = async (parkingNumber: number) =>
      (await readFindings(books.database, invoiceId, parkingNumber)).map(
        ({ subject, figure }) => `${subject}:${figure}`,
      );
    const one = (type: string) => `${type}:1`;
    assert.deepEqual(await heldFor(1), [...types.slice(0, 20).map(one), ':5']);
    await answer(invoiceId, 1);
    assert.deepEqual(await business.scan(dueScan), { ...nothing, held: 1 });
    assert.deepEqual(await heldFor(2), types.slice(20).map(one));
    await answer(invoiceId, 2);
    assert.deepEqual(await business.scan(nextScan), { ...nothing, issued: 1 });
  });

  it('is issued over nothing when it is below zero, and the rest is carried to the balance', async () => {
    const id = await business.customer('B6', { plan: await business.plan('base', [flat('100')]) });
    await business.invoice(januaryRun);
    // Prices are never below zero, so only an invoice that is not made from usage can be: -10.00 here.
    const { rows } = await books.database.query<{ id: string }>(
      `WITH draft AS (
         INSERT INTO invoices SELECT (jsonb_populate_record(i, jsonb_build_object('id', gen_random_uuid(),
           'purpose', 'one-off:1', 'subtotal_minor', -1000, 'carried_minor', 1000, 'total_minor', 0))).* FROM invoices i
         WHERE customer_id = $1 RETURNING *),
       line AS (
         INSERT INTO invoice_lines SELECT (jsonb_populate_record(l, jsonb_build_object('id', gen_random_uuid(),
           'invoice_id', d.id, 'exact_amount', -10, 'amount_minor', -1000))).*
         FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id, draft d WHERE i.customer_id = $1)
       INSERT INTO invoice_states (invoice_id, customer_id, currency, billing_group, period_start_at, period_end_at, purpose)
       SELECT id, customer_id, currency, billing_group, period_start_at, period_end_at, purpose FROM draft
       RETURNING invoice_id AS id`,
      [id],
    );
    const oneOffId = rows[0]!.id;
    assert.deepEqual(await business.scan(dueScan), { ...nothing, issued: 2, rebuilt: 1 });
    const facts = await books.database.query(
      `SELECT total_minor AS total, carried_minor AS carried, payment FROM invoices i JOIN invoice_states s ON s.invoice_id = i.id
       WHERE i.id = $1`,
      [oneOffId],
    );
    assert.deepEqual(facts.rows, [{ total: 0n, carried: 1_000n, payment: 'paid' }]);
  });

  it('is held when its customer pays in another currency than it was made in', async () => {
    const id = await business.customer('B6', { plan: await business.plan('base', [flat('100')]) });
    await business.invoice(januaryRun);
    await books.database.query(`UPDATE customers SET currency = 'EUR' WHERE id = $1`, [id]);
    assert.deepEqual(await business.scan(dueScan), { ...nothing, held: 1 });
    assert.match(
      (await only(id)).failureReason!,
      /is in USD, but its customer pays in EUR and its plans are priced in USD/,
    );
  });

  it('is held with more lines than one may have', async () => {
    const plan = await business.plan(
      'lines',
      [1, 2, 3].map((line) => ({ ...flat('1'), key: `line-${line}` })),
    );
    const id = await business.customer('B6', { plan });
    assert.equal((await business.invoice(januaryRun, { limits: { maxLines: 2 } })).held, 1);
    assert.equal((await only(id)).failureReason, 'It has 3 lines; one has at most 2.');
  });

  it('is void when it is given up, without a number, and its period stays settled', async () => {
    const id = await business.customer('B6', { plan: await business.plan('base', [flat('100')]) });
    await business.invoice(januaryRun, above50);
    const { id: invoiceId } = await only(id);
    await answer(invoiceId, 1, 'abandon');
    const { lifecycle, number } = await only(id);
    assert.deepEqual([lifecycle, number], ['void', null]);
    assert.equal((await audit(invoiceId)).at(-1)?.action, 'voided');
    assert.equal((await business.invoice('2013-02-01T14:00:00Z')).generated, 0);
    await assert.rejects(answer(invoiceId, 1), /the invoice is not held/);
  });

  it('takes one of two people who answer at once', async () => {
    const id = await business.customer('B6', { plan: await business.plan('base', [flat('100')]) });
    await business.invoice(januaryRun, above50);
    const { id: invoiceId } = await only(id);
    const outcomes = await Promise.allSettled([answer(invoiceId, 1), answer(invoiceId, 1, 'abandon')]);
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    assert.equal(refused.length, 1);
    assert.ok(isStale(refused[0]!.reason), String(refused[0]!.reason));
  });

  it('keeps the word of the person who stopped it, and is checked once it goes on', async () => {
    const id = await business.customer('B6', { plan: await business.plan('base', [flat('100')]) });
    await business.invoice(januaryRun);
    const { id: invoiceId } = await only(id);
    const given = { invoiceId, actor: 'Ada', reason: 'Wait for me.' };
    await answerSync(books.database, { ...given, kind: 'hold', decisionId: randomUUID() });
    assert.deepEqual(await business.scan(dueScan, above50), nothing);
    assert.equal((await only(id)).failureReason, 'Held by Ada: Wait for me.');
    await answerSync(books.database, { ...given, kind: 'release', decisionId: randomUUID(), parkingNumber: 1 });
    assert.deepEqual(await business.scan(nextScan, above50), { ...nothing, held: 1 });
    assert.equal((await only(id)).failureCode, 'invoice-total-above-bound');
  });

  it('is not forgotten when nobody could be told', async () => {
    const id = await business.customer('B6', { plan: await business.plan('base', [flat('100')]) });
    business.told.push = () => {
      throw new Error('Temporal is away');
    };
    await assert.rejects(business.invoice(januaryRun, above50), /Temporal is away/);
    Reflect.deleteProperty(business.told, 'push');
    assert.equal((await only(id)).lifecycle, 'held');
    await business.scan(dueScan, above50);
    assert.deepEqual(business.told, [[(await only(id)).id]]);
  });

  it('keeps what was found and what was waived for ever', async () => {
    const id = await business.customer('B6', { plan: await business.plan('base', [flat('100')]) });
    await business.invoice(januaryRun, above50);
    await answer((await only(id)).id, 1);
    for (const table of ['held_findings', 'finding_waivers']) {
      await assert.rejects(books.database.query(`DELETE FROM ${table}`), /only ever added/);
    }
  });
});
