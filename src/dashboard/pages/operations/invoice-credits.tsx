import { useQuery } from '@tanstack/react-query';
import { type AnswerOf, take } from '../../../client/index.ts';
import { client } from '../../api.ts';
import { ButtonAnchor } from '../../ui/button.tsx';
import { Card, Facts } from '../../ui/card.tsx';
import { Money, When } from '../../ui/format.tsx';
import { QueryView } from '../../ui/states.tsx';
import { Table } from '../../ui/table.tsx';
import { capital, inWords } from './parts/words.ts';

type Invoice = AnswerOf<'/v1/invoices/{id}'>;
type CreditNote = AnswerOf<'/v1/invoices/{id}/credit-notes'>['data'][number];

const parts = [
  ['dueMinor', 'Less is to be paid'],
  ['refundMinor', 'Refunded'],
  ['balanceMinor', 'To the customer’s balance'],
  ['outOfBandMinor', 'Given back by a way of your own'],
] as const;

type Sums = Pick<CreditNote, 'currency' | 'totalMinor' | (typeof parts)[number][0]>;

/** What a credit note is over, and what becomes of that. */
export function GivenBack({ note }: { note: Sums }) {
  const money = (minor: number) => <Money minor={minor} currency={note.currency} />;
  return (
    <Facts
      facts={[
        ['Credited', <strong key="total">{money(note.totalMinor)}</strong>],
        ...parts.filter(([sum]) => note[sum] > 0).map(([sum, name]) => [name, money(note[sum])] as const),
      ]}
    />
  );
}

/** What was taken back of an invoice; nothing where nothing was. */
export function Credits({ invoice: { id, creditedMinor } }: { invoice: Invoice }) {
  const query = useQuery({
    queryKey: ['operations', 'invoice', id, 'credit-notes', creditedMinor],
    queryFn: ({ signal }) => take(client.GET('/v1/invoices/{id}/credit-notes', { params: { path: { id } }, signal })),
    enabled: creditedMinor > 0,
  });
  if (creditedMinor === 0) return null;
  return (
    <Card title="What was taken back" flush>
      <QueryView query={query}>
        {({ data }) => (
          <Table
            caption="Credit notes of the invoice"
            rows={data}
            rowKey={({ id: noteId }) => noteId}
            columns={[
              { key: 'number', title: 'Credit note', heading: true, cell: ({ number }) => number },
              { key: 'issued', title: 'Issued', cell: ({ issuedAt }) => <When at={issuedAt} /> },
              { key: 'why', title: 'Why', cell: ({ reason, memo }) => memo ?? capital(inWords(reason)) },
              { key: 'back', title: 'What became of it', cell: (note) => <GivenBack note={note} /> },
              {
                key: 'pdf',
                title: 'Document',
                align: 'end',
                cell: ({ id: noteId, number }) => (
                  <ButtonAnchor kind="quiet" size="small" href={`/v1/credit-notes/${noteId}/pdf`} download>
                    PDF<span className="sr-only"> of {number}</span>
                  </ButtonAnchor>
                ),
              },
            ]}
          />
        )}
      </QueryView>
    </Card>
  );
}
