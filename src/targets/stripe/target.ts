import type Stripe from 'stripe';
import type { InvoiceTarget } from '../port.ts';
import { bringInvoice } from './bring-invoice.ts';
import { createStripeCollector } from './collector.ts';
import { bringCreditNote } from './credit-notes.ts';
import { createCustomer, updateCustomer } from './customers.ts';
import { createSavedMethods } from './saved-methods.ts';
import { asStripe } from './steps.ts';
import { voidInvoice } from './void-invoice.ts';

/** Stripe as a target of invoices, through the official SDK. A secret key tells its mode: `sk_live_…`, `rk_test_…`. */
export function createStripeTarget(stripe: Stripe, secretKey: string): InvoiceTarget {
  return {
    async account() {
      const account = await asStripe(() => stripe.accounts.retrieveCurrent());
      return { accountId: account.id, livemode: secretKey.startsWith('sk_live_') || secretKey.startsWith('rk_live_') };
    },
    createCustomer: (customer, log) => createCustomer(stripe, customer, log),
    updateCustomer: (customer, remoteId, log) => updateCustomer(stripe, customer, remoteId, log),
    bringInvoice: (invoice, remoteCustomerId, log) => bringInvoice(stripe, invoice, remoteCustomerId, log),
    bringCreditNote: (invoice, remoteId, note, log) => bringCreditNote(stripe, invoice, remoteId, note, log),
    voidInvoice: (invoice, remoteCustomerId, log) => voidInvoice(stripe, invoice, remoteCustomerId, log),
    collector: createStripeCollector(stripe),
    savedMethods: createSavedMethods(stripe),
  };
}
