import { parseDecimal, ratio } from '../../../src/domain/money/exact.ts';
import { rate } from '../../../src/domain/rating/rate.ts';
import { maxLines, maxSteps, rateLines } from '../../../src/domain/rating/rate-lines.ts';
import { priced, usd } from '../support/prices.ts';
import { assertRefused } from '../support/properties.ts';

const steps = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    upTo: index === count - 1 ? null : String(index + 1),
    unitAmount: '1',
  }));
const groups = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    usage: { quantity: parseDecimal('1000') },
    group: [`g${index}`],
    eventCount: 1n,
    skippedCount: 0n,
  }));

describe('the size of a bill', () => {
  it('is bounded by lines', () => {
    const price = priced({ model: 'per_unit', unitAmount: '1', groupBy: ['g'] });
    rateLines([{ price, measured: groups(maxLines) }], usd);
    assertRefused(
      () => rateLines([{ price, measured: groups(maxLines + 1), field: 'prices[7]' }], usd),
      'amount-out-of-range',
      'prices[7]',
    );
    // However many prices they are of.
    const half = { price, measured: groups(maxLines / 2) };
    assertRefused(() => rateLines([half, half, { ...half, measured: groups(1) }], usd), 'amount-out-of-range');
  });

  it('is bounded by steps of the working', () => {
    // 100 tiers that 1,000 units all reach: a thousand groups are 100,000 steps.
    const price = priced({ model: 'graduated', groupBy: ['g'], tiers: steps(100) });
    rateLines([{ price, measured: groups(maxSteps / 100) }], usd);
    assertRefused(() => rateLines([{ price, measured: groups(maxSteps / 100 + 1) }], usd), 'amount-out-of-range');
  });

  it('is bounded by changes of seats that go through tiers', () => {
    const spans = (count: number) =>
      Array.from({ length: count }, (_, index) => ({
        startAt: new Date(index),
        endAt: new Date(index + 1),
        quantity: parseDecimal('1'),
        share: ratio(1n, BigInt(count)),
      }));
    const seats = priced({ model: 'seats', tiers: steps(100) });
    const usage = (count: number) => ({ quantity: parseDecimal('1'), spans: spans(count) });
    rate(seats, usage(1_000), usd);
    assertRefused(() => rate(seats, usage(1_001), usd), 'amount-out-of-range');
  });
});
