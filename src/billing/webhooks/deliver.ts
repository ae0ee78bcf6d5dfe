import { crashPoint } from '../../crash-points.ts';
import { deliveryWaitMs, givenUpAfterMs, warnedAfterMs } from '../../domain/webhook/retry.ts';
import type { WebhookAnswer, WebhookSender } from '../../notify/webhooks/sender.ts';
import type { Database } from '../../store/database.ts';
import {
  type ClaimedDelivery,
  failWaiting,
  type SettledDelivery,
  settleDelivery,
} from '../../store/webhook-deliveries.ts';
import { giveUpEndpoint, lockEndpoint, warnOfFailures } from '../../store/webhook-endpoints.ts';

export type WebhookDependencies = { database: Database; sender: WebhookSender };

export type DeliveryOutcome = {
  delivery: string;
  endpoint: string;
  state: SettledDelivery['state'];
  reason: string | null;
  /** The endpoint was given up by this attempt. */
  isGivenUp: boolean;
};

/**
 * Makes one attempt at a delivery that was claimed, and tells what came of it. If this process dies in between, the delivery
 * is due again when its lease ends: a receiver may get it twice, under the same id, and never not at all.
 */
export async function deliver(
  { database, sender }: WebhookDependencies,
  claimed: ClaimedDelivery,
): Promise<DeliveryOutcome> {
  crashPoint('webhook.claimed');
  const settled = claimed.isEnabled
    ? settledBy(await sender.send(callOf(claimed)), claimed.tries)
    : ({ state: 'failed', reason: 'endpoint-disabled' } as const);
  crashPoint('webhook.answered');
  const { state, reason } = settled;
  const isGivenUp = await settle(database, claimed, settled);
  crashPoint('webhook.settled');
  return { delivery: claimed.id, endpoint: claimed.endpointId, state, reason, isGivenUp };
}

function callOf({ url, eventId, secret, previousSecret, type, happenedAt, data }: ClaimedDelivery) {
  const secrets = previousSecret === null ? [secret] : [secret, previousSecret];
  return { url, id: eventId, secrets, body: bodyOf({ type, timestamp: happenedAt, data }) };
}

/** The same bytes at every attempt: what is signed is what was noted when it happened. */
export function bodyOf({ type, timestamp, data }: { type: string; timestamp: Date; data: object }): string {
  return JSON.stringify({ type, timestamp: timestamp.toISOString(), data });
}

function settledBy(attempt: WebhookAnswer, tries: number): SettledDelivery {
  const { reason } = attempt;
  if (reason === null) return { state: 'delivered', reason, attempt };
  const waitMs = reason === 'gone' ? undefined : deliveryWaitMs(tries, Math.random());
  return waitMs === undefined ? { state: 'failed', reason, attempt } : { state: 'pending', reason, waitMs, attempt };
}

/** @returns whether the endpoint was given up by it */
async function settle(database: Database, claimed: ClaimedDelivery, settled: SettledDelivery): Promise<boolean> {
  const { endpointId: id } = claimed;
  const { reason, attempt } = settled;
  if (reason === null || attempt === undefined) {
    await settleDelivery(database, claimed, settled);
    return false;
  }
  // With what follows from it, so that a process which dies in between leaves no endpoint that nobody is told of.
  return await database.transaction(async (sql) => {
    await lockEndpoint(sql, id);
    // Somebody has decided about the delivery or its endpoint meanwhile: the answer is to what was before.
    if (!(await settleDelivery(sql, claimed, settled))) return false;
    const because = reason === 'gone' ? 'gone' : 'failing';
    const isGivenUp = await giveUpEndpoint(sql, { id, url: claimed.url, because, reason }, givenUpAfterMs);
    if (isGivenUp) await failWaiting(sql, id);
    else await warnOfFailures(sql, { id, reason }, warnedAfterMs);
    return isGivenUp;
  });
}
