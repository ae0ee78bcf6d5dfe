import assert from 'node:assert/strict';
import { assertBill, eventsOf, meterOf, periodOf } from './support.ts';

/** Months that a customer's clock counts. */
describe('Bills and clocks', () => {
  it('are the same for the same use, whenever the account was opened', () => {
    // Kill Bill #1934: two accounts of one zone with the same usage points had different invoices. The account opened in
    // summer counted with UTC-4 for ever, the one opened in winter with UTC-5, and the point at 04:00 UTC on 1 April was
    // on the March invoice of one of them only.
    //
    // Harbour Calls, New York, 0.50 a call. March 2023 there is from 1 March 05:00 UTC to 1 April 04:00 UTC, for clocks
    // went forward on the 12th.
    //   1 March 05:00:00.000   10 calls, the first instant
    //   20 March 12:00         20
    //   1 April 03:59:59.999   30, the last millisecond (23:59:59.999 in New York)
    //   1 April 04:00:00.000   40, midnight in New York: April's
    // March 10 + 20 + 30 = 60 × 0.50 = 30.00; April 40 × 0.50 = 20.00.
    const bill = (startsAt: string, at: string) => ({
      currency: 'USD',
      zone: 'America/New_York',
      subscription: { startsAt, interval: 'month', at },
      meters: [meterOf('calls', 'sum', { property: 'count' })],
      events: eventsOf('calls', [
        ['2023-03-01T05:00:00.000Z', { count: 10 }],
        ['2023-03-20T12:00:00Z', { count: 20 }],
        ['2023-04-01T03:59:59.999Z', { count: 30 }],
        ['2023-04-01T04:00:00.000Z', { count: 40 }],
      ]),
      prices: [{ model: 'per_unit', name: 'Calls', meter: 'calls', unitAmount: '0.50' }],
    });
    for (const opened of ['2022-07-04T15:00:00Z', '2023-01-09T15:00:00Z']) {
      const march = bill(opened, '2023-03-15T00:00:00Z');
      assert.equal(periodOf(march), '2023-03-01T05:00Z to 2023-04-01T04:00Z');
      assertBill(march, [['Calls', '60', '30.00']], 'USD 30.00');
      assertBill(bill(opened, '2023-04-15T00:00:00Z'), [['Calls', '40', '20.00']], 'USD 20.00');
    }
  });

  it('put the last evening of February in Los Angeles into February', () => {
    // Kill Bill #1966, #1981 and #1074: for accounts in PST the recurring item was counted in local days and the usage
    // beside it in UTC days, so that one invoice had two beginnings, and usage moved to another month's invoice.
    //
    // Two shops of Pacific Parcels, 30.00 a month and 0.10 a label, do the same on the same instants:
    //   10 February 2024 12:00 UTC  40 labels
    //   1 March 2024 06:30 UTC      60 labels, which is 29 February 22:30 in Los Angeles
    // Los Angeles: February 30 + 100 × 0.10 = 40.00, March 30 + 0 = 30.00
    // UTC:         February 30 +  40 × 0.10 = 34.00, March 30 + 60 × 0.10 = 36.00
    // Both paid 70.00 for the two months: nothing was billed twice or left out.
    const bill = (zone: string, at: string) => ({
      currency: 'USD',
      zone,
      subscription: { startsAt: '2024-01-01T08:00:00Z', interval: 'month', at },
      meters: [meterOf('labels', 'sum', { property: 'printed' })],
      events: eventsOf('labels', [
        ['2024-02-10T12:00:00Z', { printed: 40 }],
        ['2024-03-01T06:30:00Z', { printed: 60 }],
      ]),
      prices: [
        { model: 'flat', key: 'shop', name: 'Shop', amount: '30' },
        { model: 'per_unit', key: 'labels', name: 'Labels', meter: 'labels', unitAmount: '0.10' },
      ],
    });
    const february = bill('America/Los_Angeles', '2024-02-15T00:00:00Z');
    assert.equal(periodOf(february), '2024-02-01T08:00Z to 2024-03-01T08:00Z');
    const lines = (labels: string, amount: string): [string, string, string][] => [
      ['Shop', '1', '30.00'],
      ['Labels', labels, amount],
    ];
    assertBill(february, lines('100', '10.00'), 'USD 40.00');
    assertBill(bill('America/Los_Angeles', '2024-03-15T00:00:00Z'), lines('0', '0.00'), 'USD 30.00');
    assertBill(bill('UTC', '2024-02-15T00:00:00Z'), lines('40', '4.00'), 'USD 34.00');
    assertBill(bill('UTC', '2024-03-15T00:00:00Z'), lines('60', '6.00'), 'USD 36.00');
  });

  it('begin January in Budapest an hour before it begins in UTC', () => {
    // OpenMeter #3313: windows by month came back as dates and were read as midnight UTC, an hour off in Budapest.
    //
    // Duna Sauna, 1,500.00 HUF a visit of the bath house:
    //   31 December 2024 22:59:59.999 UTC  1 visit, the last millisecond of 2024 in Budapest
    //   31 December 2024 23:00 UTC         1 visit, New Year there
    //   31 January 2025 22:30 UTC          1 visit, 23:30 on the 31st
    //   31 January 2025 23:00 UTC          1 visit, February
    // January has the two in the middle: 2 × 1,500 = 3,000.00.
    const january = {
      currency: 'HUF',
      zone: 'Europe/Budapest',
      subscription: { startsAt: '2024-06-30T22:00:00Z', interval: 'month', at: '2025-01-15T00:00:00Z' },
      meters: [meterOf('visits', 'count')],
      events: eventsOf('visits', [
        ['2024-12-31T22:59:59.999Z'],
        ['2024-12-31T23:00:00.000Z'],
        ['2025-01-31T22:30:00.000Z'],
        ['2025-01-31T23:00:00.000Z'],
      ]),
      prices: [{ model: 'per_unit', name: 'Visits', meter: 'visits', unitAmount: '1500' }],
    };
    assert.equal(periodOf(january), '2024-12-31T23:00Z to 2025-01-31T23:00Z');
    assertBill(january, [['Visits', '2', '3000.00']], 'HUF 3,000.00');
  });

  it('have each trip of an anniversary in Auckland once', () => {
    // Lago's api #879, #1074 and #6173: in zones ahead of UTC, and with anniversaries in them, periods met a second time
    // or overlapped, and their use was billed twice.
    //
    // Kiwi Kayaks, Auckland, 12.00 NZD a trip, from 31 January 2024 at midnight (UTC+13) on. The next months begin on 29
    // February and 31 March, 28 February and 30 March 11:00 UTC, and on 30 April, when Auckland has UTC+12: 12:00 UTC.
    //   28 February 10:59:59.999  1 trip    first month   12.00
    //   28 February 11:00         2         second month  2 + 4 = 6 × 12 = 72.00
    //   30 March 10:59:59.999     4
    //   30 March 11:00            8         third month   8 + 16 = 24 × 12 = 288.00
    //   29 April 11:59:59.999    16
    // 31 trips in three months, 31 × 12.00 = 372.00.
    const bill = (at: string) => ({
      currency: 'NZD',
      zone: 'Pacific/Auckland',
      subscription: { startsAt: '2024-01-30T11:00:00Z', interval: 'month', anchor: 'anniversary', at },
      meters: [meterOf('trips', 'sum', { property: 'count' })],
      events: eventsOf('trips', [
        ['2024-02-28T10:59:59.999Z', { count: 1 }],
        ['2024-02-28T11:00:00.000Z', { count: 2 }],
        ['2024-03-30T10:59:59.999Z', { count: 4 }],
        ['2024-03-30T11:00:00.000Z', { count: 8 }],
        ['2024-04-29T11:59:59.999Z', { count: 16 }],
      ]),
      prices: [{ model: 'per_unit', name: 'Trips', meter: 'trips', unitAmount: '12' }],
    });
    const months: [at: string, period: string, trips: string, amount: string][] = [
      ['2024-02-10T00:00:00Z', '2024-01-30T11:00Z to 2024-02-28T11:00Z', '1', '12.00'],
      ['2024-03-10T00:00:00Z', '2024-02-28T11:00Z to 2024-03-30T11:00Z', '6', '72.00'],
      ['2024-04-10T00:00:00Z', '2024-03-30T11:00Z to 2024-04-29T12:00Z', '24', '288.00'],
    ];
    for (const [at, period, trips, amount] of months) {
      assert.equal(periodOf(bill(at)), period);
      assertBill(bill(at), [['Trips', trips, amount]], `NZD ${amount}`);
    }
  });
});
