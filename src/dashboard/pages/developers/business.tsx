import { useSession } from '../../session.tsx';
import { Developers } from './index.tsx';

/** Keys and webhooks of the business itself, which are told of every customer. */
export default function BusinessDevelopersPage() {
  const { scopes } = useSession();
  return (
    <Developers
      owner={{
        customerId: null,
        base: '/operations/developers',
        mayRead: scopes.includes('keys:read') && scopes.includes('webhooks:read'),
        mayChangeKeys: scopes.includes('keys:write'),
        mayChangeWebhooks: scopes.includes('webhooks:write'),
        grantable: scopes,
      }}
    />
  );
}
