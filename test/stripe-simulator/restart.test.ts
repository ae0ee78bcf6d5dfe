import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { startSimulator } from '../../src/stripe-simulator/index.ts';
import { clientOf, control, journalOf, setFaults } from './support.ts';

describe('a simulator with a journal file', () => {
  let directory: string;
  let journalFile: string;
  let cleanups: (() => unknown)[] = [];
  const start = async (port = 0) => {
    const simulator = await startSimulator({ journalFile, port });
    cleanups.push(simulator.stop);
    return simulator;
  };
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'simulator-'));
    journalFile = join(directory, 'stripe', 'journal.jsonl');
  });
  afterEach(async () => {
    for (const cleanup of cleanups) await cleanup();
    cleanups = [];
    await rm(directory, { recursive: true });
  });

  it('keeps everything over a restart: objects, stored answers, clock, numbers', async () => {
    const first = await start();
    const before = clientOf(first);
    const customer = await before.customers.create({ name: 'A' }, { idempotencyKey: 'c' });
    const draft = await before.invoices.create({ customer: customer.id });
    const rate = { display_name: 'VAT', inclusive: true, percentage: 20 };
    const tax_amounts = [{ amount: 20, taxable_amount: 100, tax_rate_data: rate }];
    await before.invoices.addLines(draft.id, { lines: [{ amount: 120, tax_amounts }] });
    const open = await before.invoices.finalizeInvoice(draft.id, {}, { idempotencyKey: 'f' });
    const deleted = await before.invoices.create({ customer: customer.id });
    await before.invoices.del(deleted.id);
    await control(first, 'POST', '/clock', { advanceSeconds: 1_000_000 });
    const state = await control(first, 'GET', '/state');
    const counts = await control(first, 'GET', '/counts');
    await first.stop();

    const second = await start(first.port);
    const after = clientOf(second);
    assert.deepEqual(await control(second, 'GET', '/state'), state);
    assert.deepEqual(await control(second, 'GET', '/counts'), counts);
    assert.deepEqual({ ...(await after.invoices.retrieve(draft.id)) }, { ...open });
    const { created } = await after.customers.create({});
    assert.ok(created >= customer.created + 1_000_000, 'the clock stays moved');
  });

  it('replays an answer stored before the restart, a stored 500 too', async () => {
    const first = await start();
    const customer = await clientOf(first).customers.create({ name: 'Ä' }, { idempotencyKey: 'c' });
    await setFaults(first, { kind: 'error-500-stored', nth: 1 });
    const failing = { idempotencyKey: 'failed' };
    await assert.rejects(clientOf(first).customers.create({ name: 'B' }, failing), { statusCode: 500 });
    await first.stop();

    const second = await start();
    const again = await clientOf(second).customers.create({ name: 'Ä' }, { idempotencyKey: 'c' });
    assert.equal(again.id, customer.id);
    assert.equal(again.lastResponse.headers['idempotent-replayed'], 'true');
    await assert.rejects(clientOf(second).customers.create({ name: 'B' }, failing), { statusCode: 500 });
    const journal = await journalOf(second);
    assert.deepEqual(
      journal.map(({ seq, outcome }) => [seq, outcome]),
      [
        [1, 'executed'],
        [2, 'executed'],
        [3, 'replayed'],
        [4, 'replayed'],
      ],
    );
  });

  it('cuts off a line torn by a kill, and refuses a journal damaged inside', async () => {
    const first = await start();
    await clientOf(first).customers.create({ name: 'A' });
    await first.stop();
    await appendFile(journalFile, '{"kind":"request","seq":2,"writ');
    const second = await start();
    await clientOf(second).customers.create({ name: 'B' });
    assert.equal((await clientOf(second).customers.list()).data.length, 2);
    await second.stop();
    const whole = await readFile(journalFile, 'utf8');
    await writeFile(journalFile, whole.replace('"kind"', 'kind'));
    await assert.rejects(startSimulator({ journalFile }), /damaged at byte 0/);
  });

  it('finds the latest entries in a file larger than what is read at once, and the oldest too', async () => {
    const simulator = await start();
    const stripe = clientOf(simulator);
    const description = 'Ä'.repeat(4000);
    for (let customer = 0; customer < 80; customer += 1) {
      await stripe.customers.create({ description, shipping: { name: description, address: { line1: description } } });
    }
    assert.ok((await stat(journalFile)).size > 2 * 1024 * 1024);
    const seqsOf = async (query: string) => (await journalOf(simulator, query)).map(({ seq }) => seq);
    assert.deepEqual(await seqsOf('?limit=2'), [79, 80]);
    assert.deepEqual(await seqsOf('?since=77'), [78, 79, 80]);
    const all = Array.from({ length: 80 }, (_, index) => index + 1);
    assert.deepEqual(await seqsOf(''), all);
  });

  it('tells how it is started when asked, and when it is asked wrongly', async () => {
    const run = promisify(execFile);
    const program = ['--import', 'tsx', 'src/bin/simulator.ts'];
    const { stdout } = await run(process.execPath, [...program, '--help']);
    assert.match(stdout, /^Usage: .*--limits/);
    await assert.rejects(run(process.execPath, [...program, '--limits', 'lively']), {
      code: 1,
      stderr: /Limits are one of none, live, sandbox.*\nUsage: /,
    });
  }).timeout(30_000);

  it('runs alone as a program, survives a kill -9, and stops cleanly on SIGTERM', async () => {
    const run = async () => {
      const child = spawn(
        process.execPath,
        ['--import', 'tsx', 'src/bin/simulator.ts', '--port', '0', '--key', 'sk_live_abc123', '--journal', journalFile],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      cleanups.push(() => child.kill('SIGKILL'));
      const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
      const port = Number(/http:\/\/127\.0\.0\.1:(\d+)/.exec(line)?.[1]);
      const simulator = { url: '', host: '127.0.0.1', port, key: 'sk_live_abc123', stop: async () => {} };
      return { child, stripe: clientOf(simulator) };
    };
    const first = await run();
    const customer = await first.stripe.customers.create({ name: 'A' }, { idempotencyKey: 'c' });
    assert.equal(customer.livemode, true);
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    const second = await run();
    assert.equal((await second.stripe.customers.create({ name: 'A' }, { idempotencyKey: 'c' })).id, customer.id);
    second.child.kill('SIGTERM');
    const [code] = await once(second.child, 'exit');
    assert.equal(code, 0);
  }).timeout(30_000);
});
