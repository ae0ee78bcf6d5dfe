import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
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
    assert.deepEqual(api, { host: '127.0.0.1', port: 7070, drainMs: 5_000, requestsPerMinute: 6_000 });
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

  it('takes a mail server with its sender, and no mail at all without one', () => {
    assert.equal(readConfig(env).mail, undefined);
    const senders: Record<string, { name: string; address: string }> = {
      'Acme Billing <billing@acme.example>': { name: 'Acme Billing', address: 'billing@acme.example' },
      '"Acme, Inc." <billing@acme.example>': { name: 'Acme, Inc.', address: 'billing@acme.example' },
      'billing@acme.example': { name: '', address: 'billing@acme.example' },
    };
    for (const [sender, from] of Object.entries(senders)) {
      const { mail } = readConfig({ ...env, SMTP_URL: 'smtps://user:pass@mail.test', MAIL_FROM: sender });
      assert.deepEqual(mail, { smtpUrl: 'smtps://user:pass@mail.test', from });
    }
    const wanted = 'name the sender of all mails, such as Acme Billing <billing@acme.example>';
    assert.deepEqual(faultsOf({ SMTP_URL: 'smtp://mail.test' }), [`MAIL_FROM is not set: ${wanted}.`]);
    for (const sender of ['Acme', 'Acme <billing>', 'a@b.example\nBcc: c@d.example', 'A <a@b.example> <c@d.example>']) {
      const faults = faultsOf({ SMTP_URL: 'smtp://mail.test', MAIL_FROM: sender });
      assert.deepEqual(faults, [`MAIL_FROM is no sender: ${wanted}.`]);
    }
    const [fault] = faultsOf({ SMTP_URL: 'mail.test:25', MAIL_FROM: 'a@b.example' });
    assert.match(fault ?? '', /^SMTP_URL is no address that starts with smtp:\/\/ or smtps:\/\//);
  });

  it('refuses what could only fail later: a key that is no secret one or has a stray line end, an address with a scheme', () => {
    const key =
      /^STRIPE_SECRET_KEY is no secret key: take the secret key of your Stripe account, .*without space or line end/;
    for (const value of ['pk_test_1234', 'garbage', 'sk_test_1234\n', 'sk_test_12 34', 'sk_test_ü']) {
      const faults = faultsOf({ STRIPE_SECRET_KEY: value });
      assert.equal(faults.length, 1);
      assert.match(faults[0]!, key);
      assert.ok(!faults[0]!.includes(value.trim()), 'a secret is not repeated');
    }
    assert.deepEqual(faultsOf({ STRIPE_SECRET_KEY: 'rk_live_51Abc' }), []);

    const secrets = 'whsec_4f1d0a9bC7,whsec_Zm9vYmFyYmF6+/=';
    assert.deepEqual(readConfig({ ...env, STRIPE_WEBHOOK_SECRET: secrets }).stripe.webhookSecrets, secrets.split(','));
    assert.deepEqual(readConfig({ ...env, STRIPE_WEBHOOK_SECRET: '' }).stripe.webhookSecrets, []);
    for (const [value, fault] of [
      ['sk_test_1234', /^STRIPE_WEBHOOK_SECRET is no signing secret: take whsec_…/],
      ['whsec_4f1d0a9bC7\n', /^STRIPE_WEBHOOK_SECRET is no signing secret: .*without space or line end/],
      ['whsec_4f1d0a9bC7, whsec_4f1d0a9bC8', /^STRIPE_WEBHOOK_SECRET has no signing secret in place 2: /],
      ['whsec_4f1d0a9bC7,', /^STRIPE_WEBHOOK_SECRET has no signing secret in place 2: /],
    ] as const) {
      const faults = faultsOf({ STRIPE_WEBHOOK_SECRET: value });
      assert.equal(faults.length, 1);
      assert.match(faults[0]!, fault);
      assert.ok(!faults[0]!.includes('4f1d0a9b'), 'a secret is not repeated');
    }

    assert.deepEqual(faultsOf({ DATABASE_URL: 'postgresql://u:p%@127.0.0.1:5/db' }), [
      'DATABASE_URL has a user or password that cannot be read: write % in it as %25, and other special signs likewise.',
    ]);
    assert.deepEqual(faultsOf({ DATABASE_URL: 'postgresql://u:p%25@127.0.0.1:5/db' }), []);

    for (const value of ['http://temporal.example.com:7233', 'temporal.example.com', 'temporal.example.com:7233/x']) {
      assert.deepEqual(faultsOf({ TEMPORAL_ADDRESS: value }), [
        `TEMPORAL_ADDRESS is "${value}": name your Temporal server, such as temporal.example.com:7233, without http:// or a path.`,
      ]);
    }
    assert.deepEqual(faultsOf({ TEMPORAL_ADDRESS: '[::1]:7233' }), []);
  });

  it('reads what a draft is held for, and refuses amounts that are not exact', () => {
    const usual = { jumpFactor: 10, jumpAboveMinor: new Map(), holdsUnpriced: true };
    assert.deepEqual(readConfig(env).checks, { totalAboveMinor: new Map(), ...usual });
    const set = { DURABILL_HOLD_TOTAL_ABOVE: 'USD:1000000,JPY:150000000', DURABILL_HOLD_JUMP_FACTOR: '0' };
    const { checks } = readConfig({ ...env, ...set, DURABILL_HOLD_UNPRICED: 'false' });
    assert.deepEqual(
      [...checks.totalAboveMinor],
      [
        ['USD', 100_000_000n],
        ['JPY', 150_000_000n],
      ],
    );
    assert.deepEqual([checks.jumpFactor, checks.holdsUnpriced], [0, false]);
    const faults = faultsOf({
      DURABILL_HOLD_TOTAL_ABOVE: 'JPY:0.5',
      DURABILL_HOLD_JUMP_ABOVE: 'dollars',
      DURABILL_HOLD_JUMP_FACTOR: '1.5',
      DURABILL_HOLD_UNPRICED: 'yes',
    });
    const mend = 'write amounts by currency, such as USD:1000000,JPY:150000000.';
    assert.deepEqual(faults, [
      `DURABILL_HOLD_TOTAL_ABOVE cannot be read (JPY has 0 decimals, "0.5" has more.): ${mend}`,
      'DURABILL_HOLD_JUMP_FACTOR is "1.5": write a whole number from 0 to 10000.',
      `DURABILL_HOLD_JUMP_ABOVE cannot be read ("dollars" is not a currency in use under ISO 4217.): ${mend}`,
      'DURABILL_HOLD_UNPRICED is "yes": write true or false.',
    ]);
  });

  it('reads where the tax engine is, if there is one', () => {
    assert.equal(readConfig({ ...env, TAX_ENGINE_TOKEN: 'unused' }).taxEngine, undefined);
    const set = { TAX_ENGINE_URL: 'https://tax.example.com/quotes', TAX_ENGINE_TOKEN: 'hush' };
    assert.deepEqual(readConfig({ ...env, ...set }).taxEngine, { url: set.TAX_ENGINE_URL, token: 'hush' });
    assert.equal(readConfig({ ...env, ...set, TAX_ENGINE_TOKEN: '' }).taxEngine?.token, undefined);
    assert.deepEqual(faultsOf({ TAX_ENGINE_URL: 'https://u:hush@tax.example.com', TAX_ENGINE_TOKEN: 'hush\n' }), [
      'TAX_ENGINE_URL has a user in it: leave it out, and set TAX_ENGINE_TOKEN.',
      'TAX_ENGINE_TOKEN cannot be sent: write it in printable ASCII, without space or line end around it.',
    ]);
    assert.equal(faultsOf({ TAX_ENGINE_URL: 'tax.example.com' }).length, 1);
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

  it('a port that somebody else has ends it with a sentence that names the variables', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    try {
      for (const { code, stderr } of await Promise.all(
        ['api', 'worker', 'bridge'].map((program) =>
          finish(program, [], { ...env, DURABILL_OPERATIONS_PORT: `${port}` }),
        ),
      )) {
        assert.equal(code, 1);
        assert.equal(
          stderr,
          `DURABILL_OPERATIONS_PORT: port ${port} of 127.0.0.1 is in use by another program.\nFree it, or name another address by DURABILL_OPERATIONS_HOST and DURABILL_OPERATIONS_PORT (0 takes any free port).\n`,
        );
      }
    } finally {
      server.close();
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
