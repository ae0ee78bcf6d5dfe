import { createReadStream } from 'node:fs';
import { pipeline, Writable } from 'node:stream';
import { pipeline as finishPipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { parse } from 'csv-parse';

/** The months that the sample has flights for. A file holds the flights that were scheduled in its local month. */
export const months = [
  '2013-01',
  '2013-02',
  '2013-03',
  '2013-04',
  '2013-05',
  '2013-06',
  '2013-07',
  '2013-08',
  '2013-09',
  '2013-10',
] as const;

export type Month = (typeof months)[number];

/** A departure as POST /v1/events takes it. What the data does not know is left out: unknown is neither null nor zero. */
export type DepartureEvent = {
  id: string;
  source: 'airports';
  /** Code of the airline, which is the customer's external id. */
  customer: string;
  type: 'flight.departure';
  /** ISO 8601, UTC: actual departure, or the scheduled one if the flight was cancelled. */
  occurredAt: string;
  properties: {
    tailnum?: string;
    origin: string;
    dest: string;
    flight: string;
    distance_miles: number;
    air_time_minutes?: number;
    dep_delay_minutes?: number;
    cancelled: boolean;
  };
};

export type Airline = { code: string; name: string };

type Row = Record<
  | 'event_id'
  | 'occurred_at'
  | 'carrier'
  | 'tailnum'
  | 'origin'
  | 'dest'
  | 'flight'
  | 'distance_miles'
  | 'air_time_minutes'
  | 'dep_delay_minutes'
  | 'cancelled',
  string
>;

const fileOf = (name: string): URL => new URL(`data/${name}`, import.meta.url);
const flightsOf = (month: Month): URL => fileOf(`flights-${month}.csv.gz`);

/** The 16 customers. */
export async function readAirlines(): Promise<Airline[]> {
  const airlines: Airline[] = [];
  for await (const row of createReadStream(fileOf('airlines.csv')).pipe(parse({ columns: true }))) airlines.push(row);
  return airlines;
}

/**
 * Streams a month's file in its own order (by instant, then id), a few rows in memory at a time.
 * @param until only departures before this instant
 */
export async function* readDepartures(month: Month, until?: Date): AsyncGenerator<DepartureEvent> {
  const parser = parse({ columns: true });
  // A broken file fails the parser, and with it the loop below; the callback has nothing to add.
  pipeline(createReadStream(flightsOf(month)), createGunzip(), parser, () => {});
  for await (const row of parser as AsyncIterable<Row>) {
    if (until !== undefined && new Date(row.occurred_at) >= until) return;
    yield departureOf(row);
  }
}

function departureOf(row: Row): DepartureEvent {
  return {
    id: row.event_id,
    source: 'airports',
    customer: row.carrier,
    type: 'flight.departure',
    occurredAt: row.occurred_at,
    properties: {
      ...(row.tailnum !== '' && { tailnum: row.tailnum }),
      origin: row.origin,
      dest: row.dest,
      flight: row.flight,
      distance_miles: Number(row.distance_miles),
      ...(row.air_time_minutes !== '' && { air_time_minutes: Number(row.air_time_minutes) }),
      ...(row.dep_delay_minutes !== '' && { dep_delay_minutes: Number(row.dep_delay_minutes) }),
      cancelled: row.cancelled === 'true',
    },
  };
}

/** How many departures `readDepartures` gives: a whole file's lines are counted without parsing them. */
export async function countDepartures(month: Month, until?: Date): Promise<number> {
  // The flight delayed longest left within a day of its schedule, so a file ends before the 3rd of the next month.
  const fileEndsAt = Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 3);
  if (until === undefined || until.getTime() >= fileEndsAt) return (await countLines(flightsOf(month))) - 1;
  let count = 0;
  for await (const _ of readDepartures(month, until)) count += 1;
  return count;
}

async function countLines(file: URL): Promise<number> {
  let lines = 0;
  const newline = 10;
  const counter = new Writable({
    write(chunk: Buffer, _encoding, done) {
      for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, at + 1)) lines += 1;
      done();
    },
  });
  await finishPipeline(createReadStream(file), createGunzip(), counter);
  return lines;
}
