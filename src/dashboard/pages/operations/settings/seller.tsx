import { useQuery } from '@tanstack/react-query';
import { type AnswerOf, take } from '../../../../client/index.ts';
import { client } from '../../../api.ts';
import { Card, Facts } from '../../../ui/card.tsx';
import { Select, TextField } from '../../../ui/field.tsx';
import { Empty, QueryView } from '../../../ui/states.tsx';
import { countries } from '../../account/names.ts';
import { Action, because } from '../parts/action.tsx';
import { Age } from '../parts/age.tsx';
import css from '../parts/parts.module.css';

type Seller = AnswerOf<'/v1/settings/seller'>;
const key = ['operations', 'settings', 'seller'] as const;

/** Who bills: what stands at the head of every invoice. */
export function SellerSettings() {
  const query = useQuery({
    queryKey: key,
    queryFn: async ({ signal }) => {
      const { data = null } = await client.GET('/v1/settings/seller', { signal });
      return { seller: data };
    },
  });
  return (
    <QueryView query={query}>
      {({ seller }) => (
        <Card
          title="Who bills"
          description="On every invoice that is issued from now on. Those that are issued keep what they say."
          action={<Edit seller={seller} />}
        >
          {seller === null ? (
            <Empty title="Nobody has said yet who bills.">Invoices carry no seller until then.</Empty>
          ) : (
            <Facts
              facts={[
                ['Legal name', seller.legalName],
                [
                  'Address',
                  [...seller.address.lines, seller.address.postalCode, seller.address.city, seller.address.country]
                    .filter(Boolean)
                    .join(', '),
                ],
                ['Tax ids', seller.taxIds.map(({ value }) => value).join(', ') || 'None'],
                ['Registration', seller.registration ?? 'None'],
                ['Bank details', seller.bankDetails ?? 'None'],
                ['Footer', seller.footer ?? 'None'],
                ['Language', seller.language],
                [
                  'Version',
                  <span key="version">
                    {seller.version}, stored <Age at={seller.storedAt} />
                  </span>,
                ],
              ]}
            />
          )}
        </Card>
      )}
    </QueryView>
  );
}

function Edit({ seller }: { seller: Seller | null }) {
  const line = (name: string, label: string, value: string | null | undefined, more: object = {}) => (
    <TextField name={name} label={label} defaultValue={value ?? ''} {...more} />
  );
  return (
    <Action
      label="Change"
      title="Change who bills?"
      confirm="Store"
      scope="settings:write"
      what="It becomes a new version; earlier ones stay with the invoices that carry them."
      fields={
        <>
          {line('legalName', 'Legal name', seller?.legalName, { isRequired: true, maxLength: 255 })}
          {line('address.lines', 'Street, one line each', seller?.address.lines.join('\n'), {
            isRequired: true,
            rows: 2,
          })}
          <div className={css['filters']}>
            {line('address.postalCode', 'Postal code', seller?.address.postalCode)}
            {line('address.city', 'City', seller?.address.city)}
            {line('address.region', 'Region', seller?.address.region)}
            <Select
              label="Country"
              name="address.country"
              options={countries()}
              isRequired
              placeholder="Choose a country"
              {...(seller !== null && { defaultValue: seller.address.country })}
            />
          </div>
          {line('registration', 'Registration', seller?.registration, { maxLength: 500 })}
          {line('bankDetails', 'Bank details', seller?.bankDetails, { rows: 2 })}
          {line('footer', 'Footer', seller?.footer, { rows: 2 })}
        </>
      }
      run={async ({ reason, fields }) => {
        const text = (name: string) => (fields[name] ?? '').trim();
        const optional = (name: string) => text(name) || null;
        await take(
          client.PUT('/v1/settings/seller', {
            body: {
              legalName: text('legalName'),
              address: {
                lines: text('address.lines')
                  .split('\n')
                  .map((line) => line.trim())
                  .filter(Boolean),
                postalCode: optional('address.postalCode'),
                city: optional('address.city'),
                region: optional('address.region'),
                country: text('address.country'),
              },
              registration: optional('registration'),
              bankDetails: optional('bankDetails'),
              footer: optional('footer'),
              taxIds: seller?.taxIds ?? [],
              language: seller?.language ?? 'en',
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
