import { Link } from 'react-router';
import { useCustomerLink } from '../../customer.tsx';
import { Card } from '../../ui/card.tsx';
import { Money, Quantity } from '../../ui/format.tsx';
import { Empty } from '../../ui/states.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import css from './lines.module.css';
import type { Invoice, Line } from './queries.ts';

/** Every line with the way to its working, and what leads from their sum to the total. */
export function Lines({ invoice }: { invoice: Invoice }) {
  const link = useCustomerLink();
  const { id, currency, lines } = invoice;
  if (lines.length === 0) {
    return (
      <Card>
        <Empty title="Nothing was charged">There was nothing to bill in this period.</Empty>
      </Card>
    );
  }
  const columns: Column<Line>[] = [
    { key: 'what', title: 'What', heading: true, cell: ({ description }) => description },
    {
      key: 'quantity',
      title: 'Quantity',
      align: 'end',
      cell: ({ quantity }) => (quantity === null ? '–' : <Quantity value={quantity} />),
    },
    {
      key: 'amount',
      title: 'Amount',
      align: 'end',
      cell: ({ amountMinor }) => <Money minor={amountMinor} currency={currency} />,
    },
    {
      key: 'why',
      title: 'Working',
      align: 'end',
      cell: ({ position, description }) => (
        <Link to={link(`/invoices/${id}/lines/${position}`)}>
          Why this price?<span className="sr-only"> ({description})</span>
        </Link>
      ),
    },
  ];
  return (
    <Card title="Lines" description="Each one opens to how it was computed and to the events behind it." flush>
      <Table
        caption="Lines of the invoice"
        columns={columns}
        rows={lines}
        rowKey={({ position }) => String(position)}
      />
      <Sums invoice={invoice} />
    </Card>
  );
}

type Sum = { name: string; minor: number; note?: string };

/** From the sum of the lines to the total, as on the document. */
function sumsOf(invoice: Invoice): Sum[] {
  const { discounts, taxes, credits } = invoice;
  return [
    ...discounts.map(({ name, amountMinor }) => ({ name, minor: -amountMinor, note: 'discount' })),
    ...taxes.map(({ name, percentage, isInclusive, amountMinor, reason }) => ({
      name: `${name} ${percentage} %`,
      minor: amountMinor,
      note: reason ?? (isInclusive ? 'contained in the amounts above' : 'tax'),
    })),
    ...credits.map(({ source, name, amountMinor }) => ({
      name,
      minor: -amountMinor,
      note:
        source === 'carried' ? 'given to your balance' : source === 'wallet' ? 'from your wallet' : 'from your balance',
    })),
  ];
}

function Sums({ invoice }: { invoice: Invoice }) {
  const { currency, subtotalMinor, totalMinor } = invoice;
  const sums = sumsOf(invoice);
  return (
    <dl className={css['sums']}>
      {sums.length > 0 && (
        <div>
          <dt>Sum of the lines</dt>
          <dd>
            <Money minor={subtotalMinor} currency={currency} />
          </dd>
        </div>
      )}
      {sums.map(({ name, minor, note }) => (
        <div key={`${name} ${note}`}>
          <dt>
            {name} {note !== undefined && <span className="muted">{note}</span>}
          </dt>
          <dd>
            <Money minor={minor} currency={currency} />
          </dd>
        </div>
      ))}
      <div className={css['total']}>
        <dt>Total</dt>
        <dd>
          <Money minor={totalMinor} currency={currency} />
        </dd>
      </div>
    </dl>
  );
}
