import { useQuery } from '@tanstack/react-query';
import { type AnswerOf, ApiError, type BodyOf, take } from '../../../../client/index.ts';
import { client } from '../../../api.ts';
import { Card } from '../../../ui/card.tsx';
import { Checkbox, TextField } from '../../../ui/field.tsx';
import { Empty, QueryView } from '../../../ui/states.tsx';
import { Table } from '../../../ui/table.tsx';
import { Action, because } from '../parts/action.tsx';
import { capital, inWords } from '../parts/words.ts';

type Settings = AnswerOf<'/v1/settings/dunning'>;
type Policy = Settings['policies'][number];
type Body = BodyOf<'/v1/settings/dunning', 'put'>;
const key = ['operations', 'settings', 'dunning'] as const;

const notices = ['invoice-sent', 'payment-failed', 'payment-received'] as const;

/** How unpaid invoices are followed up, and which mails go out by themselves. */
export function DunningSettings() {
  const query = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => take(client.GET('/v1/settings/dunning', { signal })),
  });
  return (
    <QueryView query={query}>
      {(settings) => (
        <div className="stack">
          <Card
            title="Mails that go out by themselves"
            action={<Edit settings={settings} />}
            description={
              settings.notices.length === 0
                ? 'None besides those of dunning.'
                : settings.notices.map((notice) => capital(inWords(notice))).join(', ')
            }
          />
          {settings.policies.length === 0 && (
            <Card>
              <Empty title="There is no policy.">Unpaid invoices are not followed up.</Empty>
            </Card>
          )}
          {settings.policies.map((policy) => (
            <PolicyCard key={policy.key} policy={policy} />
          ))}
        </div>
      )}
    </QueryView>
  );
}

function PolicyCard({ policy }: { policy: Policy }) {
  return (
    <Card
      title={policy.key}
      description={policy.key === 'default' ? 'For everybody who has no other one.' : undefined}
      flush
    >
      <Table
        caption={`Steps of ${policy.key}`}
        rows={policy.steps}
        rowKey={({ days, after, action }) => `${after} ${days} ${action}`}
        columns={[
          { key: 'action', title: 'Step', heading: true, cell: ({ action }) => capital(inWords(action)) },
          {
            key: 'when',
            title: 'When',
            cell: ({ days, after }) =>
              `${days} ${days === 1 ? 'day' : 'days'} after ${after === 'due' ? 'it was to be paid' : 'the first failed payment'}`,
          },
        ]}
      />
    </Card>
  );
}

function Edit({ settings }: { settings: Settings }) {
  return (
    <Action
      label="Change"
      title="Change how unpaid invoices are followed up?"
      confirm="Store"
      scope="settings:write"
      what="What is followed up already keeps the policy that it began with."
      fields={
        <>
          {notices.map((notice) => (
            <Checkbox key={notice} name={notice} defaultSelected={settings.notices.includes(notice)}>
              Mail: {inWords(notice)}
            </Checkbox>
          ))}
          <TextField
            name="policies"
            label="Policies, as JSON"
            help="Each with its key and steps: days, after (due or failure), action."
            rows={10}
            isRequired
            defaultValue={JSON.stringify(settings.policies, null, 2)}
          />
          <Checkbox name="alsoOpenInvoices" help="Otherwise only what becomes unpaid from now on.">
            Also follow up what is unpaid already
          </Checkbox>
        </>
      }
      run={async ({ reason, fields }) => {
        await take(
          client.PUT('/v1/settings/dunning', {
            body: {
              policies: policiesOf(fields['policies'] ?? ''),
              notices: notices.filter((notice) => fields[notice] !== undefined),
              alsoOpenInvoices: fields['alsoOpenInvoices'] !== undefined,
            },
            headers: because(reason),
          }),
        );
        return { text: 'It is stored.' };
      }}
      changes={[key]}
    />
  );
}

function policiesOf(text: string): Body['policies'] {
  try {
    return JSON.parse(text) as Body['policies'];
  } catch (cause) {
    throw new ApiError(
      {
        code: 'request-invalid',
        title: 'It is no JSON.',
        status: 400,
        detail: `It is no JSON: ${(cause as Error).message}.`,
        field: 'policies',
        mend: 'Names and texts stand in double quotes.',
      },
      { cause },
    );
  }
}
