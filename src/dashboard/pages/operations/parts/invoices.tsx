import { Link } from 'react-router';
import type { ItemOf } from '../../../../client/index.ts';
import { Money, Period, When } from '../../../ui/format.tsx';
import { StateBadge } from '../../../ui/state-words.tsx';
import type { Column } from '../../../ui/table.tsx';
import { Age } from './age.tsx';

export type Invoice = ItemOf<'/v1/invoices'>;

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
const state: Column<Invoice> = {
  key: 'state',
  title: 'State',
  cell: ({ standing }) => <StateBadge subject="invoice-standing" state={standing} />,
};

export const heldColumns: readonly Column<Invoice>[] = [
  heading,
  period,
  { key: 'why', title: 'Held for', cell: ({ parked }) => parked?.reason ?? '' },
  total,
];
export const draftColumns: readonly Column<Invoice>[] = [
  heading,
  period,
  { key: 'due', title: 'Becomes final', cell: ({ dueAt, zone }) => <When at={dueAt} zone={zone} /> },
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
