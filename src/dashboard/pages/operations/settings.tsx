import { Page } from '../../ui/page.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { DunningSettings } from './settings/dunning.tsx';
import { RetentionSettings } from './settings/retention.tsx';
import { SellerSettings } from './settings/seller.tsx';
import { TaxSettings } from './settings/tax.tsx';

/** What holds for the whole deployment. */
export default function SettingsPage() {
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
          { id: 'retention', title: 'Retention', content: <RetentionSettings /> },
        ]}
      />
    </Page>
  );
}
