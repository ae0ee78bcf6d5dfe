import type { LoggedEvent, PlannedDelivery, PlannedFault } from '../events/entry.ts';
import type { DeliveryEntry } from '../journal.ts';

/** held: waits for the next one (fault swap); canceled: the endpoint was gone or disabled when it was to be tried. */
export type DeliveryState = 'pending' | 'held' | 'dropped' | 'delivered' | 'failed' | 'canceled';
type Attempt = Pick<DeliveryEntry, 'at' | 'copy' | 'status' | 'error'>;

/** One event on its way to one endpoint. */
export interface Delivery {
  readonly event: LoggedEvent;
  readonly endpoint: string;
  readonly fault: PlannedFault | null;
  state: DeliveryState;
  /** When it is to be tried, on the simulator's clock; null while it is under way and when nothing is to be done. */
  dueMs: number | null;
  /** Everything that was sent, copies by faults too. */
  readonly attempts: Attempt[];
}

export interface DeliveryChoice {
  event?: string | null;
  endpoint?: string | null;
}

/** All deliveries and their times: a fold of the journal, so that a restart goes on where it was. */
export class Deliveries {
  /** In the order of the events. */
  private readonly all = new Map<string, Delivery>();
  /** By time. A delivery whose `dueMs` is another by now stands here in vain. */
  private readonly queue: { dueMs: number; delivery: Delivery }[] = [];
  /** The one of each endpoint that waits for the next. */
  private readonly held = new Map<string, Delivery>();

  add(event: LoggedEvent, { endpoint, fault }: PlannedDelivery, atMs: number): void {
    const delivery: Delivery = { event, endpoint, fault: fault ?? null, state: 'pending', dueMs: null, attempts: [] };
    this.all.set(keyOf(event.id, endpoint), delivery);
    if (fault?.kind === 'drop') delivery.state = 'dropped';
    else if (fault?.kind === 'swap' && !this.held.has(endpoint)) this.hold(delivery);
    // One that is to be held while another is takes that along, or both would wait for ever.
    else this.scheduleWithHeld(delivery, atMs + (fault?.delayMs ?? 0));
  }

  apply({ event, endpoint, at, copy, status, error, outcome, nextAt }: DeliveryEntry): void {
    const delivery = this.all.get(keyOf(event, endpoint));
    if (delivery === undefined) return;
    if (outcome !== 'canceled') delivery.attempts.push({ at, copy, status, error });
    if (copy !== null) return;
    delivery.dueMs = null;
    if (this.held.get(endpoint) === delivery) this.held.delete(endpoint);
    if (outcome === 'delivered') delivery.event.pending -= 1;
    if (nextAt === null) delivery.state = outcome;
    else this.schedule(delivery, Date.parse(nextAt));
  }

  /** What is due, in the order of the times; each is then under way until its entry comes. */
  takeDue(nowMs: number): Delivery[] {
    let count = 0;
    while ((this.queue[count]?.dueMs ?? Number.POSITIVE_INFINITY) <= nowMs) count += 1;
    return this.queue.splice(0, count).flatMap(({ dueMs, delivery }) => {
      if (delivery.state !== 'pending' || delivery.dueMs !== dueMs) return [];
      delivery.dueMs = null;
      return [delivery];
    });
  }

  nextDueMs(): number | undefined {
    return this.queue[0]?.dueMs;
  }

  /** Lets all that waits be tried now; tells how many. */
  makeDue(choice: DeliveryChoice, nowMs: number): number {
    const waiting = this.list(choice).filter(({ state, dueMs }) => state === 'held' || dueMs !== null);
    for (const delivery of waiting) {
      if (this.held.get(delivery.endpoint) === delivery) this.held.delete(delivery.endpoint);
      this.schedule(delivery, nowMs);
    }
    return waiting.length;
  }

  list({ event = null, endpoint = null }: DeliveryChoice): Delivery[] {
    return [...this.all.values()].filter(
      (delivery) =>
        (event === null || delivery.event.id === event) && (endpoint === null || delivery.endpoint === endpoint),
    );
  }

  /** Forgets the oldest with their events. */
  forget(isForgotten: (event: LoggedEvent) => boolean): void {
    for (const [key, { event, state }] of this.all) {
      if (state === 'pending' || state === 'held' || !isForgotten(event)) return;
      this.all.delete(key);
    }
  }

  private hold(delivery: Delivery): void {
    delivery.state = 'held';
    this.held.set(delivery.endpoint, delivery);
  }

  /** What is due at one time goes in this order, so the one that was held comes right after. */
  private scheduleWithHeld(delivery: Delivery, dueMs: number): void {
    this.schedule(delivery, dueMs);
    const held = this.held.get(delivery.endpoint);
    if (held === undefined) return;
    this.held.delete(delivery.endpoint);
    this.schedule(held, dueMs);
  }

  private schedule(delivery: Delivery, dueMs: number): void {
    delivery.state = 'pending';
    delivery.dueMs = dueMs;
    let place = this.queue.length;
    for (let from = 0; from < place; ) {
      const middle = (from + place) >>> 1;
      if ((this.queue[middle]?.dueMs ?? 0) <= dueMs) from = middle + 1;
      else place = middle;
    }
    this.queue.splice(place, 0, { dueMs, delivery });
  }
}

function keyOf(event: string, endpoint: string): string {
  return `${event}/${endpoint}`;
}
