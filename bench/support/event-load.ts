import { createHash, randomUUID } from 'node:crypto';

/** Deterministic enough to be repeated, and fresh in every run: ids begin with a name of their own. */
export type EventLoad = {
  count: number;
  customers: readonly { id: string; externalId: string }[];
  seed: number;
};

export type LoadEvent = {
  id: string;
  customer: string;
  type: string;
  occurredAt: string;
  properties: Record<string, string | number | boolean>;
};

const airports = ['JFK', 'LGA', 'EWR'];
/** Senders report what has just happened: events of the last two hours. */
const spanMs = 2 * 3_600_000;

/** Departures as the sample business sends them, in random order of customers, under ids that nobody used before. */
export function departures({ count, customers, seed }: EventLoad, now = Date.now()): LoadEvent[] {
  const random = randomNumbers(seed);
  const pick = (below: number) => Math.floor(random() * below);
  const run = randomUUID();
  return Array.from({ length: count }, (_, index) => ({
    // In no order, as ids of many senders are.
    id: createHash('sha1').update(`${run} ${index}`).digest('hex').slice(0, 32),
    customer: customers[pick(customers.length)]!.externalId,
    type: 'flight.departure',
    occurredAt: new Date(now - pick(spanMs)).toISOString(),
    properties: {
      origin: airports[pick(airports.length)]!,
      tailnum: `N${100 + pick(900)}HA`,
      distance_miles: 100 + pick(4_900),
      air_time_minutes: 20 + pick(600),
      cancelled: pick(50) === 0,
    },
  }));
}

/** Mulberry32: small, and the same everywhere. */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function inBatches<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
