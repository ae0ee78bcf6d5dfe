import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useParams } from 'react-router';
import { type AnswerOf, type BodyOf, take } from '../../../client/index.ts';
import { client } from '../../api.ts';
import { Button } from '../../ui/button.tsx';
import { Card, Stat } from '../../ui/card.tsx';
import { Checkbox, Select, TextField } from '../../ui/field.tsx';
import { Form } from '../../ui/form.tsx';
import { Money } from '../../ui/format.tsx';
import { Page } from '../../ui/page.tsx';
import { QueryView } from '../../ui/states.tsx';
import { Table } from '../../ui/table.tsx';
import { GivenBack } from './invoice-credits.tsx';
import { Action, because } from './parts/action.tsx';
import { minorOf } from './parts/minor.ts';
import css from './parts/parts.module.css';
import { capital, inWords } from './parts/words.ts';

type Invoice = AnswerOf<'/v1/invoices/{id}'>;
type Order = BodyOf<'/v1/invoices/{id}/credit-notes/preview'>;
type Previewed = AnswerOf<'/v1/invoices/{id}/credit-notes/preview', 'post'>;
type Reason = BodyOf<'/v1/invoices/{id}/credit-notes'>['reason'];

const scopes = [
  { id: 'full', label: 'All that is left', note: 'Every line, with its discount and taxes' },
  { id: 'lines', label: 'Lines', note: 'All of them, or a part of each' },
  { id: 'amount', label: 'An amount', note: 'Taxes included, spread over the lines in proportion' },
] as const;
type Scope = (typeof scopes)[number]['id'];

const ways = [
  { id: 'refund', label: 'Refund', note: 'By the way that it was paid' },
  { id: 'credit', label: 'Credit', note: 'To the customer’s balance, for the next bills' },
  { id: 'out_of_band', label: 'Out of band', note: 'You give it back by a way of your own' },
];

const reasons = ['order_change', 'duplicate', 'product_unsatisfactory', 'fraudulent', 'other'] as const;

/** Takes back an issued invoice or a part of it: says what, sees what it comes to, and issues it. */
export default function CreditInvoicePage() {
  const { invoiceId = '' } = useParams();
  const query = useQuery({
    queryKey: ['operations', 'invoice', invoiceId, 'to-credit'],
    queryFn: ({ signal }) => take(client.GET('/v1/invoices/{id}', { params: { path: { id: invoiceId } }, signal })),
  });
  const number = query.data?.number;
  return (
    <Page
      title={number == null ? 'Credit note' : `Credit note of ${number}`}
      lead="First you see what it would be over, and what becomes of it: what is still to be paid is lowered before money goes back. Nothing is written before you issue it."
      back={<Link to={`/operations/invoices/${invoiceId}`}>{number ?? 'The invoice'}</Link>}
    >
      <QueryView query={query}>{(invoice) => <Credit invoice={invoice} />}</QueryView>
    </Page>
  );
}

function Credit({ invoice }: { invoice: Invoice }) {
  const { id, currency, totalMinor, creditMinor, creditedMinor } = invoice;
  const [scope, setScope] = useState<Scope>('full');
  const [previewed, setPreviewed] = useState<{ order: Order; note: Previewed } | null>(null);

  /** What is shown is what would be issued: it goes as soon as something else is asked for. */
  const forget = () => setPreviewed(null);

  async function preview(order: Order) {
    forget();
    const note = await take(
      client.POST('/v1/invoices/{id}/credit-notes/preview', { params: { path: { id } }, body: order }),
    );
    setPreviewed({ order, note });
  }

  return (
    <div className="stack">
      <Card>
        <div className={css['numbers']}>
          <Stat label="Billed" value={<Money minor={totalMinor + creditMinor} currency={currency} />} />
          <Stat label="Credited before" value={<Money minor={creditedMinor} currency={currency} />} />
          <Stat label="Paid" value={<Money minor={invoice.amountPaidMinor} currency={currency} />} />
          <Stat label="Still to be paid" value={<Money minor={invoice.amountDueMinor} currency={currency} />} />
        </div>
      </Card>
      <Form onSubmit={(fields) => preview(orderOf(fields, scope, currency))}>
        {({ isPending }) => (
          <>
            <div className={css['filters']}>
              <Select
                label="What is taken back"
                options={scopes}
                value={scope}
                onChange={(chosen) => {
                  setScope(chosen as Scope);
                  forget();
                }}
                isRequired
              />
              <Select
                name="giveBack"
                label="How money goes back"
                options={ways}
                defaultValue="refund"
                onChange={forget}
                isRequired
              />
              {scope === 'amount' && (
                <TextField
                  name="amountMinor"
                  label={`Amount in ${currency}`}
                  placeholder="25.00"
                  onChange={forget}
                  isRequired
                />
              )}
            </div>
            {scope === 'lines' && <Lines invoice={invoice} onChange={forget} />}
            <div>
              <Button type="submit" kind={previewed === null ? 'primary' : 'secondary'} isPending={isPending}>
                Preview
              </Button>
            </div>
          </>
        )}
      </Form>
      {previewed !== null && <Shown invoice={invoice} {...previewed} onIssued={forget} />}
    </div>
  );
}

/** The fields of a line are named by its place among those that are chosen, as the API names them when it refuses one. */
const partOf = (index: number) => `lines[${index}].amountMinor`;
const positionOf = (index: number) => `lines[${index}].position`;

function orderOf(fields: Record<string, string>, scope: Scope, currency: string): Order {
  const giveBack = fields['giveBack'] as Order['giveBack'];
  if (scope === 'full') return { giveBack };
  if (scope === 'amount') {
    return { giveBack, amountMinor: minorOf(fields['amountMinor'] ?? '', currency, 'amountMinor') };
  }
  const lines: NonNullable<Order['lines']> = [];
  for (let index = 0; fields[positionOf(index)] !== undefined; index += 1) {
    const part = (fields[partOf(index)] ?? '').trim();
    lines.push({
      position: Number(fields[positionOf(index)]),
      ...(part !== '' && { amountMinor: minorOf(part, currency, partOf(index)) }),
    });
  }
  return { giveBack, lines };
}

function Lines({ invoice: { lines, currency }, onChange }: { invoice: Invoice; onChange: () => void }) {
  const [chosen, setChosen] = useState<readonly number[]>([]);
  return (
    <Card flush>
      <Table
        caption="Lines to take back"
        rows={lines.filter(({ amountMinor }) => amountMinor > 0)}
        rowKey={({ position }) => String(position)}
        columns={[
          {
            key: 'line',
            title: 'Line',
            heading: true,
            cell: ({ position, description }) => (
              <Checkbox
                isSelected={chosen.includes(position)}
                onChange={(isChosen) => {
                  setChosen(isChosen ? [...chosen, position] : chosen.filter((one) => one !== position));
                  onChange();
                }}
              >
                {description}
              </Checkbox>
            ),
          },
          {
            key: 'amount',
            title: 'Charged',
            align: 'end',
            cell: ({ amountMinor }) => <Money minor={amountMinor} currency={currency} />,
          },
          {
            key: 'part',
            title: 'So much of it',
            cell: ({ position, description }) => {
              const index = chosen.indexOf(position);
              if (index < 0) return <span className="muted">–</span>;
              return (
                <>
                  <input type="hidden" name={positionOf(index)} value={position} />
                  <TextField
                    name={partOf(index)}
                    label={
                      <>
                        In {currency}
                        <span className="sr-only"> of {description}</span>
                      </>
                    }
                    help="Before discount and taxes; all that is left if you leave it empty."
                    onChange={onChange}
                  />
                </>
              );
            },
          },
        ]}
      />
    </Card>
  );
}

/** The note as it would be, and the button that issues it. */
function Shown({
  invoice,
  order,
  note,
  onIssued,
}: {
  invoice: Invoice;
  order: Order;
  note: Previewed;
  onIssued: () => void;
}) {
  const { id, number, currency } = invoice;
  const money = (minor: number) => <Money minor={minor} currency={currency} />;
  return (
    <div className="stack" role="status">
      <Card title="As it would be" flush>
        <Table
          caption="Lines of the credit note"
          rows={note.lines}
          rowKey={({ position }) => String(position)}
          columns={[
            { key: 'line', title: 'Line', heading: true, cell: ({ description }) => description },
            { key: 'charge', title: 'Charge', align: 'end', cell: ({ amountMinor }) => money(amountMinor) },
            {
              key: 'discount',
              title: 'Discount kept',
              align: 'end',
              cell: ({ discountMinor }) => money(-discountMinor),
            },
            {
              key: 'tax',
              title: 'Taxes',
              align: 'end',
              cell: ({ taxes }) =>
                money(taxes.reduce((sum, { isInclusive, amountMinor }) => sum + (isInclusive ? 0 : amountMinor), 0)),
            },
          ]}
        />
      </Card>
      <Card title="What becomes of it">
        <div className="stack">
          <GivenBack note={note} />
          <div>
            <Action
              label="Issue the credit note"
              kind="primary"
              title={`Credit ${number}?`}
              confirm="Issue"
              scope="invoices:write"
              what={
                <>
                  <p>It is numbered and issued at once, and can never be taken back. Its customer reads it.</p>
                  <GivenBack note={note} />
                </>
              }
              fields={
                <>
                  <Select
                    name="reasonOnNote"
                    label="Reason on the note"
                    options={reasons.map((reason) => ({ id: reason, label: capital(inWords(reason)) }))}
                    defaultValue="order_change"
                    isRequired
                  />
                  <TextField name="memo" label="A sentence for the customer" maxLength={2_000} />
                </>
              }
              run={async ({ reason, fields, id: requestId }) => {
                const memo = (fields['memo'] ?? '').trim();
                const issued = await take(
                  client.POST('/v1/invoices/{id}/credit-notes', {
                    params: { path: { id } },
                    body: {
                      ...order,
                      requestId,
                      reason: fields['reasonOnNote'] as Reason,
                      ...(memo !== '' && { memo }),
                    },
                    headers: because(reason),
                  }),
                );
                onIssued();
                return {
                  text: (
                    <div className="stack-tight">
                      <p>
                        The credit note {issued.number} is issued.{' '}
                        <Link to={`/operations/invoices/${id}`}>See the invoice</Link>
                      </p>
                      <GivenBack note={issued} />
                    </div>
                  ),
                  audit: { kind: 'invoice', id },
                };
              }}
              changes={[
                ['operations', 'invoice', id],
                ['operations', 'invoices'],
                ['operations', 'credit-notes'],
              ]}
            />
          </div>
        </div>
      </Card>
    </div>
  );
}
