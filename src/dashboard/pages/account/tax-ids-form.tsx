import { Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { type BodyOf, take } from '../../../client/index.ts';
import { client } from '../../api.ts';
import { useCustomer } from '../../customer.tsx';
import { Button } from '../../ui/button.tsx';
import { Select, TextField } from '../../ui/field.tsx';
import { Form } from '../../ui/form.tsx';
import { toast } from '../../ui/toast.tsx';
import css from './billing-form.module.css';
import { taxIdOptions } from './names.ts';
import type { CustomerTax } from './taxes.tsx';

type TaxId = CustomerTax['taxIds'][number];
type Row = Partial<TaxId> & { key: string };
type Props = { taxIds: readonly TaxId[]; onDone: () => Promise<void>; onCancel: () => void };

const emptyRow = (): Row => ({ key: crypto.randomUUID() });

/** As many as the API keeps of a customer. */
const mostTaxIds = 10;

/** Changes the tax ids as a whole; the API checks the form of each. */
export function TaxIdsForm({ taxIds, onDone, onCancel }: Props) {
  const { id } = useCustomer();
  const [rows, setRows] = useState<Row[]>(() =>
    taxIds.length === 0 ? [emptyRow()] : taxIds.map((one) => ({ ...one, key: crypto.randomUUID() })),
  );

  async function save(fields: Record<string, string>) {
    const body = {
      taxIds: rows.map((_, index) => ({
        type: (fields[`taxIds[${index}].type`] ?? '') as TaxId['type'],
        value: fields[`taxIds[${index}].value`] ?? '',
      })),
    } satisfies BodyOf<'/v1/customers/{id}/tax-ids', 'put'>;
    await take(client.PUT('/v1/customers/{id}/tax-ids', { params: { path: { id } }, body }));
    toast('Saved. Your next invoice carries them.');
    await onDone();
  }

  return (
    <Form onSubmit={save}>
      {({ isPending }) => (
        <>
          {rows.map(({ key, type, value }, index) => (
            <div key={key} className={css['contact']}>
              <Select
                label="Kind"
                name={`taxIds[${index}].type`}
                options={taxIdOptions()}
                isRequired
                placeholder="Choose a kind"
                {...(type !== undefined && { defaultValue: type })}
              />
              <TextField
                label="Number"
                name={`taxIds[${index}].value`}
                isRequired
                maxLength={50}
                defaultValue={value ?? ''}
              />
              <Button
                kind="quiet"
                aria-label={value === undefined ? 'Take this tax id away' : `Take ${value} away`}
                icon={<Trash2 size={16} aria-hidden="true" />}
                onPress={() => setRows(rows.filter((other) => other.key !== key))}
              />
            </div>
          ))}
          {rows.length === 0 && <p>None: save to have your invoices carry no tax id.</p>}
          {rows.length < mostTaxIds && (
            <div>
              <Button
                size="small"
                icon={<Plus size={16} aria-hidden="true" />}
                onPress={() => setRows([...rows, emptyRow()])}
              >
                Add a tax id
              </Button>
            </div>
          )}
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
