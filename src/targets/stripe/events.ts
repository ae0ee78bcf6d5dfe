import type Stripe from 'stripe';
import { DurabillError } from '../../errors/error.ts';
import type { EventSource, RemoteEvent } from '../events.ts';
import { sweptTypes, useOf } from './event-types.ts';
import { markOf, plainId } from './ids.ts';
import { readObject } from './records.ts';
import { asStripe } from './steps.ts';

/** Stripe's limit for a page of a list. */
const pageLimit = 100;

/** Stripe's events, and what they are of, by reads of the paced client. */
export function createEventSource(stripe: Stripe): EventSource {
  return {
    useOf,
    async listEvents({ since, after }) {
      const { data, has_more: hasMore } = await asStripe(() =>
        stripe.events.list({
          types: [...sweptTypes],
          created: { gte: Math.floor(since.getTime() / 1_000) },
          limit: pageLimit,
          ...(after !== null && { starting_after: after }),
        }),
      );
      return { events: data.map(toRemoteEvent), next: hasMore ? (data.at(-1)?.id ?? null) : null };
    },
    read: ({ kind, id }) => readObject(stripe, kind, id),
    nameOf: async (remoteInvoiceId) =>
      markOf((await asStripe(() => stripe.invoices.retrieve(remoteInvoiceId))).metadata),
  };
}

/**
 * What is kept of an event. The object's own content is not: it may be older than the event (they are eventually
 * consistent pictures), of another version of the API, and it names people.
 * @throws DurabillError webhook-refused when it is no event of the documented form
 */
export function toRemoteEvent(event: Stripe.Event): RemoteEvent {
  const { id, type, created, livemode, account, request, data } = event ?? {};
  const object = (data?.object ?? {}) as object as Record<string, unknown>;
  const isFit = isText(id, /^evt_\w{1,240}$/) && isText(type, /^[\w.]{1,100}$/) && isInstant(created);
  // Of an account that cannot be read nobody could say that it is not ours.
  if (!isFit || !(account === undefined || account === null || isText(account, /^\w{1,250}$/))) {
    throw new DurabillError('webhook-refused', {
      field: 'body',
      reason: 'What was signed is no event with an id, a type, a time and an account that can be read.',
      mend: 'Register the endpoint for snapshot events.',
    });
  }
  const kind = isText(object['object'], /^[a-z][\w.]{0,100}$/) ? object['object'] : 'unknown';
  return {
    eventId: id,
    type,
    createdAt: new Date(created * 1_000),
    livemode: livemode === true,
    accountId: account ?? null,
    objectKind: kind,
    objectId: plainId(object['id']),
    remoteInvoiceId: kind === 'invoice' ? plainId(object['id']) : plainId(object['invoice']),
    namedInvoiceId: kind === 'invoice' ? markOf(object['metadata']) : null,
    idempotencyKey: ownKey(request?.idempotency_key),
    use: useOf(type),
  };
}

/** A signature says who wrote it, not that it has the form that the typings promise: a list is no text, though it reads as one. */
function isText(value: unknown, form: RegExp): value is string {
  return typeof value === 'string' && form.test(value);
}

/** The last second of the year 9999: later ones are not written with four digits, and far later ones are no dates at all. */
const lastSecond = Date.UTC(9999, 11, 31, 23, 59, 59) / 1_000;

function isInstant(seconds: unknown): seconds is number {
  return Number.isInteger(seconds) && (seconds as number) >= 0 && (seconds as number) <= lastSecond;
}

/** Keys of other programs may hold anything, such as an address of a customer; ours are printable and short. */
function ownKey(key: unknown): string | null {
  return isText(key, /^durabill\/[!-~]{1,246}$/) ? key : null;
}
