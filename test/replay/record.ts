/**
 * Records the histories that replay.test.ts replays, from real runs: worker and bridge as processes, on a real
 * PostgreSQL, RabbitMQ and Temporal, against the simulated Stripe. Run it when a workflow gets a new branch, and keep
 * the old files beside the new ones for as long as runs of the old code may be open. Takes about two minutes:
 *
 *     node --no-experimental-require-module --import tsx node_modules/mocha/bin/mocha.js test/replay/record.ts
 *
 * Its name ends in no `.test.ts`, so that `npm test` leaves it out. RECORD=syncInvoice.calm.v2,… writes only those files. The version is that of the input.
 */
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { WorkflowNotFoundError } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { chooseRetention } from '../../src/billing/choose-retention.ts';
import { createCustomer } from '../../src/billing/create-customer.ts';
import { createTestClock } from '../../src/billing/open-clock.ts';
import { pauseAll, resumeAll } from '../../src/billing/pause.ts';
import { recordUsage } from '../../src/billing/record-usage.ts';
import { setDunning } from '../../src/billing/set-dunning.ts';
import { storeCorrection } from '../../src/billing/store-correction.ts';
import type { PolicyStep } from '../../src/domain/dunning/policy.ts';
import { beginPause } from '../../src/store/pauses.ts';
import type { FaultRule } from '../../src/stripe-simulator/faults.ts';
import { accountIdOf } from '../../src/stripe-simulator/ids.ts';
import type { HistoryJson } from '../../src/temporal/replay.ts';
import { startRun } from '../../src/temporal/start-run.ts';
import { answerSync, type SyncSubject } from '../../src/temporal/syncs.ts';
import * as ids from '../../workflows/contract/ids.ts';
import { type AnswerKind, messages, type SyncStatus } from '../../workflows/contract/messages.ts';
import { until } from '../broker/support.ts';
import { clientOf } from '../stripe-simulator/support.ts';
import { openBooks } from '../support/books.ts';
import { openWorld, type World } from '../support/world.ts';
import { historiesDir, withoutMachine } from './histories.ts';

const limitMs = 150_000;
/** January is invoiced on 1 February, and those invoices are due by the scan of the day after. */
const invoicedAt = '2013-02-01T13:00:00.000Z';
const scannedAt = '2013-02-02T15:00:00.000Z';
const advancedTo = '2013-02-03T00:00:00.000Z';

/** One customer, and so one invoice, for each way that a sync can go. */
const atOnce = ['calm', 'retried', 'backed-off', 'parked', 'answered', 'continued'] as const;
const steered = ['fixed', 'abandoned', 'held', 'paused', 'hurried'] as const;
const branches = [...atOnce, ...steered] as const;
type Branch = (typeof branches)[number];

const onlyFiles = process.env['RECORD']?.split(',');

describe('the recorder', function () {
  this.timeout(10 * 60_000);
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());

  it('writes the histories', async () => {
    const clockId = await openBranches(world);
    const { client } = world.temporal;
    await world.start('worker');
    await startRun(client, { kind: 'advance', clockId, at: new Date(advancedTo) });
    const invoices = await waitForInvoices(world);
    await troubleStripe(world, invoices);
    await world.start('bridge');
    await recordSyncs(world, invoices);

    await client.workflow.getHandle(ids.advanceClockId(clockId)).result();
    await record(world, 'advanceClock.calm', ids.advanceClockId(clockId));
    await record(world, 'monthlyInvoicing.calm', ids.monthlyInvoicingId(clockId, invoicedAt));
    await record(world, 'dueInvoiceScan.calm', ids.dueInvoiceScanId(clockId, scannedAt));
    await recordScheduled(world, 'monthlyInvoicing.scheduled', ids.scheduleIds.monthlyInvoicing, '2026-10-01T13:00');
    await recordScheduled(world, 'monthlyInvoicing.hourly', ids.scheduleIds.hourlyInvoicing, '2026-10-01T14:00');
    await recordScheduled(world, 'dueInvoiceScan.scheduled', ids.scheduleIds.dueInvoiceScan, '2026-10-02T15:00');
    await recordScheduled(world, 'rollUpUsage.scheduled', ids.scheduleIds.usageRollup, '2026-10-03T12:00');
    await recordScheduled(world, 'digestAudit.scheduled', ids.scheduleIds.auditDigest, '2026-10-04T02:00');
    await recordScheduled(world, 'reconcile.nightly', ids.scheduleIds.reconciliation, '2026-10-04T03:00');
    await recordScheduled(world, 'reconcile.nothing', ids.scheduleIds.adoption, '2026-10-04T12:00');
    await beginPause(world.database, { kind: 'restore', reason: 'A restore is recorded.', begunBy: 'recorder' });
    await recordScheduled(world, 'reconcile.adoption', ids.scheduleIds.adoption, '2026-10-04T13:00');
    for (const branch of ['calm', 'retried'] as const) {
      await record(world, `syncCustomer.${branch}`, ids.syncCustomerId(invoices[branch].customerId));
    }
  });

  it('writes the histories of dunning', async () => {
    const { database, temporal } = world;
    await openBooks(database);
    const remind: PolicyStep = { days: 3, after: 'due', action: 'remind' };
    await setDunning(database, { policies: [{ key: 'default', steps: [remind] }], notices: [] }, 'recorder');
    const opening = { name: 'dunned', startsAt: '2013-01-01T05:00:00Z', numberPrefix: 'DUNNED' };
    const { clock } = await createTestClock(database, opening, 'recorder');
    const subscription = { plan: 'airports', startsAt: '2013-01-01T05:00:00Z' };
    const input = { externalId: 'dunned', name: 'dunned', currency: 'USD', zone: 'America/New_York', clock: 'dunned' };
    await createCustomer(database, { ...input, subscription }, 'recorder');
    await Promise.all([world.start('worker'), world.start('bridge')]);
    // Issued on 2 February and to be paid in 14 days, by the 16th.
    await startRun(temporal.client, { kind: 'advance', clockId: clock.id, at: new Date('2013-02-20T00:00:00Z') });
    await temporal.client.workflow.getHandle(ids.advanceClockId(clock.id)).result();
    await record(world, 'advanceClock.dunning', ids.advanceClockId(clock.id));
    await record(world, 'dunning.calm', ids.dunningId(clock.id, '2013-02-19T14:00:00.000Z'));
    await recordScheduled(world, 'dunning.scheduled', ids.scheduleIds.dunning, '2026-10-01T14:00');
  });

  it('writes the history of a night that removes old usage', async () => {
    const { database } = world;
    // On the real clock, so that it is old enough in any case.
    await createCustomer(database, { externalId: 'old', name: 'old', currency: 'USD', zone: 'UTC' }, 'recorder');
    const event = { id: 'old', customer: 'old', type: 'departure', occurredAt: '2013-01-05T10:00:00Z' };
    await recordUsage(database, [event]);
    await chooseRetention(database, { usageMonths: 3 }, 'recorder');
    await world.start('worker');
    await recordScheduled(world, 'removeOldUsage.scheduled', ids.scheduleIds.usageRemoval, '2026-10-04T04:00');
  });

  it("writes the histories of Stripe's events", async () => {
    await world.start('worker');
    await clientOf(world.simulator).customers.create({ name: 'Blue Heron Air' });
    await recordScheduled(world, 'sweepStripeEvents.scheduled', ids.scheduleIds.stripeEventSweep, '2026-10-04T12:00');
    const takingUp = ids.processStripeEventsId(accountIdOf(world.simulator.key));
    await world.temporal.client.workflow.getHandle(takingUp).result();
    await record(world, 'processStripeEvents.calm', takingUp);

    await world.control('POST', '/faults', [{ kind: '401', operation: 'events.list' }]);
    await recordScheduled(world, 'sweepStripeEvents.refused', ids.scheduleIds.stripeEventSweep, '2026-10-04T13:00');
  });
});

async function record({ temporal }: World, file: string, workflowId: string, runId?: string): Promise<void> {
  if (onlyFiles !== undefined && !onlyFiles.includes(file)) return;
  const history = await temporal.client.workflow.getHandle(workflowId, runId).fetchHistory();
  const json = withoutMachine(JSON.parse(historyToJSON(history)) as HistoryJson);
  const events = json.events.map((event) => JSON.stringify(event)).join(',\n');
  writeFileSync(`${historiesDir}${file}.json`, `{"events":[\n${events}\n]}\n`);
  console.log(`${file}: ${json.events.length} events`);
}

async function openBranches({ database }: World): Promise<string> {
  const { testClock } = await openBooks(database);
  for (const externalId of branches) {
    const subscription = { plan: 'airports', startsAt: '2013-01-01T05:00:00Z' };
    const input = { externalId, name: externalId, currency: 'USD', zone: 'America/New_York', clock: testClock.name };
    await createCustomer(database, { ...input, subscription }, 'recorder');
  }
  return testClock.id;
}

type Invoices = Record<Branch, SyncSubject>;

/** Waits until the scan has published the invoices; no bridge takes them from the queue yet. */
async function waitForInvoices({ database }: World): Promise<Invoices> {
  const read = async () => {
    const { rows } = await database.query<SyncSubject & { externalId: Branch }>(
      `SELECT i.id AS "invoiceId", i.number, c.external_id AS "externalId", c.id AS "customerId",
              i.clock_id AS "clockId", i.currency, i.total_minor AS "totalMinor", s.priority
       FROM invoices i JOIN invoice_states s ON s.invoice_id = i.id JOIN customers c ON c.id = i.customer_id
       WHERE s.sync = 'queued'`,
    );
    return rows;
  };
  await until(async () => (await read()).length === branches.length, 'every invoice is queued', limitMs);
  return Object.fromEntries((await read()).map((row) => [row.externalId, row])) as Invoices;
}

async function troubleStripe({ simulator, control }: World, invoices: Invoices): Promise<void> {
  const account = accountIdOf(simulator.key);
  const ofInvoice = (branch: Branch) => `durabill/${account}/invoice/${invoices[branch].invoiceId}/create/`;
  const ofCustomer = (branch: Branch) => `durabill/${account}/customer/${invoices[branch].customerId}/create/`;
  const rules: FaultRule[] = [
    { kind: '503', keyPrefix: ofCustomer('retried'), times: 1 },
    { kind: '503', keyPrefix: ofInvoice('retried'), times: 1 },
    ...(['backed-off', 'held', 'paused', 'hurried'] as const).map((branch) => ({
      kind: '503' as const,
      keyPrefix: ofInvoice(branch),
    })),
    ...(['parked', 'answered', 'continued', 'fixed', 'abandoned'] as const).map((branch) => ({
      kind: '401' as const,
      keyPrefix: ofInvoice(branch),
    })),
  ];
  await control('POST', '/faults', rules);
}

async function recordSyncs(world: World, invoices: Invoices): Promise<void> {
  const { client } = world.temporal;
  const idOf = (branch: Branch) => ids.syncInvoiceId(invoices[branch].invoiceId);
  const handleOf = (branch: Branch) => client.workflow.getHandle(idOf(branch));
  const reached = (branch: Branch, state: SyncStatus['state']) =>
    until(() => hasState(world, idOf(branch), state), `${branch} is ${state}`, limitMs);
  const answer = (branch: Branch, kind: AnswerKind = 'retry', more: { correctionId?: string } = {}) =>
    answerSync(client, invoices[branch], '100.00 USD', {
      kind,
      decisionId: randomUUID(),
      ...(kind !== 'hold' && { parkingNumber: 1 }),
      actor: 'recorder',
      reason: 'The key works again.',
      ...more,
    });

  // Its activity waits for its third try or a later one, and is taken back from there.
  await until(() => isBetweenTries(world, idOf('hurried')), 'the activity waits for its next try', limitMs);
  await client.workflow.getHandle(idOf('hurried')).signal(messages.hurry);
  const parked = ['parked', 'answered', 'continued', 'fixed', 'abandoned'] as const;
  await Promise.all(parked.map((branch) => reached(branch, 'parked')));
  await record(world, 'syncInvoice.parked.v2', idOf('parked'));
  const { runId } = await handleOf('continued').describe();
  await until(async () => {
    await handleOf('continued').signal(messages.dirty);
    return (await handleOf('continued').describe()).runId !== runId;
  }, 'the parked sync continues as a new run');
  await record(world, 'syncInvoice.continued.v2', idOf('continued'), runId);

  await Promise.all(
    (['backed-off', 'held', 'paused', 'hurried'] as const).map((branch) => reached(branch, 'backing off')),
  );
  await answer('held', 'hold');
  await reached('held', 'parked');
  await pauseAll(world.database, { reason: 'to be recorded' }, 'recorder');
  await handleOf('paused').signal(messages.dirty);
  await reached('paused', 'paused');
  await resumeAll(world.database, { reason: 'recorded' }, 'recorder');
  await world.control('DELETE', '/faults');
  for (const branch of ['backed-off', 'paused', 'hurried'] as const) await handleOf(branch).signal(messages.dirty);
  await answer('held', 'release');
  await answer('abandoned', 'abandon');
  const correction = { customer: 'fixed', contact: { name: 'Fixed' }, reason: 'it moved' };
  const { id: correctionId } = await storeCorrection(world.database, correction, 'recorder');
  await answer('fixed', 'fix', { correctionId });
  await answer('answered');
  await answer('continued');
  const ended = branches.filter((branch) => branch !== 'parked');
  await Promise.all(ended.map((branch) => handleOf(branch).result()));
  for (const branch of ended) {
    // The second run of the one that was continued begins with what the first one remembered.
    await record(world, `syncInvoice.${branch === 'continued' ? 'resumed' : branch}.v2`, idOf(branch));
  }
}

/** The tries of an activity's first minute are seconds apart, so that one that waits is caught between two of them. */
async function isBetweenTries({ temporal }: World, workflowId: string): Promise<boolean> {
  try {
    const { raw } = await temporal.client.workflow.getHandle(workflowId).describe();
    return raw.pendingActivities?.some(({ attempt, lastFailure }) => (attempt ?? 0) > 2 && lastFailure) ?? false;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

async function hasState({ temporal }: World, workflowId: string, state: SyncStatus['state']): Promise<boolean> {
  try {
    const status = await temporal.client.workflow.getHandle(workflowId).query<SyncStatus>(messages.status);
    return status.state === state;
  } catch {
    // Not started yet, or its first task is still to be done.
    return false;
  }
}

/** A run for the real clock as its Schedule starts it, for a nominal time that is over. */
async function recordScheduled(world: World, file: string, scheduleId: string, minute: string): Promise<void> {
  const { client } = world.temporal;
  const at = new Date(`${minute}:00Z`);
  await client.schedule.getHandle(scheduleId).backfill({
    start: new Date(at.getTime() - 60_000),
    end: new Date(at.getTime() + 60_000),
    overlap: 'ALLOW_ALL',
  });
  const workflowId = `${scheduleId}-${minute}:00Z`;
  const isThere = () =>
    client.workflow
      .getHandle(workflowId)
      .describe()
      .then(
        () => true,
        () => false,
      );
  await until(isThere, `${workflowId} is started`, limitMs);
  await client.workflow.getHandle(workflowId).result();
  await record(world, file, workflowId);
}
