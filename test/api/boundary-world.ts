import assert from 'node:assert/strict';
import type { Database } from '../../src/store/database.ts';
import { type Business, flat, invoicesOf, perDeparture } from '../billing/business.ts';
import type { Answer } from './support.ts';

/** One customer with one of each thing that belongs to a customer. */
export type Things = {
  customer: string;
  externalId: string;
  invoice: string;
  'credit-note': string;
  wallet: string;
  subscription: string;
  'webhook-endpoint': string;
  'api-key': string;
  /** Key of a plan that nobody else has. */
  plan: string;
  /** Second parts of addresses below a customer, by their names in the document. */
  below: Record<string, string>;
  /** What nobody else's answer may contain: ids, names, numbers. */
  marks: string[];
};

type Ask = (method: 'GET' | 'POST' | 'PUT', url: string, body?: unknown) => Promise<Answer>;

/** A customer with all that one can have, billed for January and February 2013. */
export async function furnish(business: Business, name: string): Promise<string> {
  const plan = await business.plan(`plan-of-${name.toLowerCase()}`, [flat('100'), perDeparture('2')]);
  const id = await business.customer(name, { plan });
  await business.use(name, [{ at: '2013-01-10T00:00:00Z', properties: { gate: `gate-of-${name}` } }]);
  return id;
}

/** Adds by HTTP what runs do not make, and reads what there is. */
export async function thingsOf(database: Database, given: Ask, customer: string, name: string): Promise<Things> {
  const at = `/v1/customers/${customer}`;
  const ask: Ask = async (method, url, body) => {
    const answer = await given(method, url, body);
    // What was not made would be tried as an id of nothing.
    assert.ok(answer.status < 300, `${method} ${url}: ${JSON.stringify(answer.body)}`);
    return answer;
  };
  const { externalId, subscriptions } = (await ask('GET', at)).body;
  const invoices = await invoicesOf(database, customer);
  const invoice = invoices[0]?.id ?? '';
  const note = await ask('POST', `/v1/invoices/${invoice}/credit-notes`, {
    requestId: 'one',
    amountMinor: 100,
    giveBack: 'credit',
    reason: 'other',
    memo: `Sorry, ${name}`,
  });
  const wallet = await ask('POST', `${at}/wallets`, { name: `Wallet of ${name}` });
  await ask('POST', `/v1/wallets/${wallet.body.id}/grants`, { amountMinor: 500, requestId: `grant-${name}` });
  const charge = { requestId: `item-${name}`, description: `Charge of ${name}`, amount: '10.00' };
  const item = await ask('POST', `${at}/pending-items`, charge);
  const email = `kim@${name.toLowerCase()}.example`;
  const user = await ask('POST', `${at}/users`, { email, name: `Kim of ${name}`, role: 'admin' });
  const address = { lines: [`${name} Street 1`], city: 'Berlin', postalCode: '10115', country: 'DE' };
  await ask('PUT', `${at}/billing`, { legalName: `${name} AG`, address });
  const url = `https://${name.toLowerCase()}.example/hooks`;
  const endpoint = await ask('POST', '/v1/webhook-endpoints', { customer, url, description: `Hook of ${name}` });
  const delivery = await ask('POST', `/v1/webhook-endpoints/${endpoint.body.id}/test`);
  const key = await ask('POST', '/v1/api-keys', { customer, name: `Key of ${name}`, scopes: ['invoices:read'] });
  return {
    customer,
    externalId,
    invoice,
    'credit-note': note.body.id,
    wallet: wallet.body.id,
    subscription: subscriptions[0].id,
    plan: subscriptions[0].plan,
    'webhook-endpoint': endpoint.body.id,
    'api-key': key.body.id,
    below: { itemId: item.body.id, userId: user.body.id, delivery: delivery.body.id },
    marks: [
      ...[
        customer,
        externalId,
        name,
        `plan-of-${name.toLowerCase()}`,
        note.body.id,
        note.body.number,
        wallet.body.id,
        item.body.id,
        endpoint.body.id,
        delivery.body.id,
        key.body.id,
        user.body.id,
        email,
      ],
      ...invoices.flatMap(({ id, number }) => (number === null ? [id] : [id, number])),
      ...subscriptions.map(({ id }: { id: string }) => id),
    ],
  };
}
