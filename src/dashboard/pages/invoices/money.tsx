import { ButtonAnchor } from '../../ui/button.tsx';
import { Card, Stat } from '../../ui/card.tsx';
import { Money as Amount, useFormats, When } from '../../ui/format.tsx';
import { Empty, QueryView } from '../../ui/states.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import css from './money.module.css';
import { type CreditNote, type Invoice, useCreditNotes, usePayments } from './queries.ts';
import { timelineOf } from './timeline.ts';

/** What happened to the invoice and to its money, and the credit notes on it. */
export function Money({ invoice }: { invoice: Invoice }) {
  const payments = usePayments(invoice);
  const notes = useCreditNotes(invoice);
  const formats = useFormats();
  return (
    <div className="stack">
      <QueryView query={payments}>
        {(money) => (
          <>
            {(money.refundedMinor > 0 || money.disputedMinor > 0 || money.overpaidMinor > 0) && (
              <Card>
                <div className="stats">
                  {money.refundedMinor > 0 && (
                    <Stat label="Given back" value={<Amount minor={money.refundedMinor} currency={money.currency} />} />
                  )}
                  {money.disputedMinor > 0 && (
                    <Stat label="Disputed" value={<Amount minor={money.disputedMinor} currency={money.currency} />} />
                  )}
                  {money.overpaidMinor > 0 && (
                    <Stat
                      label="Paid too much"
                      value={<Amount minor={money.overpaidMinor} currency={money.currency} />}
                    />
                  )}
                </div>
              </Card>
            )}
            <Card title="What happened" description="The latest first.">
              <ol className={css['timeline']}>
                {timelineOf(invoice, money, notes.data?.data ?? [], formats).map(({ key, at, text, note }) => (
                  <li key={key}>
                    <span className={css['when']}>
                      <When at={at} zone={invoice.zone} />
                    </span>
                    <span>
                      {text}
                      {note !== undefined && <span className={css['note']}>{note}</span>}
                    </span>
                  </li>
                ))}
              </ol>
            </Card>
          </>
        )}
      </QueryView>
      <Card title="Credit notes" description="What was taken back from this invoice after it was issued." flush>
        <QueryView query={notes}>
          {({ data }) =>
            data.length === 0 ? (
              <Empty title="No credit note" />
            ) : (
              <Table caption="Credit notes of the invoice" columns={columns} rows={data} rowKey={({ id }) => id} />
            )
          }
        </QueryView>
      </Card>
    </div>
  );
}

const columns: Column<CreditNote>[] = [
  { key: 'number', title: 'Number', heading: true, cell: ({ number }) => number },
  { key: 'issued', title: 'Issued', cell: ({ issuedAt }) => <When at={issuedAt} /> },
  { key: 'memo', title: 'Why', cell: ({ memo, reason }) => memo ?? reason.replaceAll('_', ' ') },
  {
    key: 'total',
    title: 'Amount',
    align: 'end',
    cell: ({ totalMinor, currency }) => <Amount minor={totalMinor} currency={currency} />,
  },
  {
    key: 'pdf',
    title: 'Document',
    align: 'end',
    cell: ({ id, number }) => (
      <ButtonAnchor kind="quiet" size="small" href={`/v1/credit-notes/${id}/pdf`} download>
        PDF<span className="sr-only"> of {number}</span>
      </ButtonAnchor>
    ),
  },
];
