import { QueryClient } from '@tanstack/react-query';
import { ApiError, createClient } from '../client/index.ts';

let csrfToken: string | null = null;

/** Told by the session: what proves to the API that it is this page that asks for a change. */
export function setCsrfToken(token: string | null): void {
  csrfToken = token;
}

/** How often a question is asked again by itself: only where no answer came, or the service said that it is its fault. */
const retryLimit = 2;

/** An answer is shown as it is for this long before a page that is opened anew asks again. */
const freshMs = 15_000;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: freshMs,
      retry: (failures, error) =>
        failures < retryLimit && error instanceof ApiError && (error.status === 0 || error.status >= 500),
    },
  },
});

/** The key under which the session is kept. */
export const sessionKey = ['session'] as const;

/** What every page asks through. */
export const client = createClient({
  csrfToken: () => csrfToken,
  onError(status) {
    // The session has ended: whoever asks for it is told, and led to the sign-in.
    if (status === 401) void queryClient.invalidateQueries({ queryKey: sessionKey });
  },
});
