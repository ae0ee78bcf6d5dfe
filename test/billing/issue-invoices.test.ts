import assert from 'node:assert/strict';
import { issueDrafts } from '../../src/store/invoice-issue.ts';
import { useTestDatabase } from '../support/database.ts';
import { type Business, flat, invoicesOf, openBusiness, perDeparture, perMile } from './business.ts';

const januaryRun = '2013-02-01T13:00:00Z';
const dueScan = '2013-02-02T15:00:00Z';
const nothing = { issued: 0, skipped: 0, held: 0, rebuilt: 0, noted: 0 };

describe('issueInvoices', () => {
  const books = useTestDatabase();
  let business: Business;
  let base = '';

  beforeEach(async () => {
    business = await openBusiness(books.database);
    base = await business.plan('base', [flat('100')]);
  });

  const invoices = (ownerId = business.clockId) => invoicesOf(books.database, ownerId);
  const numbers = async () => (await invoices()).flatMap(({ number }) => number ?? []).sort();
  const numberOf = (index: number) => `${business.numberPrefix}-${String(index).padStart(6, '0')}`;
  const customers = async (count: number, plan: string) => {
    for (let index = 0; index < count; index += 1) await business.customer(`C${index}`, { plan });
  };

  it('issues a draft at the end of its review day, not a millisecond earlier, and only once', async () => {
    const id = await business.customer('B6', { plan: base });
    await business.invoice(januaryRun);
    assert.deepEqual(await business.scan('2013-02-02T12:59:59.999Z'), nothing);
    assert.deepEqual(await business.scan('2013-02-02T13:00:00Z'), { ...nothing, issued: 1 });
    assert.deepEqual(await business.scan(dueScan), nothing);
    const [invoice] = await invoices(id);
    assert.deepEqual([invoice?.number, invoice?.lifecycle, invoice?.sync], [numberOf(1), 'issued', 'pending']);
  });

  it('gives every number once and without a gap when pages and scans are under way together', async () => {
    await customers(12, base);
    await business.invoice(januaryRun);
    const scans = await Promise.all([2, 3].map((limit) => business.scan(dueScan, { limit, atOnce: 3 })));
    assert.equal(
      scans.reduce((sum, { issued }) => sum + issued, 0),
      12,
    );
    assert.deepEqual(
      await numbers(),
      Array.from({ length: 12 }, (_, index) => numberOf(index + 1)),
    );
  });

  it('issues a draft that was not made from usage as it stands', async () => {
    const owner = await business.customer('B6', { plan: base });
    await business.invoice(januaryRun);
    // A one-off invoice is not there to be asked for yet; its form is.
    const [drafted] = await invoices(owner);
    const { rows } = await books.database.query<{ id: string }>(
      `WITH draft AS (
         INSERT INTO invoices SELECT (jsonb_populate_record(i, jsonb_build_object('id', gen_random_uuid(),
           'purpose', 'one-off:1'))).* FROM invoices i WHERE id = $1 RETURNING *),
       line AS (
         INSERT INTO invoice_lines SELECT (jsonb_populate_record(l, jsonb_build_object('id', gen_random_uuid(),
           'invoice_id', d.id))).* FROM invoice_lines l, draft d WHERE l.invoice_id = $1)
       INSERT INTO invoice_states (invoice_id, customer_id, currency, billing_group, period_start_at, period_end_at, purpose)
       SELECT id, customer_id, currency, billing_group, period_start_at, period_end_at, purpose FROM draft
       RETURNING invoice_id AS id`,
      [drafted!.id],
    );
    assert.deepEqual(await business.scan(dueScan), { ...nothing, issued: 2 });
    const oneOff = (await invoices(owner)).find(({ id }) => id === rows[0]!.id);
    assert.deepEqual([oneOff?.lifecycle, oneOff?.totalMinor], ['issued', 10_000n]);
  });

  it('leaves the draft of a run that began seven seconds late to the scan of the next day', async () => {
    await business.customer('B6', { plan: base });
    await business.invoice('2013-02-01T15:00:07Z');
    assert.deepEqual(await business.scan(dueScan), nothing);
    assert.deepEqual(await business.scan('2013-02-03T15:00:00Z'), { ...nothing, issued: 1 });
  });

  it('skips what is over nothing: no number, and no other invoice for the month', async () => {
    await business.customer('B6', { plan: await business.plan('use', [perDeparture('2')]) });
    await business.invoice(januaryRun);
    assert.deepEqual(await business.scan(dueScan), { ...nothing, skipped: 1 });
    const found = (await invoices()).map(({ number, lifecycle, sync }) => [number, lifecycle, sync]);
    assert.deepEqual(found, [[null, 'skipped', 'none']]);
    assert.equal((await business.invoice('2013-02-02T16:00:00Z')).generated, 0);
  });

  it('takes usage in that came during the review day, and says when it read', async () => {
    const plan = await business.plan('use', [flat('1'), perDeparture('2')]);
    const [late, calm] = [await business.customer('late', { plan }), await business.customer('calm', { plan })];
    await business.invoice(januaryRun);
    const cuts = async (id: string) => {
      const sql = `SELECT usage_cut_at AS at FROM invoices WHERE customer_id = $1`;
      return (await books.database.query<{ at: Date }>(sql, [id])).rows[0]!.at;
    };
    const before = [await cuts(late), await cuts(calm)];
    await business.use('late', [{ at: '2013-01-31T23:00:00Z' }, { at: '2013-02-01T00:00:00Z' }]);
    assert.deepEqual(await business.scan(dueScan), { ...nothing, issued: 2, rebuilt: 1 });
    assert.deepEqual((await invoices(late))[0]?.totalMinor, 300n);
    assert.deepEqual((await invoices(calm))[0]?.totalMinor, 100n);
    assert.ok((await cuts(late)) > before[0]!, '(await cuts(late)) > before[0]!');
    assert.deepEqual(await cuts(calm), before[1]);
  });

  it('rebuilds a draft whose money stays the same but whose counts do not', async () => {
    const plan = await business.plan('free', [flat('1'), perDeparture('0')]);
    const id = await business.customer('B6', { plan });
    await business.invoice(januaryRun);
    await business.use('B6', [{ at: '2013-01-31T23:00:00Z' }]);
    assert.deepEqual(await business.scan(dueScan), { ...nothing, issued: 1, rebuilt: 1 });
    const { rows } = await books.database.query(
      `SELECT quantity::text, event_count AS events FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id
       WHERE i.customer_id = $1 AND price_key = 'landing'`,
      [id],
    );
    assert.deepEqual(rows, [{ quantity: '1', events: 1n }]);
  });

  it('skips a draft that late usage has brought to nothing, and issues one that it has brought above', async () => {
    const plan = await business.plan('miles', [perMile('1')]);
    const [falls, rises] = [await business.customer('falls', { plan }), await business.customer('rises', { plan })];
    await business.use('falls', [{ at: '2013-01-10T00:00:00Z', properties: { miles: 5 } }]);
    await business.invoice(januaryRun);
    await business.use('falls', [{ at: '2013-01-11T00:00:00Z', properties: { miles: -5 } }]);
    await business.use('rises', [{ at: '2013-01-11T00:00:00Z', properties: { miles: 5 } }]);
    assert.deepEqual(await business.scan(dueScan), { ...nothing, issued: 1, skipped: 1, rebuilt: 2 });
    assert.deepEqual((await invoices(falls))[0]?.lifecycle, 'skipped');
    assert.deepEqual((await invoices(rises))[0]?.totalMinor, 500n);
  });

  it('holds one that cannot be computed any more, with the reason, and issues the others without a gap', async () => {
    const plan = await business.plan('miles', [flat('1'), perMile('1')]);
    await customers(3, plan);
    await business.invoice(januaryRun);
    const [, second] = await invoices();
    const { rows } = await books.database.query<{ name: string }>(
      `SELECT name FROM customer_contacts WHERE customer_id = $1`,
      [second!.customerId],
    );
    await business.use(rows[0]!.name, [{ at: '2013-01-10T00:00:00Z', properties: { miles: -5 } }]);
    assert.deepEqual(await business.scan(dueScan), { ...nothing, issued: 2, held: 1 });
    const held = (await invoices()).filter(({ lifecycle }) => lifecycle === 'held');
    assert.deepEqual(
      held.map(({ id, failureCode, number }) => [id, failureCode, number]),
      [[second!.id, 'quantity-negative', null]],
    );
    assert.match(held[0]!.failureReason!, /"miles" is -5/);
    assert.equal(held[0]!.totalMinor, 100n, 'it still says what it said');
    assert.deepEqual(await business.scan('2013-02-03T15:00:00Z'), nothing, 'it waits for a person');
    assert.deepEqual(await numbers(), [numberOf(1), numberOf(2)]);
  });

  it('numbers without gaps and without a number twice when two scans run at once', async () => {
    await customers(20, base);
    await business.invoice(januaryRun);
    const scans = await Promise.all([business.scan(dueScan, { limit: 3 }), business.scan(dueScan, { limit: 4 })]);
    assert.equal(scans[0].issued + scans[1].issued, 20);
    assert.deepEqual(
      await numbers(),
      Array.from({ length: 20 }, (_, index) => numberOf(index + 1)),
    );
  });

  it('takes numbers back that a transaction did not keep, and goes on from month to month', async () => {
    await customers(2, base);
    await business.invoice(januaryRun);
    const drafts = (await invoices()).map(({ id }) => id);
    const cutShort = books.database.transaction(async (sql) => {
      await issueDrafts(sql, business.clockId, drafts);
      throw new Error('cut short');
    });
    await assert.rejects(cutShort, /cut short/);
    await business.scan(dueScan);
    await business.invoice('2013-03-01T13:00:00Z');
    await business.scan('2013-03-02T15:00:00Z');
    assert.deepEqual(await numbers(), [1, 2, 3, 4].map(numberOf));
  });

  it('counts on past a million', async () => {
    await customers(2, base);
    await books.database.query(`INSERT INTO number_series VALUES ($1, 999999)`, [business.clockId]);
    await business.invoice(januaryRun);
    await business.scan(dueScan);
    assert.deepEqual(await numbers(), [numberOf(1_000_000), numberOf(999_999)]);
  });

  it('issues a draft that a run rebuilds at the same time either before or after, never in between', async () => {
    const more = await business.plan('more', [flat('7')]);
    await customers(6, base);
    await business.invoice(januaryRun);
    for (const { customerId } of await invoices()) await business.subscribe(customerId, more);
    // Of the two one may find that the other was faster and fail; as an activity it is tried again.
    const outcomes = await Promise.allSettled([
      business.scan(dueScan, { limit: 1 }),
      business.invoice(dueScan, { limit: 1 }),
    ]);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') assert.match(String(outcome.reason), /its facts never change|deadlock/);
    }
    await business.scan(dueScan);
    await business.invoice('2013-02-02T16:00:00Z');
    const { rows } = await books.database.query<{ wrong: number; parked: number; both: number }>(
      `SELECT count(*) FILTER (WHERE i.total_minor <> l.sum OR s.lifecycle <> 'issued')::int AS wrong,
              count(*) FILTER (WHERE i.line_count = 1 AND w.period_id IS NOT NULL)::int AS parked,
              count(*) FILTER (WHERE i.line_count = 2 AND w.period_id IS NULL)::int AS both
       FROM invoices i JOIN invoice_states s ON s.invoice_id = i.id
       JOIN LATERAL (SELECT sum(amount_minor) FROM invoice_lines WHERE invoice_id = i.id) l ON true
       LEFT JOIN (parked_periods w JOIN periods p ON p.id = w.period_id AND w.resolved_at IS NULL)
         ON p.customer_id = i.customer_id
       WHERE i.clock_id = $1`,
      [business.clockId],
    );
    const { wrong, parked, both } = rows[0]!;
    assert.deepEqual([wrong, parked + both], [0, 6], 'each subscription is on the invoice or parked');
  });

  it('tells of each verdict in the audit log', async () => {
    await business.customer('B6', { plan: base });
    await business.invoice(januaryRun);
    await business.scan(dueScan);
    const [invoice] = await invoices();
    const { rows } = await books.database.query(
      `SELECT action, detail FROM audit_log WHERE subject_id = $1 ORDER BY sequence`,
      [invoice!.id],
    );
    assert.deepEqual(rows.at(-1), { action: 'issued', detail: { totalMinor: '10000', rebuilt: false } });
  });
});
