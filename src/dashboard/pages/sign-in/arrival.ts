import { useNavigate, useSearchParams } from 'react-router';
import { queryClient, sessionKey } from '../../api.ts';
import type { Session } from '../../session.tsx';

/** An address of these pages, and none that a browser reads as another site's; the fallback for all else. */
export function ownAddress(next: string | null, fallback: string): string {
  return next !== null && /^\/(?![/\\])[\x21-\x7e]*$/.test(next) && !next.startsWith('/sign-in') ? next : fallback;
}

/** Where whoever has signed in, or was it already, goes: to where they were sent from, or to their first page. */
export function useArrival() {
  const navigate = useNavigate();
  const [query] = useSearchParams();
  const addressOf = (kind: Session['kind']) => {
    const home = kind === 'operator' ? '/operations' : '/';
    const next = ownAddress(query.get('next'), home);
    return next.startsWith('/operations') === (kind === 'operator') ? next : home;
  };
  return {
    addressOf,
    arrive(session: Session) {
      // Nothing stays of what somebody else has read in this browser; the session itself is looked at by what stands around.
      queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionKey[0] });
      queryClient.setQueryData(sessionKey, session);
      void navigate(addressOf(session.kind), { replace: true });
    },
  };
}
