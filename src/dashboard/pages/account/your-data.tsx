import { Download } from 'lucide-react';
import { useCustomer } from '../../customer.tsx';
import { ButtonAnchor } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';

/** All that is kept of the customer as a person, as a file. */
export function YourData() {
  const { id } = useCustomer();
  return (
    <Card title="Your data" description="Everything that we keep about you, in one file that programs can read (JSON).">
      <div className="stack">
        <p>
          It holds your billing details, contacts, invoices, payments, mails and what was recorded about them. That it
          was handed out is written into your history.
        </p>
        <div>
          <ButtonAnchor
            href={`/v1/customers/${id}/personal-data`}
            download="personal-data.json"
            icon={<Download size={16} aria-hidden="true" />}
          >
            Download your data
          </ButtonAnchor>
        </div>
        <p className="muted">To have it erased, write to us: invoices have to be kept for as long as the law says.</p>
      </div>
    </Card>
  );
}
