import { type Benchmark, rateOf } from '../support/benchmark.ts';
import { openDeployment } from '../support/deployment.ts';
import { openMonths } from '../support/months.ts';
import { createRemoteCustomers, publishAll, untilSynced } from './syncs.ts';

/** docs.stripe.com/rate-limits: an operation, and all together in live mode. */
const stripeLimits = { perOperation: 25, total: 100 };

type Counts = { operations: Record<string, { executions: number; replays: number; refusals: number }> };

/**
 * R6: invoices a second in the steady state, from the first that is synced to the last, at a simulated Stripe that
 * refuses the 26th request of an operation in any second; against the most that Stripe's limits allow.
 */
export const syncAtLiveLimits: Benchmark = {
  id: 'R6',
  unit: 'invoices/s',
  goal: 0.95,
  runs: 1,
  warm: false,
  async open({ smoke, say }) {
    const invoices = smoke ? 60 : 2_000;
    const deployment = await openDeployment({ waitForDisks: true });
    const { control, database } = deployment;
    const months = await openMonths(database, invoices);
    // Of others, so that no process still compiles its programs and plans its statements while it is measured.
    const warmUp = await openMonths(database, invoices / 20, 'warm');
    await createRemoteCustomers(deployment, [...months.customerIds, ...warmUp.customerIds]);
    await control('PUT', '/limits', 'live');
    await deployment.start('worker');
    await deployment.start('bridge');
    await warmUp.issueNext();
    await publishAll(deployment, warmUp.clockId);
    await untilSynced(deployment, warmUp.clockId, invoices / 20);
    const before = await control<Counts>('GET', '/counts');
    const since = async () => tally(before, await control<Counts>('GET', '/counts'));
    let seconds = 0;
    return {
      async ours() {
        await months.issueNext();
        say(`R6: ${invoices} invoices are issued; syncing them takes ${Math.round(invoices / 24)} s or more`);
        const overall = await rateOf(invoices, async () => {
          await publishAll(deployment, months.clockId);
          await untilSynced(deployment, months.clockId, invoices);
        });
        seconds = invoices / overall;
        const { rows } = await database.query<{ span: number }>(
          `SELECT extract(epoch FROM max(s.synced_at) - min(s.synced_at))::float8 AS span
           FROM invoice_states s JOIN invoices i ON i.id = s.invoice_id WHERE i.clock_id = $1`,
          [months.clockId],
        );
        return (invoices - 1) / rows[0]!.span;
      },
      async limit() {
        const { executed } = await since();
        return Math.min(stripeLimits.perOperation, stripeLimits.total / (executed / invoices));
      },
      async facts() {
        const { executed, refused } = await since();
        const { rows } = await database.query<{ synced: number; remote: number }>(
          `SELECT count(*) FILTER (WHERE s.sync = 'synced')::int AS synced, count(DISTINCT m.remote_id)::int AS remote
           FROM invoices i JOIN invoice_states s ON s.invoice_id = i.id LEFT JOIN invoice_mappings m ON m.invoice_id = i.id
           WHERE i.clock_id = $1`,
          [months.clockId],
        );
        const lost = invoices - Math.min(rows[0]!.synced, rows[0]!.remote);
        if (lost > 0) throw new Error(`${lost} of ${invoices} invoices are not at Stripe`);
        return {
          invoices,
          callsPerInvoice: executed / invoices,
          secondsFromPublishingToTheEnd: Math.round(seconds),
          refusedShare: Number((refused / (executed + refused)).toFixed(4)),
          lost,
          highestInAnySecond: await control('GET', '/rates'),
        };
      },
      close: deployment.close,
    };
  },
};

/** Requests since then: those that Stripe worked on, and those it refused. */
function tally(before: Counts, now: Counts): { executed: number; refused: number } {
  const sums = { executed: 0, refused: 0 };
  for (const [operation, count] of Object.entries(now.operations)) {
    const { executions = 0, replays = 0, refusals = 0 } = before.operations[operation] ?? {};
    sums.executed += count.executions - executions + count.replays - replays;
    sums.refused += count.refusals - refusals;
  }
  return sums;
}
