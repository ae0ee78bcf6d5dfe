import { balanceAccountIdOf } from '../../../src/billing/ids.ts';
import { createTaxRate } from '../../../src/billing/tax/create-tax-rate.ts';
import { setCustomerTax } from '../../../src/billing/tax/set-customer-tax.ts';
import { lookAgain } from '../../../src/store/wants.ts';
import { openBusiness, type StoredInvoice } from '../../billing/business.ts';
import { remoteIdsOf } from '../../billing/reconciliation/support.ts';
import { assertBalanced, heldIn } from '../../billing/wallets/support.ts';
import { type Target, useTarget } from '../../targets/support.ts';

export type Bill = Pick<StoredInvoice, 'id' | 'number' | 'lifecycle'> & { told: string };

/** Stories of one customer each, from 1 January 2013 in UTC, with VAT of 19 %: the use cases on PostgreSQL, and Stripe. */
export function useStories() {
  const target = useTarget();
  before(async () => {
    await createTaxRate(target.database, { key: 'vat', name: 'VAT', percentage: '19', country: 'DE' }, 'test');
    const inclusive = { key: 'vat-inside', name: 'VAT', percentage: '19', country: 'DE', inclusive: true };
    await createTaxRate(target.database, inclusive, 'test');
    await createTaxRate(target.database, { key: 'ten', name: 'Consumption tax', percentage: '10' }, 'test');
    await createTaxRate(target.database, { key: 'five', name: 'VAT', percentage: '5' }, 'test');
  });
  afterEach(() => assertBalanced(target.database));
  return { target, open: (prices: readonly object[], more?: StoryTerms) => openStory(target, prices, more) };
}

type StoryTerms = { currency?: string; rates?: string[] };

async function openStory(target: Target, prices: readonly object[], { currency = 'USD', rates = ['vat'] }: StoryTerms = {}) {
  const { database } = target;
  const business = await openBusiness(database);
  const plan = await business.plan('plan', prices, currency);
  const addCustomer = async (name: string) => {
    const id = await business.customer(name, { plan, currency });
    await setCustomerTax(database, id, { status: 'taxable', defaultRates: rates }, 'test');
    return id;
  };
  const customer = await addCustomer('B6');

  /** By their periods and revisions: `issued 100.00: …`, in minor units. */
  const bills = async (of = customer): Promise<Bill[]> => {
    const { rows } = await database.query<Bill>(
      `SELECT i.id, i.number, s.lifecycle, concat_ws(' ', s.lifecycle, i.subtotal_minor, '-', i.discount_minor, '+', i.tax_minor,
         '+', i.carried_minor, '-', i.credit_minor, '=', i.total_minor) AS told
       FROM invoices i JOIN invoice_states s ON s.invoice_id = i.id WHERE i.customer_id = $1
       ORDER BY i.period_start_at, i.purpose DESC, i.revision`,
      [of],
    );
    return rows;
  };

  return {
    ...{ business, customer, plan, addCustomer, bills },
    told: async (of = customer) => (await bills(of)).map(({ told }) => told),
    /** So many departures on a day of January, February … 2013, one a minute. */
    depart: (day: string, count: number) =>
      business.use(
        'B6',
        Array.from({ length: count }, (_, minute) => ({ at: `2013-${day}T10:${String(minute).padStart(2, '0')}:00Z` })),
      ),
    draft: (month: number) => business.invoice(`2013-${two(month + 1)}-01T13:00:00Z`),
    issue: (month: number) => business.scan(`2013-${two(month + 1)}-02T15:00:00Z`),
    /** Drafts a month's bill and issues it on the next day. @returns the last one */
    async close(month: number): Promise<Bill> {
      await this.draft(month);
      await this.issue(month);
      return (await bills()).at(-1) as Bill;
    },
    async bring(invoiceId: string): Promise<string> {
      const { state } = await target.bring(invoiceId);
      return state;
    },
    /** Stripe's copy: `open 14280, 12376 to pay`. */
    async copyOf(invoiceId: string): Promise<string> {
      const copy = await remoteOf(target, invoiceId);
      return `${copy.status} ${copy.total}, ${copy.amount_remaining} to pay`;
    },
    remoteOf: (invoiceId: string) => remoteOf(target, invoiceId),
    /** By card, all that Stripe asks for. */
    async pay(invoiceId: string): Promise<void> {
      const { invoice } = await remoteIdsOf(database, invoiceId);
      await target.stripe.invoices.pay(invoice, { payment_method: 'pm_card_visa' });
      await lookAgain(database, [invoiceId]);
      await target.bring(invoiceId);
    },
    /** A part, by a payment of its own that is attached. @returns its id */
    async payInPart(invoiceId: string, amount: number): Promise<string> {
      const { invoice, customer: payer } = await remoteIdsOf(database, invoiceId);
      const payment = { amount, currency: currency.toLowerCase(), customer: payer, payment_method: 'pm_card_visa' };
      const intent = await target.stripe.paymentIntents.create(payment);
      await target.stripe.invoices.attachPayment(invoice, { payment_intent: intent.id });
      await target.stripe.paymentIntents.confirm(intent.id);
      await lookAgain(database, [invoiceId]);
      await target.bring(invoiceId);
      return intent.id;
    },
    async payment(invoiceId: string): Promise<string | undefined> {
      const { rows } = await database.query<{ payment: string }>(
        'SELECT payment FROM invoice_states WHERE invoice_id = $1',
        [invoiceId],
      );
      return rows[0]?.payment;
    },
    balance: async () => (await heldIn(database, balanceAccountIdOf(customer, currency))) ?? 0n,
  };
}

const two = (month: number) => String(month).padStart(2, '0');

async function remoteOf({ database, stripe }: Target, invoiceId: string) {
  const { invoice } = await remoteIdsOf(database, invoiceId);
  return await stripe.invoices.retrieve(invoice);
}
