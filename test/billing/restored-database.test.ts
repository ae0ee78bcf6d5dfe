import assert from 'node:assert/strict';
import { bringToStripe } from '../../src/billing/bring-to-stripe.ts';
import { syncCustomer } from '../../src/billing/sync-customer.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { endPause, readOpenPauses } from '../../src/store/pauses.ts';
import { type Simulator, startSimulator } from '../../src/stripe-simulator/index.ts';
import { clientOf } from '../stripe-simulator/support.ts';
import { openBooks } from '../support/books.ts';
import { openBackupOf, openTestDatabase, type TestDatabase } from '../support/database.ts';
import { issueInvoice, usd } from '../targets/support.ts';
import { openEvents, readOutcomes } from './events.ts';

describe('a database that was restored', function () {
  this.timeout(30_000);
  let simulator: Simulator;
  let original: TestDatabase;
  /** The original as it was before the second invoice was billed. */
  let backup: TestDatabase;
  let later: Database;
  let customerId = '';
  let secondId = '';

  const bring = async (database: Database, invoiceId: string) => {
    const { account: stripe } = openEvents(database, simulator);
    const ensureCustomer = (id: string) => syncCustomer(database, stripe, id);
    await bringToStripe({ database, stripe, slots: 500, ensureCustomer }, invoiceId);
  };

  before(async () => {
    [simulator, original] = await Promise.all([startSimulator(), openTestDatabase()]);
    // Its own pool connects at its first use, and nobody may be connected while the backup is made.
    const early = openDatabase(original.url);
    await openBooks(early);
    const first = await issueInvoice(early, { amountsMinor: usd(1) });
    await bring(early, first.id);
    await early.close();
    backup = await openBackupOf(original.url);
    later = original.database;
    const second = await issueInvoice(later, { amountsMinor: usd(2) });
    customerId = second.customerId;
    secondId = second.id;
    await bring(later, second.id);
  });
  after(async () => {
    await Promise.all([simulator.stop(), backup.drop(), original.drop()]);
  });

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
    await backup.database.query(`UPDATE pauses SET ended_at = now() - interval '1 minute'`);
    const third = await issueInvoice(later, { amountsMinor: usd(1) });
    await bring(later, third.id);
    await events.sweepAndProcess();
    assert.equal((await readOpenPauses(backup.database)).length, 1, 'the other copy still bills');
  });

  it('is not moved by keys of another program, or of another account', async () => {
    await endPause(backup.database, { kind: 'restore', endedBy: 'test', reason: 'The other copy was stopped.' });
    await backup.database.query(`UPDATE pauses SET ended_at = now() - interval '1 day'`);
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
