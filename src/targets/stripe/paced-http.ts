import type { IncomingMessage } from 'node:http';
import Stripe from 'stripe';
import type { RequestPace } from '../port.ts';

type HttpClient = ReturnType<typeof Stripe.createNodeHttpClient>;
type Response = Awaited<ReturnType<HttpClient['makeRequest']>>;

/** An id in a path: a short prefix (of pages with the mode), an underscore, and letters and digits that no word of the API has. */
const id = /^[a-z]{2,8}_(?:(?:test|live)_)?(?=[A-Za-z0-9]*[A-Z0-9])[A-Za-z0-9]{6,}$/;

/**
 * The operation that Stripe counts a request under: method and path pattern, ids left out (docs.stripe.com/rate-limits).
 * `POST /v1/invoices/in_1Abc…/finalize` is `POST /v1/invoices/{id}/finalize`.
 */
export function operationOf(method: string, path: string): string {
  const [pathname = ''] = path.split('?');
  return `${method} ${pathname
    .split('/')
    .map((segment) => (id.test(segment) ? '{id}' : segment))
    .join('/')}`;
}

/** Turns for one request; one that is refused so often for coming too fast is the caller's to try again. */
const mostTurns = 3;

/**
 * The SDK's own HTTP client, with a turn taken before each request: retries of the SDK, pages of a list and reads after
 * doubt count at Stripe like everything else. The limit of the SDK for an answer begins after the turn. What Stripe
 * refuses for coming too fast it has not looked at: it waits for another turn right here.
 */
export function pacedHttpClient(pace: RequestPace): HttpClient {
  const plain = Stripe.createNodeHttpClient();
  const makeRequest: HttpClient['makeRequest'] = async (host, port, path, method, headers, data, protocol, timeout) => {
    const operation = operationOf(method, path);
    const key = Object.entries(headers).find(([name]) => name.toLowerCase() === 'idempotency-key')?.[1];
    const write = method === 'GET' ? undefined : { idempotencyKey: key === undefined ? null : String(key) };
    for (let turn = 1; ; turn += 1) {
      await pace.turn(operation, write);
      const response = await plain.makeRequest(host, port, path, method, headers, data, protocol, timeout);
      const scope = response.getStatusCode() === 429 ? limitOf(response) : undefined;
      if (scope === undefined) return response;
      await pace.refused(operation, scope);
      if (turn === mostTurns) return response;
      (response.getRawResponse() as IncomingMessage).resume();
    }
  };
  return { getClientName: () => plain.getClientName(), makeRequest };
}

/** `lock_timeout` is a 429 too, without a reason: another request holds the object, and the pace is not at fault. */
function limitOf(response: Response): 'all' | 'operation' | undefined {
  const reason = String(response.getHeaders()['stripe-rate-limited-reason'] ?? '');
  if (reason.startsWith('global')) return 'all';
  return reason.startsWith('endpoint') ? 'operation' : undefined;
}
