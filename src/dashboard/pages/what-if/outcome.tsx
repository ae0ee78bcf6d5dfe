import { ArrowRight } from 'lucide-react';
import { Card } from '../../ui/card.tsx';
import { type Formats, Money, Period, useFormats } from '../../ui/format.tsx';
import { Notice } from '../../ui/states.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import type { WhatIf } from './index.tsx';
import css from './what-if.module.css';

type Bill = WhatIf['bills'][number];
type Row = { key: string; name: string; quantities: string; beforeMinor: number; afterMinor: number };

/** A bill before and after, from the total down to each line. */
export function Outcome({ bill, isNothing }: { bill: Bill; isNothing: boolean }) {
  const formats = useFormats();
  const { money } = formats;
  const { before, after, currency, differenceMinor } = bill;
  if (bill.failure !== null) {
    return (
      <Card title="Your bill">
        <Notice tone="warn" title="We cannot say what it would be">
          {bill.failure.reason}
        </Notice>
      </Card>
    );
  }
  return (
    <Card
      title={
        <>
          Your bill for <Period startAt={bill.periodStartAt} endAt={bill.periodEndAt} />
          {bill.billingGroup !== '' && <span className="muted"> · {bill.billingGroup}</span>}
        </>
      }
      flush
    >
      <div className={css['totals']}>
        <p>
          <span className="muted">Expected now</span>
          <span className={`${css['was']} number`}>{money(before.totalMinor, currency)}</span>
        </p>
        <ArrowRight size={22} aria-hidden="true" />
        <p>
          <span className="muted">It would be</span>
          <strong className={`${css['is']} number`} data-testid="supposed-total">
            {money(after.totalMinor, currency)}
          </strong>
        </p>
        <p className={css['difference']}>
          {isNothing ? (
            <span className="muted">Suppose something to see what it does.</span>
          ) : differenceMinor === 0 ? (
            <span>No difference</span>
          ) : (
            <Money minor={differenceMinor} currency={currency} signed />
          )}
        </p>
      </div>
      <Table
        caption="Each charge before and after"
        columns={columnsOf(currency)}
        rows={rowsOf(bill, formats)}
        rowKey={({ key }) => key}
      />
    </Card>
  );
}

function columnsOf(currency: string): Column<Row>[] {
  return [
    { key: 'name', title: 'Charge', heading: true, cell: ({ name }) => name },
    { key: 'quantities', title: 'Quantity', align: 'end', cell: ({ quantities }) => quantities },
    {
      key: 'before',
      title: 'Now',
      align: 'end',
      cell: ({ beforeMinor }) => <Money minor={beforeMinor} currency={currency} />,
    },
    {
      key: 'after',
      title: 'Would be',
      align: 'end',
      cell: ({ afterMinor }) => <Money minor={afterMinor} currency={currency} />,
    },
    {
      key: 'difference',
      title: 'Difference',
      align: 'end',
      cell: ({ beforeMinor, afterMinor }) =>
        afterMinor === beforeMinor ? (
          <span className="muted">–</span>
        ) : (
          <strong>
            <Money minor={afterMinor - beforeMinor} currency={currency} signed />
          </strong>
        ),
    },
  ];
}

const sums = [
  ['discountMinor', 'Discounts', -1],
  ['taxMinor', 'Taxes', 1],
  ['carriedMinor', 'Carried to your balance', 1],
  ['creditMinor', 'Paid by your credit', -1],
] as const;

function rowsOf({ lines, before, after }: Bill, { number }: Formats): Row[] {
  const text = (quantity: string | null) => number(quantity ?? '0');
  const ofLines = lines.map((line, index): Row => {
    const { quantityBefore, quantityAfter } = line;
    const isMeasured = line.kind === 'usage' && (quantityBefore !== null || quantityAfter !== null);
    const isSame = quantityBefore === quantityAfter;
    const quantities = isSame ? text(quantityAfter) : `${text(quantityBefore)} → ${text(quantityAfter)}`;
    const { beforeMinor, afterMinor } = line;
    return {
      key: `line ${index}`,
      name: line.description,
      quantities: isMeasured ? quantities : '',
      beforeMinor,
      afterMinor,
    };
  });
  const between = sums
    .filter(([name]) => before[name] !== 0 || after[name] !== 0)
    .map(
      ([key, name, sign]): Row => ({
        ...{ key, name, quantities: '' },
        beforeMinor: sign * before[key],
        afterMinor: sign * after[key],
      }),
    );
  return [...ofLines, ...between];
}
