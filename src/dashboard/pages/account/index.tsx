import { useCustomer } from '../../customer.tsx';
import { useMay, useSession } from '../../session.tsx';
import { Page } from '../../ui/page.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { BillingDetails } from './billing-details.tsx';
import { Paying } from './paying.tsx';
import { People } from './people.tsx';
import { YourData } from './your-data.tsx';

/** Whom bills are made out to, how they are paid, who may see them, and what is kept of it all. */
export default function AccountPage() {
  const { name, readOnly } = useCustomer();
  const { kind } = useSession();
  // Customers ask for each list that their role may read; operators see whatever theirs allows.
  const seesPeople = useMay('users:read');
  const seesData = useMay('personal-data:read') && kind === 'user' && !readOnly;
  return (
    <Page title="Account" lead={name}>
      <Tabs
        label="Parts of the account"
        items={[
          { id: 'details', title: 'Billing details', content: <BillingDetails /> },
          { id: 'paying', title: 'Paying', content: <Paying /> },
          ...(seesPeople ? [{ id: 'people', title: 'People', content: <People /> }] : []),
          ...(seesData ? [{ id: 'data', title: 'Your data', content: <YourData /> }] : []),
        ]}
      />
    </Page>
  );
}
