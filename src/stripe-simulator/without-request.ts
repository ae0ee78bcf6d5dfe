import type { Core } from './core.ts';
import { CardDeclined } from './errors.ts';
import { newId } from './ids.ts';
import type { Business } from './objects/wire.ts';
import type { Call } from './operations/operation.ts';
import { Transaction } from './state.ts';
import { eventsOf } from './webhooks/events-of.ts';

/**
 * Something that happens at Stripe without a request of a client: a bank decides, a customer pays on a hosted page.
 * Journalled as a request of nobody, so that a restart keeps it and its events go out like any other. What a card that
 * was declined has left is kept too, and the refusal passed on.
 */
export function withoutRequest(
  core: Core,
  business: Business,
  { operation, path, params }: { operation: string; path: string; params: Record<string, unknown> },
  run: (call: Call) => object,
): object {
  const tx = new Transaction(core.state);
  const now = core.clock.nowSeconds();
  const { lineLimits: limits } = core.options;
  const call: Call = { params: {}, ids: {}, tx, indexed: core.search.asOf(core.clock.nowMs()), now, business, limits };
  let body: object;
  let declined: CardDeclined | undefined;
  try {
    body = run(call);
  } catch (error) {
    if (!(error instanceof CardDeclined)) throw error;
    declined = error;
    body = error.body;
  }
  const writes = tx.writes();
  const emitted = eventsOf(core, business, { tx, writes, body });
  core.record({
    requestId: newId('req', 14),
    method: 'POST',
    path,
    operation,
    params: Object.fromEntries(Object.entries(params).map(([key, value]) => [key, String(value)])),
    idempotencyKey: null,
    outcome: 'executed',
    fault: null,
    answered: true,
    status: declined?.status ?? 200,
    replayOf: null,
    writes,
    ...(emitted === undefined ? {} : { emitted }),
    responseJson: JSON.stringify(body),
  });
  if (declined !== undefined) throw declined;
  return body;
}
