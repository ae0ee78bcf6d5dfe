import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { createConnection } from '../../src/broker/connection.ts';
import { queueHeader, reasonHeader } from '../../src/broker/dead-letters.ts';
import { encodeInvoiceDue } from '../../src/broker/invoice-due.ts';
import { deadLetterExchange, dueQueues } from '../../src/broker/topology.ts';
import { openSmallBusiness, recordCalls } from '../scenarios/support/small-business.ts';
import { openBooks } from '../support/books.ts';
import { openWorld, type World } from '../support/world.ts';
import { issueInvoice, usd } from '../targets/support.ts';
import { openVisits, type Visits } from './support/dashboard.ts';

/**
 * An operator's days on real processes: Temporal, RabbitMQ and the simulated Stripe. Two customers pay 20.00 a month and
 * 0.50 for each call, and make ten calls in January; the address of one is none that Stripe takes.
 */
describe('An operator', function () {
  this.timeout(300_000);
  const clock = 'story';
  let world: World;
  let visits: Visits;
  let page: Page;

  before(async () => {
    world = await openWorld();
    world.env['DURABILL_TEMPORAL_UI_URL'] = 'http://temporal.example';
    const { database } = world;
    await openBooks(database);
    await openSmallBusiness(database, { clock, numberPrefix: 'STORY', customers: ['steady', 'unreachable'] });
    for (const customer of ['steady', 'unreachable']) {
      await recordCalls(database, { customer, from: '2013-01-05T00:00:00Z', count: 10 });
    }
    await database.query(
      `UPDATE customer_contacts SET email = 'bills' WHERE customer_id = (SELECT id FROM customers WHERE external_id = 'unreachable')`,
    );
    await Promise.all([world.start('worker'), world.start('bridge'), world.start('api')]);
    visits = openVisits({ origin: `http://127.0.0.1:${world.env['DURABILL_API_PORT']}`, database });
    page = await visits.visit('/operations/runs', { as: { operator: 'admin' } });
    page.setDefaultTimeout(60_000);
  });
  after(async () => {
    try {
      assert.deepEqual(await visits?.close(), []);
    } finally {
      await world?.close();
    }
  });

  /** Presses a button, says why, confirms, and reads what became of it. */
  async function act(
    name: string,
    reason: string,
    { confirm = name, fill }: { confirm?: string; fill?: () => Promise<void> } = {},
  ) {
    await page.getByRole('button', { name, exact: true }).click();
    await fill?.();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Why').fill(reason);
    await dialog.getByRole('button', { name: confirm, exact: true }).click();
    return page.getByRole('dialog', { name: 'Done' });
  }
  const goOn = () => page.getByRole('dialog', { name: 'Done' }).getByRole('button', { name: 'Go on' }).click();
  const open = async (link: string) =>
    await page
      .getByRole('navigation', { name: 'Pages', exact: true })
      .getByRole('link', { name: link, exact: true })
      .click();

  async function advanceTo(at: string, name = clock) {
    await open('Runs');
    const card = page.getByRole('main').locator('section', { has: page.getByRole('heading', { name, exact: true }) });
    await card.getByRole('button', { name: 'Advance' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Nominal time (America/New_York)').fill(at);
    await dialog.getByLabel('Why').fill('The month is over.');
    await dialog.getByRole('button', { name: 'Advance' }).click();
    const done = page.getByRole('dialog', { name: 'Done' });
    await done.getByRole('link', { name: 'In Temporal (opens in a new tab)' }).waitFor();
    await done.getByRole('link', { name: 'See how far it is' }).click();
    await page.getByRole('heading', { level: 1, name: 'Advance of a clock' }).waitFor();
    await page.getByText('Finished', { exact: true }).waitFor();
  }

  it('creates a test clock and advances it, and follows its run', async () => {
    const created = await act('Create a test clock', 'To try the new prices.', {
      confirm: 'Create',
      fill: async () => {
        const dialog = page.getByRole('dialog');
        await dialog.getByLabel('Name', { exact: true }).fill('trial');
        await dialog.getByLabel('Begins at (America/New_York)').fill('2013-01-01T00:00:00');
        await dialog.getByLabel('Prefix of its invoices').fill('TRIAL');
      },
    });
    await created.getByText('The clock “trial” stands at Jan 1, 2013').waitFor();
    await created.getByRole('link', { name: 'Audit entry' }).click();
    await page.getByText('“To try the new prices.”').waitFor();
    await advanceTo('2013-01-02T00:00:00', 'trial');
    await open('Runs');
    await page.getByRole('link', { name: 'Its runs (trial)' }).click();
    const runs = page.getByRole('table', { name: 'Runs, the latest first' });
    await runs.getByRole('row', { name: /trial.*Finished/ }).waitFor();
    assert.equal(await runs.getByRole('row', { name: /Advance of a clock/ }).count(), 1);
  });

  it('advances a clock, and watches until its drafts are made', async () => {
    await advanceTo('2013-02-01T14:00:00');
    await open('Drafts');
    await page.getByRole('tab', { name: 'In review' }).click();
    await page.getByRole('link', { name: 'steady · draft' }).waitFor();
  });

  it('holds a draft, corrects its usage with a preview, and releases it', async () => {
    await page.getByRole('link', { name: 'steady · draft' }).click();
    await page.getByRole('heading', { level: 1, name: 'Draft of January 2013' }).waitFor();
    await page.getByText('$25.00').first().waitFor();
    const held = await act('Hold', 'The customer says that one call was a test.');
    await held.getByText('It is held.').waitFor();
    const workflow = await held.getByRole('link', { name: /In Temporal/ }).getAttribute('href');
    assert.match(workflow ?? '', /^http:\/\/temporal\.example\/namespaces\/world-[\w-]+\/workflows\/sync-invoice%2F/);
    await goOn();
    await page
      .getByText(/^Held by operator:admin-.*: The customer says that one call was a test\.$/)
      .first()
      .waitFor();

    await page.getByRole('link', { name: 'Correct its usage' }).click();
    await page.getByRole('button', { name: /Change an event/ }).click();
    await page.getByRole('option', { name: /Take an event out/ }).click();
    assert.equal(await page.getByLabel('Customer').inputValue(), 'steady');
    await page.getByLabel('Id of the event').fill('steady 2013-01-05T00:00:00Z 0');
    await page.getByLabel('Why').fill('That call was a test.');
    await page.getByRole('button', { name: 'Preview' }).click();
    await page.getByRole('heading', { level: 1, name: 'Correction of usage' }).waitFor();
    const cells = await page.getByRole('row', { name: /Calls/ }).getByRole('cell').allTextContents();
    assert.deepEqual(cells, ['10 → 9', '$5.00', '$4.50', '-$0.50']);
    const applied = await act('Apply', 'Agreed with the customer.');
    await applied.getByText('It is applied, just as it was shown.').waitFor();
    await goOn();
    await page.getByText('Applied', { exact: true }).waitFor();

    await page.getByRole('link', { name: /^Draft · January 2013/ }).click();
    await page.getByText('$24.50').first().waitFor();
    const released = await act('Release', 'The call is taken out.');
    await released.getByText('It is released.').waitFor();
    await goOn();
    await page.getByText('Draft', { exact: true }).waitFor();
  });

  it('mends a parked invoice by a fix, and sees it arrive', async () => {
    await advanceTo('2013-02-02T16:00:00');
    await open('Today');
    await page.getByRole('link', { name: /invoice is parked/ }).click();
    await page.getByRole('link', { name: /^unreachable · STORY-/ }).click();
    await page
      .getByText(/email_invalid/)
      .first()
      .waitFor();
    const fixed = await act('Fix and try again', 'They have told us the right one.', {
      fill: async () => await page.getByRole('dialog').getByLabel('The right one').fill('bills@unreachable.example'),
    });
    await fixed.getByText(/the invoice is tried again now/).waitFor();
    await goOn();
    await page
      .getByText(/^(To be paid|Overdue)$/)
      .first()
      .waitFor();
    await page.getByText('Fix', { exact: true }).waitFor();
    assert.equal(await page.getByText('Why it is parked').count(), 0);
    const { rows } = await world.database.query(
      `SELECT c.external_id AS customer, s.sync, i.total_minor::int AS total FROM invoices i JOIN invoice_states s ON s.invoice_id = i.id
       JOIN customers c ON c.id = i.customer_id ORDER BY 1`,
    );
    assert.deepEqual(rows, [
      { customer: 'steady', sync: 'synced', total: 2_450 },
      { customer: 'unreachable', sync: 'synced', total: 2_500 },
    ]);
  });

  it('puts a dead letter back, and its invoice arrives', async () => {
    const { id, number } = await issueInvoice(world.database, { amountsMinor: usd(3) });
    const broker = createConnection({ url: world.env['AMQP_URL'] ?? '', name: 'story' });
    const channel = await (await broker.ready()).createConfirmChannel();
    channel.publish(deadLetterExchange, '', encodeInvoiceDue({ version: 1, invoiceId: id, priority: 'normal' }), {
      messageId: id,
      headers: { [reasonHeader]: 'The books had not answered.', [queueHeader]: dueQueues.normal },
    });
    await channel.waitForConfirms();
    await broker.close();

    await open('Dead letters');
    await page.getByRole('heading', { name: 'The books had not answered.' }).waitFor();
    const done = await act('Put back', 'The books answer again.');
    await done.getByText('1 letter is back in the queue.').waitFor();
    await done.getByRole('link', { name: 'Audit entry' }).click();
    await page.getByText('“The books answer again.”').waitFor();
    await page.getByRole('link', { name: 'invoice', exact: true }).first().click();
    await page.getByRole('heading', { level: 1, name: number }).waitFor();
    await page.getByText(/^(To be paid|Overdue)$/).waitFor();
  });
});
