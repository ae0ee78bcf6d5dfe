import { type ItemOf, take } from '../../../../client/index.ts';
import { client } from '../../../api.ts';
import { Badge } from '../../../ui/badge.tsx';
import { Card } from '../../../ui/card.tsx';
import { CopyButton } from '../../../ui/copy-button.tsx';
import { Select, TextField } from '../../../ui/field.tsx';
import { LoadMore, usePages } from '../../../ui/load-more.tsx';
import { QueryView } from '../../../ui/states.tsx';
import { type Column, Table } from '../../../ui/table.tsx';
import { Action, because } from '../parts/action.tsx';
import { Age } from '../parts/age.tsx';
import { capital } from '../parts/words.ts';

type Operator = ItemOf<'/v1/operators'>;
const key = ['operations', 'operators'] as const;
const scope = 'operators:write';

const roles = [
  { id: 'viewer', label: 'Viewer', note: 'Looks at everything, changes nothing' },
  { id: 'support', label: 'Support', note: 'Answers and holds, mends customers' },
  { id: 'finance', label: 'Finance', note: 'Voids, credits and corrects too' },
  { id: 'admin', label: 'Admin', note: 'Settings, runs and operators too' },
];

/** Who operates this deployment. */
export function Operators() {
  const query = usePages<Operator>(key, (cursor, signal) =>
    take(client.GET('/v1/operators', { params: { query: { cursor } }, signal })),
  );
  return (
    <Card title="Operators" description="Each role may do what the one before it may." action={<Invite />} flush>
      <QueryView query={query}>
        {(operators) => <Table caption="Operators" columns={columns} rows={operators} rowKey={({ id }) => id} />}
      </QueryView>
      <LoadMore query={query} what="operators" />
    </Card>
  );
}

const columns: readonly Column<Operator>[] = [
  { key: 'name', title: 'Name', heading: true, cell: ({ name }) => name },
  { key: 'email', title: 'E-mail', cell: ({ email }) => email },
  { key: 'role', title: 'Role', cell: ({ role }) => capital(role) },
  {
    key: 'state',
    title: 'State',
    cell: ({ disabledAt, hasPassword, hasTotp }) => {
      if (disabledAt !== null) return <Badge>Kept out</Badge>;
      if (!hasPassword) return <Badge tone="warn">Has no password</Badge>;
      return <Badge tone="good">{hasTotp ? 'With one-time codes' : 'By password'}</Badge>;
    },
  },
  {
    key: 'signedIn',
    title: 'Signed in last',
    cell: ({ signedInAt }) => (signedInAt === null ? 'Never' : <Age at={signedInAt} />),
  },
  { key: 'act', title: 'Change', cell: (operator) => <Change operator={operator} /> },
];

function Invite() {
  return (
    <Action
      label="Add an operator"
      size="small"
      title="Add somebody who operates this deployment?"
      confirm="Add"
      scope={scope}
      what="They choose a password by a link that works once."
      fields={
        <>
          <TextField name="name" label="Name" isRequired maxLength={255} />
          <TextField name="email" label="E-mail address" type="email" isRequired maxLength={320} />
          <Select name="role" label="Role" options={roles} defaultValue="viewer" isRequired />
        </>
      }
      run={async ({ reason, fields }) => {
        const invitation = await take(
          client.POST('/v1/operators', {
            body: {
              name: fields['name'] ?? '',
              email: fields['email'] ?? '',
              role: fields['role'] as Operator['role'],
            },
            headers: because(reason),
          }),
        );
        return {
          text: (
            <span className="stack-tight">
              <span>
                {invitation.isMailed ? 'The link was mailed to them.' : 'Give them this link.'} It is shown only now:
              </span>
              <code style={{ overflowWrap: 'anywhere' }}>{invitation.url}</code>
              <CopyButton text={invitation.url} label="Copy the link" />
            </span>
          ),
          audit: { kind: 'operator', id: invitation.operator.id },
        };
      }}
      changes={[key]}
    />
  );
}

function Change({ operator: { id, name, role, disabledAt } }: { operator: Operator }) {
  const params = { path: { id } };
  const audit = { kind: 'operator', id };
  const isOut = disabledAt !== null;
  return (
    <span className="row">
      <Action
        label="Change role"
        kind="quiet"
        size="small"
        title={`Change the role of ${name}?`}
        scope={scope}
        what="It holds at once, wherever they are signed in."
        fields={<Select name="role" label="Role" options={roles} defaultValue={role} isRequired />}
        run={async ({ reason, fields }) => {
          await take(
            client.PATCH('/v1/operators/{id}', {
              params,
              body: { role: fields['role'] as Operator['role'] },
              headers: because(reason),
            }),
          );
          return { text: 'The role is changed.', audit };
        }}
        changes={[key]}
      />
      <Action
        label={isOut ? 'Let in' : 'Keep out'}
        kind="quiet"
        size="small"
        title={isOut ? `Let ${name} in again?` : `Keep ${name} out?`}
        scope={scope}
        what={isOut ? 'They sign in as before.' : 'They are signed out everywhere at once.'}
        run={async ({ reason }) => {
          await take(
            client.PATCH('/v1/operators/{id}', { params, body: { disabled: !isOut }, headers: because(reason) }),
          );
          return { text: isOut ? 'They may sign in.' : 'They are kept out.', audit };
        }}
        changes={[key]}
      />
    </span>
  );
}
