import assert from 'node:assert/strict';
import { createWakeSyncs } from '../../activities/wake-syncs.ts';
import { webhookTypes } from '../../src/targets/stripe/event-types.ts';
import { clientOf } from '../stripe-simulator/support.ts';
import { openBooks } from '../support/books.ts';
import { openWorld, type World } from '../support/world.ts';
import { issueInvoice, usd } from '../targets/support.ts';
import { openVisits, type Visits } from './support/dashboard.ts';

/** The world is of real processes, and this machine may be busy. */
const patienceMs = 60_000;

/**
 * A customer pays at Stripe's own page and comes back: what they did there reaches the dashboard by the webhook, through
 * the invoice's sync, while they look.
 */
describe('A customer who pays', function () {
  this.timeout(240_000);
  let world: World;
  let visits: Visits;
  let invoice: { id: string; customerId: string };

  before(async () => {
    world = await openWorld();
    await openBooks(world.database);
    const origin = `http://127.0.0.1:${world.env['DURABILL_API_PORT']}`;
    const endpoint = await clientOf(world.simulator).webhookEndpoints.create({
      url: `${origin}/v1/webhooks/stripe`,
      enabled_events: [...webhookTypes],
    });
    world.env['STRIPE_WEBHOOK_SECRET'] = endpoint.secret ?? '';
    invoice = await issueInvoice(world.database, { amountsMinor: usd(2) });
    await Promise.all([world.start('worker'), world.start('api')]);
    await createWakeSyncs(world.temporal.client, world.database)([invoice.id]);
    visits = openVisits({ origin, database: world.database });
  });
  afterEach(async () => {
    assert.deepEqual(await visits.close(), []);
  });
  after(() => world?.close());

  // The pages of the simulator have no icon, which browsers ask for.
  const visit = (path: string) =>
    visits.visit(path, {
      as: { customer: invoice.customerId },
      origins: [new URL(world.simulator.url).origin],
      refusals: [404],
    });

  it('sees the invoice paid without loading the page again', async () => {
    const page = await visit(`/invoices/${invoice.id}`);
    const pay = page.getByRole('link', { name: /Pay now/ });
    // The link is there once the sync has brought the invoice to Stripe.
    for (let looks = 0; looks < 60 && !(await pay.isVisible()); looks += 1) {
      await page.reload();
      await page.getByRole('heading', { level: 1, name: /Invoice/ }).waitFor();
    }
    const [hosted] = await Promise.all([page.waitForEvent('popup'), pay.click()]);
    await page.getByText('Waiting for your payment').waitFor();
    await hosted.locator('input[name=number]').fill('4242424242424242');
    await hosted.locator('form button').click();
    await page.getByText('Your payment has arrived. Thank you.').waitFor({ timeout: patienceMs });
    assert.equal(await page.getByRole('link', { name: /Pay now/ }).count(), 0);
    await page.getByRole('tab', { name: 'Payments and credits' }).click();
    await page.getByText('Paid in full. Thank you.').waitFor();
  });

  it('saves a card for the next ones', async () => {
    const page = await visit('/account?tab=paying');
    await page.getByRole('button', { name: 'Add a payment method' }).click();
    await page.locator('input[name=number]').fill('4242424242424242', { timeout: patienceMs });
    await page.locator('form button').click();
    await page.waitForURL('**/account?tab=paying');
    await page.getByText('Visa ending in 4242').waitFor({ timeout: patienceMs });
  });
});
