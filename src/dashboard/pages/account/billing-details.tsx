import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Pencil } from 'lucide-react';
import { useState } from 'react';
import { type AnswerOf, take } from '../../../client/index.ts';
import { client } from '../../api.ts';
import { useCustomer } from '../../customer.tsx';
import { useMay } from '../../session.tsx';
import { Button } from '../../ui/button.tsx';
import { Card, Facts } from '../../ui/card.tsx';
import { QueryView } from '../../ui/states.tsx';
import { BillingForm } from './billing-form.tsx';
import { languageName } from './names.ts';
import { Taxes } from './taxes.tsx';

export type Profile = AnswerOf<'/v1/customers/{id}/billing'>;

/** The name and address on invoices, whom they are sent to, and how they are taxed. */
export function BillingDetails() {
  const { id, readOnly } = useCustomer();
  const mayWrite = useMay('customers:write') && !readOnly;
  const [isEditing, setEditing] = useState(false);
  const queries = useQueryClient();
  const profile = useQuery({
    queryKey: ['billing', id],
    queryFn: ({ signal }) => take(client.GET('/v1/customers/{id}/billing', { params: { path: { id } }, signal })),
  });
  return (
    <div className="stack">
      <Card
        title="On your invoices"
        description="Drafts follow every change; what is issued stays as it is."
        action={
          mayWrite &&
          !isEditing && (
            <Button icon={<Pencil size={16} aria-hidden="true" />} onPress={() => setEditing(true)}>
              Change
            </Button>
          )
        }
      >
        <QueryView query={profile}>
          {(shown) =>
            isEditing ? (
              <BillingForm
                profile={shown}
                onDone={async () => {
                  await queries.invalidateQueries({ queryKey: ['billing', id] });
                  setEditing(false);
                }}
                onCancel={() => setEditing(false)}
              />
            ) : (
              <Shown profile={shown} />
            )
          }
        </QueryView>
      </Card>
      <Taxes />
    </div>
  );
}

function Shown({ profile }: { profile: Profile }) {
  const { name, email, currency, zone } = useCustomer();
  const { legalName, address, language, purchaseOrder, memo, paymentTermsDays, contacts } = profile;
  return (
    <Facts
      facts={[
        ['Name', legalName ?? name],
        ['Address', address === null ? 'none yet' : <AddressLines key="address" address={address} />],
        [
          'Sent to',
          <Recipients
            key="to"
            recipients={[...(email === null ? [] : [email]), ...contacts.map((one) => `${one.name} <${one.email}>`)]}
          />,
        ],
        ['Language', language === null ? 'as we write to everybody' : languageName(language)],
        ['Your order number', purchaseOrder ?? 'none'],
        ['Note on invoices', memo ?? 'none'],
        ['To be paid within', `${paymentTermsDays} days of the issue`],
        ['Currency', currency],
        ['Time zone of your months', zone],
      ]}
    />
  );
}

function AddressLines({ address }: { address: NonNullable<Profile['address']> }) {
  const { lines, postalCode, city, region, country } = address;
  const place = [postalCode, city, region].filter((part) => part !== null).join(' ');
  return (
    <>
      {[...lines, place, country].map((line) => (
        <span key={line} style={{ display: 'block' }}>
          {line}
        </span>
      ))}
    </>
  );
}

function Recipients({ recipients }: { recipients: readonly string[] }) {
  if (recipients.length === 0) return <>nobody yet</>;
  return (
    <>
      {recipients.map((one) => (
        <span key={one} style={{ display: 'block' }}>
          {one}
        </span>
      ))}
    </>
  );
}
