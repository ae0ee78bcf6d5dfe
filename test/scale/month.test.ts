import assert from 'node:assert/strict';
import { addManyCustomers, month, prices } from '../../bench/support/many-customers.ts';
import { startService } from '../../src/bin/start/services.ts';
import { createConnection } from '../../src/broker/connection.ts';
import { deadLetterQueue, dueQueues } from '../../src/broker/topology.ts';
import type { RunningChild } from '../../src/stack/index.ts';
import { moveTestClock } from '../../src/store/due-work.ts';
import { startRun } from '../../src/temporal/start-run.ts';
import type { RunResult } from '../../workflows/run-in-pages.ts';
import { depth, until } from '../broker/support.ts';
import { getStack } from '../support/stack.ts';
import { openWorld, type World } from '../support/world.ts';

const eventsEach = 100;
const events = Number(process.env['DURABILL_SCALE_EVENTS'] ?? 10_000_000);
const customers = Math.floor(events / eventsEach);
/** Invoices that are left for Stripe; the others' messages find that there is nothing to do any more. */
const leftForStripe = Math.min(200, customers);
/** The month would not fit: its events alone are gigabytes. */
const heapMegabytes = 256;
const limitMs = 30 * 60_000;

/**
 * A month of ten million events, billed, issued, published and drained by processes whose memory would not hold a
 * fraction of it. DURABILL_SCALE_EVENTS makes it smaller.
 */
describe(`A month of ${events.toLocaleString('en-US')} events`, function () {
  this.timeout(limitMs);
  let world: World;
  let clockId: string;
  let ended: string[];

  before(async () => {
    assert.ok(customers >= 1, 'DURABILL_SCALE_EVENTS is below the events of one customer');
    ended = [];
    world = await openWorld();
    clockId = await addManyCustomers(world.database, { name: 'SCALE', customers, eventsEach, seed: 1 });
    await start('worker');
  });
  after(async () => await world?.close());

  /** A real process, with a heap that it cannot grow out of: past the limit it dies. */
  async function start(program: 'worker' | 'bridge'): Promise<RunningChild> {
    const name = `${program}-${world.namespace}`;
    const env = { ...world.env, NODE_OPTIONS: `--max-old-space-size=${heapMegabytes}` };
    const child = await startService(getStack(), { name, program, env, ready: 'log' });
    void child.exited.then(() => ended.push(name));
    return child;
  }

  async function run(kind: 'invoicing' | 'due-scan', at: string): Promise<Record<string, number>> {
    await moveTestClock(world.database, clockId, new Date(at));
    const { workflowId } = await startRun(world.temporal.client, { kind, clockId, at: new Date(at) });
    const { counts } = (await world.temporal.client.workflow.getHandle(workflowId).result()) as RunResult;
    return counts;
  }

  const count = async (condition: string) => {
    const { rows } = await world.database.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM invoices i JOIN invoice_states s ON s.invoice_id = i.id
       WHERE i.clock_id = $1 AND ${condition}`,
      [clockId],
    );
    return rows[0]!.count;
  };

  it('is billed customer by customer to what SQL computes from the events', async () => {
    const { generated, parkedPeriods } = await run('invoicing', month.billedAt);
    assert.deepEqual({ generated, parkedPeriods }, { generated: customers, parkedPeriods: 0 });
    assert.deepEqual(await differingTotals(world, clockId), {
      invoices: customers,
      differing: 0,
      events: BigInt(events),
    });
  });

  it('is issued, every invoice once, and published, one message each', async () => {
    const { issued, skipped, held, rebuilt, published } = await run('due-scan', month.issuedAt);
    assert.deepEqual(
      { issued, skipped, held, rebuilt, published },
      { issued: customers, skipped: 0, held: 0, rebuilt: 0, published: customers },
    );
    assert.equal(await count(`s.lifecycle = 'issued' AND s.sync = 'queued'`), customers);
    const { rows } = await world.database.query(
      `SELECT count(DISTINCT number)::int AS numbers, max(substr(number, 7)::int) AS last FROM invoices WHERE clock_id = $1`,
      [clockId],
    );
    assert.deepEqual(rows[0], { numbers: customers, last: customers });
  });

  it('is drained by a bridge, which hands on what is still to be done', async () => {
    await world.database.query(
      `UPDATE invoice_states SET sync = 'synced', synced_at = now() WHERE invoice_id IN (
         SELECT invoice_id FROM invoice_states WHERE sync = 'queued' ORDER BY invoice_id LIMIT $1)`,
      [customers - leftForStripe],
    );
    const connection = createConnection({ url: world.env['AMQP_URL']!, name: 'test' });
    const waiting = await depth(connection, dueQueues.normal);
    assert.equal(waiting, customers);

    const bridge = await start('bridge');
    // Published in the order of the ids, so those that are left for Stripe come last.
    const mapped = async () => (await world.database.query('SELECT FROM invoice_mappings')).rows.length;
    await until(async () => (await mapped()) >= leftForStripe, 'what was left is at Stripe', limitMs);
    await until(async () => (await depth(connection, dueQueues.normal)) === 0, 'the queue is empty', limitMs);
    assert.equal(await count(`s.sync = 'synced'`), customers);
    assert.equal(await mapped(), leftForStripe, 'nothing else was sent');
    assert.deepEqual(ended, [], 'no process died');

    // What a consumer held without having acknowledged it would come back now.
    await bridge.stop();
    assert.equal(await depth(connection, dueQueues.normal), 0);
    assert.equal(await depth(connection, deadLetterQueue), 0);
    await connection.close();
  });
});

/** Every invoice beside its total computed in SQL alone, of prices written down once more. */
async function differingTotals({ database }: World, clockId: string) {
  const { base, calls, megabytes } = prices;
  const { rows } = await database.query<{ invoices: number; differing: number; events: bigint }>(
    `WITH used AS (
       SELECT u.customer_id, count(*) AS calls, coalesce(sum((u.properties ->> 'megabytes')::int)
         FILTER (WHERE u.properties ->> 'region' = $2), 0) AS megabytes
       FROM usage_events u JOIN customers c ON c.id = u.customer_id
       WHERE c.clock_id = $1 AND u.occurred_at >= $3 AND u.occurred_at < $4 GROUP BY u.customer_id)
     SELECT count(*)::int AS invoices, sum(u.calls)::bigint AS events,
       count(*) FILTER (WHERE i.total_minor <> round($5::numeric * 100)
         + round((least(u.calls, $6::numeric) * $7::numeric + greatest(u.calls - $6::numeric, 0) * $8::numeric) * 100)
         + round(u.megabytes * $9::numeric * 100))::int AS differing
     FROM invoices i JOIN used u ON u.customer_id = i.customer_id WHERE i.clock_id = $1`,
    [
      clockId,
      megabytes.region,
      month.startAt,
      month.endAt,
      base,
      calls.firstUpTo,
      calls.first,
      calls.further,
      megabytes.unit,
    ],
  );
  return rows[0];
}
