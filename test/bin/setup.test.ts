import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { freePort } from '../../src/stack/ports.ts';
import { openDatabase } from '../../src/store/database.ts';
import { connectTemporal } from '../../src/temporal/connection.ts';
import { scheduleIds } from '../../workflows/contract/ids.ts';
import { until } from '../broker/support.ts';
import { getStack } from '../support/stack.ts';
import { finish, type Launched, launch } from './support.ts';

async function onServer(statement: string): Promise<void> {
  const client = new pg.Client(getStack().databaseUrl);
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

describe('npm run setup', function () {
  this.timeout(240_000);
  const id = randomUUID().slice(0, 8);
  const namespace = `setup-${id}`;
  const database = `setup_${id}`;
  let env: Record<string, string>;
  let processes: Launched[] = [];

  before(async () => {
    await onServer(`CREATE DATABASE ${database}`);
    const url = new URL(getStack().databaseUrl);
    url.pathname = `/${database}`;
    env = {
      DATABASE_URL: url.href,
      AMQP_URL: getStack().amqpUrl,
      TEMPORAL_ADDRESS: getStack().temporalAddress,
      TEMPORAL_NAMESPACE: namespace,
      STRIPE_SECRET_KEY: 'sk_test_durabillSetup000000',
      DURABILL_API_PORT: String(await freePort()),
      DURABILL_API_DRAIN_SECONDS: '0',
    };
  });
  after(async () => {
    await Promise.all(processes.map(({ child }) => child.stop()));
    await onServer(`DROP DATABASE ${database} WITH (FORCE)`);
  });

  it('is waited for by processes that were started before it, which say what they wait for', async () => {
    // The bridge of this deployment would drink from the queues of the test stack; the other two show the same.
    processes = await Promise.all([launch('api', env), launch('worker', env)]);
    for (const one of processes) {
      await one.said('waiting for the setup');
      const { status, body } = await one.ask('/readyz');
      assert.equal(status, 503);
      assert.equal(body.parts?.['setup'], 'the schema of this version is not in the database: run `npm run setup`');
      assert.equal((await one.ask('/healthz')).status, 200);
    }
  });

  it('can be run by several at once, after which the processes begin', async () => {
    const runs = await Promise.all([1, 2, 3].map(() => finish('setup', [], env)));
    assert.deepEqual(
      runs.map(({ code, stderr }) => [code, stderr]),
      runs.map(() => [0, 'Schema, clock, namespace and Schedules are in place.\n']),
    );
    for (const one of processes) {
      await one.said('ready');
      await until(async () => (await one.ask('/readyz')).status === 200, 'it is ready');
    }
    const temporal = connectTemporal({ address: getStack().temporalAddress, namespace });
    for (const schedule of Object.values(scheduleIds)) await temporal.client.schedule.getHandle(schedule).describe();
    await temporal.close();
    const books = openDatabase(env['DATABASE_URL'] ?? '');
    const { rows } = await books.query<{ count: bigint }>('SELECT count(*) FROM clocks');
    await books.close();
    assert.equal(rows[0]?.count, 1n);
  });

  it('can be repeated, and makes a key that works and is printed this once', async () => {
    const { code, stdout } = await finish('setup', ['--api-key', 'operator'], env);
    assert.equal(code, 0);
    assert.match(stdout, /^dbk_[\w-]{43}\n$/);
    const answer = await fetch(`http://127.0.0.1:${env['DURABILL_API_PORT']}/v1/customers`, {
      headers: { authorization: `Bearer ${stdout.trim()}` },
    });
    assert.equal(answer.status, 200);
  });

  it('says in one sentence what is away', async () => {
    const { code, stderr } = await finish('setup', [], {
      ...env,
      DATABASE_URL: 'postgresql://durabill@127.0.0.1:1/none',
    });
    assert.equal(code, 1);
    assert.match(stderr, /^The setup could not be done: .*ECONNREFUSED 127\.0\.0\.1:1/);
    assert.doesNotMatch(stderr, /^\s+at /m);
  });
});
