import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { FileTrigger } from 'react-aria-components';
import { Link, useParams } from 'react-router';
import { type AnswerOf, type ItemOf, take } from '../../../client/index.ts';
import { client } from '../../api.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { TextField } from '../../ui/field.tsx';
import { Form } from '../../ui/form.tsx';
import { Quantity, When } from '../../ui/format.tsx';
import { LoadMore, usePages } from '../../ui/load-more.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty, Notice, QueryView } from '../../ui/states.tsx';
import { Table } from '../../ui/table.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { Action, because } from './parts/action.tsx';
import { CodeBlock } from './parts/code-block.tsx';
import css from './parts/parts.module.css';
import { TimesIn } from './parts/times.tsx';

type Plan = ItemOf<'/v1/plans'>;
type Change = AnswerOf<'/v1/plans/diff', 'post'>;

/** What is offered, and what a file would change of it. */
export default function PlansPage() {
  return (
    <Page
      title="Plans"
      lead={
        <>
          A version never changes: what differs becomes a new one, and subscriptions stay on the version that they have.{' '}
          <TimesIn />
        </>
      }
    >
      <Tabs
        label="Plans"
        items={[
          { id: 'offered', title: 'In the books', content: <Stored /> },
          { id: 'change', title: 'Compare and apply', content: <Compare /> },
        ]}
      />
    </Page>
  );
}

function Stored() {
  const query = usePages<Plan>(['operations', 'plans'], (cursor, signal) =>
    take(client.GET('/v1/plans', { params: { query: { cursor } }, signal })),
  );
  return (
    <Card flush>
      <QueryView query={query}>
        {(plans) =>
          plans.length === 0 ? (
            <Empty title="There are no plans yet.">Paste a file of plans to compare and apply it.</Empty>
          ) : (
            <Table
              caption="Plans"
              rows={plans}
              rowKey={({ key }) => key}
              columns={[
                {
                  key: 'name',
                  title: 'Plan',
                  heading: true,
                  cell: ({ key, name }) => <Link to={`/operations/plans/${key}`}>{name}</Link>,
                },
                { key: 'key', title: 'Key', cell: ({ key }) => <code>{key}</code> },
                { key: 'version', title: 'Version', align: 'end', cell: ({ version }) => version },
                { key: 'currency', title: 'Currency', cell: ({ currency }) => currency },
                { key: 'interval', title: 'Billed every', cell: ({ interval }) => interval.replace('_', ' ') },
                { key: 'applied', title: 'Applied', cell: ({ appliedAt }) => <When at={appliedAt} /> },
              ]}
            />
          )
        }
      </QueryView>
      <LoadMore query={query} what="plans" />
    </Card>
  );
}

/** Plans go to the API as they were written: JSON is YAML too, and a refusal names the line. */
const asYaml = {
  bodySerializer: (text: unknown) => text as string,
  headers: { 'content-type': 'application/yaml' },
};

function Compare() {
  const [text, setText] = useState('');
  const [compared, setCompared] = useState<{ plans: string; change: Change } | null>(null);
  return (
    <div className="stack">
      <Form
        onSubmit={async ({ body: plans = '' }) => {
          setCompared(null);
          setCompared({ plans, change: await take(client.POST('/v1/plans/diff', { body: plans, ...asYaml })) });
        }}
      >
        {({ isPending }) => (
          <>
            <div>
              <FileTrigger
                acceptedFileTypes={['application/yaml', '.yaml', '.yml', 'application/json', '.json']}
                onSelect={(files) => {
                  const [file] = files ?? [];
                  if (file !== undefined) void file.text().then(setText);
                }}
              >
                <Button>Choose a file</Button>
              </FileTrigger>
            </div>
            <TextField
              name="body"
              label="Meters and plans, as YAML or JSON"
              help="As a file in plans/ has them. Plans that are not named stay as they are."
              rows={12}
              isRequired
              value={text}
              onChange={setText}
              placeholder={'plans:\n  - key: team\n    …'}
            />
            <div>
              <Button type="submit" kind="primary" isPending={isPending}>
                Compare
              </Button>
            </div>
          </>
        )}
      </Form>
      {compared !== null && <Compared {...compared} />}
    </div>
  );
}

function Compared({ plans, change }: { plans: string; change: Change }) {
  if (!change.changed) return <Notice tone="good">Nothing differs from the books.</Notice>;
  return (
    <div className="stack" role="status">
      {change.meters
        .filter(({ outcome }) => outcome === 'created')
        .map(({ key }) => (
          <Notice key={key}>
            The meter <code>{key}</code> is new.
          </Notice>
        ))}
      {change.plans.map((plan) => (
        <PlanChange key={plan.key} plan={plan} />
      ))}
      <div>
        <Action
          label="Apply"
          kind="primary"
          title="Apply these plans?"
          scope="plans:write"
          what="What differs becomes a new version. Who subscribes from now on gets it; those who have subscribed keep theirs."
          run={async ({ reason }) => {
            const headers = { ...asYaml.headers, ...because(reason) };
            await take(client.POST('/v1/plans/apply', { ...asYaml, body: plans, headers }));
            return { text: 'The plans are in the books.' };
          }}
          changes={[['operations', 'plans']]}
        />
      </div>
    </div>
  );
}

const outcomes: Record<string, 'info' | 'good' | 'neutral'> = { created: 'good', 'new version': 'info' };

function PlanChange({ plan }: { plan: Change['plans'][number] }) {
  const { key, outcome, version, differences, onOlderVersions } = plan;
  const shown = (value: unknown) =>
    value === undefined ? '–' : typeof value === 'string' ? value : JSON.stringify(value);
  return (
    <Card
      title={`${key}, version ${version}`}
      action={<Badge tone={outcomes[outcome] ?? 'neutral'}>{outcome}</Badge>}
      description={
        onOlderVersions > 0 ? `${onOlderVersions} subscriptions stay on older versions, at their prices.` : undefined
      }
      flush={differences.length > 0}
    >
      {differences.length > 0 && (
        <Table
          caption={`Differences of ${key}`}
          rows={differences}
          rowKey={({ field, kind }) => `${field} ${kind}`}
          columns={[
            { key: 'field', title: 'Field', heading: true, cell: ({ field }) => <code>{field}</code> },
            { key: 'kind', title: 'How', cell: ({ kind }) => kind },
            {
              key: 'from',
              title: 'In the books',
              cell: ({ from }) => <code className={css['break']}>{shown(from)}</code>,
            },
            { key: 'to', title: 'Sent', cell: ({ to }) => <code className={css['break']}>{shown(to)}</code> },
          ]}
        />
      )}
    </Card>
  );
}

/** One plan with its versions, and who is on them. */
export function PlanPage() {
  const { planKey = '' } = useParams();
  const query = useQuery({
    queryKey: ['operations', 'plans', 'one', planKey],
    queryFn: ({ signal }) => take(client.GET('/v1/plans/{key}', { params: { path: { key: planKey } }, signal })),
  });
  return (
    <Page title={planKey} lead={<TimesIn />} back={<Link to="/operations/plans">Plans</Link>}>
      <QueryView query={query}>
        {({ versions, ...plan }) => (
          <div className="stack">
            <Card title="Versions" flush>
              <Table
                caption={`Versions of ${planKey}`}
                rows={versions}
                rowKey={({ version }) => String(version)}
                columns={[
                  { key: 'version', title: 'Version', heading: true, cell: ({ version }) => `Version ${version}` },
                  { key: 'applied', title: 'Applied', cell: ({ appliedAt }) => <When at={appliedAt} time /> },
                  {
                    key: 'live',
                    title: 'Live subscriptions',
                    align: 'end',
                    cell: ({ liveSubscriptions }) => <Quantity value={liveSubscriptions} />,
                  },
                ]}
              />
            </Card>
            <Card title="The latest version">
              <CodeBlock label="The latest version" text={JSON.stringify(plan, null, 2)} />
            </Card>
          </div>
        )}
      </QueryView>
    </Page>
  );
}
