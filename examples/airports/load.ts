import { setTimeout as wait } from 'node:timers/promises';
import type { Api } from './api.ts';
import { type DepartureEvent, type Month, readAirlines, readDepartures } from './events.ts';

export const clockName = 'airports';
/** The sample's clock starts before the first month does; the first month starts at midnight in New York. */
export const clockStartsAt = '2013-01-01T00:00:00.000Z';
export const firstMonthStartsAt = '2013-01-01T05:00:00.000Z';

const batchSize = 1_000;
/** Batches on their way at once: enough that PostgreSQL and the API never wait for each other. */
const batchesInFlight = 3;

/** What the API answered to events, counted. */
export type Outcomes = { accepted: number; duplicate: number; conflict: number; rejected: number };
export const noOutcomes: Outcomes = { accepted: 0, duplicate: 0, conflict: 0, rejected: 0 };

/** What an advance of the clock has done so far. */
const runCounts = ['generated', 'issued', 'published', 'synced', 'parked'] as const;
export type RunProgress = Record<(typeof runCounts)[number], number>;
export const noProgress: RunProgress = { generated: 0, issued: 0, published: 0, synced: 0, parked: 0 };

export type Business = { customers: number; now: Date };

type ClockAnswer = { now: string };
type BatchAnswer = { counts: Outcomes };
type RunAnswer = { id: string; finishedAt: string | null; progress: Partial<RunProgress> };

/**
 * The clock and the 16 airlines, each subscribed to the plan `airline` from January on. What is there already stays as
 * it is.
 */
export async function createBusiness(api: Api): Promise<Business> {
  const clock = await api.post<ClockAnswer>('/v1/clocks', {
    name: clockName,
    startsAt: clockStartsAt,
    numberPrefix: 'AIR',
  });
  const airlines = await readAirlines();
  for (const { code, name } of airlines) {
    await api.post('/v1/customers', {
      externalId: code,
      name,
      currency: 'USD',
      zone: 'America/New_York',
      clock: clockName,
      subscription: { plan: 'airline', startsAt: firstMonthStartsAt },
    });
  }
  return { customers: airlines.length, now: new Date(clock.now) };
}

/**
 * Sends a month's departures in batches, a few at a time. Sending them again changes nothing: each is then answered
 * `duplicate`.
 * @param options.until only departures before this instant
 * @throws ApiRefusal or Error when a batch cannot be delivered; what was delivered stays
 */
export async function loadMonth(
  api: Api,
  month: Month,
  options: { until?: Date; onProgress?: (sent: number) => void } = {},
): Promise<Outcomes> {
  const batches = batchesOf(readDepartures(month, options.until));
  const counts = { ...noOutcomes };
  let sent = 0;
  const send = async () => {
    try {
      for (let next = await batches.next(); !next.done; next = await batches.next()) {
        const answer = await api.post<BatchAnswer>('/v1/events/batch', { events: next.value });
        for (const outcome of Object.keys(counts) as (keyof Outcomes)[]) counts[outcome] += answer.counts[outcome];
        sent += next.value.length;
        options.onProgress?.(sent);
      }
    } finally {
      // After a failure the other senders find no next batch and end too.
      await batches.return(undefined);
    }
  };
  const results = await Promise.allSettled(Array.from({ length: batchesInFlight }, send));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  return counts;
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

export type Advance = { outcome: 'advanced' | 'already there'; progress: RunProgress };

/**
 * Moves the sample's clock to an instant and waits until all that became due on the way is done: invoices generated,
 * issued, published, and synced or parked. An advance that was cut short goes on where it was.
 * @param options.stallMs gives up when nothing at all has moved for so long; the run itself goes on
 */
export async function advanceTo(
  api: Api,
  at: Date,
  options: { onProgress?: (progress: RunProgress) => void; stallMs?: number; pollMs?: number } = {},
): Promise<Advance> {
  const { onProgress, stallMs = 10 * 60_000, pollMs = 300 } = options;
  const { id } = await api.post<{ id: string }>('/v1/runs', {
    kind: 'advance',
    clock: clockName,
    at: at.toISOString(),
  });
  let run = await api.get<RunAnswer>(`/v1/runs/${id}`);
  const outcome = run.finishedAt === null ? 'advanced' : 'already there';
  let last = JSON.stringify(run.progress);
  let movedAt = Date.now();
  while (run.finishedAt === null) {
    if (Date.now() - movedAt > stallMs) {
      throw new Error(
        `The advance of the clock to ${at.toISOString()} (run ${run.id}) has not moved for ${stallMs / 60_000} minutes; ` +
          `so far: ${last}. Look for its workflow in the Temporal Web UI.`,
      );
    }
    await wait(pollMs);
    run = await api.get<RunAnswer>(`/v1/runs/${run.id}`);
    const now = JSON.stringify(run.progress);
    if (now !== last) movedAt = Date.now();
    last = now;
    onProgress?.(progressOf(run));
  }
  return { outcome, progress: progressOf(run) };
}

function progressOf({ progress }: RunAnswer): RunProgress {
  return Object.fromEntries(runCounts.map((name) => [name, progress[name] ?? 0])) as RunProgress;
}
