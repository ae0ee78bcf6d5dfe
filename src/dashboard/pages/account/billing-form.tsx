import { Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { type BodyOf, take } from '../../../client/index.ts';
import { client } from '../../api.ts';
import { useCustomer } from '../../customer.tsx';
import { Button } from '../../ui/button.tsx';
import { Select, TextField } from '../../ui/field.tsx';
import { Form } from '../../ui/form.tsx';
import { toast } from '../../ui/toast.tsx';
import type { Profile } from './billing-details.tsx';
import css from './billing-form.module.css';
import { countries, documentLanguages, languageName } from './names.ts';

type Fields = Record<string, string>;
const orNull = (text: string | undefined) => (text === undefined || text.trim() === '' ? null : text.trim());

type Props = { profile: Profile; onDone: () => Promise<void>; onCancel: () => void };

/** Changes whom invoices are made out to; the API stores the profile as a whole. */
export function BillingForm({ profile, onDone, onCancel }: Props) {
  const { id, name } = useCustomer();
  const { address } = profile;
  const [contacts, setContacts] = useState(() => profile.contacts.map((one) => ({ ...one, key: crypto.randomUUID() })));

  async function save(fields: Fields) {
    const body = profileOf(fields, contacts.length);
    await take(client.PUT('/v1/customers/{id}/billing', { params: { path: { id } }, body }));
    toast('Saved. Your next invoice says so.');
    await onDone();
  }

  return (
    <Form onSubmit={save}>
      {({ isPending }) => (
        <>
          <TextField
            label="Name of the business"
            name="legalName"
            help={`As it is registered; without one, bills say “${name}”.`}
            defaultValue={profile.legalName ?? ''}
          />
          <fieldset className={css['group']}>
            <legend>Address</legend>
            <TextField
              label="Street and number"
              name="address.lines"
              rows={2}
              help="Up to four lines."
              defaultValue={address?.lines.join('\n') ?? ''}
            />
            <div className={css['pair']}>
              <TextField label="Postal code" name="address.postalCode" defaultValue={address?.postalCode ?? ''} />
              <TextField label="City" name="address.city" defaultValue={address?.city ?? ''} />
            </div>
            <div className={css['pair']}>
              <TextField label="State or region" name="address.region" defaultValue={address?.region ?? ''} />
              <Select
                label="Country"
                name="address.country"
                options={countries()}
                defaultValue={address?.country}
                placeholder="Choose a country"
              />
            </div>
          </fieldset>
          <fieldset className={css['group']}>
            <legend>Who gets a copy of each invoice</legend>
            {contacts.map(({ key, name: person, email, role }, index) => (
              <div key={key} className={css['contact']}>
                <TextField label="Name" name={`contacts[${index}].name`} isRequired defaultValue={person} />
                <TextField
                  label="E-mail"
                  name={`contacts[${index}].email`}
                  type="email"
                  isRequired
                  defaultValue={email}
                />
                <input type="hidden" name={`contacts[${index}].role`} value={role ?? ''} />
                <Button
                  kind="quiet"
                  aria-label={`Take ${person === '' ? 'this contact' : person} away`}
                  icon={<Trash2 size={16} aria-hidden="true" />}
                  onPress={() => setContacts(contacts.filter((other) => other.key !== key))}
                />
              </div>
            ))}
            <div>
              <Button
                size="small"
                icon={<Plus size={16} aria-hidden="true" />}
                onPress={() =>
                  setContacts([...contacts, { key: crypto.randomUUID(), name: '', email: '', role: null }])
                }
              >
                Add somebody
              </Button>
            </div>
          </fieldset>
          <Select
            label="Language of invoices and mails"
            name="language"
            options={[
              { id: 'default', label: 'As we write to everybody' },
              ...documentLanguages.map((tag) => ({ id: tag, label: languageName(tag) })),
            ]}
            defaultValue={profile.language ?? 'default'}
          />
          <TextField
            label="Your order number"
            name="purchaseOrder"
            help="Your accounts may look for it."
            defaultValue={profile.purchaseOrder ?? ''}
          />
          <div className="row">
            <Button type="submit" kind="primary" isPending={isPending}>
              Save
            </Button>
            <Button onPress={onCancel}>Cancel</Button>
          </div>
        </>
      )}
    </Form>
  );
}

/** All of the profile but the note on invoices and the days to pay them in, which are ours to say. */
function profileOf(fields: Fields, contactCount: number): BodyOf<'/v1/customers/{id}/billing', 'put'> {
  const lines = (fields['address.lines'] ?? '').split('\n').filter((line) => line.trim() !== '');
  const country = orNull(fields['address.country']);
  // Any part of it is an address, so that the API says what it lacks rather than that it is forgotten here.
  const parts = ['postalCode', 'city', 'region', 'country'].map((part) => orNull(fields[`address.${part}`]));
  const hasAddress = lines.length > 0 || parts.some((part) => part !== null);
  return {
    legalName: orNull(fields['legalName']),
    address: hasAddress
      ? {
          lines,
          postalCode: orNull(fields['address.postalCode']),
          city: orNull(fields['address.city']),
          region: orNull(fields['address.region']),
          country: country ?? '',
        }
      : null,
    language: fields['language'] === 'default' ? null : orNull(fields['language']),
    purchaseOrder: orNull(fields['purchaseOrder']),
    contacts: Array.from({ length: contactCount }, (_, index) => ({
      name: fields[`contacts[${index}].name`] ?? '',
      email: fields[`contacts[${index}].email`] ?? '',
      role: orNull(fields[`contacts[${index}].role`]),
    })),
  };
}
