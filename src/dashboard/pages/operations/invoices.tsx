import { Card } from '../../ui/card.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { useStateLabels } from '../../ui/words.ts';
import { FilterSelect, useFilter } from './parts/filters.tsx';
import { InvoiceList } from './parts/invoice-list.tsx';
import { allColumns, type Invoice } from './parts/invoices.tsx';
import css from './parts/parts.module.css';

const lifecycles = ['draft', 'held', 'issued', 'skipped', 'void'] as const;
const payments = ['unpaid', 'processing', 'partly_paid', 'paid', 'uncollectible'] as const;

/** All invoices of all customers. */
export default function InvoicesPage() {
  const [lifecycle] = useFilter('lifecycle');
  const [payment] = useFilter('payment');
  const lifecycleLabel = useStateLabels('invoice-lifecycle');
  const paymentLabel = useStateLabels('invoice-payment');
  const filter = {
    ...(lifecycle !== '' && { lifecycle: lifecycle as Invoice['lifecycle'] }),
    ...(payment !== '' && { payment: payment as Invoice['payment'] }),
  };
  return (
    <Page
      title="Invoices"
      lead="Of all customers, those of the newest periods first. Days are in each customer’s time zone."
    >
      <div className="stack">
        <div className={css['filters']}>
          <FilterSelect
            name="lifecycle"
            label="State"
            all="Any state"
            options={lifecycles.map((id) => ({ id, label: lifecycleLabel(id) }))}
          />
          <FilterSelect
            name="payment"
            label="Payment"
            all="Paid or not"
            options={payments.map((id) => ({ id, label: paymentLabel(id) }))}
          />
        </div>
        <Card flush>
          <InvoiceList
            filter={filter}
            columns={allColumns}
            caption="Invoices"
            empty={<Empty title="No invoice is like this.">Choose another state.</Empty>}
          />
        </Card>
      </div>
    </Page>
  );
}
