import assert from 'node:assert/strict';
import { createApiKey } from '../../src/auth/api-keys.ts';
import type { Scope } from '../../src/auth/scopes.ts';
import { changeEndpoint } from '../../src/billing/webhooks/change-endpoint.ts';
import { createEndpoint } from '../../src/billing/webhooks/create-endpoint.ts';
import { keepDelivering } from '../../src/billing/webhooks/keep-delivering.ts';
import { sendTest } from '../../src/billing/webhooks/send-test.ts';
import { createWebhookSender } from '../../src/notify/webhooks/sender.ts';
import type { Customer } from '../../src/store/customers.ts';
import { type Receiver, startReceiver } from '../billing/webhooks/receiver.ts';
import { addCustomer } from '../support/books.ts';
import { useDashboard } from './support/dashboard.ts';
import { looksRight } from './support/look.ts';

const local = { allowsLoopback: true };

describe('The pages for developers', function () {
  this.timeout(120_000);
  const pages = useDashboard({ webhookRules: local });
  let customer: Customer;
  let receiver: Receiver;
  before(async () => {
    customer = await addCustomer(pages.database, 'B6');
    receiver = await startReceiver();
  });
  after(() => receiver.stop());

  /** Delivers as a worker does, for as long as `work` takes. */
  async function whileDelivering(work: () => Promise<void>): Promise<void> {
    const sender = createWebhookSender(local);
    const hooks = { onDelivery() {}, onFailure: assert.fail };
    const delivering = keepDelivering({ database: pages.database, sender }, hooks);
    try {
      await work();
    } finally {
      await delivering.stop();
      await sender.close();
    }
  }

  it('make a key that works, show its secret once, list what was asked with it, and end it', async () => {
    const page = await pages.visit('/developers', { as: { customer: customer.id } });
    await page.getByRole('button', { name: 'Make a key' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Bookkeeping');
    await page.getByRole('button', { name: 'Make the key' }).click();
    await page.getByText('Copy it now').waitFor();
    const secret = await page.locator('code', { hasText: 'dbk_' }).textContent();
    const ask = () => fetch(`${pages.origin}/v1/invoices`, { headers: { authorization: `Bearer ${secret}` } });
    assert.equal((await ask()).status, 200);
    await page.getByRole('button', { name: 'I have it' }).click();
    await page.getByRole('rowheader', { name: 'Bookkeeping' }).waitFor();
    assert.equal(await page.locator('code', { hasText: 'dbk_' }).count(), 0);
    await looksRight(page, 'developers-keys');
    await page.getByRole('button', { name: 'End', exact: true }).click();
    await page.getByRole('button', { name: 'End the key' }).click();
    await page.getByText('Ended').first().waitFor();
    await page.getByRole('tab', { name: 'Request log' }).click();
    await page.getByRole('rowheader', { name: 'GET /v1/invoices' }).waitFor();
    await looksRight(page, 'developers-log');
  });

  it('say in words what a key may do, with all of it behind a press', async () => {
    const { id: customerId } = await addCustomer(pages.database, 'UA');
    const keys: [string, Scope[]][] = [
      ['Reports', ['invoices:read', 'plans:read']],
      ['Portal', ['customers:read', 'customers:write', 'invoices:read', 'wallets:read', 'webhooks:write']],
    ];
    for (const [name, scopes] of keys) await createApiKey(pages.database, { name, scopes, customerId });
    const page = await pages.visit('/developers', { as: { customer: customerId } });
    const row = (name: string) => page.getByRole('row', { name: new RegExp(name) });
    await row('Reports').getByText('Read invoices, read plans and prices').waitFor();
    await row('Portal').getByText('Read customer details, change customer details and 3 more').click();
    const all = row('Portal').getByRole('list', { name: 'All that it may' });
    await all.waitFor();
    assert.deepEqual(await all.getByRole('listitem').allTextContents(), [
      'Read customer details',
      'Change customer details',
      'Read invoices',
      'Read wallets',
      'Change webhooks',
    ]);
    await looksRight(page, 'developers-scopes');
  });

  it('add an endpoint, send it a test, show what came of it, and send it again', async () => {
    const page = await pages.visit('/developers?tab=webhooks', { as: { customer: customer.id } });
    await page.getByRole('button', { name: 'Add an endpoint' }).click();
    await page.getByRole('textbox', { name: 'Address' }).fill(receiver.url);
    await page.getByRole('button', { name: 'Add the endpoint' }).click();
    const secret = (await page.locator('code', { hasText: 'whsec_' }).textContent()) ?? '';
    receiver.believes(secret);
    await page.getByRole('button', { name: 'I have it' }).click();
    await looksRight(page, 'developers-webhooks');
    await page.getByRole('link', { name: receiver.url }).click();
    await page.getByRole('heading', { level: 1, name: 'Webhook endpoint' }).waitFor();
    const delivery = page.getByRole('dialog', { name: 'Delivery' });
    await whileDelivering(async () => {
      await page.getByRole('button', { name: 'Send a test' }).click();
      await page.getByRole('button', { name: 'webhook.test' }).click();
      await delivery.getByText('204').waitFor();
      await delivery.getByText('"type": "webhook.test"').waitFor();
      assert.deepEqual(
        receiver.received.map(({ type }) => type),
        ['webhook.test'],
      );
      await delivery.getByRole('button', { name: 'Send again' }).click();
      await delivery.getByText('204').nth(1).waitFor();
    });
    assert.equal(new Set(receiver.received.map(({ id }) => id)).size, 1);
    await looksRight(page, 'developers-delivery');
    await delivery.getByRole('button', { name: 'Close' }).click();
    await looksRight(page, 'developers-endpoint');
  });

  it('show by themselves when a delivery has arrived', async () => {
    const endpoint = { customerId: customer.id, url: receiver.url };
    const { id, secret } = await createEndpoint(pages.database, endpoint, local, 'test');
    receiver.believes(secret);
    await sendTest(pages.database, id);
    const page = await pages.visit(`/developers/webhooks/${id}`, { as: { customer: customer.id } });
    const row = page.getByRole('row', { name: 'webhook.test' });
    await row.getByText('On its way').waitFor();
    await whileDelivering(() => row.getByText('Delivered').waitFor());
  });

  it('say why an address is refused, at its field', async () => {
    const page = await pages.visit('/developers?tab=webhooks', { as: { customer: customer.id }, refusals: [400] });
    await page.getByRole('button', { name: 'Add an endpoint' }).click();
    await page.getByRole('textbox', { name: 'Address' }).fill('https://10.0.0.1/');
    await page.getByRole('button', { name: 'Add the endpoint' }).click();
    await page.getByText('it leads into a private network').first().waitFor();
    assert.equal(await page.getByText('Field url').count(), 0, 'its field is on the page');
  });

  it('name the field of a refusal where the page has none of that name', async () => {
    const page = await pages.visit('/developers/webhooks/nothing', { as: { customer: customer.id }, refusals: [404] });
    await page.getByText('There is no webhook endpoint with the id "nothing".').waitFor();
    await page.getByText('Field id').waitFor();
    await looksRight(page, 'developers-refused');
  });

  it('say plainly that an endpoint was given up, and that a script in its texts is a text', async () => {
    const { id } = await createEndpoint(
      pages.database,
      { customerId: customer.id, url: receiver.url, description: '<img src=x onerror=alert(1)>' },
      local,
      'test',
    );
    await sendTest(pages.database, id);
    await changeEndpoint(pages.database, id, { state: 'disabled' }, local, 'test');
    await pages.database.query(
      `WITH failed AS (
         UPDATE webhook_endpoints SET disabled_because = 'failing', failing_since = now() - interval '5 days'
         WHERE id = $1 RETURNING id, customer_id, failing_since)
       INSERT INTO messages (id, key, kind, customer_id, endpoint_id, last_answer, failing_since, state, sent_at)
       SELECT gen_random_uuid(), 'given up', 'webhook-given-up', customer_id, id, 'status-503', failing_since, 'sent', now()
       FROM failed`,
      [id],
    );
    const page = await pages.visit(`/developers/webhooks/${id}`, { as: { customer: customer.id } });
    await page.getByText('Nothing but failures came back for five days.').waitFor();
    await page.getByText('is kept for 30 days').waitFor();
    await page.getByText('The admins were told by mail on').waitFor();
    await looksRight(page, 'developers-given-up');
    await page.getByText('<img src=x onerror=alert(1)>').waitFor();
    await page.getByRole('button', { name: 'Enable' }).click();
    await page.getByText('It is enabled.').waitFor();
  });

  it('show the API from its own document, to customers what they may ask', async () => {
    const page = await pages.visit('/developers?tab=api&find=invoices', { as: { customer: customer.id } });
    await page.getByText('List invoices').first().waitFor();
    assert.equal(await page.getByText('/v1/invoices/{id}/void').count(), 0, 'an operator voids');
    await page.locator('summary', { hasText: 'List invoices' }).first().click();
    await page.getByText('"nextCursor"').first().waitFor();
    await looksRight(page, 'developers-api');
  });

  it('are read only for an operator who looks at a customer, and the business has its own', async () => {
    const at = `/operations/customers/${customer.id}/developers`;
    const viewed = await pages.visit(at, { as: { operator: 'viewer' } });
    await viewed.getByRole('rowheader', { name: 'Bookkeeping' }).waitFor();
    assert.equal(await viewed.getByRole('button', { name: 'Make a key' }).count(), 0);
    const page = await pages.visit('/operations/developers?tab=webhooks', { as: { operator: 'admin' } });
    await page.getByText('Nobody is told yet').waitFor();
    await page.getByRole('button', { name: 'Add an endpoint' }).waitFor();
    await looksRight(page, 'operations-developers');
  });
});
