import { useMay } from '../../session.tsx';
import { Page } from '../../ui/page.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { DunningSettings } from './settings/dunning.tsx';
import { Operators } from './settings/operators.tsx';
import { RetentionSettings } from './settings/retention.tsx';
import { SellerSettings } from './settings/seller.tsx';
import { TaxSettings } from './settings/tax.tsx';

/** What holds for the whole deployment. */
export default function SettingsPage() {
  const mayReadOperators = useMay('operators:read');
  return (
    <Page
      title="Settings"
      lead="What holds for everybody. Each change is told in the audit trail with who made it and why."
    >
      <Tabs
        label="Settings"
        items={[
          { id: 'seller', title: 'Seller', content: <SellerSettings /> },
          { id: 'tax', title: 'Taxes', content: <TaxSettings /> },
          { id: 'dunning', title: 'Dunning', content: <DunningSettings /> },
          ...(mayReadOperators ? [{ id: 'operators', title: 'Operators', content: <Operators /> }] : []),
          { id: 'retention', title: 'Retention', content: <RetentionSettings /> },
        ]}
      />
    </Page>
  );
}
