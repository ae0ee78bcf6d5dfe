import { setTimeout as sleep } from 'node:timers/promises';
import { type ClaimedDelivery, claimDeliveries, forgetEvents } from '../../store/webhook-deliveries.ts';
import type { Sending } from '../keep-sending.ts';
import { type DeliveryOutcome, deliver, type WebhookDependencies } from './deliver.ts';

/** Attempts that one process makes at once: of these so many for one endpoint, and so many for endpoints that fail. */
export const lanes = { all: 32, perEndpoint: 4, failing: 8 };
/** Between two looks when nothing was due. */
const pauseMs = 1_000;
/** After a failure of the books, which say by themselves when they are back. */
const pauseAfterFailureMs = 10_000;
/** Well beyond what an attempt may take (src/notify/webhooks/sender.ts) and its outcome be told in. */
export const leaseMs = 60_000;
/** What happened is kept for so long. */
export const keptDays = 30;
const forgetEveryMs = 3_600_000;
const forgetAtOnce = 5_000;

export type DeliveringHooks = {
  onDelivery(outcome: DeliveryOutcome): void;
  onFailure(error: unknown): void;
};

/**
 * Delivers what is due for as long as the process lives. An endpoint that fails has one attempt at a time, and all of them
 * together a quarter of the lanes, so that those which hang do not delay those which answer.
 */
export function keepDelivering(dependencies: WebhookDependencies, hooks: DeliveringHooks, lease = leaseMs): Sending {
  const { database } = dependencies;
  const ending = new AbortController();
  const underWay = new Map<string, { count: number; isFailing: boolean }>();
  const attempts = new Set<Promise<void>>();
  let forgetAtMs = 0;

  const claim = () => {
    const now = [...underWay];
    const busy = now.filter(([, { count, isFailing }]) => isFailing || count >= lanes.perEndpoint);
    const takesFailing = now.filter(([, { isFailing }]) => isFailing).length < lanes.failing;
    const limit = takesFailing ? Math.min(lanes.failing, lanes.all - attempts.size) : lanes.all - attempts.size;
    return claimDeliveries(database, { busy: busy.map(([id]) => id), takesFailing, limit, leaseMs: lease });
  };
  const begin = (claimed: ClaimedDelivery) => {
    const endpoint = underWay.get(claimed.endpointId) ?? { count: 0, isFailing: false };
    endpoint.count += 1;
    endpoint.isFailing ||= claimed.isFailing;
    underWay.set(claimed.endpointId, endpoint);
    const attempt = deliver(dependencies, claimed)
      .then(hooks.onDelivery, hooks.onFailure)
      .finally(() => {
        endpoint.count -= 1;
        if (endpoint.count === 0) underWay.delete(claimed.endpointId);
        attempts.delete(attempt);
      });
    attempts.add(attempt);
  };
  const pause = async (ms: number) => {
    const over = new AbortController();
    const signal = AbortSignal.any([ending.signal, over.signal]);
    // Whatever ends makes room, and may have been in the way of the next.
    await Promise.race([sleep(ms, undefined, { signal }).catch(() => undefined), ...attempts]);
    over.abort();
  };
  const forget = async () => {
    if (performance.now() < forgetAtMs) return;
    const forgotten = await forgetEvents(database, keptDays, forgetAtOnce);
    if (forgotten < forgetAtOnce) forgetAtMs = performance.now() + forgetEveryMs;
  };
  const loop = async () => {
    while (!ending.signal.aborted) {
      try {
        await forget();
        const claimed = attempts.size < lanes.all ? await claim() : [];
        for (const delivery of claimed) begin(delivery);
        if (claimed.length === 0) await pause(pauseMs);
      } catch (error) {
        hooks.onFailure(error);
        await pause(pauseAfterFailureMs);
      }
    }
    await Promise.all(attempts);
  };
  const running = loop();
  return {
    async stop() {
      ending.abort();
      await running;
    },
  };
}
