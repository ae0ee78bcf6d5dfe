import assert from 'node:assert/strict';
import fc from 'fast-check';
import { currencies, currencyExponent } from '../../../src/domain/money/currency.ts';
import { one, ratio } from '../../../src/domain/money/exact.ts';
import { modelNames } from '../../../src/domain/rating/models/index.ts';
import { rate } from '../../../src/domain/rating/rate.ts';
import { anyPrice, anyShare, anyUse, everyModel, usageOf } from '../support/any-price.ts';
import { oracle } from '../support/oracle.ts';
import { priced } from '../support/prices.ts';
import { assertFindsFault, runs } from '../support/properties.ts';
import { equal, rational, roundedUnits } from '../support/rational.ts';
import type { WrittenPrice, WrittenUse } from '../support/written.ts';

type Rate = typeof rate;
type Change = {
  price?: (written: WrittenPrice) => WrittenPrice;
  use?: (use: Required<WrittenUse>) => Required<WrittenUse>;
};

/** Rated as the oracle says, whatever the options; a change plants a fault in what the code is given. */
const agrees = (model: string, { rateIt = rate, price: change, use: other }: Change & { rateIt?: Rate } = {}) =>
  fc.property(anyPrice(model), anyUse, anyShare, fc.constantFrom(...currencies), (written, use, share, currency) => {
    const price = priced(change?.(written) ?? written);
    const line = rateIt(price, usageOf(price, other?.(use) ?? use), currency, ratio(share.n, share.d));
    const exact = oracle(written, use, share);
    const digits = currencyExponent(currency);
    assert.equal(line.amountMinor, roundedUnits(exact, digits));
    // Shown is the exact amount, cut off after 20 decimals; it rounds to the same minor units.
    const shown = rational(line.exactAmount);
    assert.ok(equal(shown, { n: (exact.n * 10n ** 20n) / exact.d, d: 10n ** 20n }), line.exactAmount);
    assert.equal(roundedUnits(shown, digits), line.amountMinor);
  });

describe('a line of any price', function () {
  this.timeout(60_000);

  it('is checked for every model there is', () => {
    assert.deepEqual(everyModel.toSorted(), modelNames.toSorted());
  });

  for (const model of everyModel) {
    it(`costs by ${model} what exact fractions say`, () => {
      fc.assert(agrees(model), runs);
    });
  }

  it('is checked by properties that notice a share not taken, or taken of everything', () => {
    for (const model of ['flat', 'capacity']) {
      assertFindsFault(agrees(model, { rateIt: (price, usage, currency) => rate(price, usage, currency, one) }));
    }
    assertFindsFault(agrees('flat', { price: (written) => ({ ...written, prorate: true }) }));
  });

  it('is checked by properties that notice an option that is not heard', () => {
    const without = (field: keyof WrittenPrice) => ({
      price: ({ [field]: _left, ...written }: WrittenPrice) => written as WrittenPrice,
    });
    for (const [model, fields] of Object.entries({
      flat: ['units', 'minimumAmount', 'maximumAmount', 'commitment'],
      per_unit: ['included', 'convert'],
      graduated: ['zeroUsage', 'included', 'commitment'],
      package: ['rounding', 'convert'],
      percentage: ['fixedAmount', 'freeTransactions', 'freeAmount', 'transactionMinimum', 'transactionMaximum'],
      dynamic: ['multiplier'],
      seats: ['onDecrease', 'tiering'],
    })) {
      for (const field of fields) assertFindsFault(agrees(model, without(field as keyof WrittenPrice)));
    }
  });

  it('is checked by properties that notice transactions in another order, and seats in another', () => {
    const turned = (use: Required<WrittenUse>) => ({ ...use, transactions: use.transactions.toReversed() });
    assertFindsFault(agrees('percentage', { use: turned }));
    assertFindsFault(agrees('seats', { use: (use) => ({ ...use, spans: use.spans.toReversed() }) }));
  });

  it('is checked by properties that notice a tier’s maximum that is not heard', () => {
    const uncapped = (written: WrittenPrice) => ({
      ...written,
      tiers: written.tiers!.map(({ maximumAmount: _cap, ...tier }) => tier),
    });
    assertFindsFault(agrees('graduated', { price: uncapped }));
    assertFindsFault(agrees('volume', { price: uncapped }));
  });
});
