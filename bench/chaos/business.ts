import type { Random } from './random.ts';

/** A fee, and three quarters of a cent for ten units: so that half cents come up and have to be rounded. */
export const planFile = {
  meters: [{ key: 'units', name: 'Units', eventType: 'use', aggregation: 'sum', property: 'units' }],
  plans: [
    {
      key: 'chaos',
      name: 'Chaos',
      currency: 'USD',
      interval: 'month',
      prices: [
        { key: 'base', name: 'Base fee', model: 'flat', amount: '9.00' },
        { key: 'units', name: 'Units', model: 'per_unit', meter: 'units', unitAmount: '0.075' },
      ],
    },
  ],
};

/** The month that is billed, and the instants at which its invoices are made and issued. */
export const month = {
  startsAt: '2013-01-01T00:00:00.000Z',
  endsAt: '2013-02-01T00:00:00.000Z',
  invoicedAt: '2013-02-01T13:00:00.000Z',
  issuedAt: '2013-02-02T15:00:00.000Z',
  /** Everything that the month brings is done by then. */
  overAt: '2013-02-03T00:00:00.000Z',
};

export type Event = {
  id: string;
  customer: string;
  type: 'use';
  occurredAt: string;
  properties: { units: number };
};

export type Customer = { externalId: string; name: string; priority: 'normal' | 'high'; events: Event[] };

/** How a wave's month is billed: as time passes, or by two runs of each kind at once. */
export type Mode = 'advance' | 'runs';

/** Some customers on a clock of their own, who are billed together. */
export type Wave = { clock: string; numberPrefix: string; mode: Mode; customers: Customer[] };

export function makeWaves(random: Random, invoices: number, count: number): Wave[] {
  return Array.from({ length: count }, (_, index) => {
    const size = Math.floor((invoices * (index + 1)) / count) - Math.floor((invoices * index) / count);
    return makeWave(random, index + 1, size);
  });
}

export function makeWave(random: Random, number: number, size: number): Wave {
  const name = `wave-${number}`;
  return {
    clock: name,
    numberPrefix: `W${number}`,
    mode: number % 2 === 1 ? 'runs' : 'advance',
    customers: Array.from({ length: size }, (_, index) => makeCustomer(random, `${name}-c${index + 1}`)),
  };
}

function makeCustomer(random: Random, externalId: string): Customer {
  return {
    externalId,
    name: `Customer ${externalId}`,
    priority: random.next() < 0.1 ? 'high' : 'normal',
    events: Array.from({ length: random.whole(3, 25) }, (_, index) =>
      makeEvent(random, externalId, `${externalId}/${index + 1}`, [month.startsAt, month.endsAt]),
    ),
  };
}

/** An event of the month after, which must not be on any bill. */
export function makeLaterEvent(random: Random, customer: string, number: number): Event {
  return makeEvent(random, customer, `${customer}/later/${number}`, [month.endsAt, '2013-02-20T00:00:00.000Z']);
}

/** Somewhere in [from, until), the first and the last instant rather often. */
function makeEvent(random: Random, customer: string, id: string, [from, until]: [string, string]): Event {
  const [first, end] = [Date.parse(from), Date.parse(until)];
  const at = random.pick([first, end - 1, ...Array.from({ length: 8 }, () => random.whole(first, end - 1))]);
  return {
    id,
    customer,
    type: 'use',
    occurredAt: new Date(at).toISOString(),
    properties: { units: random.whole(0, 40) },
  };
}

export type ExpectedLine = { priceKey: string; amountMinor: bigint };

/**
 * What a customer's month costs, computed by hand from what was sent: 900 cents, and 7.5 cents a unit with half cents
 * rounded up.
 */
export function expectedLines(customer: Pick<Customer, 'events'>): ExpectedLine[] {
  const units = customer.events.reduce((sum, event) => sum + BigInt(event.properties.units), 0n);
  return [
    { priceKey: 'base', amountMinor: 900n },
    { priceKey: 'units', amountMinor: (75n * units + 5n) / 10n },
  ];
}
