import assert from 'node:assert/strict';
import { type Exact, one, parseDecimal, ratio } from '../../../src/domain/money/exact.ts';
import { parsePrice } from '../../../src/domain/rating/price.ts';
import { rate } from '../../../src/domain/rating/rate.ts';
import type { Usage } from '../../../src/domain/rating/usage.ts';
import { priced, tiersOf, usd } from '../support/prices.ts';
import { assertRefused } from '../support/properties.ts';

/** So many seats from a day of June to the next change; June has 30 days, and the last span ends with it. */
function june(...changes: [day: number, seats: string][]): Usage {
  const at = (day: number) => new Date(Date.UTC(2025, 5, day));
  const spans = changes.map(([day, seats], index) => {
    const end = changes[index + 1]?.[0] ?? 31;
    const share: Exact = ratio(BigInt(end - day), 30n);
    return { startAt: at(day), endAt: at(end), quantity: parseDecimal(seats), share };
  });
  return { quantity: spans.at(-1)!.quantity, spans };
}

const rated = (particulars: object, usage: Usage, share: Exact = one) =>
  rate(priced({ model: 'seats', ...particulars }), usage, usd, share);
const exact = (...given: Parameters<typeof rated>) => rated(...given).exactAmount;

describe('seats', () => {
  it('are each paid for as long as they are there', () => {
    // Polar: 5 seats at 10, 3 more for the 15 days from the 16th: 5 × 10 × 15/30 + 8 × 10 × 15/30 = 25 + 40, which is
    // 50 for the month and 15 for the change.
    assert.deepEqual(rated({ unitAmount: '10' }, june([1, '5'], [16, '8'])), {
      quantity: '8',
      billableQuantity: '8',
      exactAmount: '65',
      amountMinor: 6500n,
      working: [
        {
          kind: 'units',
          quantity: '5',
          unitAmount: '10',
          startAt: '2025-06-01T00:00:00.000Z',
          endAt: '2025-06-16T00:00:00.000Z',
          share: { numerator: '1', denominator: '2' },
          amount: '25',
        },
        {
          kind: 'units',
          quantity: '8',
          unitAmount: '10',
          startAt: '2025-06-16T00:00:00.000Z',
          endAt: '2025-07-01T00:00:00.000Z',
          share: { numerator: '1', denominator: '2' },
          amount: '40',
        },
      ],
    });
    // Polar: 5 × 15 and 5 more for 20 of 30 days: 75 + 50; 10 × 20 and 2 more for half: 200 + 20; 5 × 29 to 7 × 29.
    assert.equal(exact({ unitAmount: '15' }, june([1, '5'], [11, '10'])), '125');
    assert.equal(exact({ unitAmount: '20' }, june([1, '10'], [16, '12'])), '220');
  });

  it('end what they cost when they are given back', () => {
    // Polar: 10 × 15 = 150, 3 given back for half of the month: -22.50.
    assert.equal(exact({ unitAmount: '15' }, june([1, '10'], [16, '7'])), '127.5');
    assert.equal(exact({ unitAmount: '15', onDecrease: 'prorated' }, june([1, '10'], [16, '7'])), '127.5');
    // All of them: 10 × 15 × 15/30 = 75, and no step for the rest.
    const none = rated({ unitAmount: '15' }, june([1, '10'], [16, '0']));
    assert.equal(none.exactAmount, '75');
    assert.equal(none.working.length, 1);
  });

  it('pay for the whole of a period that is not prorated, each for its part of it', () => {
    // Half of June: 4 seats for 5 days, 8 for 10. As parts of the 15 days: 4 × 30 / 3 + 8 × 30 × 2 / 3 = 40 + 160.
    const half = june([16, '4'], [21, '8']);
    assert.equal(exact({ unitAmount: '30' }, half, ratio(1n, 2n)), '100');
    assert.equal(exact({ unitAmount: '30', prorate: true }, half, ratio(1n, 2n)), '100');
    const whole = rated({ unitAmount: '30', prorate: false }, half, ratio(1n, 2n));
    assert.equal(whole.exactAmount, '200');
    assert.deepEqual(
      whole.working.map(({ share }) => share),
      [
        { numerator: '1', denominator: '3' },
        { numerator: '2', denominator: '3' },
      ],
    );
    // By the day some hours have none, and are shared by time: 8 of 12 hours with 3 seats, 4 with 6: 2 + 2.
    const at = (hour: number) => new Date(Date.UTC(2025, 5, 10, hour));
    const spans = [
      { startAt: at(0), endAt: at(8), quantity: parseDecimal('3'), share: ratio(0n, 30n) },
      { startAt: at(8), endAt: at(12), quantity: parseDecimal('6'), share: ratio(0n, 30n) },
    ];
    const hours = { quantity: parseDecimal('6'), spans };
    assert.equal(exact({ unitAmount: '1' }, hours, ratio(0n, 30n)), '0');
    assert.equal(exact({ unitAmount: '1', prorate: false }, hours, ratio(0n, 30n)), '4');
    // A quantity without instants is there all the time.
    const always = [{ startAt: at(0), endAt: at(0), quantity: parseDecimal('3'), share: ratio(0n, 30n) }];
    assert.equal(exact({ unitAmount: '1', prorate: false }, { quantity: parseDecimal('3'), spans: always }), '3');
  });

  it('are paid to the end when they are kept', () => {
    const kept = { unitAmount: '15', onDecrease: 'kept' };
    assert.equal(exact(kept, june([1, '10'], [16, '7'])), '150');
    // 10, then 7 and 9 within the 10, then 12: 10 × 15 × 20/30 + 12 × 15 × 10/30 = 100 + 60.
    assert.equal(exact(kept, june([1, '10'], [11, '7'], [16, '9'], [21, '12'])), '160');
    assert.equal(exact(kept, june([1, '3'], [16, '6'])), '67.5');
  });

  it('are charged by tiers as a whole period would be, and then shared', () => {
    const tiers = tiersOf(['5', '10'], [null, '6', '3']);
    // 4 × 10 = 40 for a third; 8 graduated: 50 + 18 + 3 = 71 for two thirds: 13.333… + 47.333… = 60.666…
    assert.equal(exact({ tiers }, june([1, '4'], [11, '8'])), '60.66666666666666666666');
    assert.equal(rated({ tiers }, june([1, '4'], [11, '8'])).amountMinor, 6067n);
    assert.equal(exact({ tiers, tiering: 'graduated' }, june([1, '8'])), '71');
    // By volume 8 × 6 + 3 = 51: 40/3 + 102/3 = 47.333…
    assert.equal(exact({ tiers, tiering: 'volume' }, june([1, '4'], [11, '8'])), '47.33333333333333333333');
    assert.equal(exact({ tiers, tiering: 'volume' }, june([1, '8'])), '51');
  });

  it('agree with Polar’s figures for seats in tiers', () => {
    const tiers = tiersOf(['10', '10'], ['50', '8'], [null, '6']);
    for (const [seats, graduated, volume] of [
      ['1', '10', '10'],
      ['5', '50', '50'],
      ['10', '100', '100'],
      ['11', '108', '88'],
      ['50', '420', '400'],
      ['51', '426', '306'],
      ['100', '720', '600'],
    ] as const) {
      assert.equal(exact({ tiers }, june([1, seats])), graduated);
      assert.equal(exact({ tiers, tiering: 'volume' }, june([1, seats])), volume);
    }
  });

  it('leave out the included ones in every span', () => {
    // 2 free: (5 - 2) × 10 / 2 + (8 - 2) × 10 / 2 = 15 + 30; one seat is free altogether.
    assert.equal(exact({ unitAmount: '10', included: '2' }, june([1, '5'], [16, '8'])), '45');
    assert.equal(exact({ unitAmount: '10', included: '2' }, june([1, '1'])), '0');
  });

  it('pay what the first tier asks without a seat only where that is charged', () => {
    const tiers = tiersOf(['5', '1', '4'], [null, '2']);
    // Half a month without: 4 / 2 = 2; half with 3: (3 + 4) / 2 = 3.50.
    assert.equal(exact({ tiers }, june([1, '0'], [16, '3'])), '3.5');
    assert.equal(exact({ tiers, zeroUsage: 'charged' }, june([1, '0'], [16, '3'])), '5.5');
  });

  it('of a part of a cycle are shared by their spans and not once more', () => {
    // From the 16th on 4 seats for 15 of 30 days: 4 × 10 / 2 = 20; the minimum of 50 is shared with the period: 25.
    const late = june([16, '4']);
    assert.equal(exact({ unitAmount: '10' }, late, ratio(1n, 2n)), '20');
    assert.equal(exact({ unitAmount: '10', minimumAmount: '50' }, late, ratio(1n, 2n)), '25');
  });

  it('are rounded once, whatever the number of changes', () => {
    // 1 × 0.10 × (7 + 7 + 16) / 30 = 0.10; each span alone would be 0.02 + 0.02 + 0.05 = 0.09.
    assert.equal(rated({ unitAmount: '0.10' }, june([1, '1'], [8, '1'], [15, '1'])).amountMinor, 10n);
  });

  it('are refused below zero in any span, and cost nothing without one', () => {
    assertRefused(() => rated({ unitAmount: '1' }, june([1, '-1'], [16, '5'])), 'quantity-negative');
    assert.equal(exact({ unitAmount: '1' }, { quantity: parseDecimal('0') }), '0');
  });

  it('have either one price or tiers', () => {
    const refused = (particulars: object, field: string) =>
      assertRefused(
        () => parsePrice({ key: 'k', name: 'K', model: 'seats', ...particulars }, 'p'),
        'price-invalid',
        field,
      );
    const tiers = tiersOf([null, '1']);
    refused({}, 'p');
    refused({ unitAmount: '1', tiers }, 'p');
    refused({ unitAmount: '1', tiering: 'volume' }, 'p.tiering');
    refused({ tiers, tiering: 'stairstep' }, 'p.tiering');
    refused({ tiers, onDecrease: 'refunded' }, 'p.onDecrease');
    refused({ tiers: [] }, 'p.tiers');
    refused({ unitAmount: '-1' }, 'p.unitAmount');
    refused({ unitAmount: '1', amount: '1' }, 'p.amount');
  });
});
