import type Stripe from 'stripe';
import type { CustomerRecord } from './records.ts';
import type { Business, WireCustomer } from './wire.ts';

export function renderCustomer(customer: CustomerRecord, business: Business): WireCustomer | Stripe.DeletedCustomer {
  if (customer.deleted) return { id: customer.id, object: 'customer', deleted: true };
  return {
    id: customer.id,
    object: 'customer',
    address: customer.address,
    balance: customer.balance,
    ...(customer.businessName === null ? {} : { business_name: customer.businessName }),
    created: customer.created,
    currency: customer.currency,
    customer_account: null,
    default_source: null,
    delinquent: false,
    description: customer.description,
    discount: null,
    email: customer.email,
    ...(customer.individualName === null ? {} : { individual_name: customer.individualName }),
    invoice_prefix: customer.invoicePrefix,
    invoice_settings: customer.invoiceSettings,
    livemode: business.livemode,
    metadata: { ...customer.metadata },
    name: customer.name,
    next_invoice_sequence: customer.nextInvoiceSequence,
    phone: customer.phone,
    preferred_locales: [...customer.preferredLocales],
    shipping: customer.shipping,
    tax_exempt: customer.taxExempt,
    test_clock: null,
  };
}
