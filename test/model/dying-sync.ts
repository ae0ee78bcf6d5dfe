import { bringToStripe } from '../../src/billing/bring-to-stripe.ts';
import { bindStripe } from '../../src/billing/stripe-account.ts';
import { syncCustomer } from '../../src/billing/sync-customer.ts';
import { openDatabase } from '../../src/store/database.ts';
import { openStripe } from '../../src/targets/stripe/client.ts';
import { createEventSource } from '../../src/targets/stripe/events.ts';
import { createStripeTarget } from '../../src/targets/stripe/target.ts';

/** One attempt at a sync, as the activity makes it, in a process of its own that a crash point may end. */
const [url, apiBase, secretKey, invoiceId] = process.argv.slice(2) as [string, string, string, string];
const database = openDatabase(url);
const client = openStripe({ secretKey, apiBase });
const account = { target: createStripeTarget(client, secretKey), events: createEventSource(client) };
const stripe = bindStripe(database, account);
const ensureCustomer = (customerId: string) => syncCustomer(database, stripe, customerId);
await bringToStripe({ database, stripe, slots: 500, ensureCustomer }, invoiceId);
await database.close();
