import assert from 'node:assert/strict';
import { type SyncSubject, wakeSync } from '../../src/temporal/syncs.ts';
import { until } from '../broker/support.ts';
import { openBooks } from '../support/books.ts';
import { openWorld, type World } from '../support/world.ts';
import { issueInvoice, usd } from '../targets/support.ts';
import { type BilledInvoice, invoicesOf } from './support/books.ts';
import { readJournal, stripeCopies, writesFor } from './support/stripe-journal.ts';

/** Many who want the same thing at the same moment, at a real worker. */
describe('Syncs that start at once', function () {
  this.timeout(180_000);
  let world: World;
  let clockId: string;

  before(async () => {
    world = await openWorld();
    const { testClock } = await openBooks(world.database);
    clockId = testClock.id;
    await world.start('worker');
  });
  after(async () => await world?.close());

  const wake = async ({ id, customer, ...invoice }: BilledInvoice) => {
    const subject: SyncSubject = {
      ...invoice,
      invoiceId: id,
      externalId: customer,
      currency: 'USD',
      priority: 'normal',
    };
    await wakeSync(world.temporal.client, subject, String(invoice.totalMinor));
  };
  const billed = async (ids: readonly string[]) =>
    (await invoicesOf(world.database, clockId)).filter(({ id }) => ids.includes(id));
  const untilAtStripe = (ids: readonly string[]) =>
    until(async () => (await billed(ids)).every(({ sync }) => sync === 'synced'), 'every invoice is at Stripe');
  const untilQuiet = () =>
    until(async () => {
      const { count } = await world.temporal.client.workflow.count(
        `ExecutionStatus = 'Running' AND WorkflowType = 'syncInvoice'`,
      );
      return count === 0;
    }, 'every sync has ended');

  it('make one invoice at Stripe, by three writes, when the same one starts 100 times', async () => {
    const { id, customerId } = await issueInvoice(world.database, { amountsMinor: usd(3) });
    const [invoice] = (await billed([id])) as [BilledInvoice];
    const woken = await Promise.allSettled(Array.from({ length: 100 }, () => wake(invoice)));
    assert.deepEqual([...new Set(woken.map(({ status }) => status))], ['fulfilled']);
    await untilAtStripe([id]);
    await untilQuiet();
    const journal = await readJournal(world);
    const copies = stripeCopies(journal).filter(({ invoiceId }) => invoiceId === id);
    // 100 + 101 + 102
    assert.deepEqual(
      copies.map(({ status, totalMinor }) => [status, totalMinor]),
      [['open', 303n]],
    );
    const told = writesFor(journal, id).map(({ operation, outcome }) => `${operation} ${outcome}`);
    assert.deepEqual(told, [
      'invoices.create executed',
      'invoices.addLines executed',
      'invoices.finalizeInvoice executed',
    ]);
    assert.equal(writesFor(journal, customerId).length, 1);
  });

  it('make one customer at Stripe when two invoices of a new one start together', async () => {
    const bill = { amountsMinor: usd(2), externalId: 'a new airline' };
    const november = await issueInvoice(world.database, { ...bill, month: 'November' });
    const december = await issueInvoice(world.database, bill);
    assert.equal(november.customerId, december.customerId);
    const ids = [november.id, december.id];
    await Promise.all((await billed(ids)).map(wake));
    await untilAtStripe(ids);
    const journal = await readJournal(world);
    const customers = writesFor(journal, december.customerId).map(
      ({ operation, outcome }) => `${operation} ${outcome}`,
    );
    assert.deepEqual(customers, ['customers.create executed']);
    const copies = stripeCopies(journal).filter(({ invoiceId }) => ids.includes(invoiceId));
    assert.deepEqual(copies.map(({ number }) => number).sort(), [november.number, december.number].sort());
  });
});
