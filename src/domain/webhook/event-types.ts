/** What is told of in the fields of `data`, by the shape of the API that it has. */
export type EventShape =
  | 'invoice'
  | 'credit-note'
  | 'payment-attempt'
  | 'payment-record'
  | 'wallet'
  | 'wallet-grant'
  | 'source'
  | 'test';

export type EventType = {
  type: string;
  /** When it is told. */
  says: string;
  shape: EventShape;
  /** Whether a customer's own endpoints are told of it too; the rest is for the business. */
  isForCustomers: boolean;
};

const invoice = (type: string, says: string, isForCustomers = false): EventType => ({
  type: `invoice.${type}`,
  says,
  shape: 'invoice',
  isForCustomers,
});

/** Everything that is told; a name never changes its meaning, and more may come. The triggers of the tables write them. */
export const eventTypes: readonly EventType[] = [
  invoice('drafted', 'A draft is made; its review day begins', true),
  invoice('held', 'A check holds a draft: a person has to look at it'),
  invoice('released', 'A draft that was held goes on'),
  invoice('issued', 'It has its number, and its lines never change again', true),
  invoice('synced', 'Stripe has it for the first time'),
  invoice('parked', 'Its sync to Stripe waits for a person'),
  invoice('partially_paid', 'A part of it is paid, or another part', true),
  invoice('paid', 'Nothing is left to pay', true),
  invoice('uncollectible', 'It is given up'),
  invoice('voided', 'It is no longer owed', true),
  {
    type: 'credit_note.issued',
    says: 'A credit note takes back a part of an invoice, or all of it',
    shape: 'credit-note',
    isForCustomers: true,
  },
  {
    type: 'payment.failed',
    says: 'The saved payment method was charged in vain',
    shape: 'payment-attempt',
    isForCustomers: true,
  },
  {
    type: 'payment.refunded',
    says: 'Money has gone back to the customer',
    shape: 'payment-record',
    isForCustomers: true,
  },
  {
    type: 'payment.disputed',
    says: "The customer's bank has objected to a payment",
    shape: 'payment-record',
    isForCustomers: false,
  },
  {
    type: 'payment.dispute_closed',
    says: 'An objection is decided; the status says how',
    shape: 'payment-record',
    isForCustomers: false,
  },
  {
    type: 'wallet.low',
    says: 'A wallet is at its threshold or below, and more is asked for',
    shape: 'wallet',
    isForCustomers: true,
  },
  {
    type: 'wallet.topped_up',
    says: 'A wallet has got more, paid or given',
    shape: 'wallet-grant',
    isForCustomers: true,
  },
  {
    type: 'usage.source_silent',
    says: 'A source that usually sends usage of the customer has been silent for longer than it ever was',
    shape: 'source',
    isForCustomers: true,
  },
];

/** Sent on demand only, and to whoever asked. */
export const testType = 'webhook.test';

/** The types that an endpoint may choose from: a customer's fewer than those of the business. */
export function choosableTypes(isOfCustomer: boolean): readonly EventType[] {
  return isOfCustomer ? eventTypes.filter(({ isForCustomers }) => isForCustomers) : eventTypes;
}
