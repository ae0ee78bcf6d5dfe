import assert from 'node:assert/strict';
import { parsePrice } from '../../../src/domain/rating/price.ts';
import { rate } from '../../../src/domain/rating/rate.ts';
import { priced, transacted, usd } from '../support/prices.ts';
import { assertRefused } from '../support/properties.ts';

const rated = (terms: object, amounts: readonly (string | number)[]) => {
  const price = priced({ model: 'percentage', ...terms });
  return rate(price, transacted(price, amounts.map(String)), usd);
};
const exact = (...given: Parameters<typeof rated>) => rated(...given).exactAmount;

describe('a percentage of transactions', () => {
  it('charges the rate of their sum and a fixed amount for each', () => {
    // 100 + 19.99 = 119.99; × 2.9 % = 3.47971; 2 × 0.30 = 0.60; together 4.07971 → 4.08
    assert.deepEqual(rated({ rate: '2.9', fixedAmount: '0.30' }, ['100', '19.99']), {
      quantity: '119.99',
      billableQuantity: '119.99',
      exactAmount: '4.07971',
      amountMinor: 408n,
      working: [
        { kind: 'percentage', quantity: '119.99', rate: '2.9', amount: '3.47971' },
        { kind: 'fixed', transactions: '2', unitAmount: '0.30', amount: '0.6' },
      ],
    });
  });

  it('charges nothing for none', () => {
    assert.deepEqual(rated({ rate: '2', fixedAmount: '1', transactionMinimum: '5' }, []).working, []);
  });

  it('charges the fixed amount for a transaction of nothing', () => {
    // Lago drops the fixed part where the sum is zero; a payment of nothing is a transaction all the same here.
    assert.equal(exact({ rate: '2', fixedAmount: '0.30' }, ['0', '0']), '0.6');
  });

  describe('with the first ones free', () => {
    it('leaves out so many', () => {
      // Lago: 1.3 % and 2 each, 3 of 4 free: 400 × 1.3 % + 2 = 7.20.
      assert.deepEqual(rated({ rate: '1.3', fixedAmount: '2', freeTransactions: '3' }, [50, 100, 250, 400]).working, [
        { kind: 'free', quantity: '400', transactions: '3', amount: '0' },
        { kind: 'percentage', quantity: '400', rate: '1.3', amount: '5.2' },
        { kind: 'fixed', transactions: '1', unitAmount: '2', amount: '2' },
      ]);
    });

    it('leaves out so much, the transaction in which it runs out in part', () => {
      // Lago: 250 free are 50 + 100 and 100 of the third; it pays for 150 of it, and its fixed amount whole.
      // (150 + 400) × 1.3 % = 7.15; 2 × 2 = 4; together 11.15.
      assert.deepEqual(rated({ rate: '1.3', fixedAmount: '2', freeAmount: '250' }, [50, 100, 250, 400]).working, [
        { kind: 'free', quantity: '250', transactions: '2', amount: '0' },
        { kind: 'percentage', quantity: '550', rate: '1.3', amount: '7.15' },
        { kind: 'fixed', transactions: '2', unitAmount: '2', amount: '4' },
      ]);
    });

    it('tells of free ones alone where nothing pays, also where they are of nothing or free in part', () => {
      assert.deepEqual(rated({ rate: '1', fixedAmount: '2', freeTransactions: '2' }, [10, 20]).working, [
        { kind: 'free', quantity: '30', transactions: '2', amount: '0' },
      ]);
      assert.deepEqual(rated({ rate: '1', fixedAmount: '2', freeTransactions: '1' }, [0]).working, [
        { kind: 'free', quantity: '0', transactions: '1', amount: '0' },
      ]);
      // 30 of the 80 are free, none of them wholly: 50 × 1 % = 0.50
      assert.deepEqual(rated({ rate: '1', freeAmount: '30' }, [80]).working, [
        { kind: 'free', quantity: '30', transactions: '0', amount: '0' },
        { kind: 'percentage', quantity: '50', rate: '1', amount: '0.5' },
      ]);
    });

    it('ends with whichever of number and amount is used up first', () => {
      const both = (freeTransactions: string, freeAmount: string) => ({
        rate: '1.3',
        fixedAmount: '2',
        freeTransactions,
        freeAmount,
      });
      // Lago: the amount first (250 before the third is over): 11.15 as above.
      assert.equal(exact(both('3', '250'), [50, 100, 250, 400]), '11.15');
      // Lago: the number first (400 of 500): the fourth pays 400 × 1.3 % + 2 = 7.20.
      assert.equal(exact(both('3', '500'), [50, 100, 250, 400]), '7.2');
      // The second transaction uses both up at once: 250 × 1.3 % + 2 = 5.25, and 400 × 1.3 % + 2 = 7.20.
      assert.equal(exact(both('2', '150'), [50, 100, 250, 400]), '12.45');
    });

    it('covers a transaction that uses the amount up exactly, also its fixed amount', () => {
      // Lago would charge the fixed 5 for it: only what stays strictly below is wholly free there.
      assert.equal(exact({ rate: '1', fixedAmount: '5', freeAmount: '15' }, [10, 5]), '0');
      assert.equal(exact({ rate: '1', fixedAmount: '5', freeAmount: '15' }, [10, 5, 0]), '5');
    });

    it('depends on their order where the amounts differ', () => {
      // The first of two is free: 1 % of 20, or of 10.
      assert.equal(exact({ rate: '1', freeTransactions: '1' }, [10, 20]), '0.2');
      assert.equal(exact({ rate: '1', freeTransactions: '1' }, [20, 10]), '0.1');
    });

    it('frees nothing with an allowance of zero', () => {
      assert.equal(exact({ rate: '1', fixedAmount: '1', freeTransactions: '0' }, [100]), '2');
      assert.equal(exact({ rate: '1', fixedAmount: '1', freeAmount: '0' }, [100, 0]), '3');
      assert.equal(exact({ rate: '1', fixedAmount: '1', freeTransactions: '0', freeAmount: '100' }, [100]), '2');
    });

    it('frees nothing for ever: what is left of the number does not count once the amount is gone', () => {
      // 15 free, of 5 transactions: 10, then 5 of 10 (5 × 1 % + 1 = 1.05), then 10 × 1 % + 1 = 1.10.
      assert.equal(
        exact({ rate: '1', fixedAmount: '1', freeTransactions: '5', freeAmount: '15' }, [10, 10, 10]),
        '2.15',
      );
    });
  });

  describe('with bounds for each', () => {
    const bounds = { rate: '2.99', transactionMinimum: '1.75', transactionMaximum: '12' };

    it('brings each to them and says how many', () => {
      // Lago: 10 × 2.99 % = 0.299 → 1.75; 80 × 2.99 % = 2.392; 10,000 × 2.99 % = 299 → 12; together 16.142.
      const line = rated(bounds, [10, 80, 10_000]);
      assert.equal(line.exactAmount, '16.142');
      assert.equal(line.quantity, '10090');
      assert.deepEqual(line.working, [
        { kind: 'percentage', quantity: '80', rate: '2.99', amount: '2.392' },
        { kind: 'bounded', transactions: '1', unitAmount: '1.75', amount: '1.75' },
        { kind: 'bounded', transactions: '1', unitAmount: '12', amount: '12' },
      ]);
    });

    it('adds the fixed amount before', () => {
      // Lago: 2.299, 4.392 and 301 → 12; together 18.691.
      assert.equal(exact({ ...bounds, fixedAmount: '2' }, [10, 80, 10_000]), '18.691');
    });

    it('asks no minimum of a free one', () => {
      // Lago: the first two are free, the third is 12.
      assert.equal(exact({ ...bounds, freeTransactions: '2' }, [10, 80, 10_000]), '12');
    });

    it('bounds what is left of one that is free in part', () => {
      // Lago: 10 and 20 of the 80 are free: 60 × 2.99 % = 1.794, above the minimum; 12; together 13.794.
      assert.equal(exact({ ...bounds, freeAmount: '30' }, [10, 80, 10_000]), '13.794');
      // 89 of the 90 are free: 1 × 2.99 % = 0.0299 → 1.75, and 12.
      assert.equal(exact({ ...bounds, freeAmount: '89' }, [10, 80, 10_000]), '13.75');
      // Lago: 9,910 of the third are free by the amount, though it is within the number: 90 × 2.99 % = 2.691.
      assert.equal(exact({ ...bounds, freeTransactions: '3', freeAmount: '10000' }, [10, 80, 10_000]), '2.691');
    });

    it('leaves alone what is at a bound', () => {
      // 175 × 1 % = 1.75 and 1,200 × 1 % = 12: neither is moved.
      assert.deepEqual(
        rated({ rate: '1', transactionMinimum: '1.75', transactionMaximum: '12' }, [175, 1200]).working,
        [{ kind: 'percentage', quantity: '1375', rate: '1', amount: '13.75' }],
      );
    });
  });

  describe('of refunds', () => {
    it('asks no minimum of one', () => {
      // 100 at 2 % is 2; 20 given back are -0.40, and not a second charge of 0.50.
      const terms = { rate: '2', transactionMinimum: '0.50' };
      assert.deepEqual(rated(terms, [100, -20]).working, [
        { kind: 'percentage', quantity: '80', rate: '2', amount: '1.6' },
      ]);
      // Ten payments of 1 at the minimum are 5.00, less 2 % of the 1 that was given back: 4.98, and not nothing.
      assert.equal(exact(terms, [...Array(10).fill(1), -1]), '4.98');
    });

    it('gives back the maximum at the most', () => {
      // 1,000 at 2 % is at the maximum of 5, and is given back whole: 40 payments of 50 pay 40 × 1 = 40.
      const terms = { rate: '2', transactionMaximum: '5' };
      assert.equal(exact(terms, [...Array(40).fill(50), 1_000, -1_000]), '40');
      assert.deepEqual(rated(terms, [1_000, -1_000]).working, []);
      // Paid the month before: what is given back now comes off the 40.
      const later = rated(terms, [...Array(40).fill(50), -1_000]);
      assert.equal(later.exactAmount, '35');
      assert.deepEqual(later.working.at(-1), { kind: 'bounded', transactions: '-1', unitAmount: '5', amount: '-5' });
    });

    it('pays nobody', () => {
      const terms = { rate: '2', freeTransactions: '1', transactionMaximum: '5' };
      // The first 1,000 is free, and the refund of 900 would be 5 below zero.
      assertRefused(() => rated(terms, [1_000, -900]), 'quantity-negative');
      assert.equal(exact({ ...terms, belowZero: 'zero' }, [1_000, -900]), '0');
    });
  });

  it('is refused where refunds outweigh what pays, though the sum is above zero', () => {
    // 100 free and 50 given back: 50 in all, but 1 % of -50 would be a line below zero.
    assertRefused(() => rated({ rate: '1', freeTransactions: '1' }, [100, -50]), 'quantity-negative');
    assert.equal(exact({ rate: '1' }, [100, -50]), '0.5');
  });

  it('has terms that fit each other', () => {
    const refused = (terms: object, field: string, code = 'price-invalid') =>
      assertRefused(() => parsePrice({ key: 'k', name: 'K', model: 'percentage', ...terms }, 'p'), code, field);
    refused({}, 'p.rate');
    refused({ rate: '-1' }, 'p.rate');
    refused({ rate: 2.9 }, 'p.rate', 'decimal-invalid');
    refused({ rate: '1', transactionMinimum: '5', transactionMaximum: '4.99' }, 'p.transactionMaximum');
    refused({ rate: '1', freeTransactions: '2.5' }, 'p.freeTransactions');
    refused({ rate: '1', freeTransactions: '-1' }, 'p.freeTransactions');
    refused({ rate: '1', included: '5' }, 'p.included');
    refused({ rate: '1', convert: { divideBy: '100', rounding: 'none' } }, 'p.convert');
    refused({ rate: '1', unitAmount: '1' }, 'p.unitAmount');
    parsePrice(
      { key: 'k', name: 'K', model: 'percentage', rate: '1', transactionMinimum: '5', transactionMaximum: '5' },
      'p',
    );
  });

  it('is of other transactions than a quantity alone can tell: figures of Lago', () => {
    const cases: [terms: object, amounts: (string | number)[], exactAmount: string][] = [
      [{ rate: '1.3', fixedAmount: '2' }, [50, 100, 250, 400], '18.4'],
      [{ rate: '1.3', fixedAmount: '2', freeTransactions: '5' }, [50, 100, 150, 100], '0'],
      [{ rate: '2.9' }, [1, 1, 1, 1], '0.116'],
      [{ rate: '0', fixedAmount: '2' }, [50, 100, 250, 400], '8'],
      [{ rate: '2.99' }, [10, 80, 10_000], '301.691'],
      // After each event, so that the amounts are those of the first, the first two …
      [{ rate: '1', fixedAmount: '5', freeTransactions: '3' }, [10, 10, 10], '0'],
      [{ rate: '1', fixedAmount: '5', freeTransactions: '3' }, [10, 10, 10, 10], '5.1'],
      [{ rate: '1', fixedAmount: '5', freeAmount: '15' }, [4, 4, 4], '0'],
      [{ rate: '1', fixedAmount: '5', freeAmount: '15' }, [4, 4, 4, 4], '5.01'],
      [{ rate: '1', fixedAmount: '5', freeAmount: '15' }, [4, 4, 4, 4, 10], '10.11'],
      [{ rate: '1', fixedAmount: '5', freeTransactions: '3', freeAmount: '15' }, [1, 1, 1, 1], '5.01'],
      [{ rate: '1', fixedAmount: '5', freeTransactions: '3', freeAmount: '15' }, [10, 10], '5.05'],
      [{ rate: '1', fixedAmount: '5', freeTransactions: '3', freeAmount: '15' }, [10, 10, 10], '10.15'],
      [{ rate: '1', fixedAmount: '1', transactionMinimum: '1.75', transactionMaximum: '12' }, [100], '2'],
      [{ rate: '1', fixedAmount: '1', transactionMinimum: '1.75', transactionMaximum: '12' }, [100, 1000], '13'],
      [
        { rate: '1', fixedAmount: '1', transactionMinimum: '1.75', transactionMaximum: '12' },
        [100, 1000, 10_000],
        '25',
      ],
      [{ rate: '5', fixedAmount: '1', freeTransactions: '2' }, [8, 5, 3], '1.15'],
      [{ rate: '5', fixedAmount: '1', freeAmount: '120' }, [100, 10, 20], '1.5'],
      [{ rate: '5', fixedAmount: '1', freeAmount: '120' }, [100, 10, 20, 20], '3.5'],
      [
        { rate: '1', fixedAmount: '0.5', transactionMinimum: '1.75', transactionMaximum: '2' },
        [100, 1000, 10_000, 333],
        '7.75',
      ],
    ];
    for (const [terms, amounts, expected] of cases) {
      assert.equal(exact(terms, amounts), expected, JSON.stringify([terms, amounts]));
    }
  });
});
