import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { pipeline, Writable } from 'node:stream';
import { pipeline as finishPipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGunzip, gunzip } from 'node:zlib';
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
  /** With the id it says which event this is: two businesses can send the same departure, each as its own. */
  source: string;
  /** External id of the customer who pays for it. */
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

/** A line of the flights files as it is written; what is not known is an empty text. */
export type Flight = Record<
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

const unzip = promisify(gunzip);

const fileOf = (name: string): URL => new URL(`data/${name}`, import.meta.url);
const flightsOf = (month: Month): URL => fileOf(`flights-${month}.csv.gz`);

/** The 16 airlines. */
export async function readAirlines(): Promise<Airline[]> {
  const airlines: Airline[] = [];
  for await (const row of createReadStream(fileOf('airlines.csv')).pipe(parse({ columns: true }))) airlines.push(row);
  return airlines;
}

/**
 * Streams a month's file in its own order (by instant, then id), a few rows in memory at a time.
 * @param until only departures before this instant
 */
export async function* readFlights(month: Month, until?: Date): AsyncGenerator<Flight> {
  const parser = parse({ columns: true });
  // A broken file fails the parser, and with it the loop below; the callback has nothing to add.
  pipeline(createReadStream(flightsOf(month)), createGunzip(), parser, () => {});
  for await (const flight of parser as AsyncIterable<Flight>) {
    if (until !== undefined && new Date(flight.occurred_at) >= until) return;
    yield flight;
  }
}

/**
 * The registrations of a month's aircraft, each once. Only this column is wanted, and no field of these files is in
 * quotes, so its lines are split: a tenth of the time that parsing takes.
 */
export async function readRegistrations(month: Month): Promise<Set<string>> {
  const lines = (await unzip(await readFile(flightsOf(month)))).toString().split('\n');
  const column = lines[0]?.split(',').indexOf('tailnum') ?? -1;
  const registrations = lines.slice(1).map((line) => line.split(',', column + 1)[column] ?? '');
  return new Set(registrations.filter((registration) => registration !== ''));
}

/** How many flights `readFlights` gives: a whole file's lines are counted without parsing them. */
export async function countFlights(month: Month, until?: Date): Promise<number> {
  // The flight delayed longest left within a day of its schedule, so a file ends before the 3rd of the next month.
  const fileEndsAt = Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 3);
  if (until === undefined || until.getTime() >= fileEndsAt) return (await countLines(flightsOf(month))) - 1;
  let count = 0;
  for await (const _ of readFlights(month, until)) count += 1;
  return count;
}

/** The usage event of a flight, for the customer who pays for it. */
export function departureOf(flight: Flight, sender: { source: string; customer: string }): DepartureEvent {
  return {
    id: flight.event_id,
    ...sender,
    type: 'flight.departure',
    occurredAt: flight.occurred_at,
    properties: {
      ...(flight.tailnum !== '' && { tailnum: flight.tailnum }),
      origin: flight.origin,
      dest: flight.dest,
      flight: flight.flight,
      distance_miles: Number(flight.distance_miles),
      ...(flight.air_time_minutes !== '' && { air_time_minutes: Number(flight.air_time_minutes) }),
      ...(flight.dep_delay_minutes !== '' && { dep_delay_minutes: Number(flight.dep_delay_minutes) }),
      cancelled: flight.cancelled === 'true',
    },
  };
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
