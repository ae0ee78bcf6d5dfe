import { Link } from 'react-router';
import type { ItemOf } from '../../../../client/index.ts';
import { Badge, type Tone } from '../../../ui/badge.tsx';
import { Money, Period, When } from '../../../ui/format.tsx';
import type { Column } from '../../../ui/table.tsx';
import { Age } from './age.tsx';
import { capital, inWords } from './words.ts';

export type Invoice = ItemOf<'/v1/invoices'>;

/** What an operator calls where an invoice stands. */
export function InvoiceBadge({ invoice }: { invoice: Pick<Invoice, 'lifecycle' | 'sync' | 'payment' | 'wanted'> }) {
  const [tone, text] = standing(invoice);
  return <Badge tone={tone}>{text}</Badge>;
}

function standing({
  lifecycle,
  sync,
  payment,
  wanted,
}: Pick<Invoice, 'lifecycle' | 'sync' | 'payment' | 'wanted'>): [Tone, string] {
  if (lifecycle === 'held') return ['warn', 'Held'];
  if (lifecycle === 'draft') return ['neutral', 'Draft'];
  if (lifecycle === 'void') return ['neutral', 'Void'];
  if (lifecycle === 'skipped') return ['neutral', 'Nothing to pay'];
  if (sync === 'parked') return ['bad', 'Parked'];
  if (sync === 'backing_off') return ['warn', 'Tries again'];
  if (sync !== 'synced' && sync !== 'none') return ['info', 'On its way'];
  if (wanted === 'void') return ['info', 'Being voided'];
  if (payment === 'paid') return ['good', 'Paid'];
  if (payment === 'uncollectible') return ['neutral', 'Given up'];
  return ['info', payment === 'none' ? 'Synced' : capital(inWords(payment))];
}

const heading: Column<Invoice> = {
  key: 'invoice',
  title: 'Invoice',
  heading: true,
  cell: (invoice) => (
    <Link to={`/operations/invoices/${invoice.id}`}>
      {invoice.customerExternalId} · {invoice.number ?? 'draft'}
    </Link>
  ),
};
const period: Column<Invoice> = {
  key: 'period',
  title: 'Period',
  cell: ({ periodStartAt, periodEndAt, zone }) => <Period startAt={periodStartAt} endAt={periodEndAt} zone={zone} />,
};
const total: Column<Invoice> = {
  key: 'total',
  title: 'Total',
  align: 'end',
  cell: ({ totalMinor, currency }) => <Money minor={totalMinor} currency={currency} />,
};
const state: Column<Invoice> = { key: 'state', title: 'State', cell: (invoice) => <InvoiceBadge invoice={invoice} /> };

export const heldColumns: readonly Column<Invoice>[] = [
  heading,
  period,
  { key: 'why', title: 'Held for', cell: ({ parked }) => parked?.reason ?? '' },
  total,
];
export const draftColumns: readonly Column<Invoice>[] = [
  heading,
  period,
  { key: 'due', title: 'Becomes final', cell: ({ dueAt, zone }) => <When at={dueAt} zone={zone} time /> },
  total,
];
export const parkedColumns: readonly Column<Invoice>[] = [
  heading,
  { key: 'why', title: 'Why', cell: ({ parked }) => parked?.reason ?? '' },
  { key: 'attempts', title: 'Tries', align: 'end', cell: ({ syncAttempts }) => syncAttempts },
  { key: 'since', title: 'Since', cell: ({ parked }) => parked?.parkedAt && <Age at={parked.parkedAt} /> },
  total,
];
export const retryingColumns: readonly Column<Invoice>[] = [
  heading,
  { key: 'attempts', title: 'Tries', align: 'end', cell: ({ syncAttempts }) => syncAttempts },
  { key: 'next', title: 'Next try', cell: ({ nextRetryAt }) => nextRetryAt && <Age at={nextRetryAt} /> },
  total,
];
export const allColumns: readonly Column<Invoice>[] = [heading, period, state, total];
