import assert from 'node:assert/strict';
import { clockIdOf, runIdOf } from '../../src/billing/ids.ts';
import { findLateUsage } from '../../src/billing/late-usage.ts';
import { openRun } from '../../src/store/runs.ts';
import { openWorld, type World } from '../support/world.ts';
import { type BilledInvoice, invoicesOf } from './support/books.ts';
import { runAt } from './support/runs.ts';
import { openSmallBusiness, recordCalls } from './support/small-business.ts';

/**
 * Runs that start late, take long or are missed, and usage that comes late. Each story has a clock and a customer of its
 * own, who pays 20.00 USD a month and 0.50 for each call. January's invoicing is due on 1 February at 13:00:00.
 */
describe('Late runs and late usage', function () {
  this.timeout(60_000);
  let world: World;

  before(async () => {
    world = await openWorld();
    await world.start('worker');
  });
  after(async () => await world?.close());

  const open = async (clock: string, numberPrefix: string) =>
    await openSmallBusiness(world.database, { clock, numberPrefix, customers: [clock] });
  const invoiceOn = async (clock: string): Promise<BilledInvoice> => {
    const [invoice, ...others] = await invoicesOf(world.database, clockIdOf(clock));
    assert.deepEqual(others, []);
    assert.ok(invoice, 'invoice');
    return invoice;
  };
  const scan = async (clock: string, nominal: string) =>
    (await runAt(world, 'dueInvoiceScan', clock, { nominal }))['issued'] ?? 0;

  it('gives a run that starts 7 s late its whole review day, and the next day’s scan issues it', async () => {
    await open('seven-seconds', 'SEVEN');
    const run = { nominal: '2013-02-01T13:00:00Z', startedAt: '2013-02-01T13:00:07Z' };
    assert.equal((await runAt(world, 'monthlyInvoicing', 'seven-seconds', run))['generated'], 1);
    const draft = await invoiceOn('seven-seconds');
    assert.equal(draft.dueAt.toISOString(), '2013-02-02T13:00:07.000Z');

    // 24 hours after the nominal time are 7 s too few.
    assert.equal(await scan('seven-seconds', '2013-02-02T13:00:00Z'), 0);
    assert.equal(await scan('seven-seconds', '2013-02-02T15:00:00Z'), 1);
    const { lifecycle, issuedAt } = await invoiceOn('seven-seconds');
    assert.deepEqual([lifecycle, issuedAt?.toISOString()], ['issued', '2013-02-02T15:00:00.000Z']);
  });

  it('does not cut the review of a run that starts at 16:00 short: it is issued a day later', async () => {
    await open('three-hours', 'THREE');
    const run = { nominal: '2013-02-01T13:00:00Z', startedAt: '2013-02-01T16:00:00Z' };
    await runAt(world, 'monthlyInvoicing', 'three-hours', run);
    assert.equal((await invoiceOn('three-hours')).dueAt.toISOString(), '2013-02-02T16:00:00.000Z');
    assert.equal(await scan('three-hours', '2013-02-02T15:00:00Z'), 0);
    assert.equal(await scan('three-hours', '2013-02-03T15:00:00Z'), 1);
  });

  it('does not make a run late that started in time and took all night', async () => {
    await open('slow-run', 'SLOW');
    const clockId = clockIdOf('slow-run');
    const cutoffAt = new Date('2013-02-01T13:00:00Z');
    // Opened at midnight of 1 January, before its time, so that the cut-off counts; its pages are written 20 hours late.
    await openRun(world.database, {
      id: runIdOf(clockId, 'invoicing', cutoffAt),
      clockId,
      kind: 'invoicing',
      cutoffAt,
      workflowId: 'an earlier start',
    });
    const run = { nominal: '2013-02-01T13:00:00Z', startedAt: '2013-02-02T09:00:00Z' };
    assert.equal((await runAt(world, 'monthlyInvoicing', 'slow-run', run))['generated'], 1);
    assert.equal((await invoiceOn('slow-run')).dueAt.toISOString(), '2013-02-02T13:00:00.000Z');
    assert.equal(await scan('slow-run', '2013-02-02T15:00:00Z'), 1);
  });

  it('issues on 5 February what three missed scans should have issued from the 2nd on', async () => {
    await open('missed-scans', 'MISSED');
    await runAt(world, 'monthlyInvoicing', 'missed-scans', { nominal: '2013-02-01T13:00:00Z' });
    assert.equal(await scan('missed-scans', '2013-02-05T15:00:00Z'), 1);
    const { number, issuedAt } = await invoiceOn('missed-scans');
    assert.deepEqual([number, issuedAt?.toISOString()], ['MISSED-000001', '2013-02-05T15:00:00.000Z']);
  });

  it('bills usage that arrives in the review day, and shows what arrives after it as late', async () => {
    const { clockId } = await open('late-usage', 'LATE');
    const send = async (from: string, count: number) =>
      await recordCalls(world.database, { customer: 'late-usage', from, count });

    // 3 calls: 20.00 + 3 × 0.50 = 21.50.
    await send('2013-01-10T12:00:00Z', 3);
    await runAt(world, 'monthlyInvoicing', 'late-usage', { nominal: '2013-02-01T13:00:00Z' });
    assert.equal((await invoiceOn('late-usage')).totalMinor, 21_50n);

    // In the review day 2 more of 31 January, and 5 of February that belong on the next bill: 21.50 + 2 × 0.50 = 22.50.
    assert.deepEqual(await send('2013-01-31T23:58:00Z', 2), ['accepted', 'accepted']);
    await send('2013-02-01T00:00:00Z', 5);
    assert.equal(await scan('late-usage', '2013-02-02T15:00:00Z'), 1);
    const issued = await invoiceOn('late-usage');
    assert.equal(issued.totalMinor, 22_50n);
    assert.deepEqual(await quantities(issued.id), ['1', '5']);
    assert.deepEqual(await findLateUsage(world.database, clockId), { periods: 1, differing: 0, differences: [] });

    // After the issue 4 more of January: the invoice stays, the difference is 4 × 0.50 = 2.00.
    await send('2013-01-20T12:00:00Z', 4);
    assert.equal(await scan('late-usage', '2013-02-03T15:00:00Z'), 0);
    assert.deepEqual(await invoiceOn('late-usage'), issued);
    const differences = [{ currency: 'USD', amountMinor: 2_00n }];
    assert.deepEqual(await findLateUsage(world.database, clockId), { periods: 1, differing: 1, differences });

    // February's bill has February's 5 calls and nothing of January: 20.00 + 5 × 0.50 = 22.50.
    await runAt(world, 'monthlyInvoicing', 'late-usage', { nominal: '2013-03-01T13:00:00Z' });
    assert.equal(await scan('late-usage', '2013-03-02T15:00:00Z'), 1);
    const february = (await invoicesOf(world.database, clockId)).at(-1);
    assert.deepEqual([february?.number, february?.totalMinor], ['LATE-000002', 22_50n]);
    assert.deepEqual(await quantities(february?.id), ['1', '5']);
  });

  async function quantities(invoiceId: string | undefined): Promise<string[]> {
    const { rows } = await world.database.query<{ quantity: string }>(
      'SELECT trim_scale(quantity)::text AS quantity FROM invoice_lines WHERE invoice_id = $1 ORDER BY position',
      [invoiceId],
    );
    return rows.map(({ quantity }) => quantity);
  }
});
