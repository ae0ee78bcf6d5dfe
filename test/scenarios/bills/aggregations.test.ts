import assert from 'node:assert/strict';
import { assertBill, eventsOf, meterOf, monthOf, workingOf } from './support.ts';

/** What the events of a month become before they are priced. */
describe('Bills and aggregations', () => {
  it('count the people who are there, whenever they came', () => {
    // Chorus Chat, 9.00 a member. In January Ann and Ben come. In February
    //    3rd  Cat comes
    //    5th  Ann comes again, which adds nobody
    //   10th  Ben goes, and once more on the 11th, which takes nobody away
    //   14th  Dan comes (an event without operation adds), and goes on the 20th
    // At the end of February there are Ann and Cat: 2 × 9.00 = 18.00. In January there were two: 18.00. March has no
    // event and the same two: 18.00. Counted by February's events alone it is Ann, Ben, Cat and Dan, 4 × 1.00.
    const bill = (month: string) => ({
      currency: 'USD',
      period: monthOf(month),
      meters: [
        meterOf('members', 'unique_count', { property: 'person', operationProperty: 'operation', carries: true }),
        meterOf('active', 'unique_count', { eventType: 'members', property: 'person' }),
      ],
      events: eventsOf('members', [
        ['2026-01-08T00:00:00Z', { person: 'ann', operation: 'add' }],
        ['2026-01-09T00:00:00Z', { person: 'ben', operation: 'add' }],
        ['2026-02-03T00:00:00Z', { person: 'cat', operation: 'add' }],
        ['2026-02-05T00:00:00Z', { person: 'ann', operation: 'add' }],
        ['2026-02-10T00:00:00Z', { person: 'ben', operation: 'remove' }],
        ['2026-02-11T00:00:00Z', { person: 'ben', operation: 'remove' }],
        ['2026-02-14T00:00:00Z', { person: 'dan' }],
        ['2026-02-20T00:00:00Z', { person: 'dan', operation: 'remove' }],
      ]),
      prices: [
        { model: 'per_unit', key: 'members', name: 'Members', meter: 'members', unitAmount: '9' },
        { model: 'per_unit', key: 'active', name: 'Seen', meter: 'active', unitAmount: '1' },
      ],
    });
    const seen: [month: string, people: string, total: string][] = [
      ['2026-01', '2', 'USD 20.00'],
      ['2026-02', '4', 'USD 22.00'],
      ['2026-03', '0', 'USD 18.00'],
    ];
    for (const [month, people, total] of seen) {
      assertBill(
        bill(month),
        [
          ['Members', '2', '18.00'],
          ['Seen', people, `${people}.00`],
        ],
        total,
      );
    }
  });

  it('weigh storage by how long it stood, over 28 and over 29 days', () => {
    // Vault Video, 0.20 a GB a month. 50 GB stand since 10 January; 30 come on 8 February, 20 go on the 22nd.
    //   2026, 28 days: 50 + 30 × 21/28 - 20 × 7/28 = 50 + 22.5 - 5 = 67.5 × 0.20 = 13.50
    //   2028, 29 days: 50 + 30 × 22/29 - 20 × 8/29 = 50 + 500/29 = 67.2413… × 0.20 = 13.4482…, so 13.45
    const bill = (year: number) => ({
      currency: 'USD',
      period: monthOf(`${year}-02`),
      meters: [meterOf('gigabytes', 'weighted_sum', { property: 'change', carries: true })],
      events: eventsOf('gigabytes', [
        [`${year}-01-10T00:00:00Z`, { change: 50 }],
        [`${year}-02-08T00:00:00Z`, { change: 30 }],
        [`${year}-02-22T00:00:00Z`, { change: -20 }],
      ]),
      prices: [{ model: 'per_unit', name: 'Storage', meter: 'gigabytes', unitAmount: '0.20' }],
    });
    assertBill(bill(2026), [['Storage', '67.5', '13.50']], 'USD 13.50');
    assertBill(bill(2028), [['Storage', '67.2413793103448275862', '13.45']], 'USD 13.45');
  });

  it('weigh what comes late in the month as the thread that asked for it did', () => {
    // Flexprice #539, which gives the sum that is expected: in a month of 31 days 60 GB from the 20th at 0 o'clock, 75
    // more from the 21st, 90 from the 22nd, 55 from the 23rd and 100 from the 26th, so 12, 11, 10, 9 and 6 days each:
    // (720 + 825 + 900 + 495 + 600) / 31 = 3,540 / 31 = 114.193548387…
    // Nimbus Disks, July 2026, at 0.10: 11.4193…, so 11.42.
    const bill = {
      currency: 'USD',
      period: monthOf('2026-07'),
      meters: [meterOf('gigabytes', 'weighted_sum', { property: 'change' })],
      events: eventsOf('gigabytes', [
        ['2026-07-20T00:00:00Z', { change: 60 }],
        ['2026-07-21T00:00:00Z', { change: 75 }],
        ['2026-07-22T00:00:00Z', { change: 90 }],
        ['2026-07-23T00:00:00Z', { change: 55 }],
        ['2026-07-26T00:00:00Z', { change: 100 }],
      ]),
      prices: [{ model: 'per_unit', name: 'Storage', meter: 'gigabytes', unitAmount: '0.10' }],
    };
    assertBill(bill, [['Storage', '114.19354838709677419354', '11.42']], 'USD 11.42');
  });

  it('forgive the highest twentieth of the samples of a line', () => {
    // Backbone Fibre, August 2026, 4.00 a Mbit/s at the 95th percentile. 38 samples are 10, 11, … 47, and there were two
    // bursts of 900 and 950: of 40 in order the 40 × 0.95 = 38th is 47, so 188.00.
    // A third burst of 800 is one too many: of 41 the 38.95th, so the 39th, is 800: 3,200.00.
    const bill = (bursts: number[]) => ({
      currency: 'USD',
      period: monthOf('2026-08'),
      meters: [meterOf('samples', 'percentile', { property: 'mbits', percentile: '95' })],
      events: eventsOf(
        'samples',
        [...bursts, ...Array.from({ length: 38 }, (_, index) => 47 - index)].map((mbits, index) => [
          `2026-08-01T${String(Math.floor(index / 12)).padStart(2, '0')}:${String((index % 12) * 5).padStart(2, '0')}:00Z`,
          { mbits },
        ]),
      ),
      prices: [{ model: 'per_unit', name: 'Bandwidth', meter: 'samples', unitAmount: '4' }],
    });
    assertBill(bill([900, 950]), [['Bandwidth', '47', '188.00']], 'USD 188.00');
    assertBill(bill([900, 950, 800]), [['Bandwidth', '800', '3200.00']], 'USD 3,200.00');
  });

  it('charge the busiest hour, and the peaks of all', () => {
    // Grid Games, September 2026. Players who joined on the 5th: 10:05 300, 10:59:59.999 200, 11:00 450, 13:30 100.
    //   the hours have 500, 450 and 100
    //   busiest hour   500 × 0.02                          = 10.00
    //   peaks          300 + 450 + 100 = 850, × 0.01       =  8.50
    assertBill(
      {
        currency: 'USD',
        period: monthOf('2026-09'),
        meters: [
          meterOf('busiest', 'sum', { eventType: 'joins', property: 'players', window: 'hour', over: 'max' }),
          meterOf('peaks', 'max', { eventType: 'joins', property: 'players', window: 'hour', over: 'sum' }),
        ],
        events: eventsOf('joins', [
          ['2026-09-05T10:05:00Z', { players: 300 }],
          ['2026-09-05T10:59:59.999Z', { players: 200 }],
          ['2026-09-05T11:00:00.000Z', { players: 450 }],
          ['2026-09-05T13:30:00Z', { players: 100 }],
        ]),
        prices: [
          { model: 'per_unit', key: 'busiest', name: 'Busiest hour', meter: 'busiest', unitAmount: '0.02' },
          { model: 'per_unit', key: 'peaks', name: 'Peaks', meter: 'peaks', unitAmount: '0.01' },
        ],
      },
      [
        ['Busiest hour', '500', '10.00'],
        ['Peaks', '850', '8.50'],
      ],
      'USD 18.50',
    );
  });

  it('average the days that were measured', () => {
    // Dune Solar, March 2026, 3.00 a kW of the mean day. The 1st has 10 and 20, so 15; the 2nd nothing; the 3rd 9.
    // (15 + 9) / 2 = 12 × 3.00 = 36.00. The 2nd is no day of zero, (15 + 0 + 9) / 3 = 8, and a day with two samples
    // counts once, not (10 + 20 + 9) / 3 = 13.
    const bill = {
      currency: 'EUR',
      period: monthOf('2026-03'),
      meters: [meterOf('power', 'average', { property: 'kw', window: 'day', over: 'average' })],
      events: eventsOf('power', [
        ['2026-03-01T09:00:00Z', { kw: 10 }],
        ['2026-03-01T15:00:00Z', { kw: 20 }],
        ['2026-03-03T12:00:00Z', { kw: 9 }],
      ]),
      prices: [{ model: 'per_unit', name: 'Power', meter: 'power', unitAmount: '3' }],
    };
    assertBill(bill, [['Power', '12', '36.00']], 'EUR 36.00');
    assert.deepEqual(workingOf(bill), ['units 12 = 36']);
  });
});
