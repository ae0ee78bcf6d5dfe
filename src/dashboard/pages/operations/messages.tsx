import { Link } from 'react-router';
import { type ItemOf, take } from '../../../client/index.ts';
import { client } from '../../api.ts';
import { Card } from '../../ui/card.tsx';
import { usePages } from '../../ui/load-more.tsx';
import { Page } from '../../ui/page.tsx';
import { PagedTable } from '../../ui/paged-table.tsx';
import { StateBadge } from '../../ui/state-words.tsx';
import { Empty } from '../../ui/states.tsx';
import type { Column } from '../../ui/table.tsx';
import { useStateLabels } from '../../ui/words.ts';
import { Action } from './parts/action.tsx';
import { Age } from './parts/age.tsx';
import { FilterSelect, useFilter } from './parts/filters.tsx';
import css from './parts/parts.module.css';
import { capital, inWords } from './parts/words.ts';

type Message = ItemOf<'/v1/messages'>;

const states = ['pending', 'sending', 'sent', 'failed', 'unknown', 'skipped'] as const;
const changes = [
  ['operations', 'messages'],
  ['operations', 'summary'],
] as const;

/** Mails to customers and operators: whether they went out, and what to do about those that did not. */
export default function MessagesPage() {
  const [state] = useFilter('state');
  const labelOf = useStateLabels('message');
  const query = usePages<Message>(['operations', 'messages', state], (cursor, signal) => {
    const filter = { cursor, ...(state !== '' && { state: state as Message['state'] }) };
    return take(client.GET('/v1/messages', { params: { query: filter }, signal }));
  });
  return (
    <Page
      title="Messages"
      lead="Mails about invoices and webhooks, the latest first. The address is read when a mail is sent, so that a mended one is used."
    >
      <div className="stack">
        <div className={css['filters']}>
          <FilterSelect
            name="state"
            label="State"
            all="Any state"
            options={states.map((id) => ({ id, label: labelOf(id) }))}
          />
        </div>
        <Card flush>
          <PagedTable
            query={query}
            caption="Mails, the latest first"
            columns={columns}
            what="mails"
            empty={
              <Empty title="There is no mail like this.">
                Which mails are sent stands in the{' '}
                <Link to="/operations/settings?tab=dunning">settings of dunning</Link>.
              </Empty>
            }
          />
        </Card>
      </div>
    </Page>
  );
}

const columns: readonly Column<Message>[] = [
  {
    key: 'kind',
    title: 'Mail',
    heading: true,
    cell: ({ kind, ordinal }) => `${capital(inWords(kind))}${ordinal === null ? '' : ` ${ordinal}`}`,
  },
  {
    key: 'about',
    title: 'About',
    cell: (message) => <Subject of={message} />,
  },
  {
    key: 'state',
    title: 'State',
    cell: ({ state, reason }) => (
      <span className="stack-tight">
        <StateBadge subject="message" state={state} />
        {reason !== null && <span className={`muted ${css['break']}`}>{reason}</span>}
      </span>
    ),
  },
  { key: 'tries', title: 'Tries', align: 'end', cell: ({ attempts }) => attempts },
  { key: 'owed', title: 'Owed since', cell: ({ createdAt }) => <Age at={createdAt} /> },
  {
    key: 'act',
    title: 'Answer',
    cell: (message) =>
      message.state === 'failed' || message.state === 'unknown' ? (
        <Answer message={message} />
      ) : (
        <span className="muted">–</span>
      ),
  },
];

function Subject({ of: { invoiceId, invoiceNumber, endpointId, customerId } }: { of: Message }) {
  if (invoiceId !== null) return <Link to={`/operations/invoices/${invoiceId}`}>{invoiceNumber ?? 'Draft'}</Link>;
  const owner = customerId === null ? '/operations' : `/operations/customers/${customerId}`;
  return <Link to={`${owner}/developers/webhooks/${endpointId}`}>Webhook endpoint</Link>;
}

function Answer({ message: { id, invoiceId, endpointId } }: { message: Message }) {
  const params = { path: { id } };
  const audit =
    invoiceId === null ? { kind: 'webhook-endpoint', id: endpointId ?? '' } : { kind: 'invoice', id: invoiceId };
  return (
    <span className="row">
      <Action
        label="Send again"
        size="small"
        title="Send this mail again?"
        scope="operations:write"
        what="It goes to the addresses that its readers have now. If the first one did arrive after all, they get it twice."
        run={async ({ reason }) => {
          await take(client.POST('/v1/messages/{id}/resend', { params, body: { reason } }));
          return { text: 'It is sent within seconds.', audit };
        }}
        changes={changes}
      />
      <Action
        label="Dismiss"
        kind="quiet"
        size="small"
        title="Leave this mail as it is?"
        scope="operations:write"
        what="It is not sent, and nobody is alerted by it any more."
        run={async ({ reason }) => {
          await take(client.POST('/v1/messages/{id}/dismiss', { params, body: { reason } }));
          return { text: 'It is left as it is.', audit };
        }}
        changes={changes}
      />
    </span>
  );
}
