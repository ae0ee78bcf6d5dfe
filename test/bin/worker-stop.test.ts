import assert from 'node:assert/strict';
import { createConnection } from '../../src/broker/connection.ts';
import { createPublisher } from '../../src/broker/publisher.ts';
import { until } from '../broker/support.ts';
import { readJournal, stripeCopies } from '../scenarios/support/stripe-journal.ts';
import { openBooks } from '../support/books.ts';
import { openWorld, type World } from '../support/world.ts';
import { issueInvoice, usd } from '../targets/support.ts';
import { type Launched, launch } from './support.ts';

describe('A worker that is told to end', function () {
  this.timeout('8m');
  const count = 8;
  const hanging = 3;
  const limitMs = 240_000;
  let world: World;
  const processes: Launched[] = [];
  let invoices: string[];

  before(async () => {
    world = await openWorld();
    await openBooks(world.database);
    invoices = [];
    for (let index = 0; index < count; index += 1) {
      invoices.push((await issueInvoice(world.database, { amountsMinor: usd(1) })).id);
    }
    const broker = createConnection({ url: world.env['AMQP_URL'] ?? '', name: 'test' });
    const publisher = createPublisher(broker);
    await publisher.publish(invoices.map((invoiceId) => ({ version: 1, invoiceId, priority: 'normal' })));
    await publisher.close();
    await broker.close();
  });
  after(async () => {
    await Promise.all(processes.map(({ child }) => child.stop()));
    await world?.close();
  });

  const start = async (program: string, ...args: string[]) => {
    const launched = await launch(program, world.env, args);
    processes.push(launched);
    return launched;
  };
  const synced = async () => {
    const { rows } = await world.database.query<{ count: bigint }>(
      `SELECT count(*) FROM invoice_states WHERE sync = 'synced'`,
    );
    return Number(rows[0]?.count);
  };

  it('ends by itself within the grace time, and what it had under way is done by others', async () => {
    // Carried out at Stripe, and never answered: these activities cannot end by themselves in time.
    await world.control('POST', '/faults', {
      kind: 'commit-then-timeout',
      operation: 'invoices.create',
      times: hanging,
    });
    const [worker] = await Promise.all([start('worker'), start('bridge')]);
    const unanswered = async () => (await readJournal(world)).filter(({ answered }) => !answered).length;
    await until(async () => (await unanswered()) === hanging, 'activities hang', limitMs);
    worker.child.kill('SIGTERM');
    assert.deepEqual(await worker.child.exited, { code: 0, signal: null });
    assert.equal((await worker.said('stopping')).length, 1);
    assert.deepEqual(await worker.faults(), [], 'a stop that was asked for is no fault');
    assert.ok((await synced()) <= count - hanging, 'what hung is not done');

    // Two, each for a part of the queues: together they do what one did.
    await Promise.all([
      start('worker', '--queue', 'stripe', '--queue', 'customers'),
      start('worker', '--queue', 'billing'),
    ]);
    await until(async () => (await synced()) === count, 'every invoice is synced', limitMs);
    const copies = stripeCopies(await readJournal(world)).filter(({ status }) => status === 'open');
    assert.deepEqual(copies.map(({ invoiceId }) => invoiceId).toSorted(), invoices.toSorted());
  });
});
