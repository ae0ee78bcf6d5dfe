import assert from 'node:assert/strict';
import { previewInvoice } from '../../../src/billing/preview/preview-invoice.ts';
import { assertBill, eventsOf, meterOf, periodOf } from './support.ts';

/** Days and weeks that are longer or shorter than others, and one that never was. */
describe('Bills and changes of clocks', () => {
  it('take the peak of a day of 23 hours as that of one day', () => {
    // Spree Stages, Berlin, 2.00 EUR for the largest number of lights of each day. Clocks go forward on 31 March 2024.
    //   29 March 23:30 UTC = 30 March 00:30   5 lights
    //   30 March 22:30 UTC = 30 March 23:30   6
    //   30 March 23:30 UTC = 31 March 00:30   7
    //   31 March 21:30 UTC = 31 March 23:30   4, in summer time
    //   31 March 22:30 UTC =  1 April 00:30   9, April's
    // Peaks: the 30th 6, the 31st 7: 13 × 2.00 = 26.00. Days in UTC would have made it 5, 7 and 9.
    assertBill(
      {
        currency: 'EUR',
        zone: 'Europe/Berlin',
        subscription: { startsAt: '2024-01-01T00:00:00Z', interval: 'month', at: '2024-03-20T00:00:00Z' },
        meters: [meterOf('lights', 'max', { property: 'on', window: 'day', over: 'sum' })],
        events: eventsOf('lights', [
          ['2024-03-29T23:30:00Z', { on: 5 }],
          ['2024-03-30T22:30:00Z', { on: 6 }],
          ['2024-03-30T23:30:00Z', { on: 7 }],
          ['2024-03-31T21:30:00Z', { on: 4 }],
          ['2024-03-31T22:30:00Z', { on: 9 }],
        ]),
        prices: [{ model: 'per_unit', name: 'Peak lights', meter: 'lights', unitAmount: '2' }],
      },
      [['Peak lights', '13', '26.00']],
      'EUR 26.00',
    );
  });

  it('count the hour that the clock shows twice as two hours, and its day as one', () => {
    // Hudson Render, New York, 0.04 for the peak of GPUs of each hour, and 1.00 for the peak of each day. On 3 November
    // 2024 the hour from 01:00 to 02:00 comes twice.
    //   05:30 UTC = 01:30 EDT  10 GPUs
    //   06:30 UTC = 01:30 EST   8
    //   06:45 UTC = 01:45 EST  12
    //   07:30 UTC = 02:30 EST   3
    // By the hour 10 + 12 + 3 = 25 × 0.04 = 1.00; by the wall clock alone it would have been 12 + 3.
    // By the day 12 × 1.00 = 12.00, in all 13.00.
    assertBill(
      {
        currency: 'USD',
        zone: 'America/New_York',
        subscription: { startsAt: '2024-10-01T04:00:00Z', interval: 'month', at: '2024-11-03T12:00:00Z' },
        meters: [
          meterOf('hourly', 'max', { eventType: 'gpus', property: 'busy', window: 'hour', over: 'sum' }),
          meterOf('daily', 'max', { eventType: 'gpus', property: 'busy', window: 'day', over: 'sum' }),
        ],
        events: eventsOf('gpus', [
          ['2024-11-03T05:30:00Z', { busy: 10 }],
          ['2024-11-03T06:30:00Z', { busy: 8 }],
          ['2024-11-03T06:45:00Z', { busy: 12 }],
          ['2024-11-03T07:30:00Z', { busy: 3 }],
        ]),
        prices: [
          { model: 'per_unit', key: 'hours', name: 'Peak hours', meter: 'hourly', unitAmount: '0.04' },
          { model: 'per_unit', key: 'days', name: 'Peak days', meter: 'daily', unitAmount: '1' },
        ],
      },
      [
        ['Peak hours', '25', '1.00'],
        ['Peak days', '12', '12.00'],
      ],
      'USD 13.00',
    );
  });

  it('share a week of 167 and of 169 hours by the second, and one of seven days by the day', () => {
    // Fjord Fitness, Berlin, 70.00 EUR a week from Monday to Monday.
    // Spring: 25 March to 1 April 2024 has 7 × 24 - 1 = 167 hours. Who comes on Thursday the 28th at midnight has four
    // days left, 4 × 24 - 1 = 95 hours: 70 × 95 / 167 = 6,650 / 167 = 39.8203…, so 39.82; by the day 70 × 4 / 7 = 40.00.
    // Autumn: 21 to 28 October 2024 has 169 hours. From Thursday the 24th it is 97: 70 × 97 / 169 = 6,790 / 169 =
    // 40.1775…, so 40.18; by the day again 40.00.
    const bill = (startsAt: string, proration: string) => ({
      currency: 'EUR',
      zone: 'Europe/Berlin',
      proration,
      subscription: { startsAt, interval: 'week' },
      prices: [{ model: 'flat', name: 'Week', amount: '70' }],
    });
    const [spring, autumn] = ['2024-03-27T23:00:00Z', '2024-10-23T22:00:00Z'] as const;
    assert.deepEqual(previewInvoice(bill(spring, 'second')).share, { numerator: '95', denominator: '167' });
    assertBill(bill(spring, 'second'), [['Week', '1', '39.82']], 'EUR 39.82');
    assertBill(bill(spring, 'day'), [['Week', '1', '40.00']], 'EUR 40.00');
    assert.deepEqual(previewInvoice(bill(autumn, 'second')).share, { numerator: '97', denominator: '169' });
    assertBill(bill(autumn, 'second'), [['Week', '1', '40.18']], 'EUR 40.18');
    assertBill(bill(autumn, 'day'), [['Week', '1', '40.00']], 'EUR 40.00');
  });

  it('know no 30 December 2011 in Samoa', () => {
    // Samoa went from UTC-10 to UTC+14 at the end of Thursday, 29 December 2011; Saturday the 31st followed. December
    // begins on the 1st at 10:00 UTC and ends on 31 December at 10:00 UTC: 30 days.
    //
    // Apia Divers, 90.00 WST a month by the day, joins on the 16th at midnight: 14 days to the 29th and the 31st are 15
    // of 30, 45.00. Each day's largest group of divers costs 1.00 a head:
    //   30 December 09:00 UTC = Thursday 29th, 23:00   4 divers
    //   30 December 11:00 UTC = Saturday 31st, 01:00   6 divers: another day, though the same one in UTC
    // 4 + 6 = 10 × 1.00 = 10.00, in all 55.00.
    const december = {
      currency: 'WST',
      zone: 'Pacific/Apia',
      proration: 'day',
      subscription: { startsAt: '2011-12-16T10:00:00Z', interval: 'month' },
      meters: [meterOf('divers', 'max', { property: 'heads', window: 'day', over: 'sum' })],
      events: eventsOf('divers', [
        ['2011-12-30T09:00:00Z', { heads: 4 }],
        ['2011-12-30T11:00:00Z', { heads: 6 }],
      ]),
      prices: [
        { model: 'flat', key: 'club', name: 'Club', amount: '90' },
        { model: 'per_unit', key: 'divers', name: 'Divers', meter: 'divers', unitAmount: '1' },
      ],
    };
    assert.equal(periodOf(december), '2011-12-16T10:00Z to 2011-12-31T10:00Z');
    assertBill(
      december,
      [
        ['Club', '1', '45.00'],
        ['Divers', '10', '10.00'],
      ],
      'WST 55.00',
    );
  });
});
