import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Pencil } from 'lucide-react';
import { useState } from 'react';
import { type AnswerOf, take } from '../../../client/index.ts';
import { client } from '../../api.ts';
import { useCustomer } from '../../customer.tsx';
import { useExpectedBill } from '../../expected-bill.ts';
import { useMay } from '../../session.tsx';
import { Button } from '../../ui/button.tsx';
import { Card, Facts } from '../../ui/card.tsx';
import { Period, When } from '../../ui/format.tsx';
import { QueryView } from '../../ui/states.tsx';
import { taxIdKindName } from './names.ts';
import { TaxIdsForm } from './tax-ids-form.tsx';

export type CustomerTax = AnswerOf<'/v1/customers/{id}/tax'>;

const statuses = {
  taxable: 'Taxes are added as usual',
  exempt: 'Exempt from tax',
  reverse_charge: 'You account for the tax yourself (reverse charge)',
} as const;

/** How the customer is taxed, which the business says, and its tax ids, which it says itself. */
export function Taxes() {
  const { id, readOnly } = useCustomer();
  const mayWrite = useMay('customers:write') && !readOnly;
  const [isEditing, setEditing] = useState(false);
  const queries = useQueryClient();
  const query = useQuery({
    queryKey: ['tax', id],
    queryFn: ({ signal }) => take(client.GET('/v1/customers/{id}/tax', { params: { path: { id } }, signal })),
  });
  return (
    <Card
      title="Taxes"
      description={<FirstInvoice />}
      action={
        mayWrite &&
        !isEditing && (
          <Button icon={<Pencil size={16} aria-hidden="true" />} onPress={() => setEditing(true)}>
            Change tax ids
          </Button>
        )
      }
    >
      <QueryView query={query}>
        {(tax) =>
          isEditing ? (
            <TaxIdsForm
              taxIds={tax.taxIds}
              onDone={async () => {
                await queries.invalidateQueries({ queryKey: ['tax', id] });
                setEditing(false);
              }}
              onCancel={() => setEditing(false)}
            />
          ) : (
            <Shown tax={tax} />
          )
        }
      </QueryView>
    </Card>
  );
}

function Shown({ tax: { status, reason, taxIds } }: { tax: CustomerTax }) {
  return (
    <div className="stack">
      <Facts
        facts={[
          ['Status', statuses[status as keyof typeof statuses] ?? status],
          ...(reason === null ? [] : ([['Because', reason]] as const)),
          ...(taxIds.length === 0
            ? ([['Tax id', 'none on record']] as const)
            : taxIds.map(({ type, value }) => [taxIdKindName(type), value] as const)),
        ]}
      />
      <p className="muted">Write to us to have your status changed: we have to look at it first.</p>
    </div>
  );
}

/** Which invoice is the first to say what is changed now: the next one that becomes final. */
function FirstInvoice() {
  const { id } = useCustomer();
  const { data } = useExpectedBill(id, 'none');
  const [next] = [...(data?.inReview ?? []), ...(data?.bills ?? [])].sort(
    (one, other) => Date.parse(one.issuedAt) - Date.parse(other.issuedAt),
  );
  return (
    <>
      {next === undefined ? (
        'Your next invoice carries the tax ids as they are then.'
      ) : (
        <>
          A change counts from the invoice for <Period startAt={next.periodStartAt} endAt={next.periodEndAt} /> on,
          which becomes final on <When at={next.issuedAt} />.
        </>
      )}{' '}
      What is issued stays as it is.
    </>
  );
}
