import { useQuery } from '@tanstack/react-query';
import { ClockPlus, Play } from 'lucide-react';
import { Link } from 'react-router';
import { type ItemOf, take } from '../../../client/index.ts';
import { client } from '../../api.ts';
import { Card, Facts } from '../../ui/card.tsx';
import { Select, TextField } from '../../ui/field.tsx';
import { browserZone, Quantity, When } from '../../ui/format.tsx';
import { usePages } from '../../ui/load-more.tsx';
import { Page } from '../../ui/page.tsx';
import { PagedTable } from '../../ui/paged-table.tsx';
import { StateBadge } from '../../ui/state-words.tsx';
import { Empty, QueryView } from '../../ui/states.tsx';
import type { Column } from '../../ui/table.tsx';
import { Action, because, type Outcome } from './parts/action.tsx';
import { Age } from './parts/age.tsx';
import { FilterSelect, useFilter } from './parts/filters.tsx';
import css from './parts/parts.module.css';
import { figures, figuresOf } from './parts/progress.ts';
import { TimesIn } from './parts/times.tsx';
import { instantOf, typedOf } from './parts/typed-times.ts';
import { capital } from './parts/words.ts';

type Run = ItemOf<'/v1/runs'>;
type Clock = ItemOf<'/v1/clocks'>;
type Kind = 'invoicing' | 'due-scan' | 'advance';

const kinds = ['invoicing', 'hourly-invoicing', 'due-scan', 'dunning', 'advance'] as const;
export const runWords: Record<Run['kind'], string> = {
  invoicing: 'Invoicing',
  'hourly-invoicing': 'Hourly invoicing',
  'due-scan': 'Due scan',
  dunning: 'Dunning',
  advance: 'Advance of a clock',
};

/** While something goes on it is looked at again after so long. */
const lookAgainMs = 3_000;

export default function RunsPage() {
  const [kind] = useFilter('kind');
  const [clock] = useFilter('clock');
  const clocks = useClocks();
  const query = usePages<Run>(['operations', 'runs', kind, clock], (cursor, signal) => {
    const filter = { cursor, ...(kind !== '' && { kind: kind as Run['kind'] }), ...(clock !== '' && { clock }) };
    return take(client.GET('/v1/runs', { params: { query: filter }, signal }));
  });
  return (
    <Page
      title="Runs"
      lead={
        <>
          What bills, issues and follows up. Each run is for one clock and one nominal time, and is never carried out
          twice. <TimesIn />
        </>
      }
      actions={
        <>
          <CreateClock />
          <StartRun clocks={clocks.data?.data ?? []} />
        </>
      }
    >
      <div className="stack">
        <QueryView query={clocks}>{({ data }) => <Clocks clocks={data} />}</QueryView>
        <Card title="All runs" flush>
          <div style={{ padding: 'var(--space-4) var(--space-5)' }} className={css['filters']}>
            <FilterSelect
              name="kind"
              label="Kind"
              all="All kinds"
              options={kinds.map((id) => ({ id, label: runWords[id] }))}
            />
            <FilterSelect
              name="clock"
              label="Clock"
              all="All clocks"
              options={(clocks.data?.data ?? []).map(({ name }) => ({ id: name, label: name }))}
            />
          </div>
          <PagedTable
            query={query}
            caption="Runs, the latest first"
            columns={columns}
            what="runs"
            empty={
              <Empty title="No run like this yet.">
                The Schedules start runs by themselves, the first one within the hour.
              </Empty>
            }
          />
        </Card>
        <details>
          <summary className="muted">What the figures mean</summary>
          <Card>
            <Facts facts={figures.map(({ label, meaning }) => [label, meaning])} />
          </Card>
        </details>
      </div>
    </Page>
  );
}

export function useClocks() {
  return useQuery({
    queryKey: ['operations', 'clocks'],
    queryFn: ({ signal }) => take(client.GET('/v1/clocks', { params: { query: { limit: 200 } }, signal })),
    refetchInterval: lookAgainMs * 10,
  });
}

const columns: readonly Column<Run>[] = [
  {
    key: 'kind',
    title: 'Run',
    heading: true,
    cell: ({ id, kind }) => <Link to={`/operations/runs/${id}`}>{runWords[kind]}</Link>,
  },
  { key: 'clock', title: 'Clock', cell: ({ clock }) => clock },
  { key: 'cutoffAt', title: 'Nominal time', cell: ({ cutoffAt }) => <When at={cutoffAt} time /> },
  { key: 'openedAt', title: 'Started', cell: ({ openedAt }) => <Age at={openedAt} /> },
  {
    key: 'state',
    title: 'State',
    cell: ({ state }) => <StateBadge subject="run" state={state} />,
  },
  { key: 'progress', title: 'Done', cell: ({ progress }) => <Progress progress={progress} /> },
];

function Progress({ progress }: { progress: Run['progress'] }) {
  const told = figuresOf(progress).filter(({ count }) => count > 0);
  if (told.length === 0) return <span className="muted">Nothing was due</span>;
  return (
    <span>
      {told.slice(0, 3).map(({ name, label, count }, index) => (
        <span key={name}>
          {index > 0 && ', '}
          <Quantity value={count} /> {label.toLowerCase()}
        </span>
      ))}
      {told.length > 3 && ' …'}
    </span>
  );
}

function Clocks({ clocks }: { clocks: readonly Clock[] }) {
  return (
    <div className="grid">
      {clocks.map((clock) => (
        <Card
          key={clock.id}
          title={clock.name}
          description={clock.kind === 'real' ? 'The real clock' : 'A test clock'}
          action={clock.kind === 'test' && <Advance clock={clock} />}
        >
          <div className="stack-tight">
            <p>
              <When at={clock.now} time />
            </p>
            <p>
              <Link to={`/operations/runs?clock=${encodeURIComponent(clock.name)}`}>
                Its runs<span className="sr-only"> ({clock.name})</span>
              </Link>
            </p>
          </div>
        </Card>
      ))}
    </div>
  );
}

async function start(body: { kind: Kind; clock: string; at: string }, reason: string): Promise<Outcome> {
  const run = await take(client.POST('/v1/runs', { body, headers: because(reason) }));
  return {
    text: (
      <>
        {run.alreadyStarted ? 'This run had been started before.' : 'The run has been started.'}{' '}
        <Link to={`/operations/runs/${run.id}`}>See how far it is</Link>
      </>
    ),
    workflowUrl: run.workflowUrl,
    audit: { kind: 'run', id: run.id },
  };
}

const changes = [
  ['operations', 'runs'],
  ['operations', 'clocks'],
] as const;

/** The nominal time of a run, to be typed. */
function At({ help, value }: { help: string; value: string }) {
  return (
    <TextField
      name="at"
      label={`Nominal time (${browserZone()})`}
      help={help}
      defaultValue={typedOf(value)}
      isRequired
      autoFocus
    />
  );
}

/** A month later, by the calendar of UTC. */
function monthAfter(now: string): string {
  const at = new Date(now);
  at.setUTCMonth(at.getUTCMonth() + 1);
  return at.toISOString();
}

/** The business time of customers of their own, which stands still until it is advanced. */
function CreateClock() {
  return (
    <Action
      label="Create a test clock"
      icon={<ClockPlus size={16} aria-hidden="true" />}
      title="Create a test clock?"
      confirm="Create"
      scope="runs:write"
      what="Customers are put on it when they are created. It stands still until it is advanced, and what is due by then is billed as time would have it."
      fields={
        <>
          <TextField
            name="name"
            label="Name"
            help="Letters, digits, “.”, “_” and “-”."
            isRequired
            maxLength={80}
            autoFocus
          />
          <TextField
            name="startsAt"
            label={`Begins at (${browserZone()})`}
            defaultValue={typedOf(new Date().toISOString())}
            isRequired
          />
          <TextField
            name="numberPrefix"
            label="Prefix of its invoices"
            help="1 to 12 capital letters and digits, which no other clock has."
            isRequired
            maxLength={12}
          />
        </>
      }
      run={async ({ reason, fields }) => {
        const { name = '', startsAt = '', numberPrefix = '' } = fields;
        const clock = await take(
          client.POST('/v1/clocks', {
            body: { name: name.trim(), startsAt: instantOf(startsAt), numberPrefix: numberPrefix.trim() },
            headers: because(reason),
          }),
        );
        return {
          text: (
            <>
              The clock “{clock.name}” stands at <When at={clock.now} time />. Create customers on it, then advance it.
            </>
          ),
          audit: { kind: 'clock', id: clock.id },
        };
      }}
      changes={changes}
    />
  );
}

function Advance({ clock }: { clock: Clock }) {
  return (
    <Action
      label="Advance"
      size="small"
      title={`Advance the clock “${clock.name}”?`}
      scope="runs:write"
      what="Everything that becomes due on the way is done: periods are billed, drafts are issued and sent. A clock does not go back."
      fields={
        <At help={`It stands at ${typedOf(clock.now)}. A time in UTC ends in Z.`} value={monthAfter(clock.now)} />
      }
      run={({ reason, fields }) =>
        start({ kind: 'advance', clock: clock.name, at: instantOf(fields['at'] ?? '') }, reason)
      }
      changes={changes}
    />
  );
}

function StartRun({ clocks }: { clocks: readonly Clock[] }) {
  return (
    <Action
      label="Start a run"
      kind="primary"
      icon={<Play size={16} aria-hidden="true" />}
      title="Start a run?"
      confirm="Start"
      scope="runs:write"
      what="It takes whatever is due by its nominal time and not done yet, so that one more run does no harm."
      fields={
        <>
          <Select
            name="kind"
            label="Kind"
            defaultValue="invoicing"
            isRequired
            options={[
              { id: 'invoicing', label: 'Invoicing', note: 'Bills every period that is over' },
              { id: 'due-scan', label: 'Due scan', note: 'Issues what is due and sends it' },
            ]}
          />
          <Select
            name="clock"
            label="Clock"
            defaultValue="real"
            isRequired
            options={clocks.map(({ name, kind }) => ({ id: name, label: name, note: `${capital(kind)} clock` }))}
          />
          <At help="An instant that the clock has reached. A time in UTC ends in Z." value={new Date().toISOString()} />
        </>
      }
      run={({ reason, fields }) =>
        start({ kind: fields['kind'] as Kind, clock: fields['clock'] ?? '', at: instantOf(fields['at'] ?? '') }, reason)
      }
      changes={changes}
    />
  );
}
