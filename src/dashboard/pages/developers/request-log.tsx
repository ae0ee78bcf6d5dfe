import { useSearchParams } from 'react-router';
import { type ItemOf, take } from '../../../client/index.ts';
import { client } from '../../api.ts';
import { Badge } from '../../ui/badge.tsx';
import { Card } from '../../ui/card.tsx';
import { Select } from '../../ui/field.tsx';
import { useFormats, When } from '../../ui/format.tsx';
import { usePages } from '../../ui/load-more.tsx';
import { PagedTable } from '../../ui/paged-table.tsx';
import { Empty } from '../../ui/states.tsx';
import css from './developers.module.css';
import { useOwner } from './owner.tsx';

type Request = ItemOf<'/v1/request-log'>;

const choices = [
  { id: 'all', label: 'All requests' },
  { id: 'true', label: 'Refused or failed' },
  { id: 'false', label: 'Answered' },
];

/** What programs have asked with keys, the latest first. */
export function RequestLog() {
  const owner = useOwner();
  const { number } = useFormats();
  const [search, setSearch] = useSearchParams();
  const refused = search.get('refused');
  const query = usePages<Request>(['request-log', owner.customerId, refused], (cursor, signal) => {
    const filter = {
      ...(owner.customerId !== null && { customer: owner.customerId }),
      ...((refused === 'true' || refused === 'false') && { refused: refused as 'true' | 'false' }),
      ...(cursor && { cursor }),
    };
    return take(client.GET('/v1/request-log', { params: { query: filter }, signal }));
  });
  function choose(id: string) {
    setSearch(
      (before) => {
        const next = new URLSearchParams(before);
        if (id === 'all') next.delete('refused');
        else next.set('refused', id);
        return next;
      },
      { replace: true, preventScrollReset: true },
    );
  }
  return (
    <Card
      title="Request log"
      description="What was asked with API keys in the last 30 days, without what was in it. Usage events that were taken are left out."
      flush
    >
      <div className={css['filters']}>
        <Select label="Show" options={choices} value={refused ?? 'all'} onChange={choose} />
      </div>
      <PagedTable
        query={query}
        caption="Requests with API keys"
        what="requests"
        empty={<Empty title="Nothing was asked">Requests stand here a second or two after they were answered.</Empty>}
        columns={[
          {
            key: 'what',
            title: 'Request',
            heading: true,
            cell: ({ method, route }) => (
              <code className={css['route']}>
                {method} {route}
              </code>
            ),
          },
          { key: 'status', title: 'Answer', cell: (request) => <Answer of={request} /> },
          { key: 'key', title: 'Key', cell: ({ keyName }) => keyName },
          { key: 'at', title: 'When', cell: ({ at }) => <When at={at} time /> },
          {
            key: 'took',
            title: 'Took',
            align: 'end',
            cell: ({ durationMs }) => <span className="number">{number(durationMs)} ms</span>,
          },
        ]}
      />
    </Card>
  );
}

function Answer({ of: { status, code } }: { of: Request }) {
  const tone = status >= 500 ? 'bad' : status >= 400 ? 'warn' : 'good';
  return (
    <Badge tone={tone}>
      {status}
      {code !== null && ` ${code}`}
    </Badge>
  );
}
