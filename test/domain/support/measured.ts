import { one } from '../../../src/domain/money/exact.ts';
import { measure, type UsageEvent } from '../../../src/domain/rating/measure.ts';
import { parseMeter } from '../../../src/domain/rating/meter.ts';
import { parsePrice } from '../../../src/domain/rating/price.ts';
import type { Measured } from '../../../src/domain/rating/usage.ts';

const window = {
  startAt: new Date('2023-08-01T00:00:00Z'),
  endAt: new Date('2023-09-01T00:00:00Z'),
  cycleStartAt: new Date('2023-08-01T00:00:00Z'),
  cycleEndAt: new Date('2023-09-01T00:00:00Z'),
};

export type Said = Partial<UsageEvent> & { value?: unknown };
/** Events of the type `use` on 10 August, unless they say otherwise. */
const eventsOf = (said: readonly Said[]): UsageEvent[] =>
  said.map(({ value, properties, ...more }, index) => ({
    occurredAt: new Date('2023-08-10T00:00:00Z'),
    source: 'api',
    id: String(index),
    type: 'use',
    properties: { ...(value !== undefined && { value }), ...properties },
    ...more,
  }));

/** What a price measures of August 2023, a price per unit unless it says otherwise. */
export function measuredGroups(meter: object, said: readonly Said[], price: object = {}): Measured[] {
  const terms = 'model' in price ? price : { model: 'per_unit', unitAmount: '1', ...price };
  return measure(
    parsePrice({ key: 'p', name: 'P', meter: 'm', ...terms }, 'price'),
    parseMeter({ key: 'm', name: 'M', eventType: 'use', ...meter }, 'meter'),
    eventsOf(said),
    window,
    { zone: 'UTC', shareOf: () => one },
  );
}

/** The same of a price without groups. */
export function measured(...given: Parameters<typeof measuredGroups>): Measured {
  const [first] = measuredGroups(...given);
  if (first === undefined) throw new Error('Nothing was measured.');
  return first;
}
