import type { Customer, Event } from './business.ts';

export type Answer = { decisionId: string; invoiceId: string };

/**
 * What was sent, and what of it was acknowledged: the other side of the books, kept by whoever sent it. Only what was
 * acknowledged can be lost.
 */
export class Sent {
  readonly events = new Map<string, { event: Event; acknowledged: boolean }>();
  readonly customers = new Map<string, { customer: Customer; clock: string; acknowledged: boolean; billed: boolean }>();
  readonly answers = new Map<string, Answer & { acknowledged: boolean }>();
  /** What happened to the senders that should not have: refusals of what is in order. */
  readonly surprises: string[] = [];

  /** Everything that was tried: events, customers, their invoices, and answers to parked ones. */
  get attempts(): number {
    return this.events.size + 2 * this.customers.size + this.answers.size;
  }

  get acknowledged(): number {
    const count = (list: Iterable<boolean>) => [...list].filter(Boolean).length;
    const customers = [...this.customers.values()];
    return (
      count([...this.events.values()].map((one) => one.acknowledged)) +
      count(customers.map((one) => one.acknowledged)) +
      count(customers.map((one) => one.billed)) +
      count([...this.answers.values()].map((one) => one.acknowledged))
    );
  }
}
