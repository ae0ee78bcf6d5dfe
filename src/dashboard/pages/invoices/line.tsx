import { Link, useParams } from 'react-router';
import { useCustomerLink } from '../../customer.tsx';
import { Card, Stat } from '../../ui/card.tsx';
import { Money, Period, Quantity, useFormats } from '../../ui/format.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty, QueryView, Skeleton } from '../../ui/states.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { NotFound } from '../not-found.tsx';
import { EventsOf } from './events.tsx';
import { LineEvidence } from './evidence.tsx';
import { type Invoice, type Line, useInvoice } from './queries.ts';
import { quantitySentence, type ToldStep, tellSteps } from './words-of-steps.ts';

/** Why a line costs what it costs: the working in words, what changes it afterwards, and the events behind it. */
export function LinePage() {
  const { id = '', position = '' } = useParams();
  const query = useInvoice(id);
  return (
    <QueryView
      query={query}
      skeleton={
        <Page title="Why this price?">
          <Skeleton lines={8} />
        </Page>
      }
    >
      {(invoice) => {
        const line = invoice.lines.find((one) => String(one.position) === position);
        return line === undefined ? <NotFound /> : <Shown invoice={invoice} line={line} />;
      }}
    </QueryView>
  );
}

function Shown({ invoice, line }: { invoice: Invoice; line: Line }) {
  const link = useCustomerLink();
  const { id, number, currency, zone } = invoice;
  const { description, amountMinor, quantity, billableQuantity, meterKey, periodStartAt, periodEndAt } = line;
  return (
    <Page
      title={description}
      lead="Why this price? Here is how it was computed, step by step."
      back={<Link to={link(`/invoices/${id}`)}>{number === null ? 'The invoice' : `Invoice ${number}`}</Link>}
    >
      <Card>
        <div className="stats">
          <Stat label="Amount" size="large" value={<Money minor={amountMinor} currency={currency} />} />
          {quantity !== null && <Stat label="Used" value={<Quantity value={quantity} />} />}
          {billableQuantity !== null && billableQuantity !== quantity && (
            <Stat label="Of that billed" value={<Quantity value={billableQuantity} />} />
          )}
          {periodStartAt !== null && periodEndAt !== null && (
            <Stat label="Period" value={<Period startAt={periodStartAt} endAt={periodEndAt} zone={zone} />} />
          )}
        </div>
      </Card>
      <Working invoice={invoice} line={line} />
      {meterKey !== null && <LineEvidence invoice={invoice} line={line} />}
      {meterKey !== null && <EventsOf invoiceId={id} line={line} />}
    </Page>
  );
}

/** The sentence on the quantity, and the steps from it to the amount. */
function Working({ invoice: { currency }, line }: { invoice: Invoice; line: Line }) {
  const formats = useFormats();
  const steps = tellSteps(line.working, currency, formats).map((step, index) => ({ ...step, key: String(index) }));
  const columns: Column<ToldStep & { key: string }>[] = [
    { key: 'what', title: 'Step', heading: true, cell: ({ what }) => what },
    { key: 'how', title: 'Computation', align: 'end', cell: ({ how }) => how },
    { key: 'amount', title: 'Makes', align: 'end', cell: ({ amount }) => amount },
  ];
  return (
    <Card title="The working" description={quantitySentence(line, formats)} flush>
      {steps.length === 0 ? (
        <Empty title="There is nothing to compute">The amount stands in the plan or in the order as it is.</Empty>
      ) : (
        <Table
          caption="Steps from the quantity to the amount"
          columns={columns}
          rows={steps}
          rowKey={({ key }) => key}
          footer={<Outcome line={line} currency={currency} />}
        />
      )}
    </Card>
  );
}

/** The exact sum and its one rounding; then what coupons and taxes do to this line. */
function Outcome({ line, currency }: { line: Line; currency: string }) {
  const formats = useFormats();
  const { exactAmount, amountMinor, discountMinor, taxMinor, inclusiveTaxMinor } = line;
  const rows: [name: string, amount: string][] = [
    ['All steps together', formats.price(exactAmount, currency)],
    ['Rounded once, to the amount of the line', formats.money(amountMinor, currency)],
  ];
  if (discountMinor !== 0) rows.push(['Discounts take off', formats.money(-discountMinor, currency)]);
  if (taxMinor !== 0) rows.push(['Taxes are added on the invoice', formats.money(taxMinor, currency)]);
  if (inclusiveTaxMinor !== 0) rows.push(['Of it, taxes that it contains', formats.money(inclusiveTaxMinor, currency)]);
  return (
    <>
      {rows.map(([name, amount]) => (
        <tr key={name}>
          <th scope="row" colSpan={2}>
            {name}
          </th>
          <td className="number" style={{ textAlign: 'end' }}>
            {amount}
          </td>
        </tr>
      ))}
    </>
  );
}
