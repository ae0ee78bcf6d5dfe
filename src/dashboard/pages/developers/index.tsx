import { Navigate, Route, Routes } from 'react-router';
import { useCustomer, useCustomerLink } from '../../customer.tsx';
import { useSession } from '../../session.tsx';
import { Card } from '../../ui/card.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { EndpointPage } from './endpoint.tsx';
import { Keys } from './keys.tsx';
import { type Owner, OwnerProvider, useOwner } from './owner.tsx';
import { Reference } from './reference.tsx';
import { RequestLog } from './request-log.tsx';
import { Webhooks } from './webhooks.tsx';

/** Of a customer: as its own people see it, or read only as an operator does. */
export default function DevelopersPage() {
  const { id, readOnly } = useCustomer();
  const link = useCustomerLink();
  const { scopes } = useSession();
  const owner: Owner = {
    customerId: id,
    base: link('/developers'),
    mayRead: scopes.includes('keys:read') && scopes.includes('webhooks:read'),
    mayChangeKeys: !readOnly && scopes.includes('keys:write'),
    mayChangeWebhooks: !readOnly && scopes.includes('webhooks:write'),
    // A key that makes keys would live on in those that it made.
    grantable: scopes.filter((scope) => scope !== 'keys:write'),
  };
  return <Developers owner={owner} />;
}

export function Developers({ owner }: { owner: Owner }) {
  return (
    <OwnerProvider owner={owner}>
      <Routes>
        <Route index element={<DevelopersHome />} />
        <Route path="webhooks/:endpointId" element={<EndpointPage />} />
        <Route path="*" element={<Navigate to={owner.base} replace />} />
      </Routes>
    </OwnerProvider>
  );
}

function DevelopersHome() {
  const { mayRead } = useOwner();
  const forReaders = [
    { id: 'keys', title: 'API keys', content: <Keys /> },
    { id: 'webhooks', title: 'Webhooks', content: <Webhooks /> },
    { id: 'log', title: 'Request log', content: <RequestLog /> },
  ];
  return (
    <Page
      title="Developers"
      lead="Read everything on these pages by programs, and have them told when something happens."
    >
      {!mayRead && (
        <Card>
          <Empty title="Keys and webhooks are looked after by your admins">
            Ask somebody of your company with the role admin, if a program of yours needs a key.
          </Empty>
        </Card>
      )}
      <Tabs
        label="For developers"
        items={[...(mayRead ? forReaders : []), { id: 'api', title: 'API', content: <Reference /> }]}
      />
    </Page>
  );
}
