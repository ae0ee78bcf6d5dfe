import { useQuery } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect } from 'react';
import { Navigate, useLocation } from 'react-router';
import { type AnswerOf, take } from '../client/index.ts';
import { client, sessionKey, setCsrfToken } from './api.ts';
import { ErrorState, Skeleton } from './ui/states.tsx';

/** Who looks at the page: a customer's user, an operator, or nobody yet. */
export type Session = AnswerOf<'/v1/session'>;

const SessionContext = createContext<Session | null>(null);

/** Asks once who looks, and shows nothing of a page before it knows. */
export function SessionProvider({ children }: { children: ReactNode }) {
  const query = useQuery({
    queryKey: sessionKey,
    queryFn: ({ signal }) => take(client.GET('/v1/session', { signal })),
    staleTime: 60_000,
  });
  const session = query.data;
  // Before the children ask for anything, since their first call may already change something.
  if (session !== undefined) setCsrfToken(session.csrfToken);
  if (session === undefined) {
    return (
      <main style={{ maxWidth: '32rem', margin: '20vh auto', padding: 'var(--space-4)' }}>
        {query.error !== null ? (
          <ErrorState error={query.error} retry={() => void query.refetch()} />
        ) : (
          <Skeleton lines={3} label="Loading your billing pages" />
        )}
      </main>
    );
  }
  return <SessionContext.Provider value={session}>{children}</SessionContext.Provider>;
}

/** Who looks at the page. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error('useSession stands inside of SessionProvider.');
  return session;
}

/** Whether an operator's role allows something: `useMay('invoices:write')`. */
export function useMay(scope: string): boolean {
  return useSession().scopes.includes(scope);
}

/**
 * Shows its children to this kind of person only. Who is not signed in goes to the sign-in and comes back afterwards; an
 * operator who opens a customer's address goes to the operators' pages.
 */
export function RequireSession({ kind, children }: { kind: 'user' | 'operator'; children: ReactNode }) {
  const session = useSession();
  const { pathname, search } = useLocation();
  useEffect(() => {
    if (session.kind === null) document.title = 'Sign in';
  }, [session.kind]);
  if (session.kind === kind) return <>{children}</>;
  if (session.kind === 'operator') return <Navigate to="/operations" replace />;
  if (session.kind === 'user') return <Navigate to="/" replace />;
  const next = encodeURIComponent(`${pathname}${search}`);
  return <Navigate to={`/sign-in${kind === 'operator' ? '/operator' : ''}?next=${next}`} replace />;
}
