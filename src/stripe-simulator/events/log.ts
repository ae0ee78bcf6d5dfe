import type { LoggedEvent } from './entry.ts';

/** Stripe gives events for 30 days. */
export const retentionSeconds = 30 * 86_400;
/** Cut in bulk: shifting one by one would move the whole list at every event. */
const bulk = 100;

/** The events, oldest first; those beyond Stripe's 30 days, or beyond `limit`, are forgotten. */
export class EventLog {
  private readonly limit: number;
  private readonly events: LoggedEvent[] = [];
  /** Place of each event among all that ever were; `forgotten` of them are gone. */
  private readonly places = new Map<string, number>();
  private forgotten = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  get length(): number {
    return this.events.length;
  }

  at(index: number): LoggedEvent | undefined {
    return this.events[index];
  }

  around(id: string): { older: number; newer: number } | undefined {
    const place = this.places.get(id);
    return place === undefined ? undefined : { older: place - this.forgotten, newer: place - this.forgotten + 1 };
  }

  get(id: string): LoggedEvent | undefined {
    const place = this.places.get(id);
    return place === undefined ? undefined : this.events[place - this.forgotten];
  }

  add(event: LoggedEvent): void {
    this.places.set(event.id, this.forgotten + this.events.length);
    this.events.push(event);
    const inBulk = this.events[bulk];
    if (inBulk === undefined) return;
    if (inBulk.created >= event.created - retentionSeconds && this.events.length <= this.limit + bulk) return;
    for (const { id } of this.events.splice(0, bulk)) this.places.delete(id);
    this.forgotten += bulk;
  }
}
