import { Page } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { InvoiceTabs } from './parts/invoice-tabs.tsx';
import { draftColumns, heldColumns } from './parts/invoices.tsx';

/** What becomes final next, and what a check or a person has stopped. */
export default function DraftsPage() {
  return (
    <Page
      title="Drafts in review"
      lead="Every draft has a day on which it can still change. What a check finds odd is held until somebody answers. Days are in each customer’s time zone."
    >
      <InvoiceTabs
        label="Drafts"
        kinds={[
          {
            id: 'held',
            title: 'Held',
            filter: { lifecycle: 'held' },
            columns: heldColumns,
            caption: 'Drafts that are held',
            empty: (
              <Empty title="No draft is held.">
                Checks look at every draft when it is made and again before it becomes final.
              </Empty>
            ),
          },
          {
            id: 'review',
            title: 'In review',
            filter: { lifecycle: 'draft' },
            columns: draftColumns,
            caption: 'Drafts in review',
            empty: <Empty title="No draft is in review.">The next invoicing run makes them.</Empty>,
          },
        ]}
      />
    </Page>
  );
}
