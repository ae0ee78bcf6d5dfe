import assert from 'node:assert/strict';
import { assertBill, eventsOf, meterOf, monthOf, workingOf } from './support.ts';

/** Seats that come and go within a month. */
describe('Bills and seats', () => {
  // Loom Office, 12.00 a seat, April 2026 with 30 days: 5 seats since March, 8 from the 16th at 12:00, 6 from the 26th at
  // 06:00.
  const april = (proration: string, further: object = {}) => ({
    currency: 'USD',
    period: monthOf('2026-04'),
    proration,
    meters: [meterOf('seats', 'latest', { property: 'taken', carries: true })],
    events: eventsOf('seats', [
      ['2026-03-20T10:00:00Z', { taken: 5 }],
      ['2026-04-16T12:00:00Z', { taken: 8 }],
      ['2026-04-26T06:00:00Z', { taken: 6 }],
    ]),
    prices: [{ model: 'seats', name: 'Seats', meter: 'seats', unitAmount: '12', ...further }],
  });

  it('pay by the second for as long as they are there', () => {
    // 5 × 12 × 15.5 / 30 = 31.00;  8 × 12 × 9.75 / 30 = 31.20;  6 × 12 × 4.75 / 30 = 11.40;  together 73.60.
    // In lowest terms the parts are 31/60, 39/120 = 13/40 and 19/120.
    assert.deepEqual(workingOf(april('second')), [
      'units 5 × 31/60 = 31',
      'units 8 × 13/40 = 31.2',
      'units 6 × 19/120 = 11.4',
    ]);
    assertBill(april('second'), [['Seats', '6', '73.60']], 'USD 73.60');
  });

  it('pay by the day, that of a change for what it changes to', () => {
    // 1st to 15th, 15 days: 5 × 12 / 2 = 30.00;  16th to 25th, 10 days: 8 × 12 / 3 = 32.00;  26th to 30th, 5 days:
    // 6 × 12 / 6 = 12.00;  together 74.00, for 15 + 10 + 5 = 30 days.
    assert.deepEqual(workingOf(april('day')), ['units 5 × 1/2 = 30', 'units 8 × 1/3 = 32', 'units 6 × 1/6 = 12']);
    assertBill(april('day'), [['Seats', '6', '74.00']], 'USD 74.00');
  });

  it('pay to the end of the month where a seat that is given back is kept', () => {
    // By the day 5 seats for 15 days, 30.00, and 8 for the other 15, 8 × 12 / 2 = 48.00: 78.00.
    assertBill(april('day', { onDecrease: 'kept' }), [['Seats', '6', '78.00']], 'USD 78.00');
  });

  it('pay for hours by the second, and for no day that none was there at midnight', () => {
    // Loom Office has 5 seats and takes 3 more on 10 April from 09:00 to 17:00, a third of a day.
    //   by the second  5 × 12 = 60.00 and 3 × 12 / 3 / 30 = 0.40: 60.40
    //   by the day     the 10th is the 5 seats' that it ends with: 60.00
    const bill = (proration: string) => ({
      currency: 'USD',
      period: monthOf('2026-04'),
      proration,
      prices: [
        {
          model: 'seats',
          name: 'Seats',
          unitAmount: '12',
          usage: {
            seats: [
              { from: '2026-04-01T00:00:00Z', quantity: '5' },
              { from: '2026-04-10T09:00:00Z', quantity: '8' },
              { from: '2026-04-10T17:00:00Z', quantity: '5' },
            ],
          },
        },
      ],
    });
    assertBill(bill('second'), [['Seats', '5', '60.40']], 'USD 60.40');
    assertBill(bill('day'), [['Seats', '5', '60.00']], 'USD 60.00');
  });

  it('cost an hour less by the second in the month that loses one', () => {
    // Isar Studios, Munich, 31.00 EUR a seat, March 2026 with 31 days and 743 hours, since clocks go forward on the 29th.
    // The first seat is taken on the 29th at midnight: three days with 71 hours.
    //   by the second  31 × 71 / 743 = 2,201 / 743 = 2.9623…, so 2.96
    //   by the day     31 × 3 / 31                             = 3.00
    const bill = (proration: string) => ({
      currency: 'EUR',
      zone: 'Europe/Berlin',
      proration,
      subscription: { startsAt: '2026-01-31T23:00:00Z', interval: 'month', at: '2026-03-10T00:00:00Z' },
      prices: [
        {
          model: 'seats',
          name: 'Seats',
          unitAmount: '31',
          usage: { seats: [{ from: '2026-03-29T00:00:00+01:00', quantity: '1' }] },
        },
      ],
    });
    assertBill(bill('second'), [['Seats', '1', '2.96']], 'EUR 2.96');
    assert.match(workingOf(bill('second'))[0] ?? '', /^units 1 × 71\/743 = 2\.9623/);
    assertBill(bill('day'), [['Seats', '1', '3.00']], 'EUR 3.00');
  });

  it('cost a whole month in a part of one where nothing is prorated', () => {
    // Loom Office begins on 16 April 2026, 15 of 30 days. Its seats at 12.00 are not prorated, nor are its keys at 9.00:
    // the first bill is for a month, whenever it began.
    //   2 seats to the 20th, 5 days, and 5 from the 21st, 10 days: 2 × 12 / 3 = 8.00 and 5 × 12 × 2 / 3 = 40.00: 48.00
    //   keys 9.00; together 57.00
    const bill = {
      currency: 'USD',
      proration: 'day',
      subscription: { startsAt: '2026-04-16T00:00:00Z', interval: 'month' },
      prices: [
        {
          model: 'seats',
          key: 'seats',
          name: 'Seats',
          unitAmount: '12',
          prorate: false,
          usage: {
            seats: [
              { from: '2026-04-16T00:00:00Z', quantity: '2' },
              { from: '2026-04-21T09:00:00Z', quantity: '5' },
            ],
          },
        },
        { model: 'flat', key: 'keys', name: 'Keys', amount: '9', prorate: false },
      ],
    };
    assert.deepEqual(workingOf(bill), ['units 2 × 1/3 = 8', 'units 5 × 2/3 = 40']);
    assertBill(
      bill,
      [
        ['Seats', '5', '48.00'],
        ['Keys', '1', '9.00'],
      ],
      'USD 57.00',
    );
  });

  it('share a month as the request says, however they are told', () => {
    // Loom Office counts months of 30 days. In January 2026 it begins on the 10th, 22 days, with 2 seats at 30.00, and
    // has 4 from the 21st on: 11 days with 2, 11 with 4, each half of the 22/30.
    //   2 × 30 × 11/30 = 22.00 and 4 × 30 × 11/30 = 44.00: 66.00, told as changes or as events
    //   2 seats all the time: 2 × 30 × 22/30 = 44.00, told as a quantity or as one change
    // By the days of January it would be 11/31 and 22/31: 63.87 and 42.58.
    const bill = (further: object, events: object[] = []) => ({
      currency: 'USD',
      period: {
        startAt: '2026-01-10T00:00:00Z',
        endAt: '2026-02-01T00:00:00Z',
        cycleStartAt: '2026-01-01T00:00:00Z',
      },
      share: { numerator: 22, denominator: 30 },
      meters: [meterOf('seats', 'latest', { property: 'taken', carries: true })],
      events,
      prices: [{ model: 'seats', name: 'Seats', unitAmount: '30', ...further }],
    });
    const [begin, change] = ['2026-01-10T00:00:00Z', '2026-01-21T00:00:00Z'] as const;
    const changes = bill({
      usage: {
        seats: [
          { from: begin, quantity: '2' },
          { from: change, quantity: '4' },
        ],
      },
    });
    const events = bill(
      { meter: 'seats' },
      eventsOf('seats', [
        [begin, { taken: 2 }],
        [change, { taken: 4 }],
      ]),
    );
    for (const told of [changes, events]) {
      assert.deepEqual(workingOf(told), ['units 2 × 11/30 = 22', 'units 4 × 11/30 = 44']);
      assertBill(told, [['Seats', '4', '66.00']], 'USD 66.00');
    }
    for (const usage of [{ quantity: '2' }, { seats: [{ from: begin, quantity: '2' }] }]) {
      assertBill(bill({ usage }), [['Seats', '2', '44.00']], 'USD 44.00');
    }
  });

  it('take the price of their number for each part of the month', () => {
    // Kiln Studios, June 2026: to 10 seats 10.00 each, from 11 on 8.00 each for all. 10 seats to the 10th, 12 from the
    // 11th on, 10 and 20 of 30 days: 10 × 10 / 3 = 33.333…; 12 × 8 × 2 / 3 = 64.00; 97.333…, so 97.33.
    const bill = {
      currency: 'USD',
      period: monthOf('2026-06'),
      prices: [
        {
          model: 'seats',
          name: 'Seats',
          tiering: 'volume',
          tiers: [
            { upTo: '10', unitAmount: '10' },
            { upTo: null, unitAmount: '8' },
          ],
          usage: {
            seats: [
              { from: '2026-05-02T00:00:00Z', quantity: '10' },
              { from: '2026-06-11T00:00:00Z', quantity: '12' },
            ],
          },
        },
      ],
    };
    assert.deepEqual(workingOf(bill), ['tier 10 × 1/3 = 33.33333333333333333333', 'tier 12 × 2/3 = 64']);
    assertBill(bill, [['Seats', '12', '97.33']], 'USD 97.33');
  });
});
