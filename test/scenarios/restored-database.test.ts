import assert from 'node:assert/strict';
import type Stripe from 'stripe';
import { clockIdOf } from '../../src/billing/ids.ts';
import { readOpenPauses } from '../../src/store/pauses.ts';
import { scheduleIds } from '../../workflows/contract/ids.ts';
import { until } from '../broker/support.ts';
import { clientOf } from '../stripe-simulator/support.ts';
import { copyDatabase, type TestDatabase } from '../support/database.ts';
import { openWorld, type World } from '../support/world.ts';
import { invoicesOf, untilSynced } from './support/books.ts';
import { runAt } from './support/runs.ts';
import { openSmallBusiness, recordCalls } from './support/small-business.ts';

const clock = 'restored';
const clockId = clockIdOf(clock);

/**
 * A backup is taken on 1 February 2013 in the evening: the drafts of January are there, nothing is issued. Then January
 * is issued and sent, Cat's invoice is voided at Stripe, February is billed and sent, and the database is lost. The
 * backup is restored a day later, when Stripe has forgotten every key.
 *
 * 20.00 USD a month and 0.50 a call. January: Ann 0 calls, 20.00; Bob 4, 22.00; Cat 10, 25.00, voided. February: nobody
 * calls, 3 × 20.00. Alive at Stripe: 20 + 22 + 60 = 102.00 USD in five invoices; a sixth is void.
 */
describe('A restored database', function () {
  this.timeout(240_000);
  let world: World;
  let backup: TestDatabase;
  let stripe: Stripe;
  let lost: Stripe.Invoice[];

  before(async () => {
    world = await openWorld();
    stripe = clientOf(world.simulator);
    await openSmallBusiness(world.database, { clock, numberPrefix: 'REST', customers: ['ann', 'bob', 'cat'] });
    await recordCalls(world.database, { customer: 'bob', from: '2013-01-10T00:00:00Z', count: 4 });
    await recordCalls(world.database, { customer: 'cat', from: '2013-01-10T00:00:00Z', count: 10 });
    const worker = await world.start('worker');
    await runAt(world, 'monthlyInvoicing', clock, { nominal: '2013-02-01T13:00:00Z' });
    await worker.stop();
    backup = await copyDatabase(world.databaseUrl);

    const services = [await world.start('worker'), await world.start('bridge')];
    await runAt(world, 'dueInvoiceScan', clock, { nominal: '2013-02-02T15:00:00Z' });
    await untilSynced(world.database, clockId, 3);
    const [, , ofCat] = await listedInOrderOf(['ann', 'bob', 'cat']);
    await stripe.invoices.voidInvoice(ofCat!.id);
    await runAt(world, 'monthlyInvoicing', clock, { nominal: '2013-03-01T13:00:00Z' });
    await runAt(world, 'dueInvoiceScan', clock, { nominal: '2013-03-02T15:00:00Z' });
    await untilSynced(world.database, clockId, 6);
    await Promise.all(services.map((service) => service.stop()));
    lost = await listed();
  });
  after(async () => {
    await world?.close();
    await backup?.drop();
  });

  const listed = async () => (await stripe.invoices.list({ limit: 100 })).data;
  /** January's invoices, by customer. */
  async function listedInOrderOf(customers: readonly string[]): Promise<Stripe.Invoice[]> {
    const invoices = await invoicesOf(world.database, clockId);
    const all = await listed();
    return customers.map((customer) => {
      const ours = invoices.find((one) => one.customer === customer)!;
      return all.find(({ metadata }) => metadata?.['durabill_invoice'] === ours.id)!;
    });
  }
  const facts = (invoices: readonly Stripe.Invoice[]) =>
    invoices.map(({ id, number, status, total, metadata }) => [
      id,
      number,
      status,
      total,
      metadata?.['durabill_invoice'],
    ]);
  const alive = (invoices: readonly Stripe.Invoice[]) => invoices.filter(({ status }) => status !== 'void');

  it('had five invoices of 102.00 USD alive at Stripe, and one void', () => {
    assert.equal(lost.length, 6);
    assert.equal(
      alive(lost).reduce((sum, { total }) => sum + total, 0),
      10_200,
    );
  });

  it('adopts what Stripe has by itself, and then the pause is over', async () => {
    await world.control('POST', '/clock', { advanceSeconds: 25 * 3_600 });
    world.env['DATABASE_URL'] = backup.url;
    await Promise.all([world.start('worker'), world.start('bridge')]);
    const { schedule } = world.temporal.client;
    await schedule.getHandle(scheduleIds.stripeEventSweep).trigger();
    await until(async () => (await readOpenPauses(backup.database)).length === 1, 'a sweep has noticed it');
    await schedule.getHandle(scheduleIds.adoption).trigger();
    await until(async () => (await readOpenPauses(backup.database)).length === 0, 'the pause is over', 120_000);

    const readCounts = async () => {
      const { rows } = await backup.database.query<{ counts: Record<string, number> }>(
        `SELECT counts FROM reconciliations WHERE kind = 'adoption' AND finished_at IS NOT NULL`,
      );
      return rows[0]?.counts;
    };
    await until(async () => (await readCounts()) !== undefined, 'the adoption is finished');
    // No customer had been sent when the backup was taken. Cat's draft is void now, and mapped to what is void there;
    // other drafts are mapped when they are sent. February's three are not in the books at all. Six numbers were given.
    const { adoptedVoids, adoptedInvoices, adoptedCustomers, movedSeries, unknownInvoices } = (await readCounts())!;
    assert.deepEqual(
      { adoptedVoids, adoptedInvoices, adoptedCustomers, movedSeries, unknownInvoices },
      { adoptedVoids: 1, adoptedInvoices: 1, adoptedCustomers: 3, movedSeries: 1, unknownInvoices: 3 },
    );
    const series = await backup.database.query('SELECT next_number FROM number_series WHERE clock_id = $1', [clockId]);
    assert.equal(series.rows[0]?.['next_number'], 7n);
  });

  it('bills the two months again, and nothing is at Stripe twice', async () => {
    await runAt(world, 'dueInvoiceScan', clock, { nominal: '2013-02-02T15:00:00Z' }, backup.database);
    await untilSynced(backup.database, clockId, 2);
    await runAt(world, 'monthlyInvoicing', clock, { nominal: '2013-03-01T13:00:00Z' }, backup.database);
    await runAt(world, 'dueInvoiceScan', clock, { nominal: '2013-03-02T15:00:00Z' }, backup.database);
    await untilSynced(backup.database, clockId, 5);
    assert.deepEqual(facts(await listed()), facts(lost));
  });

  it('has in the books what Stripe has: ids, numbers and amounts', async () => {
    const ours = (await invoicesOf(backup.database, clockId)).filter(({ lifecycle }) => lifecycle === 'issued');
    const theirs = alive(lost).map(({ metadata, number, total }) => [
      metadata?.['durabill_invoice'],
      number,
      BigInt(total),
    ]);
    assert.deepEqual(ours.map(({ id, number, totalMinor }) => [id, number, totalMinor]).sort(), theirs.sort());
    const other = (await invoicesOf(backup.database, clockId)).filter(({ lifecycle }) => lifecycle !== 'issued');
    assert.deepEqual(
      other.map(({ customer, lifecycle }) => [customer, lifecycle]),
      [['cat', 'void']],
    );
  });

  it('gives the next number after the last that Stripe has seen', async () => {
    await runAt(world, 'monthlyInvoicing', clock, { nominal: '2013-04-01T13:00:00Z' }, backup.database);
    await runAt(world, 'dueInvoiceScan', clock, { nominal: '2013-04-02T15:00:00Z' }, backup.database);
    await untilSynced(backup.database, clockId, 8);
    const given = (await invoicesOf(backup.database, clockId)).flatMap(({ number }) => number ?? []);
    assert.deepEqual(given.slice(-3), ['REST-000007', 'REST-000008', 'REST-000009']);
  });
});
