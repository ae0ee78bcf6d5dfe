import type Stripe from 'stripe';
import { failureKinds } from '../failures.ts';
import {
  type InvoiceTarget,
  type OutgoingCustomer,
  type OutgoingInvoice,
  type OutgoingLine,
  type RemoteInvoice,
  type RequestLog,
  TargetError,
} from '../port.ts';
import {
  addLinesParams,
  checkCarriable,
  createParams,
  invoiceMark,
  lineMark,
  linesPerCall,
  revisionMark,
  stripeAmount,
} from './invoice-params.ts';
import { asStripe, type CarriedOut, carryOut } from './steps.ts';

const customerMark = 'durabill_customer';
/** Objects that a lost answer may have left are looked for from this long before the request was stored. */
const clockSlackSeconds = 3_600;

/** Stripe as a target of invoices, through the official SDK. A secret key tells its mode: `sk_live_…`, `rk_test_…`. */
export function createStripeTarget(stripe: Stripe, secretKey: string): InvoiceTarget {
  return {
    async account() {
      const account = await asStripe(() => stripe.accounts.retrieveCurrent());
      return { accountId: account.id, livemode: secretKey.startsWith('sk_live_') || secretKey.startsWith('rk_live_') };
    },
    createCustomer: (customer, log) => createCustomer(stripe, customer, log),
    bringInvoice: (invoice, remoteCustomerId, log) => bringInvoice(stripe, invoice, remoteCustomerId, log),
  };
}

async function createCustomer(stripe: Stripe, customer: OutgoingCustomer, log: RequestLog): Promise<string> {
  const { id } = await carryOut<Stripe.Customer>(log, {
    name: 'create',
    operation: 'customers.create',
    params: {
      name: customer.name,
      ...(customer.email !== null && { email: customer.email }),
      metadata: { [customerMark]: customer.id, durabill_external_id: customer.externalId },
    },
    send: (params, options) => stripe.customers.create(params, options),
    look: async ({ firstSentAt }) => {
      const since = Math.floor(firstSentAt.getTime() / 1_000) - clockSlackSeconds;
      for await (const found of stripe.customers.list({ created: { gte: since }, limit: 100 })) {
        if (found.metadata[customerMark] === customer.id) return found;
      }
      return undefined;
    },
  });
  return id;
}

/**
 * Create, add lines, finalize: three calls when all is calm. Each is carried out exactly once, so a call that was cut
 * off goes on where it was; only then is the invoice read again before it is made final.
 */
async function bringInvoice(
  stripe: Stripe,
  invoice: OutgoingInvoice,
  remoteCustomerId: string,
  log: RequestLog,
): Promise<RemoteInvoice> {
  checkCarriable(invoice);
  const created = await createInvoice(stripe, invoice, remoteCustomerId, log);
  const remoteId = created.id;
  let remote = created.answer;
  for (let from = 0; from < invoice.lines.length; from += linesPerCall) {
    const lines = invoice.lines.slice(from, from + linesPerCall);
    remote = (await addLines(stripe, invoice, lines, from, remoteId, log)).answer;
  }
  checkTotal(invoice, remote ?? (await asStripe(() => stripe.invoices.retrieve(remoteId))));
  const finalized = await carryOut<Stripe.Invoice>(log, {
    name: 'finalize',
    operation: 'invoices.finalize',
    params: { auto_advance: false },
    send: (params, options) => stripe.invoices.finalizeInvoice(remoteId, params, options),
    look: async () => {
      const found = await stripe.invoices.retrieve(remoteId);
      return found.status === 'draft' ? undefined : found;
    },
  });
  return describe(invoice, finalized.answer ?? (await asStripe(() => stripe.invoices.retrieve(remoteId))));
}

async function createInvoice(
  stripe: Stripe,
  invoice: OutgoingInvoice,
  remoteCustomerId: string,
  log: RequestLog,
): Promise<CarriedOut<Stripe.Invoice>> {
  return await carryOut<Stripe.Invoice>(log, {
    name: 'create',
    operation: 'invoices.create',
    params: { ...createParams(invoice, remoteCustomerId, new Date()) },
    send: (params, options) => stripe.invoices.create(params, options),
    look: async ({ firstSentAt }) => {
      const since = Math.floor(firstSentAt.getTime() / 1_000) - clockSlackSeconds;
      const listed = stripe.invoices.list({ customer: remoteCustomerId, created: { gte: since }, limit: 100 });
      for await (const found of listed) {
        const mark = found.metadata ?? {};
        if (mark[invoiceMark] === invoice.id && mark[revisionMark] === String(invoice.revision)) return found;
      }
      return undefined;
    },
  });
}

async function addLines(
  stripe: Stripe,
  invoice: OutgoingInvoice,
  lines: readonly OutgoingLine[],
  from: number,
  remoteId: string,
  log: RequestLog,
): Promise<CarriedOut<Stripe.Invoice>> {
  return await carryOut<Stripe.Invoice>(log, {
    name: `add lines from ${from + 1}`,
    operation: 'invoices.addLines',
    params: { ...addLinesParams(invoice, lines) },
    send: (params, options) =>
      stripe.invoices.addLines(remoteId, params as unknown as Stripe.InvoiceAddLinesParams, options),
    look: async () => {
      // A call adds all of its lines or none.
      for await (const found of stripe.invoices.listLineItems(remoteId, { limit: 100 })) {
        if (found.metadata[lineMark] === lines[0]?.id) return await stripe.invoices.retrieve(remoteId);
      }
      return undefined;
    },
  });
}

/** The answer to add_lines is the read-back: what Stripe would charge has to be what the books say. */
function checkTotal(invoice: OutgoingInvoice, remote: Stripe.Invoice): void {
  const ours = stripeAmount(invoice.totalMinor, invoice.currency);
  if (remote.total !== ours || remote.currency !== invoice.currency.toLowerCase()) {
    throw new TargetError(
      'person',
      'total-differs',
      `Stripe's ${remote.id} has ${remote.total} ${remote.currency}, the books have ${ours} ${invoice.currency}.`,
      { mend: failureKinds['total-differs'].operator, needsAlert: true },
    );
  }
}

function describe(invoice: OutgoingInvoice, remote: Stripe.Invoice): RemoteInvoice {
  checkTotal(invoice, remote);
  return {
    remoteId: remote.id,
    status: remote.status ?? 'unknown',
    totalMinor: invoice.totalMinor,
    url: remote.hosted_invoice_url ?? null,
  };
}
