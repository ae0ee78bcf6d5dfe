import { useQuery } from '@tanstack/react-query';
import { take } from '../../../../client/index.ts';
import { client } from '../../../api.ts';
import { Card, Facts } from '../../../ui/card.tsx';
import { TextField } from '../../../ui/field.tsx';
import { QueryView } from '../../../ui/states.tsx';
import { Action, because } from '../parts/action.tsx';

const key = ['operations', 'settings', 'retention'] as const;

/** How long the law asks for what is not needed any more. */
export function RetentionSettings() {
  const query = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => take(client.GET('/v1/settings/retention', { signal })),
  });
  return (
    <QueryView query={query}>
      {(settings) => (
        <Card
          title="How long things are kept"
          action={
            <Action
              label="Change"
              title="Change how long invoices are kept?"
              confirm="Store"
              scope="settings:write"
              what="What an erasure leaves standing because the law asks for it is kept so long."
              fields={
                <TextField
                  name="invoiceYears"
                  label="Full calendar years after that of the issue"
                  defaultValue={String(settings.invoiceYears)}
                  isRequired
                  inputMode="numeric"
                />
              }
              run={async ({ reason, fields }) => {
                const invoiceYears = Number(fields['invoiceYears']);
                await take(client.PUT('/v1/settings/retention', { body: { invoiceYears }, headers: because(reason) }));
                return { text: 'It is stored.' };
              }}
              changes={[key]}
            />
          }
        >
          <Facts facts={[['Invoices', `${settings.invoiceYears} full calendar years after that of the issue`]]} />
        </Card>
      )}
    </QueryView>
  );
}
