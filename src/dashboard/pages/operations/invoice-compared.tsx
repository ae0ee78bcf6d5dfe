import { Card } from '../../ui/card.tsx';
import { Money, Quantity } from '../../ui/format.tsx';
import { Table } from '../../ui/table.tsx';
import type { Invoice, Review } from './invoice.tsx';

type Compared = {
  key: string;
  name: string;
  quantity: string | null;
  amountMinor: number;
  beforeMinor: number | null;
};

/** Lines of a price together: an invoice may have several, for parts of its period or for groups. */
function sumOf(lines: readonly { priceKey: string; amountMinor: number }[], key: string): number | null {
  const ofPrice = lines.filter(({ priceKey }) => priceKey === key);
  return ofPrice.length === 0 ? null : ofPrice.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
}

function compare({ lines }: Invoice, before: Review['earlier'][number] | undefined): Compared[] {
  const earlier = before?.lines ?? [];
  const keys = [...new Set([...lines, ...earlier].map(({ priceKey }) => priceKey))];
  return keys.map((key) => {
    const ofPrice = lines.filter(({ priceKey }) => priceKey === key);
    const [first] = ofPrice;
    return {
      key,
      name: first?.description ?? key,
      quantity: ofPrice.length === 1 ? (first?.quantity ?? null) : null,
      amountMinor: sumOf(lines, key) ?? 0,
      beforeMinor: before === undefined ? null : (sumOf(earlier, key) ?? 0),
    };
  });
}

/** The lines beside those of the period before, so that a jump is seen where it comes from. */
export function Compared({ invoice, review: { earlier } }: { invoice: Invoice; review: Review }) {
  const [before] = earlier;
  const { currency } = invoice;
  const rows = compare(invoice, before);
  if (rows.length === 0) return null;
  return (
    <Card
      title="Line by line"
      description={
        before === undefined
          ? 'There is no earlier invoice to compare with.'
          : `Beside ${before.number ?? 'the invoice'} of the period before.`
      }
      flush
    >
      <Table
        caption="Lines, compared with the period before"
        rows={rows}
        rowKey={({ key }) => key}
        columns={[
          { key: 'name', title: 'Line', heading: true, cell: ({ name }) => name },
          {
            key: 'quantity',
            title: 'Quantity',
            align: 'end',
            cell: ({ quantity }) => quantity !== null && <Quantity value={quantity} />,
          },
          {
            key: 'before',
            title: 'Before',
            align: 'end',
            cell: ({ beforeMinor }) => beforeMinor !== null && <Money minor={beforeMinor} currency={currency} />,
          },
          {
            key: 'amount',
            title: 'Now',
            align: 'end',
            cell: ({ amountMinor }) => <Money minor={amountMinor} currency={currency} />,
          },
          {
            key: 'change',
            title: 'Change',
            align: 'end',
            cell: ({ amountMinor, beforeMinor }) =>
              beforeMinor !== null && <Money minor={amountMinor - beforeMinor} currency={currency} signed />,
          },
        ]}
      />
    </Card>
  );
}
