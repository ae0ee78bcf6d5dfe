import assert from 'node:assert/strict';
import { assertBill, eventsOf, meterOf, periodOf, workingOf } from './support.ts';

/** Weeks, years, and months in which something changed. */
describe('Bills and periods', () => {
  it('run from Monday to Monday across New Year', () => {
    // Thames Taxis, London, 14.00 GBP a week and 0.50 a ride. The week of Monday, 30 December 2024 ends on 6 January:
    //   29 December 23:59:59.999   3 rides, the week before
    //   31 December 23:59:59.999   5
    //   1 January 00:00            7, another year and the same week
    //   6 January 00:00            9, the week after
    // 14.00 + (5 + 7) × 0.50 = 20.00; the week before 14.00 + 1.50 = 15.50, the week after 14.00 + 4.50 = 18.50.
    const bill = (at: string) => ({
      currency: 'GBP',
      zone: 'Europe/London',
      subscription: { startsAt: '2024-12-02T00:00:00Z', interval: 'week', at },
      meters: [meterOf('rides', 'sum', { property: 'count' })],
      events: eventsOf('rides', [
        ['2024-12-29T23:59:59.999Z', { count: 3 }],
        ['2024-12-31T23:59:59.999Z', { count: 5 }],
        ['2025-01-01T00:00:00.000Z', { count: 7 }],
        ['2025-01-06T00:00:00.000Z', { count: 9 }],
      ]),
      prices: [
        { model: 'flat', key: 'desk', name: 'Desk', amount: '14' },
        { model: 'per_unit', key: 'rides', name: 'Rides', meter: 'rides', unitAmount: '0.50' },
      ],
    });
    const weeks: [at: string, period: string, rides: string, amount: string, total: string][] = [
      ['2024-12-25T00:00:00Z', '2024-12-23T00:00Z to 2024-12-30T00:00Z', '3', '1.50', 'GBP 15.50'],
      ['2025-01-02T00:00:00Z', '2024-12-30T00:00Z to 2025-01-06T00:00Z', '12', '6.00', 'GBP 20.00'],
      ['2025-01-06T00:00:00Z', '2025-01-06T00:00Z to 2025-01-13T00:00Z', '9', '4.50', 'GBP 18.50'],
    ];
    for (const [at, period, rides, amount, total] of weeks) {
      assert.equal(periodOf(bill(at)), period);
      assertBill(
        bill(at),
        [
          ['Desk', '1', '14.00'],
          ['Rides', rides, amount],
        ],
        total,
      );
    }
  });

  it('have every event of a month in which the plan changed, at the price of its time', () => {
    // Lago #171: after a change of plan new events were missing. Kill Bill #1987: the change left several usage items.
    //
    // Fern Forms goes from Small, 29.00 and 0.10 an answer, to Large, 58.00 and 0.05, on 11 February 2024 at midnight: 10
    // and 19 of 29 days.
    //   10 February 23:59:59.999  40 answers    Small  29 × 10 / 29 = 10.00 + 40 × 0.10 = 4.00: 14.00
    //   11 February 00:00         60            Large  58 × 19 / 29 = 38.00 + (60 + 20) × 0.05 = 4.00: 42.00
    //   29 February 23:59:59.999  20
    // 40 + 80 are all of the 120 answers.
    const bill = (startAt: string, endAt: string, amount: string, unitAmount: string) => ({
      currency: 'USD',
      period: { startAt, endAt, cycleStartAt: '2024-02-01T00:00:00Z', cycleEndAt: '2024-03-01T00:00:00Z' },
      meters: [meterOf('answers', 'sum', { property: 'count' })],
      events: eventsOf('answers', [
        ['2024-02-10T23:59:59.999Z', { count: 40 }],
        ['2024-02-11T00:00:00.000Z', { count: 60 }],
        ['2024-02-29T23:59:59.999Z', { count: 20 }],
      ]),
      prices: [
        { model: 'flat', key: 'plan', name: 'Plan', amount },
        { model: 'per_unit', key: 'answers', name: 'Answers', meter: 'answers', unitAmount },
      ],
    });
    assertBill(
      bill('2024-02-01T00:00:00Z', '2024-02-11T00:00:00Z', '29', '0.10'),
      [
        ['Plan', '1', '10.00'],
        ['Answers', '40', '4.00'],
      ],
      'USD 14.00',
    );
    assertBill(
      bill('2024-02-11T00:00:00Z', '2024-03-01T00:00:00Z', '58', '0.05'),
      [
        ['Plan', '1', '38.00'],
        ['Answers', '80', '4.00'],
      ],
      'USD 42.00',
    );
  });

  it('give back the rest of a year and charge the rest of a dearer one', () => {
    // Baltic Boats paid 1,200.00 for 2026 in advance and takes the plan for 2,400.00 on 2 July at midnight. From 1
    // January to 1 July there are 31 + 28 + 31 + 30 + 31 + 30 + 1 = 182 days gone, 183 of 365 are left.
    //   back   1,200 × 183 / 365 = 219,600 / 365 =   601.6438…, so   -601.64
    //   due    2,400 × 183 / 365 = 439,200 / 365 = 1,203.2876…, so  1,203.29
    // The bill says 601.65, which is what its two lines add up to. Half a year's difference rounded once, 1,200 × 183 /
    // 365, would be 601.64; the cent comes from two lines that are each right.
    const rest = {
      startAt: '2026-07-02T00:00:00Z',
      endAt: '2027-01-01T00:00:00Z',
      cycleStartAt: '2026-01-01T00:00:00Z',
      cycleEndAt: '2027-01-01T00:00:00Z',
    };
    const bill = {
      currency: 'USD',
      period: rest,
      prices: [
        { model: 'flat', key: 'old', name: 'Basic, unused', amount: '1200', isCredit: true },
        { model: 'flat', key: 'new', name: 'Pro, to the end of the year', amount: '2400' },
      ],
    };
    assert.deepEqual(workingOf(bill, 0), ['flat 1 × 183/365 = -601.64383561643835616438']);
    assertBill(
      bill,
      [
        ['Basic, unused', '1', '-601.64'],
        ['Pro, to the end of the year', '1', '1203.29'],
      ],
      'USD 601.65',
    );
  });

  it('count the day of the end as the plan says', () => {
    // Kill Bill leaves the last day out, Lago counts it, Stripe counts seconds; each is a way to say it.
    //
    // Ivy Insurance, 30.00 a month, ends on 10 April 2026 at 14:00, after 9 days and 14 hours of 30 days:
    //   second             9 × 24 + 14 = 230 of 720 hours  30 × 230 / 720 = 9.5833…, so 9.58
    //   day                the 1st to the 9th               9.00
    //   day_counting_end   the 1st to the 10th             10.00
    //   none               nothing is shared               30.00
    const bill = (proration: string) => ({
      currency: 'USD',
      proration,
      subscription: { startsAt: '2026-01-01T00:00:00Z', endsAt: '2026-04-10T14:00:00Z', interval: 'month', at },
      prices: [{ model: 'flat', name: 'Cover', amount: '30' }],
    });
    const at = '2026-04-02T00:00:00Z';
    assertBill(bill('second'), [['Cover', '1', '9.58']], 'USD 9.58');
    assertBill(bill('day'), [['Cover', '1', '9.00']], 'USD 9.00');
    assertBill(bill('day_counting_end'), [['Cover', '1', '10.00']], 'USD 10.00');
    assertBill(bill('none'), [['Cover', '1', '30.00']], 'USD 30.00');
  });
});
