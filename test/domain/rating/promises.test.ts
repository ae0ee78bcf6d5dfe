import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Exact, one, parseDecimal, ratio } from '../../../src/domain/money/exact.ts';
import type { Price } from '../../../src/domain/rating/price.ts';
import { rate } from '../../../src/domain/rating/rate.ts';
import { tallyTransactions } from '../../../src/domain/rating/transactions.ts';
import { anyPrice, anyShare, anyUse, everyModel, plainPrice, usageOf } from '../support/any-price.ts';
import { priced, quantityText, usd } from '../support/prices.ts';
import { assertFindsFault, runs } from '../support/properties.ts';
import { compare, equal, minus, plus, type Rational, rational, sumText, times } from '../support/rational.ts';
import type { WrittenPrice, WrittenTier, WrittenUse } from '../support/written.ts';

type Use = Required<WrittenUse>;

/** Exact where 20 decimals say it; shares are whole here unless one is given. */
const exactOf = (price: Price, use: Use, share: Exact = one): Rational =>
  rational(rate(price, usageOf(price, use), usd, share).exactAmount);
const minorOf = (price: Price, use: Use, share: Exact = one): bigint =>
  rate(price, usageOf(price, use), usd, share).amountMinor;

const shuffled = <T>(list: T[]) => fc.shuffledSubarray(list, { minLength: list.length });

describe('the order of what happened', function () {
  this.timeout(60_000);

  const inAnyOrder = (written: fc.Arbitrary<WrittenPrice>) =>
    fc.property(
      written,
      anyUse.chain((use) =>
        fc.tuple(fc.constant(use), fc.record({ transactions: shuffled(use.transactions), cells: shuffled(use.cells) })),
      ),
      (terms, [use, other]) => {
        const price = priced(terms);
        assert.equal(minorOf(price, use), minorOf(price, { ...use, ...other }));
        assert.ok(equal(exactOf(price, use), exactOf(price, { ...use, ...other })));
      },
    );
  const withoutAllowance = anyPrice('percentage').map(
    ({ freeTransactions: _number, freeAmount: _amount, ...written }) => written as WrittenPrice,
  );

  it('does not matter to transactions without an allowance, nor to cells', () => {
    fc.assert(inAnyOrder(withoutAllowance), runs);
    fc.assert(inAnyOrder(anyPrice('matrix')), runs);
  });

  it('matters where the first ones are free, which the property notices', () => {
    assertFindsFault(inAnyOrder(plainPrice('percentage')));
  });

  it('does not matter to the totals of transactions that were told apart', () => {
    // Number and sum of all and of the free ones are what the order leaves alone once the amount is the only limit.
    fc.assert(
      fc.property(
        fc.array(quantityText, { maxLength: 8 }).chain((all) => fc.tuple(fc.constant(all), shuffled(all))),
        quantityText,
        ([all, other], freeAmount) => {
          const [a, b] = [all, other].map((amounts) => {
            const { add, totals } = tallyTransactions({ rate: '1', freeAmount });
            for (const amount of amounts) add(parseDecimal(amount));
            return totals;
          });
          assert.equal(a!.count, b!.count);
          assert.ok(a!.sum.equals(b!.sum) && a!.freeSum.equals(b!.freeSum) && a!.plainSum.equals(b!.plainSum));
        },
      ),
      runs,
    );
  });
});

describe('a period in two parts', function () {
  this.timeout(60_000);

  /** The use of each part, and of both: the transactions of one after those of the other. */
  const parts = fc.tuple(anyUse, anyUse).map(([a, b]): [Use, Use, Use] => {
    const cellsOf = (use: Use) =>
      new Map(use.cells.map(({ values, quantity }) => [values.join(), { values, quantity }]));
    const cells = cellsOf(a);
    for (const [name, { values, quantity }] of cellsOf(b)) {
      cells.set(name, { values, quantity: sumText(quantity, cells.get(name)?.quantity ?? '0') });
    }
    const both = {
      quantity: sumText(a.quantity, b.quantity),
      transactions: [...a.transactions, ...b.transactions],
      carried: sumText(a.carried, b.carried),
      cells: [...cells.values()],
      spans: a.spans,
    };
    return [a, b, both];
  });
  const addsUp = (written: fc.Arbitrary<WrittenPrice>) =>
    fc.property(written, parts, (terms, [a, b, both]) => {
      const price = priced(terms);
      assert.ok(equal(plus(exactOf(price, a), exactOf(price, b)), exactOf(price, both)));
    });
  const noAllowance = plainPrice('percentage').map(
    ({ freeTransactions: _number, freeAmount: _amount, ...written }) => written as WrittenPrice,
  );

  it('costs what both cost where each unit has its price: per unit, percentage, dynamic and matrix', () => {
    fc.assert(addsUp(plainPrice('per_unit')), runs);
    fc.assert(addsUp(noAllowance), runs);
    fc.assert(addsUp(plainPrice('dynamic')), runs);
    fc.assert(addsUp(plainPrice('matrix')), runs);
  });

  it('costs something else where a part begins anew, which the property notices', () => {
    const beginningAnew = [
      'graduated',
      'graduated_percentage',
      'volume',
      'stairstep',
      'package',
      'percentage',
      'capacity',
    ];
    for (const model of beginningAnew) assertFindsFault(addsUp(plainPrice(model)));
  });

  it('shares what recurs so that the parts are the whole', () => {
    fc.assert(
      fc.property(
        fc.oneof(plainPrice('flat'), plainPrice('capacity')),
        fc.bigInt(1n, 2_678_400n).chain((d) => fc.tuple(fc.bigInt(0n, d), fc.constant(d))),
        (terms, [n, d]) => {
          const price = priced(terms);
          const nothing = { quantity: parseDecimal('0') };
          const stepOf = (share: Exact) => rate(price, nothing, usd, share).working[0]!.amount;
          const [first, second, both] = [ratio(n, d), ratio(d - n, d), one].map((share) => rational(stepOf(share)));
          // Each is cut off after 20 decimals, so that a unit of the 20th may be missing from both.
          const missing = minus(both!, plus(first!, second!));
          assert.ok(compare(missing, { n: 0n, d: 1n }) >= 0);
          assert.ok(compare(missing, { n: 2n, d: 10n ** 20n }) < 0);
        },
      ),
      runs,
    );
  });

  it('charges seats the same when a span is told in two', () => {
    fc.assert(
      fc.property(anyPrice('seats'), anyUse, anyShare, fc.nat(), (terms, use, { n, d }, place) => {
        const price = priced(terms);
        const at = place % use.spans.length;
        const { seats, share } = use.spans[at]!;
        const first = times(share, { n, d });
        const halves = [first, minus(share, first)].map((part) => ({ seats, share: part }));
        const told = { ...use, spans: use.spans.toSpliced(at, 1, ...halves) };
        assert.equal(minorOf(price, told), minorOf(price, use));
      }),
      runs,
    );
  });
});

describe('more use', function () {
  this.timeout(60_000);

  const rising = (tiers: WrittenTier[]): WrittenTier[] => {
    const amounts = tiers.map(({ flatAmount = '0' }) => flatAmount).sort((a, b) => compare(rational(a), rational(b)));
    return tiers.map((tier, index) => ({ ...tier, flatAmount: amounts[index]! }));
  };
  /** More of everything that a model reads: a larger quantity, a transaction more, more in a cell and in a span. */
  const lessAndMore = fc.tuple(anyUse, quantityText, fc.nat()).map(([use, more, place]): [Use, Use] => {
    const add = <T>(list: T[], change: (item: T) => T) =>
      list.map((item, index) => (index === place % list.length ? change(item) : item));
    return [
      use,
      {
        quantity: sumText(use.quantity, more),
        transactions: [...use.transactions, more],
        carried: sumText(use.carried, more),
        cells: add(use.cells, (cell) => ({ ...cell, quantity: sumText(cell.quantity, more) })),
        spans: add(use.spans, (span) => ({ ...span, seats: sumText(span.seats, more) })),
      },
    ];
  });
  const neverCheaper = (written: fc.Arbitrary<WrittenPrice>) =>
    fc.property(written, lessAndMore, anyShare, (terms, [less, more], { n, d }) => {
      const price = priced(terms);
      assert.ok(compare(exactOf(price, less, ratio(n, d)), exactOf(price, more, ratio(n, d))) <= 0);
      assert.ok(minorOf(price, less, ratio(n, d)) <= minorOf(price, more, ratio(n, d)));
    });

  for (const model of everyModel.filter((name) => !['volume', 'stairstep', 'seats'].includes(name))) {
    it(`never costs less by ${model}`, () => {
      fc.assert(neverCheaper(anyPrice(model)), runs);
    });
  }

  it('never costs less by stairstep where the steps rise, nor by seats without volume tiers', () => {
    const steps = anyPrice('stairstep').map((written) => ({ ...written, tiers: rising(written.tiers!) }));
    fc.assert(neverCheaper(steps), runs);
    const seats = anyPrice('seats').map(({ tiering: _volume, ...written }) => written as WrittenPrice);
    fc.assert(neverCheaper(seats), runs);
  });

  it('may cost less by volume, and on steps that fall, which the property notices', () => {
    assertFindsFault(neverCheaper(plainPrice('volume')));
    assertFindsFault(neverCheaper(plainPrice('stairstep')));
    assertFindsFault(neverCheaper(plainPrice('seats')));
  });

  it('of one transaction never costs less where it is the amount that grows, allowance and bounds or not', () => {
    fc.assert(
      fc.property(anyPrice('percentage'), anyUse, quantityText, fc.nat(), (terms, use, more, place) => {
        const price = priced(terms);
        const grown = use.transactions.map((amount, index) =>
          index === place % use.transactions.length ? sumText(amount, more) : amount,
        );
        assert.ok(compare(exactOf(price, use), exactOf(price, { ...use, transactions: grown })) <= 0);
      }),
      runs,
    );
  });
});
