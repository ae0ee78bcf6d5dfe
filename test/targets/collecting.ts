import { openMethodPage } from '../../src/billing/open-method-page.ts';
import { setCollection } from '../../src/billing/set-collection.ts';
import { bindStripe } from '../../src/billing/stripe-account.ts';
import { syncCustomer } from '../../src/billing/sync-customer.ts';
import { openStripe } from '../../src/targets/stripe/client.ts';
import { createEventSource } from '../../src/targets/stripe/events.ts';
import { createStripeTarget } from '../../src/targets/stripe/target.ts';
import { type Bill, type Target, usd, useTarget } from './support.ts';

/** Test cards of Stripe's list, by what they are for. */
export const cards = {
  visa: '4242424242424242',
  mastercard: '5555555555554444',
  /** Is saved, and declined at each payment. */
  declined: '4000000000000341',
  disputed: '4000000000000259',
  asksConsent: '4000002760003184',
};

export const returnUrl = 'https://heron.example/billing';

/** The books and a simulated Stripe, with customers who save payment methods on its page. */
export function useCollecting() {
  const target = useTarget();

  async function syncCustomerOf(customerId: string): Promise<void> {
    const stripe = openStripe({ secretKey: target.simulator.key, apiBase: target.simulator.url });
    const events = createEventSource(stripe);
    const account = bindStripe(target.database, { target: createStripeTarget(stripe, target.simulator.key), events });
    await syncCustomer(target.database, account, customerId);
  }
  const openPage = (customerId: string) =>
    openMethodPage(target.database, syncCustomerOf, { customerId, returnUrl }, 'ada');

  /** The customer enters a card on the page, and the books hear of it. */
  async function save(customerId: string, number: string): Promise<void> {
    const { url } = await openPage(customerId);
    await enter(url, number);
    await syncCustomerOf(customerId);
  }

  /** An issued invoice of two lines, 1.00 and 1.01 USD, of a customer who is charged, by this card if any. */
  async function issueCharged(number: string | null, bill: Partial<Bill> = {}) {
    const invoice = await target.issue({ amountsMinor: usd(2), ...bill });
    await setCollection(target.database, { customerId: invoice.customerId, method: 'charge_automatically' }, 'ada');
    if (number !== null) await save(invoice.customerId, number);
    return invoice;
  }
  return { target, syncCustomerOf, openPage, save, issueCharged };
}

export async function enter(url: string, number: string): Promise<void> {
  const answer = await fetch(url, { method: 'POST', body: new URLSearchParams({ number }), redirect: 'manual' });
  if (answer.status !== 303) throw new Error(`the page answered ${answer.status}`);
}

/** Pays on the invoice's own page. */
export async function payOnPage(target: Target, invoiceId: string, number: string): Promise<number> {
  const remote = await target.stripe.invoices.retrieve(await remoteIdOf(target, invoiceId));
  const body = new URLSearchParams({ number });
  return (await fetch(remote.hosted_invoice_url ?? '', { method: 'POST', body })).status;
}

export async function remoteIdOf(target: Target, invoiceId: string): Promise<string> {
  const { rows } = await target.database.query<{ remoteId: string }>(
    `SELECT remote_id AS "remoteId" FROM stored_requests WHERE subject_id = $1 AND step = 'create' AND remote_id IS NOT NULL`,
    [invoiceId],
  );
  return rows[0]?.remoteId as string;
}

/** `synced paid 201`: sync, payment, and what has come in. */
export async function moneyOf(target: Target, invoiceId: string): Promise<string> {
  const { rows } = await target.database.query<Record<string, unknown>>(
    'SELECT sync, payment, amount_paid_minor::int AS paid FROM invoice_states WHERE invoice_id = $1',
    [invoiceId],
  );
  return Object.values(rows[0] ?? {}).join(' ');
}

/** `1 pay declined generic_decline` for each attempt. */
export async function attemptsOf(target: Target, invoiceId: string): Promise<string[]> {
  const { rows } = await target.database.query<{ line: string }>(
    `SELECT concat_ws(' ', attempt, kind, coalesce(outcome, 'wanted'), code) AS line FROM collection_attempts
     WHERE invoice_id = $1 ORDER BY attempt`,
    [invoiceId],
  );
  return rows.map(({ line }) => line);
}

/** `succeeded 201`, `failed 201` for each charge that Stripe has tried for the invoice, in order. */
export async function chargesOf(target: Target, invoiceId: string): Promise<string[]> {
  const { stripe } = target;
  const remoteId = await remoteIdOf(target, invoiceId);
  const { data } = await stripe.invoicePayments.list({ invoice: remoteId, limit: 100 });
  const intents = data.map(({ payment }) => String(payment.payment_intent));
  const charges = (await stripe.charges.list({ limit: 100 })).data.filter((charge) =>
    intents.includes(String(charge.payment_intent)),
  );
  return charges.map(({ status, amount }) => `${status} ${amount}`).reverse();
}
