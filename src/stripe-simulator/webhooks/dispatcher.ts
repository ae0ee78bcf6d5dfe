import { setTimeout as sleep } from 'node:timers/promises';
import type { Core } from '../core.ts';
import { newId } from '../ids.ts';
import type { DeliveryEntry } from '../journal.ts';
import { renderEvent } from '../objects/event.ts';
import type { WebhookEndpointRecord } from '../objects/records.ts';
import type { Delivery } from './deliveries.ts';
import { type Posted, post, signatureOf } from './post.ts';
import { nextTryMs } from './schedule.ts';

/** An endpoint gets one event after the other; one that does not answer for so long holds up the next no longer. */
const patienceMs = 1000;
/** The longest that a timer of Node can wait. */
const longestTimerMs = 2_147_483_647;

/** Sends what is due, from the start of the simulator to its end, and journals what came of it. */
export class Dispatcher {
  private readonly core: Core;
  private readonly stopping = new AbortController();
  private readonly lanes = new Map<string, Promise<void>>();
  private readonly underWay = new Set<Promise<void>>();
  private timer: NodeJS.Timeout | undefined;
  private waking: NodeJS.Immediate | undefined;

  constructor(core: Core) {
    this.core = core;
    core.whenChanged = () => this.wakeSoon();
    this.wakeSoon();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.core.whenChanged = () => {};
    clearImmediate(this.waking);
    clearTimeout(this.timer);
    await Promise.all([...this.lanes.values(), ...this.underWay]);
  }

  /** The answer of the request that made an event leaves first. */
  private wakeSoon(): void {
    this.waking ??= setImmediate(() => {
      this.waking = undefined;
      this.wake();
    });
  }

  private wake(): void {
    const { deliveries, clock } = this.core;
    for (const delivery of deliveries.takeDue(clock.nowMs())) this.enqueue(delivery);
    clearTimeout(this.timer);
    const next = deliveries.nextDueMs();
    if (next === undefined) return;
    this.timer = setTimeout(() => this.wake(), Math.min(Math.max(next - clock.nowMs(), 0), longestTimerMs));
  }

  private enqueue(delivery: Delivery): void {
    const before = this.lanes.get(delivery.endpoint) ?? Promise.resolve();
    const turn = before.then(() => this.takeTurn(delivery));
    this.lanes.set(delivery.endpoint, turn);
    void turn.then(() => {
      if (this.lanes.get(delivery.endpoint) === turn) this.lanes.delete(delivery.endpoint);
    });
  }

  private async takeTurn(delivery: Delivery): Promise<void> {
    if (this.stopping.signal.aborted) return;
    const attempt = this.attempt(delivery).catch((error: unknown) => {
      console.error('Stripe simulator: a webhook could not be delivered', error);
    });
    this.underWay.add(attempt);
    const answered = new AbortController();
    void attempt.then(() => {
      this.underWay.delete(attempt);
      answered.abort();
    });
    const patience = AbortSignal.any([answered.signal, this.stopping.signal]);
    // Cut short by the answer: then there is nothing left to wait for.
    await sleep(patienceMs, undefined, { signal: patience }).catch(() => {});
  }

  private async attempt(delivery: Delivery): Promise<void> {
    const endpoint = this.core.state.get('webhookEndpoint', delivery.endpoint);
    if (endpoint === undefined || endpoint.disabled) {
      const nothing = { status: null, error: null, copy: null, nextAt: null };
      this.record(delivery, { ...nothing, url: endpoint?.url ?? null, outcome: 'canceled' });
      return;
    }
    const kind = delivery.fault?.kind;
    if (kind === 'forged' && delivery.attempts.length === 0) {
      await this.sendCopy(delivery, { ...endpoint, secret: newId('whsec', 32) }, kind);
    }
    const posted = await this.send(delivery, endpoint);
    if (posted === null) return;
    const outcome = outcomeOf(posted);
    const nextAt = outcome === 'delivered' ? null : this.nextTry(delivery);
    this.record(delivery, { ...posted, url: endpoint.url, copy: null, outcome, nextAt });
    if (kind === 'duplicate' && outcome === 'delivered') await this.sendCopy(delivery, endpoint, kind);
  }

  private nextTry({ attempts, event }: Delivery): string | null {
    const tries = attempts.filter(({ copy }) => copy === null).length + 1;
    const { clock, options } = this.core;
    const next = nextTryMs(tries, options.business.livemode, event.created * 1000, clock.nowMs());
    return next === null ? null : new Date(next).toISOString();
  }

  private async sendCopy(
    delivery: Delivery,
    endpoint: WebhookEndpointRecord,
    copy: 'duplicate' | 'forged',
  ): Promise<void> {
    const posted = await this.send(delivery, endpoint);
    if (posted === null) return;
    this.record(delivery, { ...posted, url: endpoint.url, copy, outcome: outcomeOf(posted), nextAt: null });
  }

  /** One POST, signed now; null when the simulator stopped meanwhile, since nothing may be journalled then. */
  private async send({ event, fault }: Delivery, { url, secret }: WebhookEndpointRecord): Promise<Posted | null> {
    if (this.stopping.signal.aborted) return null;
    const { clock, options } = this.core;
    // Indented, as Stripe's: who parses and writes it again before verifying finds out here.
    const body = JSON.stringify(renderEvent(event, options.business, { stale: fault?.kind === 'stale' }), null, 2);
    const signature = signatureOf(secret, clock.nowSeconds(), body);
    const signal = AbortSignal.any([this.stopping.signal, AbortSignal.timeout(options.webhookTimeoutMs)]);
    const posted = await post(url, body, signature, signal);
    return this.stopping.signal.aborted ? null : posted;
  }

  private record(
    { event, endpoint }: Delivery,
    facts: Pick<DeliveryEntry, 'url' | 'copy' | 'status' | 'error' | 'outcome' | 'nextAt'>,
  ): void {
    this.core.recordDelivery({ event: event.id, endpoint, ...facts });
  }
}

/** Only a 2xx is a success; a redirect is none. */
function outcomeOf({ status }: Posted): 'delivered' | 'failed' {
  return status !== null && status >= 200 && status < 300 ? 'delivered' : 'failed';
}
