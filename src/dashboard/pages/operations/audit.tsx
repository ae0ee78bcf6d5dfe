import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { type ItemOf, take } from '../../../client/index.ts';
import { client } from '../../api.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { TextField } from '../../ui/field.tsx';
import { When } from '../../ui/format.tsx';
import { LoadMore, usePages } from '../../ui/load-more.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty, Notice, QueryView } from '../../ui/states.tsx';
import { CodeBlock } from './parts/code-block.tsx';
import { FilterSelect, useFilter } from './parts/filters.tsx';
import css from './parts/parts.module.css';
import { TimesIn } from './parts/times.tsx';
import { instantOf } from './parts/typed-times.ts';
import { capital, inWords } from './parts/words.ts';

type Entry = ItemOf<'/v1/audit'>;

const kinds = [
  'invoice',
  'customer',
  'usage-correction',
  'wallet',
  'run',
  'clock',
  'plan',
  'pause',
  'reconciliation',
  'dead-letter',
  'settings',
] as const;

/** Who did what, when and why; and whether a chain holds. */
export default function AuditPage() {
  const [by] = useFilter('by');
  const [kind] = useFilter('kind');
  const [subject, setSubject] = useFilter('subject');
  const [actor, setActor] = useFilter('actor');
  const [action, setAction] = useFilter('action');
  const [from, setFrom] = useFilter('from');
  const filter = {
    ...(by !== '' && { by: by as 'people' | 'machines' }),
    ...(kind !== '' && { subjectKind: kind }),
    ...(subject !== '' && { subject }),
    ...(actor !== '' && { actor }),
    ...(action !== '' && { action }),
    ...(from !== '' && { from: instantOf(`${from}T00:00:00`) }),
  };
  const query = usePages<Entry>(['operations', 'audit', filter], (cursor, signal) =>
    take(client.GET('/v1/audit', { params: { query: { ...filter, cursor } }, signal })),
  );
  return (
    <Page
      title="Audit trail"
      lead={
        <>
          Everything that happened to money, the newest first. Each subject has a chain of its own: a link that was
          changed or taken out shows. <TimesIn />
        </>
      }
    >
      <div className="stack">
        <Card>
          <div className={css['filters']}>
            <FilterSelect
              name="by"
              label="Done by"
              all="Everybody"
              options={[
                { id: 'people', label: 'People and their keys' },
                { id: 'machines', label: 'Runs and syncs' },
              ]}
            />
            <FilterSelect
              name="kind"
              label="About"
              all="Anything"
              options={kinds.map((id) => ({ id, label: capital(inWords(id)) }))}
            />
            <Typed label="Subject’s id" value={subject} onEnter={setSubject} />
            <Typed label="Actor" value={actor} onEnter={setActor} placeholder="operator:ada@example.com" />
            <Typed label="Action" value={action} onEnter={setAction} placeholder="retry" />
            <Typed label="From day" value={from} onEnter={setFrom} placeholder="2026-11-30" />
          </div>
        </Card>
        {subject !== '' && kind !== '' && <Verdict kind={kind} id={subject} />}
        <Card flush>
          <QueryView query={query}>
            {(entries) =>
              entries.length === 0 ? (
                <Empty title={query.hasNextPage ? 'Nothing so far.' : 'Nothing is told of this.'}>
                  {query.hasNextPage
                    ? 'The latest 20,000 entries were looked at; ask for more to look further back.'
                    : 'Take a filter away to see more.'}
                </Empty>
              ) : (
                <ol className={css['timeline']} style={{ padding: 'var(--space-4) var(--space-5)' }}>
                  {entries.map((entry) => (
                    <EntryView key={`${entry.subjectKind} ${entry.subjectId} ${entry.sequence}`} entry={entry} />
                  ))}
                </ol>
              )
            }
          </QueryView>
          <LoadMore query={query} what="entries" />
        </Card>
      </div>
    </Page>
  );
}

/** A filter that is typed: it takes effect by the enter key, or when the field is left. */
function Typed({
  label,
  value,
  onEnter,
  placeholder,
}: {
  label: string;
  value: string;
  onEnter: (value: string) => void;
  placeholder?: string;
}) {
  const [text, setText] = useState(value);
  const enter = () => onEnter(text.trim());
  return (
    <TextField
      label={label}
      value={text}
      onChange={setText}
      onBlur={enter}
      onKeyDown={(event) => event.key === 'Enter' && enter()}
      {...(placeholder !== undefined && { placeholder })}
    />
  );
}

function EntryView({ entry }: { entry: Entry }) {
  const { reason, ...detail } = entry.detail;
  return (
    <li>
      <p>
        <strong>{capital(entry.action)}</strong> · <Subject entry={entry} />
      </p>
      <p className="muted">
        <When at={entry.at} time /> by <span className={css['break']}>{entry.actor}</span>
      </p>
      {typeof reason === 'string' && <p>“{reason}”</p>}
      {Object.keys(detail).length > 0 && (
        <details>
          <summary className="muted">Details of link {entry.sequence}</summary>
          <CodeBlock label="Details" text={JSON.stringify(detail, null, 2)} />
        </details>
      )}
    </li>
  );
}

const pages: Record<string, (id: string) => string> = {
  invoice: (id) => `/operations/invoices/${id}`,
  customer: (id) => `/operations/manage/${id}`,
  run: (id) => `/operations/runs/${id}`,
  reconciliation: (id) => `/operations/reconciliation/${id}`,
};

function Subject({ entry: { subjectKind, subjectId } }: { entry: Entry }) {
  const page = pages[subjectKind]?.(subjectId);
  return (
    <span className={css['break']}>
      {page === undefined ? subjectKind : <Link to={page}>{subjectKind}</Link>}{' '}
      <Link to={`/operations/audit?kind=${encodeURIComponent(subjectKind)}&subject=${subjectId}`} className="muted">
        <code>{subjectId.slice(0, 8)}</code>
        <span className="sr-only"> all entries</span>
      </Link>
    </span>
  );
}

function Verdict({ kind, id }: { kind: string; id: string }) {
  const [isAsked, setAsked] = useState(false);
  const query = useQuery({
    queryKey: ['operations', 'verification', kind, id],
    queryFn: ({ signal }) =>
      take(client.GET('/v1/audit/{kind}/{id}/verification', { params: { path: { kind, id } }, signal })),
    enabled: isAsked,
  });
  if (!isAsked) {
    return (
      <div>
        <Button onPress={() => setAsked(true)}>Verify this chain</Button>
      </div>
    );
  }
  return (
    <QueryView query={query}>
      {({ holds, links, headHash, fault }) =>
        holds ? (
          <Notice tone="good" title={`The chain holds: ${links} links, computed again just now.`}>
            Keep its head elsewhere, and nobody can change what is before it unnoticed:{' '}
            <code className={css['break']}>{headHash}</code>
          </Notice>
        ) : (
          <Notice tone="bad" title={`The chain does not hold at link ${fault?.sequence}.`}>
            {fault?.fault === 'missing' && 'The link before it is gone.'}
            {fault?.fault === 'changed' && 'It was changed after it was written.'}
            {fault?.fault === 'not linked' && 'What stands before it is not what it was written behind.'}
          </Notice>
        )
      }
    </QueryView>
  );
}
