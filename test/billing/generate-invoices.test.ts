import assert from 'node:assert/strict';
import { extendPeriods } from '../../src/billing/extend-periods.ts';
import { generateInvoices } from '../../src/billing/generate-invoices.ts';
import { runIdOf } from '../../src/billing/ids.ts';
import { moveTestClock } from '../../src/store/due-work.ts';
import { finishRun, openRun } from '../../src/store/runs.ts';
import { useTestDatabase } from '../support/database.ts';
import { type Business, flat, invoicesOf, openBusiness, perDeparture, perMile, throughPages } from './business.ts';

const januaryRun = '2013-02-01T13:00:00Z';
const nothing = { generated: 0, rebuilt: 0, parkedPeriods: 0, held: 0, noted: 0 };

describe('generateInvoices', () => {
  const books = useTestDatabase();
  let business: Business;
  let base = '';
  let landing = '';

  beforeEach(async () => {
    business = await openBusiness(books.database);
    base = await business.plan('base', [flat('100')]);
    landing = await business.plan('landing', [perDeparture('2')]);
  });

  const invoices = (ownerId: string) => invoicesOf(books.database, ownerId);
  const totals = async (ownerId: string) => (await invoices(ownerId)).map(({ totalMinor }) => totalMinor);
  const settled = async () => {
    const { rows } = await books.database.query<{ id: string; by: string | null }>(
      `SELECT p.id, p.settled_by AS by FROM periods p JOIN customers c ON c.id = p.customer_id WHERE c.clock_id = $1`,
      [business.clockId],
    );
    return rows;
  };

  it('bills each month once, however often it runs', async () => {
    const id = await business.customer('B6', { plan: landing });
    await business.use('B6', [{ at: '2013-01-05T10:00:00Z' }, { at: '2013-01-31T23:59:59.999Z' }]);
    assert.deepEqual(await business.invoice('2013-02-01T12:59:59.999Z'), nothing, 'not billable yet');
    assert.deepEqual(await business.invoice(januaryRun), { ...nothing, generated: 1 });
    assert.deepEqual(await business.invoice(januaryRun), nothing);
    assert.deepEqual(await business.invoice('2013-02-01T14:00:00Z'), nothing);
    assert.deepEqual(await totals(id), [400n]);
    assert.deepEqual((await settled()).filter(({ by }) => by !== null).length, 1);
  });

  it('catches up on months that were missed, one draft for each', async () => {
    const id = await business.customer('B6', { plan: base });
    assert.deepEqual(await business.invoice('2013-05-01T13:00:00Z'), { ...nothing, generated: 4 });
    assert.deepEqual(
      (await invoices(id)).map(({ periodStartAt }) => periodStartAt.getUTCMonth()),
      [0, 1, 2, 3],
    );
  });

  it('puts two subscriptions of one group on one invoice, and those of two groups on two', async () => {
    const id = await business.customer('B6', { plan: base });
    await business.subscribe(id, landing);
    await business.subscribe(id, await business.plan('cargo', [flat('7')]), { billingGroup: 'cargo' });
    await business.use('B6', [{ at: '2013-01-05T10:00:00Z' }]);
    assert.deepEqual(await business.invoice(januaryRun), { ...nothing, generated: 2 });
    const found = (await invoices(id)).map(({ billingGroup, totalMinor, lineCount }) => [
      billingGroup,
      totalMinor,
      lineCount,
    ]);
    assert.deepEqual(found, [
      ['', 10_200n, 2],
      ['cargo', 700n, 1],
    ]);
  });

  it('gives a subscription of another period an invoice of its own', async () => {
    const id = await business.customer('B6', { plan: base });
    await business.subscribe(id, landing, { from: '2013-01-10T00:00:00Z' });
    assert.deepEqual(await business.invoice(januaryRun), { ...nothing, generated: 2 });
    assert.equal((await invoices(id)).length, 2);
  });

  it('lets a subscription that is found later join the draft, which keeps its review day', async () => {
    const id = await business.customer('B6', { plan: base });
    await business.invoice(januaryRun);
    const [before] = await invoices(id);
    await business.subscribe(id, landing);
    await business.use('B6', [{ at: '2013-01-05T10:00:00Z' }]);
    assert.deepEqual(await business.invoice('2013-02-01T14:00:00Z'), { ...nothing, rebuilt: 1 });
    const after = await invoices(id);
    assert.deepEqual(after, [{ ...before, totalMinor: 10_200n, lineCount: 2 }]);
    assert.deepEqual(await business.invoice('2013-02-01T15:00:00Z'), nothing);
  });

  it('parks it when the invoice is issued already, and leaves the invoice as it is', async () => {
    const id = await business.customer('B6', { plan: base });
    await business.invoice(januaryRun);
    await business.scan('2013-02-02T15:00:00Z');
    const before = await invoices(id);
    await business.subscribe(id, landing);
    assert.deepEqual(await business.invoice('2013-02-02T16:00:00Z'), { ...nothing, parkedPeriods: 1 });
    assert.deepEqual(await invoices(id), before);
    const [parked] = await parkedPeriods();
    assert.equal(parked?.code, 'period-already-invoiced');
    assert.match(parked.reason, new RegExp(`${before[0]!.id} is issued`));
  });

  it('bills what comes after a void as the next revision, and what the void settled stays settled', async () => {
    const id = await business.customer('B6', { plan: base });
    await business.invoice(januaryRun);
    await business.scan('2013-02-02T15:00:00Z');
    await books.database.query(`UPDATE invoice_states SET lifecycle = 'void' WHERE customer_id = $1`, [id]);
    assert.deepEqual(await business.invoice('2013-02-02T16:00:00Z'), nothing);
    await business.subscribe(id, landing);
    assert.deepEqual(await business.invoice('2013-02-02T17:00:00Z'), { ...nothing, generated: 1 });
    const found = (await invoices(id)).map(({ revision, lifecycle, lineCount }) => [revision, lifecycle, lineCount]);
    assert.deepEqual(found, [
      [1, 'void', 1],
      [2, 'draft', 1],
    ]);
  });

  describe('with a customer that cannot be billed', () => {
    // What the use of a month adds up to, what that is called, and the use that mends it.
    const faults: Record<string, [miles: unknown, code: string, mending: unknown]> = {
      'a negative quantity': [-50, 'quantity-negative', 60],
      'an amount that does not fit': ['9999999999999999999999999', 'amount-out-of-range', '-9999999999999999999999989'],
    };
    for (const [what, [miles, code, mending]] of Object.entries(faults)) {
      it(`parks ${what} alone, and bills it once it is mended`, async () => {
        const plan = await business.plan('miles', [flat('1'), perMile('0.10')]);
        const sick = await business.customer('sick', { plan });
        const healthy = [await business.customer('B6', { plan }), await business.customer('UA', { plan })];
        await business.use('sick', [{ at: '2013-01-10T00:00:00Z', properties: { miles } }]);
        await business.use('B6', [{ at: '2013-01-10T00:00:00Z', properties: { miles: 20 } }]);

        assert.deepEqual(await business.invoice(januaryRun), { ...nothing, generated: 2, parkedPeriods: 1 });
        assert.deepEqual([await totals(healthy[0]!), await totals(healthy[1]!)], [[300n], [100n]]);
        assert.deepEqual(await totals(sick), []);
        assert.deepEqual(await business.invoice('2013-02-01T14:00:00Z'), { ...nothing, parkedPeriods: 1 });
        const [waiting] = await parkedPeriods();
        assert.deepEqual([waiting?.code, waiting?.attempts, waiting?.resolved], [code, 2, false]);
        assert.ok(waiting!.reason.length > 20, waiting!.reason);

        await business.use('sick', [{ at: '2013-01-11T00:00:00Z', properties: { miles: mending } }]);
        assert.deepEqual(await business.invoice('2013-02-01T15:00:00Z'), { ...nothing, generated: 1 });
        // The two add up to 10 miles.
        assert.deepEqual(await totals(sick), [200n]);
        assert.deepEqual(
          (await parkedPeriods()).map(({ resolved }) => resolved),
          [true],
        );
      });
    }

    it('keeps its other group and its other months apart', async () => {
      const miles = await business.plan('miles', [perMile('1')]);
      const id = await business.customer('B6', { plan: miles });
      await business.subscribe(id, base, { billingGroup: 'fees' });
      await business.use('B6', [{ at: '2013-01-10T00:00:00Z', properties: { miles: -1 } }]);
      assert.deepEqual(await business.invoice('2013-03-01T13:00:00Z'), { ...nothing, generated: 3, parkedPeriods: 1 });
    });
  });

  async function parkedPeriods() {
    const { rows } = await books.database.query<{ code: string; reason: string; attempts: number; resolved: boolean }>(
      `SELECT w.code, w.reason, w.attempts, w.resolved_at IS NOT NULL AS resolved
       FROM parked_periods w JOIN billing_runs r ON r.id = w.run_id WHERE r.clock_id = $1`,
      [business.clockId],
    );
    return rows;
  }

  it('agrees with a run at the same instant: every customer has one draft in the end', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 12; index += 1) {
      const id = await business.customer(`C${index}`, { plan: base });
      await business.subscribe(id, landing);
      ids.push(id);
    }
    const runs = await Promise.all([1, 2, 3, 4].map((limit) => business.invoice(januaryRun, { limit })));
    assert.equal(
      runs.reduce((sum, { generated, rebuilt }) => sum + generated + rebuilt, 0),
      12,
    );
    for (const id of ids) assert.deepEqual(await totals(id), [10_000n]);
  });

  it('agrees with itself when pages are under way together, and with another run that does the same', async () => {
    for (let index = 0; index < 12; index += 1) await business.customer(`C${index}`, { plan: base });
    const runs = await Promise.all([2, 3].map((limit) => business.invoice(januaryRun, { limit, atOnce: 3 })));
    assert.equal(
      runs.reduce((sum, { generated }) => sum + generated, 0),
      12,
    );
    assert.equal((await invoices(business.clockId)).length, 12);
  });

  for (const limit of [1, 2, 3, 5, 6]) {
    it(`takes whole customers at the borders of pages of ${limit}`, async () => {
      for (let index = 0; index < 5; index += 1) {
        const id = await business.customer(`C${index}`, { plan: base });
        await business.subscribe(id, landing);
      }
      assert.deepEqual(await business.invoice(januaryRun, { limit }), { ...nothing, generated: 5 });
      assert.deepEqual(
        (await invoices(business.clockId)).map(({ lineCount }) => lineCount),
        [2, 2, 2, 2, 2],
      );
      assert.ok((await settled()).filter(({ by }) => by === null).length === 10, 'the open months of February');
    });
  }

  it('goes on after a page that failed as if it had not been', async () => {
    await business.customer('B6', { plan: base });
    await business.customer('UA', { plan: base });
    const cutoffAt = new Date(januaryRun);
    const run = { id: runIdOf(business.clockId, 'invoicing', cutoffAt), clockId: business.clockId, cutoffAt };
    await business.invoice('2013-01-31T00:00:00Z');
    // The run itself is not there, so that the first statement that names it fails, at the end of a page's work.
    const startedAt = cutoffAt;
    const failing = throughPages((after) =>
      generateInvoices(books.database, { ...run, startedAt }, { after, limit: 1 }, business.checks),
    );
    await assert.rejects(failing, /invoices_run_id_fkey/);
    assert.deepEqual(await invoices(business.clockId), []);
    assert.deepEqual(await business.invoice(januaryRun), { ...nothing, generated: 2 });
  });

  it('gives drafts a day of review from the cut-off, or from the start of a run that was late', async () => {
    const early = await business.customer('early', { plan: base });
    await business.invoice(januaryRun);
    assert.equal((await invoices(early))[0]?.dueAt.toISOString(), '2013-02-02T13:00:00.000Z');

    // The clock stands at 2 February, 08:00, when the run for 1 February is opened for a customer that came late.
    await business.invoice('2013-02-02T08:00:00Z');
    const late = await business.customer('late', { plan: base });
    const cutoffAt = new Date('2013-02-01T13:00:00.001Z');
    const id = runIdOf(business.clockId, 'invoicing', cutoffAt);
    const wanted = { id, clockId: business.clockId, kind: 'invoicing' as const, cutoffAt, workflowId: 'late' };
    const run = await openRun(books.database, wanted);
    await business.invoice('2013-02-02T07:00:00Z');
    await throughPages((after) => generateInvoices(books.database, run, { after, limit: 10 }, business.checks));
    assert.equal((await invoices(late))[0]?.dueAt.toISOString(), '2013-02-03T08:00:00.000Z');
  });

  it('gives what a finished run finds when it is done again a review day of its own', async () => {
    await business.customer('first', { plan: base });
    await business.invoice(januaryRun);
    const cutoffAt = new Date(januaryRun);
    const id = runIdOf(business.clockId, 'invoicing', cutoffAt);
    await finishRun(books.database, id, { generated: 1 });

    // On 2 February, 15:00, somebody subscribes a customer from January on, and asks for the run of 1 February again.
    const late = await business.customer('late', { plan: base });
    await moveTestClock(books.database, business.clockId, new Date('2013-02-02T15:00:00Z'));
    const again = { id, clockId: business.clockId, kind: 'invoicing' as const, cutoffAt, workflowId: 'again' };
    const run = await openRun(books.database, again);
    assert.deepEqual([run.finishedAt, run.progress], [null, {}]);
    await extendPeriods(books.database, { clockId: business.clockId, until: cutoffAt });
    await throughPages((after) => generateInvoices(books.database, run, { after, limit: 10 }, business.checks));
    assert.equal((await invoices(late))[0]?.dueAt.toISOString(), '2013-02-03T15:00:00.000Z');
  });

  it('tells of drafts and of what joined them in the audit log', async () => {
    const id = await business.customer('B6', { plan: base });
    await business.invoice(januaryRun);
    await business.subscribe(id, landing);
    await business.invoice('2013-02-01T14:00:00Z');
    const [invoice] = await invoices(id);
    const { rows } = await books.database.query(
      `SELECT action, detail FROM audit_log WHERE subject_kind = 'invoice' AND subject_id = $1 ORDER BY sequence`,
      [invoice!.id],
    );
    assert.deepEqual(rows, [
      { action: 'generated', detail: { totalMinor: '10000', currency: 'USD', lines: 1 } },
      { action: 'rebuilt', detail: { totalMinor: '10000', currency: 'USD', lines: 2 } },
    ]);
  });
});
