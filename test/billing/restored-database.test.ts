import assert from 'node:assert/strict';
import { adoptRemote } from '../../src/billing/adopt-remote.ts';
import { answerSync } from '../../src/billing/answer-sync.ts';
import type { SweepCursor } from '../../src/billing/sweep-stripe-events.ts';
import { requestVoid } from '../../src/billing/void-invoice.ts';
import type { Database } from '../../src/store/database.ts';
import { endPause, readOpenPauses } from '../../src/store/pauses.ts';
import { finishReconciliation } from '../../src/store/reconciliations.ts';
import { readSyncState } from '../../src/store/sync.ts';
import type { Simulator } from '../../src/stripe-simulator/index.ts';
import { clientOf, control, setFaults } from '../stripe-simulator/support.ts';
import type { TestDatabase } from '../support/database.ts';
import { issueInvoice, usd } from '../targets/support.ts';
import { openEvents, readOutcomes } from './events.ts';
import { adopt, begin, dependenciesOf, takeAll } from './reconciliation/support.ts';
import { bringFrom, openRestored, type Restored } from './restored.ts';

describe('a database that was restored', function () {
  this.timeout(30_000);
  let both: Restored;
  let simulator: Simulator;
  /** The original as it was before the second invoice was billed. */
  let backup: TestDatabase;
  let later: Database;
  let customerId = '';
  let secondId = '';

  const bring = (database: Database, invoiceId: string) => bringFrom(database, simulator, invoiceId);

  before(async () => {
    both = await openRestored();
    ({ simulator, backup } = both);
    later = both.original.database;
    const second = await issueInvoice(later, { amountsMinor: usd(2) });
    customerId = second.customerId;
    secondId = second.id;
    await bring(later, second.id);
  });
  after(() => both.close());

  it('stays at rest where all that Stripe tells of was sent from it', async () => {
    const { counts, alerts } = await openEvents(later, simulator).sweepAndProcess();
    // Two customers were created, two invoices created and finalized.
    assert.deepEqual([counts, alerts], [{ echo: 6 }, []]);
    assert.deepEqual(await readOpenPauses(later), []);
  });

  it('is paused by the first sweep that tells of requests which it has never sent, and says what to do', async () => {
    const { counts, alerts } = await openEvents(backup.database, simulator).sweepAndProcess();
    assert.deepEqual(counts, { echo: 3, 'unknown request': 3 });
    assert.deepEqual(alerts, [{ code: 'restore', detail: { events: 3 } }]);
    const pauses = await readOpenPauses(backup.database);
    assert.deepEqual(
      pauses.map(({ kind, begunBy }) => [kind, begunBy]),
      [['restore', 'stripe-events']],
    );
    const { reason = '' } = pauses[0] ?? {};
    // All three may be of the same second, in which no order can be told.
    assert.match(reason, /3 requests of Durabill's that this database has never sent, such as that of \w+\.\w+ of 20/);
    assert.match(reason, new RegExp(`key durabill/acct_\\w+/(customer/${customerId}|invoice/${secondId})/`));
    assert.match(reason, /restored from an older copy, or a second Durabill .*reconciliation adopt/);
  });

  it('has one pause, however often it is told', async () => {
    const stripe = clientOf(simulator);
    const idempotencyKey = `durabill/${await accountOf()}/customer/${customerId}/create/2`;
    await stripe.customers.create({ name: 'again' }, { idempotencyKey });
    const before = await readOpenPauses(backup.database);
    await openEvents(backup.database, simulator).sweepAndProcess();
    assert.deepEqual(await readOpenPauses(backup.database), before);
  });

  it('is not paused again by what was adopted, but by what comes after it', async () => {
    const end = { kind: 'restore', endedBy: 'reconciliation', reason: 'Everything is adopted.' } as const;
    await endPause(backup.database, end);
    const events = openEvents(backup.database, simulator);
    await backup.database.query(
      `UPDATE stripe_events SET due_at = now(), outcome = NULL, processed_at = NULL WHERE outcome = 'unknown request'`,
    );
    assert.deepEqual((await events.process()).alerts, []);
    assert.deepEqual(await readOpenPauses(backup.database), []);
    const third = await issueInvoice(later, { amountsMinor: usd(1) });
    await bring(later, third.id);
    await events.sweepAndProcess();
    assert.equal((await readOpenPauses(backup.database)).length, 1, 'the other copy still bills');
  });

  it('is not moved by keys of another program, or of another account', async () => {
    await endPause(backup.database, { kind: 'restore', endedBy: 'test', reason: 'The other copy was stopped.' });
    await backup.database.query(`UPDATE pauses SET adopted_until = now() - interval '1 day'`);
    await backup.database.query(
      `UPDATE stripe_events SET due_at = NULL, outcome = 'ignored', processed_at = now() WHERE outcome IS NULL`,
    );
    const stripe = clientOf(simulator);
    for (const idempotencyKey of ['shop/1', `durabill/acct_other/invoice/${customerId}/create/1`]) {
      await stripe.customers.create({ name: 'x' }, { idempotencyKey });
    }
    const { counts } = await openEvents(backup.database, simulator).sweepAndProcess();
    assert.deepEqual([counts, await readOpenPauses(backup.database)], [{ 'not ours': 2 }, []]);
    assert.equal((await readOutcomes(backup.database, `outcome = 'unknown request'`)).length > 0, true);
  });

  const accountOf = async () => await openEvents(backup.database, simulator).account.accountId();
});

describe('a sweep that was under way when its database was restored', function () {
  this.timeout(60_000);
  let both: Restored;
  /** What Temporal remembers, which is not restored: one of before the backup, and one of after it. */
  let early: SweepCursor | null;
  let late: SweepCursor | null;

  before(async () => {
    // 3 events of the first invoice and 120 of customers: two pages, of which one is stored when the backup is made.
    both = await openRestored(async (database, simulator) => {
      await createCustomers(simulator, 120);
      early = (await openEvents(database, simulator).sweepPages(null, 1)).cursor;
    });
  });
  after(() => both.close());

  const createCustomers = async (simulator: Simulator, count: number) => {
    for (let index = 0; index < count; index += 1) await clientOf(simulator).customers.create({ name: `${index}` });
  };
  const countStored = async (database: Database) => (await readOutcomes(database)).length;

  it('goes on from the place that the backup has', async () => {
    const { original, backup, simulator } = both;
    // Events of before this sweep began, which its first call had no time for: 23 in all, and the 3 are known.
    assert.deepEqual(await openEvents(original.database, simulator).sweepPages(early, 10), {
      cursor: null,
      stored: 23,
    });
    assert.equal(await countStored(backup.database), 100);
    assert.deepEqual(await openEvents(backup.database, simulator).sweepPages(early, 10), { cursor: null, stored: 23 });
    assert.deepEqual(await readOpenPauses(backup.database), []);
  });

  it('begins anew where the backup does not know it, and so finds what was sent since', async () => {
    const { original, backup, simulator } = both;
    const events = openEvents(original.database, simulator);
    const second = await issueInvoice(original.database, { amountsMinor: usd(2), externalId: 'second' });
    await bringFrom(original.database, simulator, second.id);
    await events.sweepPages(null, 10);
    // An hour later those events are behind the watermark of the original, and its overlap.
    await control(simulator, 'POST', '/clock', { advanceSeconds: 3_600 });
    await createCustomers(simulator, 120);
    late = (await events.sweepPages(null, 1)).cursor;
    assert.equal(late === null, false, 'it has a second page');
    // 120 customers, and of the second invoice its own customer, its creation and its end.
    assert.deepEqual(await openEvents(backup.database, simulator).sweepPages(late, 10), { cursor: null, stored: 123 });
    const kinds = (await readOpenPauses(backup.database)).map(({ kind }) => kind);
    assert.deepEqual(kinds, ['restore']);
  });
});

describe('a restored database whose other copy goes on billing', function () {
  this.timeout(60_000);
  let both: Restored;
  before(async () => {
    both = await openRestored();
  });
  after(() => both.close());

  const bill = async (externalId: string) => {
    const invoice = await issueInvoice(both.original.database, { amountsMinor: usd(2), externalId });
    await bringFrom(both.original.database, both.simulator, invoice.id);
    return invoice;
  };

  it('stays paused until an adoption has listed all of it, and bills nothing twice', async () => {
    const books = { database: both.backup.database, simulator: both.simulator };
    const events = openEvents(books.database, books.simulator);
    await bill('second');
    await events.sweepAndProcess();
    const id = await begin(books, { kind: 'adoption' });
    await takeAll(books, id);
    const missed = await bill('third');
    await events.sweepAndProcess();
    const counts = await adoptRemote(dependenciesOf(books), id);
    await finishReconciliation(books.database, id, counts);
    assert.equal(counts['keptPauses'], 1, 'the third invoice came after its listing');
    assert.equal((await readOpenPauses(books.database)).length, 1);

    assert.equal((await adopt(books))['keptPauses'], 0);
    await events.sweepAndProcess();
    assert.deepEqual(await readOpenPauses(books.database), [], 'what is listed begins none again');
    // A day later Stripe has forgotten the key under which the other copy has sent it.
    await control(books.simulator, 'POST', '/clock', { advanceSeconds: 25 * 3_600 });
    const again = await issueInvoice(books.database, { amountsMinor: usd(2), externalId: 'third' });
    assert.deepEqual([again.id, again.number], [missed.id, missed.number]);
    assert.deepEqual(await bringFrom(books.database, books.simulator, again.id), { state: 'synced' });
    const { data } = await clientOf(books.simulator).invoices.list({ limit: 100 });
    const copies = data.filter(({ metadata }) => metadata?.['durabill_invoice'] === again.id);
    // Two lines, of 1.00 and 1.01 USD.
    assert.deepEqual(
      copies.map(({ status, total }) => [status, total]),
      [['open', 201]],
    );
  });
});

describe('a restored database whose invoice was abandoned after the backup', function () {
  this.timeout(60_000);
  let both: Restored;
  let invoiceId = '';
  before(async () => {
    both = await openRestored(async (database) => {
      invoiceId = (await issueInvoice(database, { amountsMinor: usd(2), externalId: 'abandoned' })).id;
    });
  });
  after(() => both.close());

  it('asks a person before it bills what Stripe tells of as deleted', async () => {
    const { original, backup, simulator } = both;
    await setFaults(simulator, { kind: '403', operation: 'invoices.finalizeInvoice', times: 1 });
    await assert.rejects(bringFrom(original.database, simulator, invoiceId));
    await requestVoid(original.database, { invoiceId, reason: 'Billed by mistake.' }, 'ada');
    assert.deepEqual(await bringFrom(original.database, simulator, invoiceId), { state: 'void' });

    const books = { database: backup.database, simulator };
    await openEvents(backup.database, simulator).sweepAndProcess();
    const counts = await adopt(books);
    assert.deepEqual([counts['parkedDeleted'], counts['keptPauses']], [1, 0]);
    await control(simulator, 'POST', '/clock', { advanceSeconds: 25 * 3_600 });
    const outcome = await bringFrom(backup.database, simulator, invoiceId);
    assert.deepEqual(
      [outcome.state, outcome.state === 'parked' && [outcome.code, outcome.parkingNumber]],
      ['parked', ['invoice-deleted-at-stripe', 1]],
    );

    const answer = { invoiceId, decisionId: '00000000-0000-4000-8000-000000000006', actor: 'ada', reason: 'It was.' };
    await answerSync(backup.database, { ...answer, kind: 'abandon', parkingNumber: 1 });
    assert.deepEqual(await bringFrom(backup.database, simulator, invoiceId), { state: 'void' });
    assert.equal((await readSyncState(backup.database, invoiceId))?.lifecycle, 'void');
    const { data } = await clientOf(simulator).invoices.list({ limit: 100 });
    assert.deepEqual(
      data.filter(({ metadata }) => metadata?.['durabill_invoice'] === invoiceId).map(({ status }) => status),
      [],
    );
  });
});
