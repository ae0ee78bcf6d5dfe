import assert from 'node:assert/strict';
import { assertBill, eventsOf, meterOf, monthOf, workingOf } from './support.ts';

/** Tiers, steps, blocks and units that are included. */
describe('Bills and tiers', () => {
  const callTiers = [
    { upTo: '100', unitAmount: '0.10' },
    { upTo: '250', unitAmount: '0.05' },
    { upTo: null, unitAmount: '0.02' },
  ];

  it('charge the hundredth unit in the first tier, and what is above it in the next', () => {
    // Lantern Maps, January 2026: to 100 requests 0.10, to 250 0.05, above 0.02. `upTo` belongs to its tier.
    //                graduated                            volume
    //   100          100 × 0.10               = 10.00     100 × 0.10    = 10.00
    //   100.5        10 + 0.5 × 0.05          = 10.025    100.5 × 0.05  =  5.025, so 5.03
    //   250          10 + 150 × 0.05          = 17.50     250 × 0.05    = 12.50
    //   251          17.50 + 1 × 0.02         = 17.52     251 × 0.02    =  5.02
    const bill = (model: string, quantity: string) => ({
      currency: 'USD',
      prices: [{ model, name: 'Requests', tiers: callTiers, usage: { quantity } }],
    });
    const amounts: [quantity: string, graduated: string, volume: string][] = [
      ['100', '10.00', '10.00'],
      ['100.5', '10.03', '5.03'],
      ['250', '17.50', '12.50'],
      ['251', '17.52', '5.02'],
    ];
    for (const [quantity, graduated, volume] of amounts) {
      assertBill(bill('graduated', quantity), [['Requests', quantity, graduated]], `USD ${graduated}`);
      assertBill(bill('volume', quantity), [['Requests', quantity, volume]], `USD ${volume}`);
    }
    assert.deepEqual(workingOf(bill('graduated', '100.5')), ['tier 100 = 10', 'tier 0.5 = 0.025']);
    assert.deepEqual(workingOf(bill('graduated', '251')), ['tier 100 = 10', 'tier 150 = 7.5', 'tier 1 = 0.02']);
  });

  it('ask the flat fee of the first tier without use only where the price says so', () => {
    // Cabin Club, February 2026: 5.00 and 1.00 a night up to 10 nights, 20.00 and 0.50 a night above. Nobody came.
    //   free (unless said otherwise)  no tier is reached: 0.00
    //   charged                       the first tier's 5.00
    // With the first night both pay 5 + 1 = 6.00; with the eleventh 5 + 10 + 20 + 0.50 = 35.50.
    const bill = (zeroUsage: string, quantity: string) => ({
      currency: 'USD',
      prices: [
        {
          model: 'graduated',
          name: 'Nights',
          zeroUsage,
          tiers: [
            { upTo: '10', flatAmount: '5', unitAmount: '1' },
            { upTo: null, flatAmount: '20', unitAmount: '0.50' },
          ],
          usage: { quantity },
        },
      ],
    });
    assertBill(bill('free', '0'), [['Nights', '0', '0.00']], 'USD 0.00');
    assertBill(bill('charged', '0'), [['Nights', '0', '5.00']], 'USD 5.00');
    for (const zeroUsage of ['free', 'charged']) {
      assertBill(bill(zeroUsage, '1'), [['Nights', '1', '6.00']], 'USD 6.00');
      assertBill(bill(zeroUsage, '11'), [['Nights', '11', '35.50']], 'USD 35.50');
    }
  });

  it('begin the tiers anew for each project', () => {
    // Pixel Farm, August 2026, tiers as above and a line a project: p1 has 60 + 60 = 120 requests, p2 100, and 5 belong to
    // no project.
    //   p1        100 × 0.10 + 20 × 0.05 = 11.00
    //   p2        100 × 0.10             = 10.00
    //   (none)      5 × 0.10             =  0.50
    // 21.50; the 225 in one would have been 10 + 125 × 0.05 = 16.25.
    assertBill(
      {
        currency: 'USD',
        period: monthOf('2026-08'),
        meters: [meterOf('requests', 'sum', { property: 'count' })],
        events: eventsOf('requests', [
          ['2026-08-01T00:00:00Z', { project: 'p1', count: 60 }],
          ['2026-08-02T00:00:00Z', { project: 'p2', count: 100 }],
          ['2026-08-03T00:00:00Z', { count: 5 }],
          ['2026-08-04T00:00:00Z', { project: 'p1', count: 60 }],
        ]),
        prices: [{ model: 'graduated', name: 'Requests', meter: 'requests', groupBy: ['project'], tiers: callTiers }],
      },
      [
        ['Requests ()', '5', '0.50'],
        ['Requests (p1)', '120', '11.00'],
        ['Requests (p2)', '100', '10.00'],
      ],
      'USD 21.50',
    );
  });

  it('count a started block of minutes whole, or not at all', () => {
    // Gull Radio, March 2026, blocks of 1,000 minutes at 5.00, the first 500 minutes included.
    //   2,500 used: 2,000 left, 2 blocks either way                        10.00   10.00
    //   2,500.25:   2,000.25 left, 3 started blocks, 2 whole ones          15.00   10.00
    //   500:        nothing left                                            0.00    0.00
    const bill = (rounding: string, quantity: string) => ({
      currency: 'USD',
      prices: [
        {
          model: 'package',
          name: 'Minutes',
          packageSize: '1000',
          packageAmount: '5',
          included: '500',
          rounding,
          usage: { quantity },
        },
      ],
    });
    const amounts: [quantity: string, up: string, down: string][] = [
      ['2500', '10.00', '10.00'],
      ['2500.25', '15.00', '10.00'],
      ['500', '0.00', '0.00'],
    ];
    for (const [quantity, up, down] of amounts) {
      assertBill(bill('up', quantity), [['Minutes', quantity, up]], `USD ${up}`);
      assertBill(bill('down', quantity), [['Minutes', quantity, down]], `USD ${down}`);
    }
    assert.deepEqual(workingOf(bill('up', '2500.25')), ['included 500 = 0', 'package 2000.25 = 15']);
  });

  it('keep the units that are included when something else is bought in mid-cycle', () => {
    // Polar #9037: an order in mid-cycle reset the meter and lost the 10 units that were included, so that 8 units cost
    // 120.00 instead of nothing.
    //
    // Tandem Teams, April 2026, 15.00 a build, 10 included; on the 12th a second product of 7.00 a month begins, 19 of 30
    // days: 7 × 19 / 30 = 4.4333…, so 4.43.
    //   3 April 5 builds, 20 April 3 builds: 8 of 10 included, 0.00
    //   28 April 4 more:                    12 - 10 = 2 × 15.00 = 30.00
    const bill = (endAt: string) => ({
      currency: 'USD',
      period: { startAt: '2026-04-01T00:00:00Z', endAt, cycleEndAt: '2026-05-01T00:00:00Z' },
      meters: [meterOf('builds', 'sum', { property: 'count' })],
      events: eventsOf('builds', [
        ['2026-04-03T00:00:00Z', { count: 5 }],
        ['2026-04-20T00:00:00Z', { count: 3 }],
        ['2026-04-28T00:00:00Z', { count: 4 }],
      ]),
      prices: [
        { model: 'per_unit', key: 'builds', name: 'Builds', meter: 'builds', unitAmount: '15', included: '10' },
        {
          model: 'flat',
          key: 'extra',
          name: 'Second product',
          amount: '7',
          period: {
            startAt: '2026-04-12T00:00:00Z',
            endAt: '2026-05-01T00:00:00Z',
            cycleStartAt: '2026-04-01T00:00:00Z',
          },
        },
      ],
    });
    const extra: [string, string, string] = ['Second product', '1', '4.43'];
    assertBill(bill('2026-04-28T00:00:00Z'), [['Builds', '8', '0.00'], extra], 'USD 4.43');
    assertBill(bill('2026-05-01T00:00:00Z'), [['Builds', '12', '30.00'], extra], 'USD 34.43');
    assert.deepEqual(workingOf(bill('2026-05-01T00:00:00Z')), ['included 10 = 0', 'units 2 = 30']);
  });

  it('cost one amount by the step that the quantity reaches', () => {
    // Raft Rentals, July 2026: to 5 boats 40.00, to 20 boats 90.00, above 150.00, for all of them together.
    //   5 boats 40.00; 5.5 (one for half of the month) 90.00; 20 boats 90.00; 21 boats 150.00; none 0.00
    const bill = (quantity: string) => ({
      currency: 'USD',
      prices: [
        {
          model: 'stairstep',
          name: 'Boats',
          tiers: [
            { upTo: '5', flatAmount: '40' },
            { upTo: '20', flatAmount: '90' },
            { upTo: null, flatAmount: '150' },
          ],
          usage: { quantity },
        },
      ],
    });
    const amounts: [quantity: string, amount: string][] = [
      ['0', '0.00'],
      ['5', '40.00'],
      ['5.5', '90.00'],
      ['20', '90.00'],
      ['21', '150.00'],
    ];
    for (const [quantity, amount] of amounts)
      assertBill(bill(quantity), [['Boats', quantity, amount]], `USD ${amount}`);
  });
});
