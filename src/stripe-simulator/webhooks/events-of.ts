import type { Core } from '../core.ts';
import { emit, withoutAnswer } from '../events/emit.ts';
import type { Emitted } from '../events/entry.ts';
import type { Business } from '../objects/wire.ts';
import { Transaction, type Write } from '../state.ts';
import { planDeliveries } from './plan.ts';

/** The events of what is about to be committed, with whom they go to; what the answer says as well is left out. */
export function eventsOf(
  core: Core,
  business: Business,
  { tx, writes, body }: { tx: Transaction; writes: readonly Write[]; body: object },
): Emitted | undefined {
  const views = { before: new Transaction(core.state), after: tx, business };
  const events = emit(writes, views, core.clock.nowSeconds());
  const endpoints = core.state.inOrderOfCreation('webhookEndpoint');
  return events && withoutAnswer(planDeliveries(events, endpoints, core.webhookFaults), body);
}
