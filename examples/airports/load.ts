import type { Api } from './api.ts';
import type { Business } from './businesses.ts';
import { type DepartureEvent, departureOf, type Month, readFlights } from './events.ts';
import { inFlight } from './in-flight.ts';

/** Customers on their way at once: each is one transaction. */
const customersInFlight = 8;
const batchSize = 1_000;
/** Batches on their way at once: enough that PostgreSQL and the API never wait for each other. */
const batchesInFlight = 3;

/** What the API answered to events, counted. */
export type Outcomes = { accepted: number; duplicate: number; conflict: number; rejected: number };
export const noOutcomes: Outcomes = { accepted: 0, duplicate: 0, conflict: 0, rejected: 0 };

/** The customers that are there now, and where their clock stands. */
export type Opened = { customers: number; now: Date };

type ClockAnswer = { now: string };
type BatchAnswer = { counts: Outcomes };

/**
 * The clock of a business and its customers, each subscribed to its plan from the first month on. What is there already
 * stays as it is.
 */
export async function createBusiness(
  api: Api,
  business: Business,
  options: { onProgress?: (ready: number, total: number) => void } = {},
): Promise<Opened> {
  const clock = await api.post<ClockAnswer>('/v1/clocks', business.clock);
  const customers = await business.customers();
  let ready = 0;
  await inFlight(customers, customersInFlight, async ({ externalId, name }) => {
    await api.post('/v1/customers', {
      externalId,
      name,
      currency: 'USD',
      zone: 'America/New_York',
      clock: business.clock.name,
      subscription: { plan: business.plan, startsAt: business.subscribedFrom },
    });
    ready += 1;
    options.onProgress?.(ready, customers.length);
  });
  return { customers: customers.length, now: new Date(clock.now) };
}

/**
 * Sends a month's departures in batches, a few at a time. Sending them again changes nothing: each is then answered
 * `duplicate`. Departures that nobody is known to pay for are left out.
 * @param options.until only departures before this instant
 * @throws ApiRefusal or Error when a batch cannot be delivered; what was delivered stays
 */
export async function loadMonth(
  api: Api,
  business: Business,
  month: Month,
  options: { until?: Date; onProgress?: (sent: number) => void } = {},
): Promise<Outcomes> {
  const counts = { ...noOutcomes };
  let sent = 0;
  await inFlight(batchesOf(readDepartures(business, month, options.until)), batchesInFlight, async (events) => {
    const answer = await api.post<BatchAnswer>('/v1/events/batch', { events });
    for (const outcome of Object.keys(counts) as (keyof Outcomes)[]) counts[outcome] += answer.counts[outcome];
    sent += events.length;
    options.onProgress?.(sent);
  });
  return counts;
}

/** A month's usage events as the business sends them. */
export async function* readDepartures(business: Business, month: Month, until?: Date): AsyncGenerator<DepartureEvent> {
  for await (const flight of readFlights(month, until)) {
    const customer = business.payerOf(flight);
    if (customer !== undefined) yield departureOf(flight, { source: business.source, customer });
  }
}

async function* batchesOf(events: AsyncIterable<DepartureEvent>): AsyncGenerator<DepartureEvent[], void> {
  let batch: DepartureEvent[] = [];
  for await (const event of events) {
    batch.push(event);
    if (batch.length < batchSize) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
