import assert from 'node:assert/strict';
import { createApiKey } from '../../src/auth/api-keys.ts';
import { scopes } from '../../src/auth/scopes.ts';
import { type BrokerConnection, createConnection } from '../../src/broker/connection.ts';
import { createPublisher } from '../../src/broker/publisher.ts';
import { deadLetterQueue, dueQueues } from '../../src/broker/topology.ts';
import { depth, until } from '../broker/support.ts';
import { meetAt } from '../scenarios/support/books.ts';
import { addCustomer, openBooks } from '../support/books.ts';
import { openWorld, type World } from '../support/world.ts';
import { issueInvoice, usd } from '../targets/support.ts';
import { type Launched, launch } from './support.ts';

/** The lock by which bridges agree: while a test has it, no message can be carried. */
const slotLock = `SELECT pg_advisory_xact_lock(hashtextextended('sync-slots', 0))`;
/** While a test has it, no event can be stored. */
const eventLock = 'LOCK TABLE event_keys IN SHARE MODE';

const openIn = (line: Record<string, unknown> = {}) => (line['open'] ?? []) as string[];

const clean = { code: 0, signal: null };
const cutShort = { code: 1, signal: null };

describe('A process that is told to end', function () {
  this.timeout(240_000);
  let world: World;
  let broker: BrokerConnection;
  let key: string;

  before(async () => {
    world = await openWorld();
    await openBooks(world.database);
    await addCustomer(world.database, 'A');
    key = (await createApiKey(world.database, { name: 'tests', scopes: [...scopes] })).secret;
    broker = createConnection({ url: world.env['AMQP_URL'] ?? '', name: 'test' });
  });
  after(async () => {
    await Promise.all(processes.map(({ child }) => child.stop()));
    await broker?.close();
    await world?.close();
  });

  const processes: Launched[] = [];
  const start = async (program: string, options: { args?: string[]; env?: Record<string, string> } = {}) => {
    const launched = await launch(program, { ...world.env, ...options.env }, options.args);
    processes.push(launched);
    await launched.said('ready');
    return launched;
  };
  const apiUrl = () => `http://127.0.0.1:${world.env['DURABILL_API_PORT']}`;
  const sendBatch = async (batch: number) => {
    const events = Array.from({ length: 50 }, (_, index) => {
      const day = String(1 + (index % 28)).padStart(2, '0');
      return { id: `${batch}-${index}`, customer: 'A', type: 'departure', occurredAt: `2013-01-${day}T12:00:00Z` };
    });
    const answer = await fetch(`${apiUrl()}/v1/events/batch`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ events }),
    });
    return { status: answer.status, body: (await answer.json()) as { counts?: { accepted?: number } } };
  };

  describe('the API', () => {
    it('answers what has been sent, takes what is still sent for a while, and is not ready from the signal on', async () => {
      const api = await start('api', { env: { DURABILL_API_DRAIN_SECONDS: '5' } });
      assert.equal((await api.ask('/readyz')).status, 200);
      const answers = await meetAt(world.database, eventLock, {
        // Two statements are under way at once; the other calls wait for them in the process.
        waiting: 2,
        start: () => Promise.all([1, 2, 3, 4].map(sendBatch)),
        async meanwhile() {
          api.child.kill('SIGTERM');
          await api.said('stopping');
          const ready = await api.ask('/readyz');
          assert.deepEqual([ready.status, ready.body.parts], [503, { process: 'stopping' }]);
          assert.equal((await api.ask('/healthz')).status, 200);
          // The load balancer has yet to ask; what it sends until then is answered, and so is its question.
          const [customers, readyThere] = await Promise.all([
            fetch(`${apiUrl()}/v1/customers`, { headers: { authorization: `Bearer ${key}` } }),
            fetch(`${apiUrl()}/readyz`),
          ]);
          assert.deepEqual([customers.status, readyThere.status], [200, 503]);
        },
      });
      assert.deepEqual(
        answers.map(({ status, body }) => [status, body.counts?.accepted]),
        [1, 2, 3, 4].map(() => [200, 50]),
      );
      assert.deepEqual(await api.child.exited, clean);
      const { rows } = await world.database.query<{ count: bigint }>('SELECT count(*) FROM usage_events');
      assert.equal(rows[0]?.count, 200n);
    });

    it('ends at once at a second signal, and says what was open', async () => {
      const api = await start('api', { env: { DURABILL_API_DRAIN_SECONDS: '15' } });
      let ended = false;
      void api.child.exited.then(() => {
        ended = true;
      });
      // Signals that come within a second count as one, so the second one has to be sent for a while.
      await until(() => {
        api.child.kill('SIGTERM');
        return ended;
      }, 'it has ended');
      assert.deepEqual(await api.child.exited, cutShort);
      const [line] = await api.said('ended at once by a second signal');
      assert.ok(openIn(line).includes('the time for load balancers'), JSON.stringify(line));
    });
  });

  describe('the bridge', () => {
    const count = 60;
    let invoices: string[];

    before(async () => {
      invoices = [];
      for (let index = 0; index < count; index += 1) {
        invoices.push((await issueInvoice(world.database, { amountsMinor: usd(1) })).id);
      }
      const publisher = createPublisher(broker);
      await publisher.publish(invoices.map((invoiceId) => ({ version: 1, invoiceId, priority: 'normal' })));
      await publisher.close();
    });
    const waiting = () => depth(broker, dueQueues.normal);
    const carried = async (): Promise<number> => {
      const { rows } = await world.database.query<{ count: bigint }>(
        `SELECT count(*) FROM invoice_states WHERE sync = 'syncing'`,
      );
      return Number(rows[0]?.count);
    };

    /** A bridge that has had no lock since it began, so that it has carried nothing when `meanwhile` comes. */
    const startBeforeTheLock = (meanwhile: (bridge: Launched) => Promise<void>): Promise<Launched> => {
      let bridge: Promise<Launched>;
      return meetAt(world.database, slotLock, {
        waiting: 1,
        start: () => {
          bridge = start('bridge');
          return bridge;
        },
        meanwhile: async () => await meanwhile(await bridge),
      });
    };

    it('gives up in the end what it cannot finish: it says what was open, and every message is back', async () => {
      const bridge = await startBeforeTheLock(async ({ child }) => {
        child.kill('SIGTERM');
        assert.deepEqual(await child.exited, cutShort);
      });
      const [line] = await bridge.said('not everything could be closed within the grace time');
      assert.ok(openIn(line).includes('connections'), JSON.stringify(line));
      await until(async () => (await waiting()) === count, 'every message is back in the queue');
      assert.equal(await carried(), 0);
    });

    it('finishes what it holds, hands back the rest, and loses none', async () => {
      const bridge = await startBeforeTheLock(async ({ child, said, ask }) => {
        child.kill('SIGTERM');
        await said('stopping');
        assert.equal((await ask('/readyz')).status, 503);
      });
      assert.deepEqual(await bridge.child.exited, clean);
      const inHand = await carried();
      assert.ok(inHand > 0 && inHand < count, `${inHand} of ${count} were in its hands`);
      assert.equal(await waiting(), count - inHand);

      await start('bridge');
      await until(async () => (await carried()) === count, 'the next bridge carries the rest');
      await until(async () => (await waiting()) === 0, 'no message is left');
      assert.equal(await depth(broker, deadLetterQueue), 0);
    });
  });

  it('says which part is away, and why, while it waits', async () => {
    const database = new URL(world.env['DATABASE_URL'] ?? '');
    const wrong = new URL(database);
    wrong.password = 'wrong';
    const [lost, locked] = await Promise.all([
      launch('bridge', { ...world.env, AMQP_URL: 'amqp://127.0.0.1:1' }),
      launch('bridge', { ...world.env, DATABASE_URL: `${wrong}` }),
    ]);
    const told = (lines: Awaited<ReturnType<typeof lost.said>>) =>
      lines.map(({ part, err }) => [part, (err as { message?: string }).message]);
    assert.match(String(told(await lost.said('part is away'))), /^rabbitmq,.*ECONNREFUSED/);
    assert.match(String(told(await locked.said('part is away'))), /password authentication failed/);
    const [waiting] = await locked.said('waiting for the setup');
    assert.equal(waiting?.['lacking'], 'PostgreSQL does not answer');
    await Promise.all([lost, locked].map(({ child }) => child.stop()));
  });

  it('counts on while PostgreSQL is away, and says that what is read off it is missing', async () => {
    const worker = await launch('worker', { ...world.env, DATABASE_URL: 'postgresql://durabill@127.0.0.1:1/durabill' });
    const port = (await worker.said('operations'))[0]?.['port'];
    const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
    const metrics = await answer.text();
    assert.equal(answer.status, 200);
    assert.match(metrics, /^durabill_books_readable\{process="worker"\} 0$/m);
    assert.match(metrics, /^process_cpu_seconds_total/m);
    assert.doesNotMatch(metrics, /^durabill_(attention|oldest_open_sync_seconds|usage_rollup_lag_seconds)\{/m);
    await worker.child.stop();
  });

  it('ends at once with 0 while it still waits for its setup', async () => {
    const bridge = await launch('bridge', { ...world.env, TEMPORAL_NAMESPACE: 'not-made-yet' });
    await bridge.said('waiting for the setup');
    bridge.child.kill('SIGTERM');
    assert.deepEqual(await bridge.child.exited, clean);
  });
});
