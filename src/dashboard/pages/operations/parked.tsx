import { Page } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { InvoiceTabs } from './parts/invoice-tabs.tsx';
import { parkedColumns, retryingColumns } from './parts/invoices.tsx';

/** Invoices that do not reach Stripe by themselves, and those that still try. */
export default function ParkedPage() {
  return (
    <Page
      title="Parked invoices"
      lead="They do not reach Stripe before somebody answers. Nothing is lost meanwhile, and nothing is sent twice."
    >
      <InvoiceTabs
        label="Invoices in trouble"
        kinds={[
          {
            id: 'parked',
            title: 'Parked',
            filter: { sync: 'parked' },
            columns: parkedColumns,
            caption: 'Parked invoices',
            empty: <Empty title="No invoice is parked.">What fails tries again by itself for three days first.</Empty>,
          },
          {
            id: 'retrying',
            title: 'Trying again',
            filter: { sync: 'backing_off' },
            columns: retryingColumns,
            caption: 'Invoices that are tried again',
            empty: (
              <Empty title="No invoice is being tried again.">All that is issued has arrived or is on its way.</Empty>
            ),
          },
        ]}
      />
    </Page>
  );
}
