import assert from 'node:assert/strict';
import { decimalText, type Exact, parseDecimal, ratio } from '../../../src/domain/money/exact.ts';
import { proration, type prorationModes } from '../../../src/domain/period/proration.ts';
import { compareTexts, propertyNumber, propertyText } from '../../../src/domain/rating/measure/property.ts';
import { spanRuleOf } from '../../../src/domain/rating/measure/shares.ts';
import { type MeasuredWindow, measure, type UsageEvent } from '../../../src/domain/rating/measure.ts';
import { type Meter, parseMeter } from '../../../src/domain/rating/meter.ts';
import { type Price, parsePrice } from '../../../src/domain/rating/price.ts';

const meterOf = (more: Record<string, unknown>): Meter =>
  parseMeter({ key: 'm', name: 'M', eventType: 'use', property: 'value', ...more }, 'meter');
const priceOf = (more: Record<string, unknown> = {}): Price => {
  const isOfUnits = more['model'] === undefined || more['model'] === 'seats';
  const terms = { model: 'per_unit', ...(isOfUnits && { unitAmount: '1' }), ...more };
  return parsePrice({ key: 'p', name: 'P', meter: 'm', ...terms }, 'price');
};

/** From `[instant, properties]`, or `[instant, value]`. */
const eventsOf = (list: readonly (readonly [string, unknown])[]): UsageEvent[] =>
  list.map(([at, said], index) => ({
    occurredAt: new Date(at),
    source: 'api',
    id: String(index).padStart(4, '0'),
    type: 'use',
    properties: typeof said === 'object' && said !== null ? (said as Record<string, unknown>) : { value: said },
  }));

function windowOf(from: string, to: string, cycleFrom = from, cycleTo = to): MeasuredWindow {
  const [startAt, endAt, cycleStartAt, cycleEndAt] = [from, to, cycleFrom, cycleTo].map((at) => new Date(at)) as [
    Date,
    Date,
    Date,
    Date,
  ];
  return { startAt, endAt, cycleStartAt, cycleEndAt };
}

function measuredOf(
  meter: Meter,
  events: readonly (readonly [string, unknown])[],
  window: MeasuredWindow,
  { price = priceOf(), zone = 'UTC' } = {},
) {
  const shareOf = (startAt: Date, endAt: Date) => {
    const { numerator, denominator } = proration({ ...window, startAt, endAt });
    return ratio(numerator, denominator);
  };
  return measure(price, meter, eventsOf(events), window, { zone, shareOf });
}

const quantityOf = (...args: Parameters<typeof measuredOf>): string => {
  const measured = measuredOf(...args);
  assert.ok(measured.length <= 1, 'one group at most');
  return decimalText(measured[0]?.usage.quantity ?? parseDecimal('0'));
};
const text = (value: Exact | undefined) => (value === undefined ? undefined : decimalText(value));

const august = windowOf('2023-08-01T00:00:00Z', '2023-09-01T00:00:00Z');
const at = (time: string) => `2023-08-01T${time}:00Z`;

describe('measuring', () => {
  describe('of plain aggregations', () => {
    const seen = [5, 1, '2.5', 'none', null, -3].map((value, hour) => [at(`0${hour}:00`), value] as const);

    it('skips what is no number, and counts it', () => {
      const [measured] = measuredOf(meterOf({ aggregation: 'sum' }), seen, august);
      // 5 + 1 + 2.5 - 3
      assert.deepEqual([text(measured?.usage.quantity), measured?.eventCount, measured?.skippedCount], ['5.5', 6n, 2n]);
    });

    it('divides an average exactly', () => {
      // 5.5 / 4, and of 1, 1, 2 a third that does not end: 4 / 3
      assert.equal(quantityOf(meterOf({ aggregation: 'average' }), seen, august), '1.375');
      const thirds = [1, 1, 2].map((value, hour) => [at(`0${hour}:00`), value] as const);
      const [measured] = measuredOf(meterOf({ aggregation: 'average' }), thirds, august);
      assert.ok(measured?.usage.quantity.equals(ratio(4n, 3n)));
    });

    it('takes negative values or leaves them out, as the meter says', () => {
      assert.equal(quantityOf(meterOf({ aggregation: 'min' }), seen, august), '-3');
      const meter = meterOf({ aggregation: 'min', negatives: 'skipped' });
      const [measured] = measuredOf(meter, seen, august);
      assert.deepEqual([text(measured?.usage.quantity), measured?.skippedCount], ['1', 3n]);
    });

    it('takes the event at the start of the window and not the one at its end', () => {
      const ends = [
        ['2023-07-31T23:59:59.999Z', 1],
        ['2023-08-01T00:00:00Z', 2],
        ['2023-08-31T23:59:59.999Z', 4],
        ['2023-09-01T00:00:00Z', 8],
      ] as const;
      assert.equal(quantityOf(meterOf({ aggregation: 'sum' }), ends, august), '6');
    });

    it('counts each text once, whatever its form', () => {
      const ids = ['ID_1', 'ID_1', 3, '3', true].map((value, hour) => [at(`0${hour}:00`), value] as const);
      assert.equal(quantityOf(meterOf({ aggregation: 'unique_count' }), ids, august), '3');
    });
  });

  describe('by percentile', () => {
    const oneToHundred = Array.from({ length: 100 }, (_, index) => [at('00:00'), String(index + 1)] as const);
    const ofHundred = (percentile: string) =>
      quantityOf(meterOf({ aggregation: 'percentile', percentile }), oneToHundred, august);

    it('takes the nearest rank, upwards', () => {
      // ceil(100 × p / 100): exactly 7 for 7, where 0.07 × 100 in binary is a little more and would answer 8.
      assert.deepEqual(['7', '7.01', '50', '95', '99.9', '100', '0.0001'].map(ofHundred), [
        '7',
        '8',
        '50',
        '95',
        '100',
        '100',
        '1',
      ]);
    });

    it('takes the upper of two for more than the half', () => {
      const two = [
        [at('00:00'), 10],
        [at('01:00'), 20],
      ] as const;
      assert.equal(quantityOf(meterOf({ aggregation: 'percentile', percentile: '50' }), two, august), '10');
      assert.equal(quantityOf(meterOf({ aggregation: 'percentile', percentile: '50.1' }), two, august), '20');
    });
  });

  describe('weighed by time', () => {
    const weighted = meterOf({ aggregation: 'weighted_sum' });
    const carrying = meterOf({ aggregation: 'weighted_sum', carries: true });
    const day = [
      [at('00:00'), 2],
      [at('01:00'), 3],
      [at('01:30'), 1],
      [at('02:00'), -4],
      [at('04:00'), -2],
      [at('05:00'), 10],
      [at('05:30'), -10],
    ] as const;

    it('weighs each value by how long it stood (Lago, LG-090)', () => {
      // 2 for 1 h, 5 for ½ h, 6 for ½ h, 2 for 2 h, 0 for 1 h, 10 for ½ h: 2 + 2.5 + 3 + 4 + 0 + 5 = 16.5 of 744 hours
      const [measured] = measuredOf(weighted, day, august);
      assert.ok(measured?.usage.quantity.equals(ratio(33n, 2n * 744n)));
      assert.match(text(measured?.usage.quantity) as string, /^0\.02217/);
    });

    it('adds what stood before, if it carries on (LG-094, LG-095)', () => {
      const before = ['2023-07-15T00:00:00Z', 1000] as const;
      assert.equal(quantityOf(carrying, [before], august), '1000');
      assert.match(quantityOf(carrying, [before, ...day], august), /^1000\.02217/);
      assert.equal(quantityOf(weighted, [before], august), '0');
    });

    it('adds all changes at one instant (LG-093)', () => {
      const twice = [
        [at('00:00'), 3],
        [at('00:00'), 3],
      ] as const;
      assert.equal(quantityOf(weighted, twice, august), '6');
    });

    it('shares by the whole cycle where the period is a part of it (LG-098)', () => {
      // From 5 March on: 2,500 × 27 of 31 days
      const part = windowOf(
        '2023-03-05T00:00:00Z',
        '2023-04-01T00:00:00Z',
        '2023-03-01T00:00:00Z',
        '2023-04-01T00:00:00Z',
      );
      const [measured] = measuredOf(carrying, [['2023-03-05T00:00:00Z', 2500]], part);
      assert.ok(measured?.usage.quantity.equals(ratio(2500n * 27n, 31n)));
    });

    it('goes on from one cycle to the next (LG-099)', () => {
      // 2,500 for 3 days, 500 for 2, 300 for 25: (7,500 + 1,000 + 7,500) / 30
      const changes = [
        ['2023-03-05T00:00:00Z', 2500],
        ['2023-04-04T00:00:00Z', -2000],
        ['2023-04-06T00:00:00Z', -200],
      ] as const;
      const april = windowOf('2023-04-01T00:00:00Z', '2023-05-01T00:00:00Z');
      const [measured] = measuredOf(carrying, changes, april);
      assert.ok(measured?.usage.quantity.equals(ratio(1600n, 3n)));
    });

    it('weighs each group by itself (LG-096, LG-097)', () => {
      const regions = [
        [at('00:00'), { value: 2, region: 'europe' }],
        [at('01:00'), { value: 3, region: 'us' }],
        [at('02:00'), { value: -1, region: 'europe' }],
      ] as const;
      const measured = measuredOf(weighted, regions, august, { price: priceOf({ groupBy: ['region'] }) });
      // Europe: 1 + 2 of 744 hours; us: 3 × 743 of 744
      assert.deepEqual(
        measured.map(({ group, usage }) => [
          group,
          usage.quantity.equals(group?.[0] === 'us' ? ratio(2229n, 744n) : ratio(746n, 744n)),
        ]),
        [
          [['europe'], true],
          [['us'], true],
        ],
      );
    });
  });

  describe('by what is added and removed', () => {
    const window = windowOf('2022-07-09T00:00:00Z', '2022-08-09T00:00:00Z');
    const seats = meterOf({ aggregation: 'unique_count', operationProperty: 'does' });
    const carrying = { ...seats, carries: true };
    const does = (when: string, value: string, what?: string) =>
      [when, { value, ...(what !== undefined && { does: what }) }] as const;
    const twoAdded = [does('2022-06-09T00:00:00Z', 'A', 'add'), does('2022-07-19T00:00:00Z', 'B', 'add')];

    it('counts what is there at the end, and what was there before if it carries on (LG-108, LG-109)', () => {
      assert.equal(quantityOf(carrying, twoAdded, window), '2');
      assert.equal(quantityOf(seats, twoAdded, window), '1');
    });

    it('no longer counts what was removed in the last second (LG-110)', () => {
      const removed = [does('2022-06-09T00:00:00Z', 'A', 'add'), does('2022-08-08T23:59:59Z', 'A', 'remove')];
      assert.equal(quantityOf(carrying, removed, window), '0');
    });

    it('adds where nothing is said, adds nothing twice, and skips other words', () => {
      const words = [
        does('2022-07-10T00:00:00Z', 'A'),
        does('2022-07-10T01:00:00Z', 'A', 'add'),
        does('2022-07-10T02:00:00Z', 'B', 'delete'),
        does('2022-07-10T03:00:00Z', 'C', 'remove'),
      ];
      const [measured] = measuredOf(seats, words, window);
      assert.deepEqual([text(measured?.usage.quantity), measured?.eventCount, measured?.skippedCount], ['1', 4n, 1n]);
    });

    it('tells the time that each number of seats stood', () => {
      // One from before; a second from 19 July on, and from 29 July on one again: 10, 10 and 11 of 31 days.
      const changes = [
        ...twoAdded,
        does('2022-07-29T00:00:00Z', 'A', 'remove'),
        does('2022-07-30T00:00:00Z', 'A', 'remove'),
      ];
      const price = priceOf({ model: 'seats' });
      const [measured] = measuredOf(carrying, changes, window, { price });
      assert.deepEqual(
        measured?.usage.spans?.map(({ startAt, endAt, quantity, share }) => [
          startAt.toISOString().slice(0, 10),
          endAt.toISOString().slice(0, 10),
          text(quantity),
          `${share.n}/${share.d}`,
        ]),
        [
          ['2022-07-09', '2022-07-19', '1', '10/31'],
          ['2022-07-19', '2022-07-29', '2', '10/31'],
          ['2022-07-29', '2022-08-09', '1', '11/31'],
        ],
      );
    });
  });

  describe('in windows of the local clock', () => {
    const zone = 'America/New_York';
    const perHour = (over: string) => meterOf({ aggregation: 'max', window: 'hour', over });
    // On 1 November 2026 the clocks of New York go back at 06:00 UTC: 05:xx UTC and 06:xx UTC are both 01:xx.
    const autumn = windowOf('2026-11-01T04:00:00Z', '2026-12-01T05:00:00Z');
    const hours = [
      ['2026-11-01T05:10:00Z', 3],
      ['2026-11-01T05:59:59.999Z', 4],
      ['2026-11-01T06:00:00Z', 5],
      ['2026-11-01T07:00:00Z', 1],
    ] as const;

    it('takes an hour that comes twice for two', () => {
      // 4 at the first 01:xx, 5 at the second, 1 at 02:xx
      assert.equal(quantityOf(perHour('sum'), hours, autumn, { zone }), '10');
      assert.equal(quantityOf(perHour('max'), hours, autumn, { zone }), '5');
      const [measured] = measuredOf(perHour('average'), hours, autumn, { zone });
      assert.ok(measured?.usage.quantity.equals(ratio(10n, 3n)));
    });

    it('takes the day of 25 hours for one, from local midnight to local midnight', () => {
      const perDay = meterOf({ aggregation: 'sum', window: 'day', over: 'max' });
      const days = [
        ['2026-11-01T04:00:00Z', 3],
        ['2026-11-02T04:59:59.999Z', 2],
        ['2026-11-02T05:00:00Z', 4],
      ] as const;
      // 3 + 2 on the 1st, 4 on the 2nd; in UTC it would be 3, and 2 + 4.
      assert.equal(quantityOf(perDay, days, autumn, { zone }), '5');
      assert.equal(quantityOf(perDay, days, autumn), '6');
    });

    it('begins hours at the half where the zone does', () => {
      const halves = [
        ['2026-11-01T05:29:00Z', 2],
        ['2026-11-01T05:30:00Z', 3],
        ['2026-11-01T06:29:00Z', 1],
      ] as const;
      // India: 10:59 | 11:00 and 11:59, so 2 + 3; in UTC 05:xx and 06:xx, so 3 + 1
      assert.equal(quantityOf(perHour('sum'), halves, autumn, { zone: 'Asia/Kolkata' }), '5');
      assert.equal(quantityOf(perHour('sum'), halves, autumn), '4');
    });
  });

  describe('for the models', () => {
    const sum = meterOf({ aggregation: 'sum' });

    it('keeps groups apart, with an empty text for what is missing', () => {
      const said = [
        [at('00:00'), { value: 1, region: 'us' }],
        [at('00:00'), { value: 2 }],
        [at('00:00'), { value: 4, region: null }],
        [at('00:00'), { region: 'eu' }],
      ] as const;
      const measured = measuredOf(sum, said, august, { price: priceOf({ groupBy: ['region'] }) });
      assert.deepEqual(
        measured.map(({ group, usage, eventCount, skippedCount }) => [
          group,
          text(usage.quantity),
          eventCount,
          skippedCount,
        ]),
        [
          [[''], '6', 2n, 0n],
          [['eu'], '0', 1n, 1n],
          [['us'], '1', 1n, 0n],
        ],
      );
    });

    it('leaves out a group that carries on nothing', () => {
      const carrying = { ...sum, carries: true };
      const changes = [
        ['2023-07-01T00:00:00Z', { value: 3, region: 'eu' }],
        ['2023-07-02T00:00:00Z', { value: -3, region: 'eu' }],
        ['2023-07-02T00:00:00Z', { value: 2, region: 'us' }],
      ] as const;
      const measured = measuredOf(carrying, changes, august, { price: priceOf({ groupBy: ['region'] }) });
      assert.deepEqual(
        measured.map(({ group, usage, eventCount }) => [group, text(usage.quantity), eventCount]),
        [[['us'], '2', 0n]],
      );
    });

    it('tallies transactions in the order of time, source and id', () => {
      const price = priceOf({ model: 'percentage', rate: '1', freeTransactions: '1' });
      const [measured] = measuredOf(
        sum,
        [
          [at('02:00'), 30],
          [at('01:00'), 10],
          [at('01:00'), 20],
        ],
        august,
        { price },
      );
      const { freeSum, plainSum } = measured!.usage.transactions!;
      assert.deepEqual([text(freeSum), text(plainSum)], ['10', '50']);
    });

    it('adds up what events carry, and leaves out an event that carries nothing', () => {
      const price = priceOf({ model: 'dynamic', amountProperty: 'amount' });
      const said = [
        [at('01:00'), { value: 2, amount: '0.30' }],
        [at('02:00'), { value: 4 }],
        [at('03:00'), { value: 8, amount: 1.5 }],
      ] as const;
      const [measured] = measuredOf(sum, said, august, { price });
      const { quantity, carried } = measured!.usage;
      assert.deepEqual([text(quantity), text(carried), measured?.skippedCount], ['10', '1.8', 1n]);
    });

    it('tells the cells of a matrix', () => {
      const price = priceOf({
        model: 'matrix',
        properties: ['region', 'size'],
        cells: [{ values: ['eu', 'xl'], unitAmount: '1' }],
        otherwise: '2',
      });
      const said = [
        [at('01:00'), { value: 2, region: 'eu', size: 'xl' }],
        [at('02:00'), { value: 3, region: 'eu' }],
        [at('03:00'), { value: 4, region: 'eu', size: 'xl' }],
      ] as const;
      const [measured] = measuredOf(sum, said, august, { price });
      assert.deepEqual(
        measured?.usage.cells?.map(({ values, quantity }) => [values, text(quantity)]),
        [
          [['eu', ''], '3'],
          [['eu', 'xl'], '6'],
        ],
      );
      assert.equal(text(measured?.usage.quantity), '9');
    });

    it('tells one span of nothing where there are no seats, so that a price can say what that pays', () => {
      const price = priceOf({ model: 'seats' });
      const [measured] = measuredOf(meterOf({ aggregation: 'latest' }), [], august, { price });
      assert.deepEqual(
        measured?.usage.spans?.map(({ quantity, share }) => [text(quantity), `${share.n}/${share.d}`]),
        [['0', '1/1']],
      );
    });

    it('measures nothing for a flat price', () => {
      const flat = parsePrice({ key: 'f', name: 'F', model: 'flat', amount: '1' }, 'price');
      assert.deepEqual(measuredOf(sum, [[at('00:00'), 1]], august, { price: flat }), []);
    });
  });

  describe('of shares', () => {
    const zone = 'Europe/Berlin';
    const period = windowOf(
      '2026-10-09T22:00:00Z',
      '2026-10-20T10:00:00Z',
      '2026-09-30T22:00:00Z',
      '2026-10-31T23:00:00Z',
    );
    const change = new Date('2026-10-15T12:00:00Z');
    const sharesOf = (mode: (typeof prorationModes)[number]) => {
      const { shareOf } = spanRuleOf(period, mode, zone);
      const { numerator, denominator } = proration(period, mode, zone);
      const [first, second] = [shareOf(period.startAt, change), shareOf(change, period.endAt)];
      const whole = ratio(numerator, denominator);
      return [first, second, whole].map(({ n, d }) => `${n}/${d}`);
    };

    it('adds up to that of the period, however it is counted', () => {
      // October has 31 days and an hour more, 745 h. From the 10th, 00:00, to the 15th, 14:00, are 134 h; to the 20th,
      // 12:00, 118 h more. By days: the 10th to the 14th are 5, the 15th to the 19th are 5, and the 20th may count.
      assert.deepEqual(sharesOf('second'), ['134/745', '118/745', '252/745']);
      assert.deepEqual(sharesOf('day'), ['5/31', '5/31', '10/31']);
      assert.deepEqual(sharesOf('day_counting_end'), ['5/31', '6/31', '11/31']);
      assert.deepEqual(sharesOf('none'), ['67/126', '59/126', '1/1']);
    });
  });

  describe('of days that count whole', () => {
    const period = windowOf('2026-06-01T00:00:00Z', '2026-07-01T00:00:00Z');
    const seatsOf = (events: [string, unknown][]) => {
      const meter = meterOf({ aggregation: 'latest', carries: true });
      const context = { zone: 'UTC', ...spanRuleOf(period, 'day_counting_end', 'UTC') };
      const [measured] = measure(priceOf({ model: 'seats' }), meter, eventsOf(events), period, context);
      return measured?.usage.spans?.map(({ quantity, share }) => `${text(quantity)} for ${share.n}/${share.d}`);
    };

    it('pays a day of a change at the larger number, whether it rises or falls', () => {
      // 5 seats on 1 to 9 June, 8 from the 10th at noon on: the 10th is one of 8. Back to 5 on the 20th at noon: the 20th
      // is still one of 8. So 9 days of 5, 11 of 8 (the 10th to the 20th) and 10 of 5.
      assert.deepEqual(
        seatsOf([
          ['2026-05-20T00:00:00Z', 5],
          ['2026-06-10T12:00:00Z', 8],
          ['2026-06-20T12:00:00Z', 5],
        ]),
        ['5 for 3/10', '8 for 11/30', '5 for 1/3'],
      );
    });

    it('pays the day for what came and went on it, once', () => {
      assert.deepEqual(
        seatsOf([
          ['2026-06-10T08:00:00Z', 1],
          ['2026-06-10T09:00:00Z', 0],
          ['2026-06-10T10:00:00Z', 1],
          ['2026-06-10T11:00:00Z', 0],
        ]),
        ['0 for 3/10', '1 for 1/30', '0 for 2/3'],
      );
    });

    it('pays nothing of a day that begins with the end, and all of the last one', () => {
      assert.deepEqual(
        seatsOf([
          ['2026-05-01T00:00:00Z', 3],
          ['2026-06-16T00:00:00Z', 0],
        ]),
        ['3 for 1/2', '0 for 1/2'],
      );
      assert.deepEqual(
        seatsOf([
          ['2026-05-01T00:00:00Z', 3],
          ['2026-06-30T23:59:59.999Z', 0],
        ]),
        ['3 for 1/1'],
      );
    });
  });

  describe('of properties', () => {
    it('reads numbers as PostgreSQL’s property_number does', () => {
      const values = [1e-7, 1.5e21, '12.50', '007', '-3', '+1', ' 1', '1e3', '', null, true, '1'.repeat(26)];
      const read = values.map((value) => text(propertyNumber({ value }, 'value')));
      const none = undefined;
      assert.deepEqual(read, [
        '0.0000001',
        '1500000000000000000000',
        '12.5',
        '7',
        '-3',
        ...[none, none, none, none, none, none, none],
      ]);
      // 20 decimals, half away from zero
      assert.equal(text(propertyNumber({ value: 1.5e-20 }, 'value')), '0.00000000000000000002');
      assert.equal(text(propertyNumber({ value: -1.4e-20 }, 'value')), '-0.00000000000000000001');
    });

    it('reads texts as PostgreSQL’s ->> does', () => {
      const values = ['a', 3, -1.5e-7, 1.25e21, true, [1, 'a"'], { bb: 1, a: { c: null } }, null, undefined];
      assert.deepEqual(
        values.map((value) => propertyText({ value }, 'value')),
        [
          'a',
          '3',
          '-0.00000015',
          '1250000000000000000000',
          'true',
          '[1, "a\\""]',
          '{"a": {"c": null}, "bb": 1}',
          undefined,
          undefined,
        ],
      );
      assert.equal(propertyText({}, 'constructor'), undefined);
    });

    it('puts texts into the order of their bytes in UTF-8', () => {
      const texts = ['b', 'a', 'aa', '', 'é', '\u{1f600}', '\uff5e', '\ud7ff', 'B'];
      const byBytes = [...texts].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      assert.deepEqual([...texts].sort(compareTexts), byBytes);
    });
  });
});
