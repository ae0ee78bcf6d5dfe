import { type KeptInvoice, listKeptInvoices } from '../store/customer-erasures.ts';
import type { Sql } from '../store/database.ts';
import { readRetention } from '../store/retention-settings.ts';

/** What stays of a customer, why, and until when. */
export type KeptData = {
  invoices: KeptInvoice[];
  others: { what: string; why: string; until: string }[];
};

const usage = {
  what: 'usage events',
  why: 'They prove the quantities of issued invoices, and a proof hashes their properties again. They name the customer by our id only; the properties are what their sender put there.',
};

const others: KeptData['others'] = [
  {
    what: 'payments, refunds and the ledger',
    why: 'They belong to the issued invoices. They hold amounts, days and references, and no payment method.',
    until: 'As long as the invoices.',
  },
  {
    what: 'audit chains',
    why: 'They tell what was done and when, by ids and amounts. No personal data is written to them.',
    until: 'For ever.',
  },
  {
    what: 'copies of invoices at Stripe',
    why: 'A finalized invoice there keeps the name and address that it was sent with.',
    until: 'As long as Stripe keeps them.',
  },
];

/** Says what an erasure leaves: issued invoices as long as the law asks for them, and what they rest on. */
export async function readKeptData(sql: Sql, customerId: string): Promise<KeptData> {
  const { usageMonths } = await readRetention(sql);
  const until =
    usageMonths === null
      ? 'As long as the invoices.'
      : `For ${usageMonths} months after the invoice that bills them, at least; then their number and their digests. Those of types whose meters read all history stay.`;
  return { invoices: await listKeptInvoices(sql, customerId), others: [{ ...usage, until }, ...others] };
}
