import { createHash } from 'node:crypto';
import Stripe from 'stripe';
import { stripeAmountInMinor } from '../../domain/money/stripe-amount.ts';
import type { SeenCustomer, SeenInvoice, TargetInventory } from '../port.ts';
import { invoiceMark, lineMark, revisionMark } from './invoice-params.ts';
import { asStripe } from './steps.ts';

const customerMark = 'durabill_customer';
/** The most that a page of Stripe's lists holds. */
const limit = 100;

/** What Stripe has, read through the same client and pace as everything else that is asked of it. */
export function createStripeInventory(stripe: Stripe): TargetInventory {
  return {
    async listInvoices({ from, to }, after) {
      const page = await pageAfter(after, (params) =>
        stripe.invoices.list({
          ...params,
          created: { ...seconds('gte', from), ...seconds('lte', to), ...params.created },
        }),
      );
      const rows: SeenInvoice[] = [];
      for (const invoice of page.data) rows.push(await seenInvoice(stripe, invoice));
      return { rows, next: page.next };
    },
    async listCustomers(after) {
      const page = await pageAfter(after, (params) => stripe.customers.list(params));
      return { rows: page.data.map(seenCustomer), next: page.next };
    },
    retrieveInvoice: (remoteId) =>
      unlessGone(async () => await seenInvoice(stripe, await stripe.invoices.retrieve(remoteId))),
    retrieveCustomer: (remoteId) =>
      unlessGone(async () => {
        const customer = await stripe.customers.retrieve(remoteId);
        return customer.deleted ? 'gone' : seenCustomer(customer);
      }),
  };
}

type PageParams = { limit: number; starting_after?: string; created?: Stripe.RangeQueryParam };

/**
 * One page after the cursor, which is the last object's time and id. A draft that is deleted while the list is read
 * makes Stripe refuse its id as a cursor: then the list goes on from the time, and reads those of that second again.
 */
async function pageAfter<T extends { id: string; created: number }>(
  after: string | null,
  read: (params: PageParams) => Promise<Stripe.ApiList<T>>,
): Promise<{ data: T[]; next: string | null }> {
  const [createdAt = 0, id = ''] = after === null ? [] : (JSON.parse(after) as [number, string]);
  const answer = await asStripe(async () => {
    if (after === null) return await read({ limit });
    try {
      return await read({ limit, starting_after: id });
    } catch (error) {
      if (!isMissing(error)) throw error;
      return await read({ limit, created: { lte: createdAt } });
    }
  });
  const last = answer.data.at(-1);
  const next = answer.has_more && last !== undefined ? JSON.stringify([last.created, last.id]) : null;
  return { data: answer.data, next };
}

async function unlessGone<T>(read: () => Promise<T | 'gone'>): Promise<T | 'gone'> {
  return await asStripe(async () => {
    try {
      return await read();
    } catch (error) {
      if (isMissing(error)) return 'gone';
      throw error;
    }
  });
}

function isMissing(error: unknown): boolean {
  return error instanceof Stripe.errors.StripeInvalidRequestError && error.code === 'resource_missing';
}

function seconds(bound: 'gte' | 'lte', at: Date | null): Stripe.RangeQueryParam {
  return at === null ? {} : { [bound]: Math.floor(at.getTime() / 1_000) };
}

async function seenInvoice(stripe: Stripe, invoice: Stripe.Invoice): Promise<SeenInvoice> {
  const currency = invoice.currency.toUpperCase();
  const inMinor = (amount: number) => stripeAmountInMinor(amount, currency);
  const marks = invoice.metadata ?? {};
  const lines = await linesOf(stripe, invoice);
  return {
    remoteId: invoice.id,
    invoiceId: idIn(marks[invoiceMark]),
    revision: revisionIn(marks[revisionMark]),
    number: invoice.number,
    remoteCustomerId: typeof invoice.customer === 'string' ? invoice.customer : (invoice.customer?.id ?? null),
    currency,
    totalMinor: inMinor(invoice.total),
    subtotalMinor: inMinor(invoice.subtotal),
    amountPaidMinor: inMinor(invoice.amount_paid),
    amountRemainingMinor: inMinor(invoice.amount_remaining),
    status: invoice.status ?? 'unknown',
    lineCount: lines.length,
    linesDigest: digestOf(lines.map((line) => [line.metadata[lineMark] ?? '', inMinor(line.amount)])),
    autoAdvance: invoice.auto_advance ?? false,
    dueAt: invoice.due_date === null ? null : at(invoice.due_date),
    createdAt: at(invoice.created),
    livemode: invoice.livemode,
  };
}

/** The first lines come with the invoice; the rest of a long one is asked for. */
async function linesOf(stripe: Stripe, { id, lines }: Stripe.Invoice): Promise<Stripe.InvoiceLineItem[]> {
  if (!lines.has_more) return lines.data;
  const all: Stripe.InvoiceLineItem[] = [];
  for await (const line of stripe.invoices.listLineItems(id, { limit })) all.push(line);
  return all;
}

function digestOf(lines: (readonly [mark: string, amountMinor: string])[]): string {
  const texts = lines.map(([mark, amountMinor]) => `${mark}=${amountMinor}`).sort();
  return createHash('sha256').update(texts.join(',')).digest('hex');
}

function seenCustomer(customer: Stripe.Customer): SeenCustomer {
  return {
    remoteId: customer.id,
    customerId: idIn(customer.metadata[customerMark]),
    isDeleted: false,
    createdAt: at(customer.created),
    livemode: customer.livemode,
  };
}

const at = (unixSeconds: number) => new Date(unixSeconds * 1_000);

/** Anybody may write metadata at Stripe: what is no id of ours is no mark. */
function idIn(mark: string | undefined): string | null {
  return mark !== undefined && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(mark) ? mark : null;
}

function revisionIn(mark: string | undefined): number | null {
  return mark !== undefined && /^[1-9]\d{0,8}$/.test(mark) ? Number(mark) : null;
}
