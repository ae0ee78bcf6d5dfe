import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type Stripe from 'stripe';
import { bindStripe } from '../../src/billing/stripe-account.ts';
import { createConnection } from '../../src/broker/connection.ts';
import { createPublisher } from '../../src/broker/publisher.ts';
import { insertMapping } from '../../src/store/customer-mappings.ts';
import { countSyncs, hasOpenSync } from '../../src/store/sync.ts';
import { openStripe } from '../../src/targets/stripe/client.ts';
import { createEventSource } from '../../src/targets/stripe/events.ts';
import { createStripeTarget } from '../../src/targets/stripe/target.ts';
import { workflowTypes } from '../../workflows/contract/ids.ts';
import type { Deployment } from '../support/deployment.ts';
import * as runs from '../support/run-pages.ts';

/** Brings the customers to the simulated Stripe beforehand: a business bills the same customers every month. */
export async function createRemoteCustomers({ database, config }: Deployment, customerIds: string[]): Promise<void> {
  const stripe = openStripe(config.stripe);
  const accountId = await bindStripe(database, {
    target: createStripeTarget(stripe, config.stripe.secretKey),
    events: createEventSource(stripe),
  }).accountId();
  const create = async (customerId: string) => {
    const customer: Stripe.Customer = await stripe.customers.create({ metadata: { durabill_customer: customerId } });
    await insertMapping(database, { accountId, customerId, remoteId: customer.id, contactAt: new Date() });
  };
  for (let from = 0; from < customerIds.length; from += 16) {
    await Promise.all(customerIds.slice(from, from + 16).map(create));
  }
}

/** Publishes every issued invoice of the clock that is not on its way yet. */
export async function publishAll({ database, config }: Deployment, clockId: string): Promise<void> {
  const broker = createConnection({ url: config.amqpUrl, name: 'bench' });
  const publisher = createPublisher(broker);
  try {
    await runs.publishAll(database, publisher, clockId);
  } finally {
    await publisher.close();
    await broker.close();
  }
}

/**
 * Waits until every issued invoice of the clock is synced, so many in all, and no workflow is left running.
 * @throws Error when one is parked or was never on its way
 */
export async function untilSynced({ database, temporal }: Deployment, clockId: string, total: number): Promise<void> {
  while (await hasOpenSync(database, clockId)) await sleep(250);
  const { synced, parked } = await countSyncs(database, clockId);
  if (synced !== total) throw new Error(`${synced} of ${total} invoices are synced, ${parked} parked`);
  await untilCompleted(
    temporal.client,
    `WorkflowType = '${workflowTypes.syncInvoice}' AND ClockId = '${clockId}'`,
    total,
  );
}

/** Waits until so many workflows, told by a list filter of Temporal's, have been completed. */
export async function untilCompleted(client: Client, which: string, total: number): Promise<void> {
  const query = `${which} AND ExecutionStatus = 'Completed'`;
  while ((await client.workflow.count(query)).count < total) await sleep(100);
}
