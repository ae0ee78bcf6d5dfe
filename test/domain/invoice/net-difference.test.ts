import assert from 'node:assert/strict';
import fc from 'fast-check';
import { netDifference } from '../../../src/domain/invoice/net-difference.ts';
import { parseCurrency } from '../../../src/domain/money/currency.ts';

const usd = parseCurrency('USD');
const line = (billedMinor: bigint, adjustedMinor: bigint, afterMinor: bigint) => ({
  billedMinor,
  adjustedMinor,
  afterMinor,
  differenceMinor: afterMinor - billedMinor - adjustedMinor,
});
const charged = (discountMinor: bigint, creditedMinor: bigint, besideMinor: bigint) => ({
  discountMinor,
  creditedMinor,
  besideMinor,
});

describe('A difference net of a discount', () => {
  it('is in proportion to what the discount has left of the line', () => {
    // 384.00 less 100.00: of 335.00 it is 335 × 284 ÷ 384 = 247.7604…
    assert.deepEqual(netDifference(line(384_00n, 0n, 49_00n), charged(100_00n, 0n, 0n), usd), {
      itemMinor: -247_76n,
      creditedMinor: 0n,
    });
  });

  it('is all of it for a line below zero, which no discount is for', () => {
    assert.deepEqual(netDifference(line(-5_00n, 0n, -8_00n), charged(0n, 0n, 0n), usd), {
      itemMinor: -3_00n,
      creditedMinor: 0n,
    });
  });

  it('keeps to its own direction, whatever was credited after an earlier correction', () => {
    // 100.00 was given back already when a note gave 60.00 more: 50 miles are still no more than 50.00.
    assert.deepEqual(netDifference(line(100_00n, -100_00n, 50_00n), charged(0n, 60_00n, -100_00n), usd), {
      itemMinor: 50_00n,
      creditedMinor: 0n,
    });
    // And what was given back in full before differences were net is not asked for by a lower one.
    assert.deepEqual(netDifference(line(100_00n, -50_00n, 40_00n), charged(100_00n, 0n, -50_00n), usd), {
      itemMinor: 0n,
      creditedMinor: 0n,
    });
  });

  it('comes to the same by any number of corrections, and never to less than nothing', () => {
    const amount = fc.bigInt({ min: 0n, max: 1_000_00n });
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 1_000_00n }),
        fc.nat(100),
        fc.nat(100),
        fc.array(amount, { minLength: 1, maxLength: 8 }),
        (billed, off, noted, afters) => {
          const discount = (billed * BigInt(off)) / 100n;
          const credited = ((billed - discount) * BigInt(noted)) / 100n;
          let [adjusted, beside] = [0n, 0n];
          for (const after of afters) {
            const one = line(billed, adjusted, after);
            beside += netDifference(one, charged(discount, credited, beside), usd).itemMinor;
            adjusted += one.differenceMinor;
            assert.ok(billed - discount + beside - credited >= 0n);
          }
          const atOnce = netDifference(line(billed, 0n, afters.at(-1)!), charged(discount, credited, 0n), usd);
          assert.equal(beside, atOnce.itemMinor);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
