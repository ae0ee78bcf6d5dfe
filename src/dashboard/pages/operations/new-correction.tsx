import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Plus, Trash2 } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { FileTrigger } from 'react-aria-components';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { ApiError, type BodyOf, type ItemOf, take } from '../../../client/index.ts';
import { client } from '../../api.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Select, TextField } from '../../ui/field.tsx';
import { Form } from '../../ui/form.tsx';
import { Page } from '../../ui/page.tsx';
import { QueryView, Skeleton } from '../../ui/states.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import css from './parts/parts.module.css';

type Body = BodyOf<'/v1/usage/corrections'>;
type Change = NonNullable<Body['changes']>[number];

type Event = ItemOf<'/v1/customers/{id}/usage/events'>;

/** What the fields of a change hold at first. */
type Filled = Partial<Pick<Event, 'id' | 'source' | 'occurredAt' | 'properties'>> & { customer: string };

/** A change as it is typed; properties as JSON. */
type Typed = { key: number; action: Change['action']; filled: Filled };

const actions = [
  { id: 'amend', label: 'Change an event', note: 'New properties, another instant, or both' },
  { id: 'deprecate', label: 'Take an event out', note: 'It no longer counts' },
  { id: 'backfill', label: 'Add an event', note: 'Also to a period that is billed' },
];

/** Enters or uploads changes of usage, or asks for late usage, and leads to what would change. */
export default function NewCorrectionPage() {
  const navigate = useNavigate();
  const queries = useQueryClient();

  async function preview(body: Body) {
    const correction = await take(client.POST('/v1/usage/corrections', { body }));
    await queries.invalidateQueries({ queryKey: ['operations', 'corrections'] });
    await navigate(`/operations/corrections/${correction.id}`);
  }

  return (
    <Page
      title="Correct usage"
      lead="First you see which invoices change, by how much, line by line. Nothing is changed before you apply it there."
      back={<Link to="/operations/corrections">Corrections</Link>}
    >
      <Tabs
        label="How to correct"
        items={[
          { id: 'events', title: 'A few events', content: <Asked preview={preview} /> },
          { id: 'file', title: 'A file', content: <File preview={preview} /> },
          { id: 'late', title: 'Late usage', content: <Late preview={preview} /> },
        ]}
      />
    </Page>
  );
}

type Preview = { preview: (body: Body) => Promise<void> };

/** What is to be corrected, why, and the way to see what that would change. */
function PreviewForm({
  preview,
  contentOf,
  children,
}: Preview & { contentOf: (fields: Record<string, string>) => Omit<Body, 'reason'>; children: ReactNode }) {
  return (
    <Form onSubmit={(fields) => preview({ reason: (fields['reason'] ?? '').trim(), ...contentOf(fields) })}>
      {({ isPending }) => (
        <>
          {children}
          <TextField
            name="reason"
            label="Why"
            help="It stays in the audit trail with your name. Name no person in it."
            isRequired
            maxLength={500}
          />
          <div>
            <Button type="submit" kind="primary" isPending={isPending}>
              Preview
            </Button>
          </div>
        </>
      )}
    </Form>
  );
}

/** The event that the address names, as it is now; or only whose it is. */
function Asked({ preview }: Preview) {
  const [search] = useSearchParams();
  const customer = search.get('customer') ?? '';
  const [event, source, at] = [search.get('event'), search.get('source'), search.get('at')];
  const isAsked = event !== null && source !== null && at !== null && !Number.isNaN(Date.parse(at));
  const query = useQuery({
    queryKey: ['operations', 'event', customer, source, event, at],
    queryFn: async ({ signal }) => {
      const to = new Date(Date.parse(at ?? '') + 1).toISOString();
      const filter = { event: event ?? '', source: source ?? '', from: at ?? '', to };
      const params = { path: { id: customer }, query: filter };
      const { data } = await take(client.GET('/v1/customers/{id}/usage/events', { params, signal }));
      return data;
    },
    enabled: isAsked,
  });
  if (!isAsked) return <Few preview={preview} first={{ customer }} />;
  return (
    <QueryView query={query} skeleton={<Skeleton lines={6} />}>
      {([found]) => <Few preview={preview} first={{ customer, id: event, source, ...found }} />}
    </QueryView>
  );
}

/** Events by hand. */
function Few({ preview, first }: Preview & { first: Filled }) {
  const [changes, setChanges] = useState<readonly Typed[]>([{ key: 0, action: 'amend', filled: first }]);
  const add = () => {
    const { customer } = first;
    setChanges([...changes, { key: (changes.at(-1)?.key ?? 0) + 1, action: 'amend', filled: { customer } }]);
  };
  const set = (key: number, action: Change['action']) =>
    setChanges(changes.map((change) => (change.key === key ? { ...change, action } : change)));

  return (
    <PreviewForm
      preview={preview}
      contentOf={(fields) => ({ changes: changes.map(({ key, action }) => changeOf(fields, key, action)) })}
    >
      {changes.map(({ key, action, filled }, index) => (
        <Card
          key={key}
          title={`Event ${index + 1}`}
          action={
            changes.length > 1 && (
              <Button
                kind="quiet"
                size="small"
                icon={<Trash2 size={16} aria-hidden="true" />}
                onPress={() => setChanges(changes.filter((change) => change.key !== key))}
              >
                Leave out<span className="sr-only"> event {index + 1}</span>
              </Button>
            )
          }
        >
          <ChangeFields index={key} action={action} filled={filled} onAction={(next) => set(key, next)} />
        </Card>
      ))}
      <div>
        <Button icon={<Plus size={16} aria-hidden="true" />} onPress={add}>
          Another event
        </Button>
      </div>
    </PreviewForm>
  );
}

function ChangeFields({
  index,
  action,
  filled,
  onAction,
}: {
  index: number;
  action: Change['action'];
  filled: Filled;
  onAction: (action: Change['action']) => void;
}) {
  const name = (field: string) => `${index}.${field}`;
  const { customer, id = '', source = '', occurredAt = '', properties } = filled;
  return (
    <div className="stack">
      <div className={css['filters']}>
        <Select
          label="What"
          options={actions}
          value={action}
          onChange={(id) => onAction(id as Change['action'])}
          isRequired
        />
        <TextField name={name('customer')} label="Customer" defaultValue={customer} isRequired maxLength={255} />
        <TextField name={name('id')} label="Id of the event" defaultValue={id} isRequired maxLength={255} />
        <TextField
          name={name('source')}
          label="Source"
          defaultValue={source}
          placeholder="api"
          maxLength={255}
          help="As the event shows it; api if you leave it empty."
        />
        {action === 'backfill' && <TextField name={name('type')} label="Type" isRequired placeholder="departure" />}
        {action !== 'deprecate' && (
          <TextField
            name={name('occurredAt')}
            label="When it happened"
            defaultValue={occurredAt}
            placeholder="2013-01-31T23:59:00-05:00"
            isRequired={action === 'backfill'}
          />
        )}
      </div>
      {action !== 'deprecate' && (
        <TextField
          name={name('properties')}
          label="All its properties, as JSON"
          defaultValue={properties === undefined ? '' : JSON.stringify(properties, null, 2)}
          rows={properties === undefined ? 3 : 8}
          placeholder='{ "miles": 2475 }'
        />
      )}
    </div>
  );
}

function changeOf(fields: Record<string, string>, key: number, action: Change['action']): Change {
  const text = (field: string) => (fields[`${key}.${field}`] ?? '').trim();
  const optional = (field: string) => (text(field) === '' ? {} : { [field]: text(field) });
  const properties = text('properties');
  return {
    action,
    id: text('id'),
    customer: text('customer'),
    ...optional('source'),
    ...optional('type'),
    ...optional('occurredAt'),
    ...(properties !== '' && { properties: jsonOf(properties, `${key}.properties`) as Record<string, unknown> }),
  };
}

/** @throws ApiError for the field, as the API refuses one */
function jsonOf(text: string, field: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ApiError(
      {
        code: 'request-invalid',
        title: 'It is no JSON.',
        status: 400,
        detail: `It is no JSON: ${(cause as Error).message}.`,
        field,
        mend: 'Names and texts stand in double quotes.',
      },
      { cause },
    );
  }
}

/** A list of changes as JSON, pasted or from a file. */
function File({ preview }: Preview) {
  const [text, setText] = useState('');
  return (
    <PreviewForm
      preview={preview}
      contentOf={(fields) => ({ changes: jsonOf(fields['changes'] ?? '', 'changes') as Change[] })}
    >
      <div>
        <FileTrigger
          acceptedFileTypes={['application/json', '.json']}
          onSelect={(files) => {
            const [file] = files ?? [];
            if (file !== undefined) void file.text().then(setText);
          }}
        >
          <Button>Choose a file</Button>
        </FileTrigger>
      </div>
      <TextField
        name="changes"
        label="Changes, as a JSON list"
        help="Each as the API takes it: action, id, customer, and what is to be; at most 10,000."
        rows={12}
        isRequired
        value={text}
        onChange={setText}
        placeholder='[{ "action": "deprecate", "id": "2013-01-31/B6/1503", "customer": "B6" }]'
      />
    </PreviewForm>
  );
}

/** What came in after it was billed. */
function Late({ preview }: Preview) {
  return (
    <PreviewForm
      preview={preview}
      contentOf={(fields) => {
        const text = (field: string) => (fields[field] ?? '').trim();
        return {
          lateUsage: {
            ...(text('customer') !== '' && { customer: text('customer') }),
            ...(text('clock') !== '' && { clock: text('clock') }),
            ...(text('from') !== '' && { from: `${text('from')}T00:00:00Z` }),
          },
        };
      }}
    >
      <p>Every billed period is computed again. What it comes to now, minus what was billed, is late usage.</p>
      <div className={css['filters']}>
        <TextField name="customer" label="Only this customer" maxLength={255} />
        <TextField name="clock" label="Only on this clock" maxLength={80} />
        <TextField name="from" label="Only periods that end after" placeholder="2013-01-01" />
      </div>
    </PreviewForm>
  );
}
