import assert from 'node:assert/strict';
import type { WorkflowHandle } from '@temporalio/client';
import { extendPeriods } from '../../src/billing/extend-periods.ts';
import { clockIdOf, customerIdOf } from '../../src/billing/ids.ts';
import { createConnection } from '../../src/broker/connection.ts';
import { deadLetterQueue, dueQueues } from '../../src/broker/topology.ts';
import type { RunningChild } from '../../src/stack/index.ts';
import { moveTestClock } from '../../src/store/due-work.ts';
import { claimSlot } from '../../src/store/sync-slots.ts';
import type { FaultRule } from '../../src/stripe-simulator/faults.ts';
import { accountIdOf } from '../../src/stripe-simulator/ids.ts';
import type { RequestEntry } from '../../src/stripe-simulator/journal.ts';
import type { RunResult } from '../../workflows/run-in-pages.ts';
import { depth, until } from '../broker/support.ts';
import { openWorld, type World } from '../support/world.ts';
import { assertGapless, type BilledInvoice, invoicesOf, meetAt, untilSynced } from './support/books.ts';
import { runAt, startRun } from './support/runs.ts';
import { openSmallBusiness } from './support/small-business.ts';
import { readJournal, stripeCopies, writesFor } from './support/stripe-journal.ts';

/** The call at which each customer's January invoice stands when the worker dies, and what holds it there. */
const steps = [
  // Carried out at Stripe, but the answer never comes: the worker dies before it could record anything.
  { customer: 'A', operation: 'customers.create', kind: 'commit-then-timeout' },
  { customer: 'B', operation: 'invoices.create', kind: 'commit-then-timeout' },
  { customer: 'C', operation: 'invoices.addLines', kind: 'commit-then-timeout' },
  { customer: 'D', operation: 'invoices.finalizeInvoice', kind: 'commit-then-timeout' },
  // Not carried out: the worker dies after the lines were recorded, with the invoice still a draft.
  { customer: 'E', operation: 'invoices.finalizeInvoice', kind: 'reset-before-commit' },
] as const;

/**
 * Processes die by kill -9 in the middle of their work. Five customers owe the base fee of 20.00 USD, for January and
 * for February. The worker dies once, with all five invoices of January in its hands, each at another step, and with
 * the draft of a sixth customer, who lives on another clock, half made. The bridge dies with February's messages.
 */
describe('Processes that are killed in the middle', function () {
  this.timeout(120_000);
  let world: World;
  let worker: RunningChild;
  let bridge: RunningChild;
  const [day, night] = [clockIdOf('day'), clockIdOf('night')];
  const customers = steps.map(({ customer }) => customer);

  before(async () => {
    world = await openWorld();
    await openSmallBusiness(world.database, { clock: 'day', numberPrefix: 'DAY', customers });
    await openSmallBusiness(world.database, { clock: 'night', numberPrefix: 'NIGHT', customers: ['F'] });
    [worker, bridge] = await Promise.all([world.start('worker'), world.start('bridge')]);
  });
  after(async () => await world?.close());

  describe('the worker, with an invoice at every step', () => {
    let invoices: BilledInvoice[];
    let cutOff: WorkflowHandle<() => Promise<RunResult>>;
    let atDeath: RequestEntry[];
    let journal: RequestEntry[];

    before(async () => {
      await runAt(world, 'monthlyInvoicing', 'day', { nominal: '2013-02-01T13:00:00Z' });
      await world.control('POST', '/faults', faultsFor(await invoicesOf(world.database, day)));
      await runAt(world, 'dueInvoiceScan', 'day', { nominal: '2013-02-02T15:00:00Z' });
      await until(async () => isHeldFiveTimes(await readJournal(world)), 'each invoice stands at its step');
      cutOff = await killInsideAPage();
      atDeath = await readJournal(world);

      await world.control('DELETE', '/faults');
      worker = await world.start('worker');
      await untilSynced(world.database, day, 5);
      invoices = await invoicesOf(world.database, day);
      journal = await readJournal(world);
    });

    it('leaves one invoice each at Stripe, open and equal to ours', async () => {
      const atStripe = stripeCopies(journal).map(({ invoiceId, number, status, totalMinor, lineAmountsMinor }) => {
        return {
          invoiceId,
          number,
          status,
          totalMinor,
          lineAmountsMinor: lineAmountsMinor.filter((amount) => amount > 0n),
        };
      });
      const facts = { status: 'open', totalMinor: 20_00n, lineAmountsMinor: [20_00n] };
      const wanted = invoices.map(({ id, number }) => ({ invoiceId: id, number, ...facts }));
      const byNumber = (a: { number: string | null }, b: { number: string | null }) =>
        String(a.number).localeCompare(String(b.number));
      assert.deepEqual(atStripe.sort(byNumber), wanted);
      assert.deepEqual([...new Set(invoices.map(({ totalMinor }) => totalMinor))], [20_00n]);
    });

    for (const { customer, operation, kind } of steps.filter((step) => step.kind === 'commit-then-timeout')) {
      it(`after ${operation} and before its record: the stored request goes out again, and is carried out once`, () => {
        const sentFor = (entries: readonly RequestEntry[]) =>
          writesFor(entries, subjectOf({ customer, operation }, invoices)).filter((one) => one.operation === operation);
        const facts = sentFor(journal).map(({ outcome, fault, answered }) => ({ outcome, fault, answered }));
        assert.deepEqual(facts, [
          { outcome: 'executed', fault: kind, answered: false },
          { outcome: 'replayed', fault: null, answered: true },
        ]);
        const [first, second] = sentFor(journal) as [RequestEntry, RequestEntry];
        assert.deepEqual(sentFor(atDeath), [first]);
        assert.deepEqual([second.idempotencyKey, second.params], [first.idempotencyKey, first.params]);
      });
    }

    it('between add lines and finalize: the lines stay as they are, and the invoice is finalized once', () => {
      const sent = writesFor(journal, subjectOf(steps[4], invoices));
      assert.deepEqual(
        sent.filter(({ outcome }) => outcome !== 'refused').map((one) => `${one.operation} ${one.outcome}`),
        ['invoices.create executed', 'invoices.addLines executed', 'invoices.finalizeInvoice executed'],
      );
      const finalizing = sent.filter(({ operation }) => operation === 'invoices.finalizeInvoice');
      assert.equal(new Set(finalizing.map(({ idempotencyKey }) => idempotencyKey)).size, 1);
      assert.ok(
        writesFor(atDeath, subjectOf(steps[4], invoices)).some(({ fault }) => fault === 'reset-before-commit'),
        'writesFor(atDeath, subjectOf(steps[4], invoices)).some(({ fault }) => fault =...',
      );
    });

    it('inside a page of invoicing: the run goes on in the next worker, and makes its draft once', async () => {
      assert.equal((await cutOff.result()).counts['generated'], 1);
      const drafts = await invoicesOf(world.database, night);
      assert.deepEqual(
        drafts.map(({ customer, lifecycle, totalMinor }) => ({ customer, lifecycle, totalMinor })),
        [{ customer: 'F', lifecycle: 'draft', totalMinor: 20_00n }],
      );
    });
  });

  describe('the bridge, with a month of messages', () => {
    it('loses none of the messages in its hands: the next one gets them, and nothing is sent twice', async () => {
      await runAt(world, 'monthlyInvoicing', 'day', { nominal: '2013-03-01T13:00:00Z' });
      const before = await readJournal(world);
      // It has messages in its hands and can claim no slot for them, because the lock that bridges agree by is taken.
      await meetAt(world.database, `SELECT pg_advisory_xact_lock(hashtextextended('sync-slots', 0))`, {
        waiting: 1,
        start: async () => await runAt(world, 'dueInvoiceScan', 'day', { nominal: '2013-03-02T15:00:00Z' }),
        meanwhile: async () => await kill(bridge),
      });
      const february = (await invoicesOf(world.database, day)).slice(5);
      // One invoice is left as by a death between the claim of its slot and the signal to its sync.
      const [first] = february as [BilledInvoice];
      const claim = await claimSlot(world.database, { invoiceId: first.id, priority: 'normal', slots: 500 });
      assert.equal(claim.outcome, 'claimed');
      assert.equal((await readJournal(world)).length, before.length);

      bridge = await world.start('bridge');
      await untilSynced(world.database, day, 10);
      await assertGapless(world.database, day, 'DAY');
      const calls = (await readJournal(world))
        .slice(before.length)
        .map(({ operation, outcome }) => `${operation} ${outcome}`);
      assert.deepEqual(calls.sort(), fiveOfEach('invoices.addLines', 'invoices.create', 'invoices.finalizeInvoice'));
      await assertQueuesAreEmpty();
    });
  });

  async function kill(process: RunningChild): Promise<void> {
    process.kill('SIGKILL');
    await process.exited;
  }

  /** Kills the worker while it waits inside the transaction that makes F's draft. @returns the run that is cut off */
  async function killInsideAPage(): Promise<WorkflowHandle<() => Promise<RunResult>>> {
    const nominal = '2013-02-01T13:00:00Z';
    await extendPeriods(world.database, { clockId: night, until: new Date(nominal) });
    await moveTestClock(world.database, night, new Date(nominal));
    return await meetAt(world.database, 'SELECT FROM periods FOR UPDATE', {
      waiting: 1,
      start: async () => await startRun(world, 'monthlyInvoicing', 'night', nominal),
      meanwhile: async () => await kill(worker),
    });
  }

  function faultsFor(invoices: readonly BilledInvoice[]): FaultRule[] {
    const account = `durabill/${accountIdOf(world.simulator.key)}`;
    return steps.map(({ kind, ...step }) => {
      const subjectKind = step.operation === 'customers.create' ? 'customer' : 'invoice';
      return { kind, operation: step.operation, keyPrefix: `${account}/${subjectKind}/${subjectOf(step, invoices)}/` };
    });
  }

  async function assertQueuesAreEmpty(): Promise<void> {
    const broker = createConnection({ url: world.env['AMQP_URL'] ?? '', name: 'test' });
    await until(async () => (await depth(broker, dueQueues.normal)) === 0, 'no message is left');
    assert.equal(await depth(broker, deadLetterQueue), 0);
    await broker.close();
  }
});

/** Id of what a step's request is about. */
function subjectOf(step: { customer: string; operation: string }, invoices: readonly BilledInvoice[]): string {
  if (step.operation === 'customers.create') return customerIdOf(step.customer);
  const invoice = invoices.find(({ customer }) => customer === step.customer);
  assert.ok(invoice, `${step.customer} has an invoice`);
  return invoice.id;
}

function isHeldFiveTimes(journal: readonly RequestEntry[]): boolean {
  const unanswered = journal.filter(({ answered }) => !answered);
  return new Set(unanswered.map(({ idempotencyKey }) => idempotencyKey)).size === steps.length;
}

function fiveOfEach(...operations: string[]): string[] {
  return operations.flatMap((operation) => Array.from({ length: 5 }, () => `${operation} executed`));
}
