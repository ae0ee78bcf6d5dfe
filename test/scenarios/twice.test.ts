import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { advanceTo, noProgress } from '../../examples/airports/advance.ts';
import type { Api } from '../../examples/airports/api.ts';
import { airlines } from '../../examples/airports/businesses.ts';
import { createBusiness, loadMonth } from '../../examples/airports/load.ts';
import { extendPeriods } from '../../src/billing/extend-periods.ts';
import { type BrokerConnection, createConnection } from '../../src/broker/connection.ts';
import type { InvoiceDue } from '../../src/broker/invoice-due.ts';
import { createPublisher } from '../../src/broker/publisher.ts';
import { dueQueues } from '../../src/broker/topology.ts';
import { moveTestClock } from '../../src/store/due-work.ts';
import { accountIdOf } from '../../src/stripe-simulator/ids.ts';
import { type SyncSubject, wakeSync } from '../../src/temporal/syncs.ts';
import { depth, until } from '../broker/support.ts';
import { openWorld, type World } from '../support/world.ts';
import { assertGapless, type BilledInvoice, invoicesOf, meetAt, untilSynced } from './support/books.ts';
import { type RunKind, startRun } from './support/runs.ts';
import { assertBilledRight, clockName, openSample, sampleClockId } from './support/sample.ts';
import { assertCalmWrites, readJournal } from './support/stripe-journal.ts';

/**
 * January 2013 at the airports, everything twice, and twice at once: 16 airlines, so 16 drafts, 16 numbers and 16
 * invoices at Stripe, however often anything is asked.
 */
describe('A month billed twice, and twice at once', function () {
  this.timeout(180_000);
  let world: World;
  let api: Api;

  before(async () => {
    world = await openWorld();
    [api] = await Promise.all([openSample(world), world.start('worker')]);
    await createBusiness(api, airlines);
    await loadMonth(api, airlines, '2013-01');
  });
  after(async () => await world?.close());

  it('makes 16 drafts when the Schedule and the API start the same run at once', async () => {
    await extendPeriods(world.database, { clockId: sampleClockId, until: new Date('2013-02-01T13:00:00Z') });
    const [scheduled, ordered] = await startBoth(
      { kind: 'monthlyInvoicing', ordered: 'invoicing', nominal: '2013-02-01T13:00:00Z' },
      'SELECT FROM periods FOR UPDATE',
    );

    assert.equal((scheduled['generated'] ?? 0) + (ordered['generated'] ?? 0), 16);
    const invoices = await invoicesOf(world.database, sampleClockId);
    assert.deepEqual([invoices.length, ...new Set(invoices.map(({ lifecycle }) => lifecycle))], [16, 'draft']);
    assert.equal(await runsOpened('invoicing'), 1);
  });

  it('makes no draft when the run is started once more', async () => {
    const again = await startRun(world, 'monthlyInvoicing', clockName, '2013-02-01T13:00:00Z');
    assert.equal((await again.result()).counts['generated'] ?? 0, 0);
    assert.equal((await invoicesOf(world.database, sampleClockId)).length, 16);
  });

  it('gives out 16 numbers when two due scans run at once', async () => {
    const [scheduled, ordered] = await startBoth(
      { kind: 'dueInvoiceScan', ordered: 'due-scan', nominal: '2013-02-02T15:00:00Z' },
      `SELECT FROM invoice_states FOR UPDATE`,
    );

    assert.equal((scheduled['issued'] ?? 0) + (ordered['issued'] ?? 0), 16);
    await assertGapless(world.database, sampleClockId, 'AIR');
    assert.equal(await runsOpened('due-scan'), 1);
  });

  it('makes 16 invoices at Stripe from messages sent six times, two bridges, and one sync signalled 20 times', async () => {
    const invoices = await invoicesOf(world.database, sampleClockId);
    const [first] = invoices as [BilledInvoice];
    // Its first call takes long enough for all signals to find the sync under way.
    const keyPrefix = `durabill/${accountIdOf(world.simulator.key)}/invoice/${first.id}/create`;
    await world.control('POST', '/faults', { kind: 'slow', operation: 'invoices.create', keyPrefix, delayMs: 2_000 });
    const connection = createConnection({ url: world.env['AMQP_URL'] ?? '', name: 'test' });
    try {
      await publishAgain(connection, invoices, 5);
      await Promise.all([
        world.start('bridge'),
        world.start('bridge'),
        ...Array.from({ length: 20 }, () => signal(first)),
      ]);
      await untilSynced(world.database, sampleClockId, 16);
      // And again for what is done: nothing is left to do.
      await publishAgain(connection, invoices, 2);
      await until(async () => (await depth(connection, dueQueues.normal)) === 0, 'the bridges have taken everything');
      await signal(first);
      await untilQuiet();
    } finally {
      await connection.close();
    }

    await assertNothingTwice();
  });

  it('answers every event that is sent again as a duplicate', async () => {
    assert.deepEqual(await loadMonth(api, airlines, '2013-01'), {
      accepted: 0,
      duplicate: 27_004,
      conflict: 0,
      rejected: 0,
    });
  });

  it('finds nothing to do when the clock is advanced over it all', async () => {
    const { progress } = await advanceTo(api, clockName, new Date('2013-02-03T00:00:00Z'));
    assert.deepEqual(progress, noProgress);
    await assertNothingTwice();
  });

  it('is right to the cent after all that', async () => await assertBilledRight(world, ['2013-01']));

  /** One run under the id that a Schedule gives, and one under the API's, let loose on the locked rows together. */
  async function startBoth(
    run: { kind: RunKind; ordered: 'invoicing' | 'due-scan'; nominal: string },
    lock: string,
  ): Promise<[Record<string, number>, Record<string, number>]> {
    await moveTestClock(world.database, sampleClockId, new Date(run.nominal));
    const handles = await meetAt(world.database, lock, {
      waiting: 2,
      start: async () => {
        const order = { kind: run.ordered, clock: clockName, at: run.nominal };
        const [scheduled, { workflowId }] = await Promise.all([
          startRun(world, run.kind, clockName, run.nominal),
          api.post<{ workflowId: string }>('/v1/runs', order),
        ]);
        assert.notEqual(scheduled.workflowId, workflowId);
        return [scheduled, world.temporal.client.workflow.getHandle(workflowId)] as const;
      },
    });
    const [scheduled, ordered] = await Promise.all(handles.map((handle) => handle.result()));
    return [scheduled.counts, ordered.counts];
  }

  async function runsOpened(kind: string): Promise<number> {
    const { rows } = await world.database.query('SELECT FROM billing_runs WHERE kind = $1', [kind]);
    return rows.length;
  }

  async function signal({ id, customer, ...invoice }: BilledInvoice): Promise<void> {
    const subject: SyncSubject = {
      ...invoice,
      invoiceId: id,
      number: invoice.number ?? '',
      externalId: customer,
      currency: 'USD',
      priority: 'normal',
    };
    await wakeSync(world.temporal.client, subject, String(invoice.totalMinor));
  }

  async function untilQuiet(): Promise<void> {
    const { workflow } = world.temporal.client;
    const isQuiet = async () => (await workflow.count(`ExecutionStatus = 'Running'`)).count === 0;
    await until(isQuiet, 'every workflow has ended');
  }

  async function assertNothingTwice(): Promise<void> {
    const invoices = await invoicesOf(world.database, sampleClockId);
    assert.equal(invoices.length, 16);
    await assertGapless(world.database, sampleClockId, 'AIR');
    assertCalmWrites(await readJournal(world), {
      customers: invoices.map(({ customerId }) => customerId),
      invoices: invoices.map(({ id }) => id),
    });
  }
});

/** Each invoice's message so many times more, in an order that has nothing to do with theirs. */
async function publishAgain(connection: BrokerConnection, invoices: readonly BilledInvoice[], times: number) {
  const publisher = createPublisher(connection);
  const messages = Array.from({ length: times }, (_, turn) =>
    invoices.map(({ id }) => ({ id, order: digest(id, turn) })),
  );
  const shuffled = messages.flat().sort((a, b) => (a.order < b.order ? -1 : 1));
  await publisher.publish(shuffled.map(({ id }): InvoiceDue => ({ version: 1, invoiceId: id, priority: 'normal' })));
  await publisher.close();
}

const digest = (id: string, turn: number) => createHash('sha256').update(`${id} ${turn}`).digest('hex');
