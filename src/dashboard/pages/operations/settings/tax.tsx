import { useQuery } from '@tanstack/react-query';
import { type ItemOf, take } from '../../../../client/index.ts';
import { client } from '../../../api.ts';
import { Card, Facts } from '../../../ui/card.tsx';
import { TextField } from '../../../ui/field.tsx';
import { LoadMore, usePages } from '../../../ui/load-more.tsx';
import { Empty, QueryView } from '../../../ui/states.tsx';
import { Table } from '../../../ui/table.tsx';
import { Action, because } from '../parts/action.tsx';

type Rate = ItemOf<'/v1/tax-rates'>;
const key = ['operations', 'settings', 'tax'] as const;

const roundings = {
  invoice: 'Each tax once over the whole invoice',
  line: 'Each tax on every line',
} as const;

/** How taxes are rounded, who says which are on a bill, and the rates that there are. */
export function TaxSettings() {
  const query = useQuery({ queryKey: key, queryFn: ({ signal }) => take(client.GET('/v1/settings/tax', { signal })) });
  return (
    <div className="stack">
      <QueryView query={query}>
        {(settings) => (
          <Card
            title="Taxes"
            action={
              <Action
                label="Change default rates"
                title="Change the default rates?"
                confirm="Store"
                scope="settings:write"
                what="They hold for customers who have no rates of their own, on invoices that are not issued yet."
                fields={
                  <TextField
                    name="defaultRates"
                    label="Keys of rates"
                    help="Separated by commas; none for no tax."
                    defaultValue={settings.defaultRates.join(', ')}
                  />
                }
                run={async ({ reason, fields }) => {
                  const defaultRates = (fields['defaultRates'] ?? '')
                    .split(',')
                    .map((rate) => rate.trim())
                    .filter(Boolean);
                  const { rounding, engine } = settings;
                  await take(
                    client.PUT('/v1/settings/tax', {
                      body: { rounding, engine, defaultRates },
                      headers: because(reason),
                    }),
                  );
                  return { text: 'The default rates are stored.' };
                }}
                changes={[key]}
              />
            }
          >
            <Facts
              facts={[
                [
                  'Rounding',
                  `${roundings[settings.rounding as keyof typeof roundings]}${settings.isRoundingFixed ? ' (fixed: invoices were issued)' : ''}`,
                ],
                ['Who says which', settings.engine === 'table' ? 'The rates below' : 'An outside engine'],
                ['Default rates', settings.defaultRates.join(', ') || 'None'],
              ]}
            />
          </Card>
        )}
      </QueryView>
      <Rates />
    </div>
  );
}

function Rates() {
  const query = usePages<Rate>(['operations', 'tax-rates'], (cursor, signal) =>
    take(client.GET('/v1/tax-rates', { params: { query: { cursor } }, signal })),
  );
  return (
    <Card title="Rates" description="A rate never changes; another percentage is another rate." flush>
      <QueryView query={query}>
        {(rates) =>
          rates.length === 0 ? (
            <Empty title="There are no rates.">They are created through the API.</Empty>
          ) : (
            <Table
              caption="Tax rates"
              rows={rates}
              rowKey={({ key: rate }) => rate}
              columns={[
                { key: 'name', title: 'Rate', heading: true, cell: ({ name }) => name },
                { key: 'key', title: 'Key', cell: (rate) => <code>{rate.key}</code> },
                { key: 'country', title: 'Country', cell: ({ country }) => country ?? 'Any' },
                { key: 'percentage', title: 'Percentage', align: 'end', cell: ({ percentage }) => `${percentage} %` },
              ]}
            />
          )
        }
      </QueryView>
      <LoadMore query={query} what="rates" />
    </Card>
  );
}
