import { Link } from 'react-router';
import { type ItemOf, take } from '../../../../client/index.ts';
import { client } from '../../../api.ts';
import type { Customer } from '../../../customer.tsx';
import { Card } from '../../../ui/card.tsx';
import { Money, When } from '../../../ui/format.tsx';
import { usePages } from '../../../ui/load-more.tsx';
import { PagedTable } from '../../../ui/paged-table.tsx';
import { Empty } from '../../../ui/states.tsx';
import { capital, inWords } from '../parts/words.ts';

type CreditNote = ItemOf<'/v1/credit-notes'>;

/** What was taken back of the customer's invoices. */
export function CreditNotes({ customer }: { customer: Customer }) {
  const query = usePages<CreditNote>(['operations', 'credit-notes', customer.id], (cursor, signal) =>
    take(client.GET('/v1/credit-notes', { params: { query: { customer: customer.id, cursor } }, signal })),
  );
  return (
    <Card flush>
      <PagedTable
        query={query}
        caption={`Credit notes of ${customer.name}`}
        columns={[
          { key: 'number', title: 'Credit note', heading: true, cell: ({ number }) => number },
          {
            key: 'invoice',
            title: 'Of',
            cell: ({ invoiceId, invoiceNumber }) => (
              <Link to={`/operations/invoices/${invoiceId}`}>{invoiceNumber}</Link>
            ),
          },
          { key: 'why', title: 'Why', cell: ({ reason }) => capital(inWords(reason)) },
          {
            key: 'issued',
            title: 'Issued',
            cell: ({ issuedAt }) => <When at={issuedAt} zone={customer.zone} />,
          },
          {
            key: 'total',
            title: 'Total',
            align: 'end',
            cell: ({ totalMinor, currency }) => <Money minor={totalMinor} currency={currency} />,
          },
        ]}
        what="credit notes"
        empty={<Empty title="There is no credit note.">One is issued of an invoice that was billed too high.</Empty>}
      />
    </Card>
  );
}
