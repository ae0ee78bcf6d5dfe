import assert from 'node:assert/strict';
import { readConfig } from '../../src/config.ts';
import { isDurabillError } from '../../src/errors/error.ts';
import { finish } from './support.ts';

/** Nobody listens at any of these: what would connect would fail. */
const env = {
  DATABASE_URL: 'postgresql://durabill@127.0.0.1:1/durabill',
  AMQP_URL: 'amqp://127.0.0.1:1',
  TEMPORAL_ADDRESS: '127.0.0.1:1',
  STRIPE_SECRET_KEY: 'sk_test_durabillNobody00000',
};

function faultsOf(changed: Record<string, string>): string[] {
  try {
    readConfig({ ...env, ...changed });
    return [];
  } catch (error) {
    assert.ok(isDurabillError(error, 'config-invalid'), String(error));
    return error.message.split('\n').slice(1);
  }
}

describe('the configuration', () => {
  it('takes what a deployment has to name, and has a default for the rest', () => {
    const { api, operations, sync, temporal } = readConfig(env);
    assert.deepEqual(api, { host: '127.0.0.1', port: 7070, drainMs: 5_000 });
    assert.deepEqual(operations, { host: '127.0.0.1', port: 0 });
    assert.equal(sync.slots, 500);
    assert.deepEqual(temporal, { address: '127.0.0.1:1', namespace: 'durabill' });
  });

  it('tells every fault in a line of its own, with the variable, the reason and the mend', () => {
    const faults = faultsOf({
      DATABASE_URL: '',
      AMQP_URL: 'hunter2',
      DURABILL_API_PORT: '70000',
      DURABILL_SYNC_SLOTS: 'many',
    });
    assert.deepEqual(faults, [
      'DATABASE_URL is not set: name your PostgreSQL, such as postgresql://durabill:PASSWORD@db.example.com:5432/durabill.',
      'AMQP_URL is no address that starts with amqp:// or amqps://: name your RabbitMQ, such as amqps://durabill:PASSWORD@mq.example.com:5671.',
      'DURABILL_API_PORT is "70000": write a whole number from 0 to 65535.',
      'DURABILL_SYNC_SLOTS is "many": write a whole number from 1 to 5000.',
    ]);
  });

  it('takes a variable that is set to nothing as not set', () => {
    const { stripe, temporal } = readConfig({ ...env, STRIPE_API_BASE: '', TEMPORAL_API_KEY: '', TEMPORAL_TLS: '' });
    assert.equal(stripe.apiBase, undefined);
    assert.deepEqual(temporal, { address: '127.0.0.1:1', namespace: 'durabill' });
  });
});

describe('the command line of a process', function () {
  this.timeout(240_000);

  const programs = ['api', 'worker', 'bridge', 'setup'];
  const finishAll = (args: string[], env: Record<string, string>) =>
    Promise.all(programs.map((program) => finish(program, args, env)));

  it('--help tells the usage, and asks for no configuration', async () => {
    for (const [index, { code, stdout }] of (await finishAll(['--help'], {})).entries()) {
      assert.equal(code, 0);
      assert.match(stdout, new RegExp(`^Usage: npm run ${programs[index]}`));
    }
  });

  it('a faulty configuration ends it before anything is connected', async () => {
    const { DATABASE_URL: _left, ...rest } = env;
    for (const { code, stdout, stderr } of await finishAll([], { ...rest, DURABILL_API_PORT: 'x' })) {
      assert.equal(code, 1);
      assert.equal(stdout, '');
      const faults = stderr.split('\n').filter((line) => /^[A-Z_]+ is /.test(line));
      assert.deepEqual(
        faults.map((line) => line.split(' ')[0]),
        ['DATABASE_URL', 'DURABILL_API_PORT'],
      );
      assert.doesNotMatch(stderr, /^\s+at /m);
    }
  });

  it('an unknown option is refused with the usage', async () => {
    for (const [index, { code, stderr }] of (await finishAll(['--fast'], env)).entries()) {
      assert.equal(code, 2);
      assert.match(stderr, /--fast/);
      assert.match(stderr, new RegExp(`Usage: npm run ${programs[index]}`));
    }
  });

  it('worker: a queue that is not there is refused', async () => {
    const { code, stderr } = await finish('worker', ['--queue', 'stripe', '--queue', 'mail'], env);
    assert.equal(code, 2);
    assert.match(stderr, /There is no queue "mail"\./);
  });
});
