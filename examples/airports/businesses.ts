import {
  countFlights,
  type Flight,
  type Month,
  months,
  readAirlines,
  readFlights,
  readRegistrations,
} from './events.ts';

/**
 * One way of billing the departures: who pays, for which months, by which plan, on which clock. Several live side by side
 * in the same books, since nothing of theirs has the same name.
 */
export type Business = {
  clock: { name: string; startsAt: string; numberPrefix: string };
  /** Key of the plan that every customer pays, in plans/airports.yaml. */
  plan: string;
  /** Start of the first billed month at the airports. */
  subscribedFrom: string;
  /** Source of its events. */
  source: string;
  /** The local months that are billed, in order. */
  months: readonly [Month, ...Month[]];
  customers(): Promise<Customer[]>;
  /** External id of the customer who pays for a flight; undefined where nobody is known. */
  payerOf(flight: Flight): string | undefined;
  /** What a month, or its departures before an instant, will come to. */
  expect(month: Month, until?: Date): Promise<Expected>;
};

export type Customer = { externalId: string; name: string };

export type Expected = {
  /** Departures that are sent. */
  events: number;
  /** Departures that are not, because nobody is known to pay for them. */
  leftOut: number;
  /** Customers whose bill comes to an amount; the invoices of the others are skipped. */
  billed: number;
};

/** 16 airlines over ten months. */
export const airlines: Business = {
  // It starts before the first month does: that one starts at midnight in New York.
  clock: { name: 'airports', startsAt: '2013-01-01T00:00:00.000Z', numberPrefix: 'AIR' },
  plan: 'airline',
  subscribedFrom: '2013-01-01T05:00:00.000Z',
  source: 'airports',
  months,
  async customers() {
    return (await readAirlines()).map(({ code, name }) => ({ externalId: code, name }));
  },
  payerOf: ({ carrier }) => carrier,
  async expect(month, until) {
    // Everybody pays for access.
    return { events: await countFlights(month, until), leftOut: 0, billed: (await readAirlines()).length };
  },
};

/** Every aircraft that left in the ten months, billed for the last of them. */
export const aircraft: Business = {
  clock: { name: 'aircraft', startsAt: '2013-10-01T00:00:00.000Z', numberPrefix: 'TAIL' },
  plan: 'aircraft',
  subscribedFrom: '2013-10-01T04:00:00.000Z',
  source: 'aircraft',
  months: ['2013-10'],
  async customers() {
    const byMonth = await Promise.all(months.map(readRegistrations));
    const registrations = new Set(byMonth.flatMap((month) => [...month]));
    return [...registrations].sort().map((tailnum) => ({ externalId: tailnum, name: `Aircraft ${tailnum}` }));
  },
  // Some flights were cancelled before an aircraft was chosen.
  payerOf: ({ tailnum }) => tailnum || undefined,
  async expect(month, until) {
    let [events, leftOut] = [0, 0];
    const flown = new Set<string>();
    for await (const { tailnum, cancelled } of readFlights(month, until)) {
      if (tailnum === '') {
        leftOut += 1;
        continue;
      }
      events += 1;
      if (cancelled !== 'true') flown.add(tailnum);
    }
    return { events, leftOut, billed: flown.size };
  },
};

export const businesses = { airlines, aircraft };
export type BusinessName = keyof typeof businesses;

/** The instants between which a business may stop: with some flights gone, and with all its months billed. */
export function limitsOf({ months: billed }: Business): { earliest: Date; latest: Date } {
  const earliest = new Date(`${billed[0]}-02T00:00:00Z`);
  return { earliest, latest: billedBy(billed.at(-1) ?? billed[0]) };
}

/** When a month's invoices are generated (1st, 13:00 UTC), and issued and sent (2nd, 15:00). */
export function billedBy(month: Month): Date {
  return new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 3));
}
