import { useQuery } from '@tanstack/react-query';
import { take } from '../../../../client/index.ts';
import { client } from '../../../api.ts';
import type { Customer } from '../../../customer.tsx';
import { Card } from '../../../ui/card.tsx';
import { Select } from '../../../ui/field.tsx';
import { QueryView } from '../../../ui/states.tsx';
import { Action, because } from '../parts/action.tsx';

/** The choices beside the policies of the deployment. */
const usual = 'usual';

/** By which steps the customer's unpaid invoices are followed up. */
export function Dunning({ customer }: { customer: Customer }) {
  const key = ['operations', 'dunning', customer.id] as const;
  const query = useQuery({
    queryKey: key,
    queryFn: async ({ signal }) => {
      const [own, settings] = await Promise.all([
        take(client.GET('/v1/customers/{id}/dunning', { params: { path: { id: customer.id } }, signal })),
        take(client.GET('/v1/settings/dunning', { signal })),
      ]);
      return { own, keys: settings.policies.map((policy) => policy.key) };
    },
  });
  return (
    <QueryView query={query}>
      {({ own: { policy }, keys }) => (
        <Card
          title="Dunning"
          description={
            policy === null
              ? 'Unpaid invoices are followed up as everybody else’s.'
              : policy === 'none'
                ? 'Unpaid invoices are not followed up.'
                : `Unpaid invoices are followed up by the policy “${policy}”.`
          }
          action={
            <Action
              label="Change"
              size="small"
              title="Follow this customer's invoices up otherwise?"
              scope="customers:write"
              what="It holds for invoices that begin to be followed up from now on; those that are on the way keep their policy."
              fields={
                <Select
                  name="policy"
                  label="Policy"
                  isRequired
                  defaultValue={policy ?? usual}
                  options={[
                    { id: usual, label: 'As everybody else’s' },
                    ...keys.map((id) => ({ id, label: id })),
                    { id: 'none', label: 'Never' },
                  ]}
                />
              }
              run={async ({ reason, fields }) => {
                const chosen = fields['policy'] ?? usual;
                await take(
                  client.PUT('/v1/customers/{id}/dunning', {
                    params: { path: { id: customer.id } },
                    body: { policy: chosen === usual ? null : chosen },
                    headers: because(reason),
                  }),
                );
                return { text: 'It is stored.', audit: { kind: 'customer', id: customer.id } };
              }}
              changes={[key]}
            />
          }
        />
      )}
    </QueryView>
  );
}
