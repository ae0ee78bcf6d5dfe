import assert from 'node:assert/strict';
import { parseCurrency } from '../../../src/domain/money/currency.ts';
import { parseDecimal } from '../../../src/domain/money/exact.ts';
import { isBilledAhead, type Price, parsePrice, priceIn } from '../../../src/domain/rating/price.ts';
import { rate } from '../../../src/domain/rating/rate.ts';
import { tallyTransactions } from '../../../src/domain/rating/transactions.ts';
import { priced, usd, used } from '../support/prices.ts';
import { assertRefused } from '../support/properties.ts';

const jpy = parseCurrency('JPY');
const eur = parseCurrency('EUR');
const inYen = (price: Price) => priceIn(price, jpy, usd, 'p');

describe('a price in another currency', () => {
  it('is the price itself in the plan’s own', () => {
    const price = priced({ model: 'per_unit', unitAmount: '1' });
    assert.equal(priceIn(price, usd, usd, 'p'), price);
  });

  it('has the amounts that it was given there', () => {
    // Figures of Autumn: 150 units are 100 × 0.10 + 50 × 0.08 = 14 dollars, or 100 × 0.09 + 50 × 0.07 = 12.50 euros.
    const tiers = (first: string, second: string) => [
      { upTo: '100', unitAmount: first },
      { upTo: null, unitAmount: second },
    ];
    const price = priced({
      model: 'graduated',
      tiers: tiers('0.10', '0.08'),
      currencies: { EUR: { tiers: tiers('0.09', '0.07') } },
    });
    assert.equal(rate(price, used('150'), usd).amountMinor, 1400n);
    assert.equal(rate(priceIn(price, eur, usd, 'p'), used('150'), eur).amountMinor, 1250n);
  });

  it('has its own digits and bounds, and keeps what is no amount', () => {
    const price = priced({
      model: 'per_unit',
      unitAmount: '1',
      included: '10',
      minimumAmount: '5',
      currencies: { jpy: { unitAmount: '150.5', maximumAmount: '400' } },
    });
    // 13 - 10 = 3 units; 3 × 150.5 = 451.5, above the maximum of 400.
    assert.equal(rate(inYen(price), used('13'), jpy).amountMinor, 400n);
    // 1 × 150.5 = 150.5 → 151; the minimum is in dollars and none is said in yen.
    assert.equal(rate(inYen(price), used('11'), jpy).amountMinor, 151n);
    assert.equal(rate(inYen(price), used('0'), jpy).amountMinor, 0n);
    assert.equal(rate(price, used('0'), usd).amountMinor, 500n);
  });

  it('has none of the amounts that only the plan’s own currency says', () => {
    const cards = {
      model: 'percentage',
      rate: '2',
      fixedAmount: '0.30',
      freeAmount: '10',
      transactionMinimum: '0.50',
      transactionMaximum: '5',
      currencies: { JPY: { rate: '3' } },
    };
    // One transaction of 1,000,000 yen at 3 % is 30,000: a maximum of 5 dollars is not one of 5 yen.
    const transactions = tallyTransactions({ rate: '3' });
    transactions.add(parseDecimal('1000000'));
    const usage = { quantity: parseDecimal('1000000'), transactions: transactions.totals };
    assert.deepEqual(rate(inYen(priced(cards)), usage, jpy).working, [
      { kind: 'percentage', quantity: '1000000', rate: '3', amount: '30000' },
    ]);
    const { model: _model, currencies: _currencies, ...dollars } = cards;
    for (const name of Object.keys(dollars)) {
      assert.equal((inYen(priced(cards)) as Record<string, unknown>)[name], name === 'rate' ? '3' : undefined, name);
    }

    // Two dollars a seat in one currency, tiers in the other: each charges by its own alone.
    const seats = priced({
      model: 'seats',
      unitAmount: '2',
      currencies: { JPY: { tiers: [{ upTo: null, unitAmount: '300' }] } },
    });
    assert.equal('unitAmount' in inYen(seats), false);

    // Twice the fee in dollars, once in yen: the units are of the model and said anew.
    const fee = priced({ model: 'flat', amount: '10', units: '2', currencies: { JPY: { amount: '1500' } } });
    assert.equal(rate(inYen(fee), null, jpy).amountMinor, 1500n);
    assert.equal(rate(fee, null, usd).amountMinor, 2000n);
  });

  it('is refused when it has no amounts there: nothing is converted', () => {
    const price = priced({ model: 'per_unit', unitAmount: '1', currencies: { EUR: { unitAmount: '0.9' } } });
    assertRefused(() => inYen(price), 'price-invalid', 'p.currencies');
    assertRefused(() => inYen(priced({ model: 'flat', amount: '1' })), 'price-invalid', 'p.currencies');
  });

  it('is billed when the price itself says, whatever the currency', () => {
    const ahead = { model: 'flat', amount: '10', timing: 'advance', currencies: { JPY: { amount: '1500' } } };
    assert.equal(isBilledAhead(inYen(priced(ahead))), true);
    const behind = { model: 'flat', amount: '10', currencies: { JPY: { amount: '1500', timing: 'advance' } } };
    assertRefused(
      () => parsePrice({ key: 'k', name: 'K', ...behind }, 'p'),
      'price-invalid',
      'p.currencies.JPY.timing',
    );
    const same = { ...behind, currencies: { JPY: { amount: '1500', timing: 'arrears' } } };
    assert.equal(isBilledAhead(inYen(priced(same))), false);
  });

  it('is read with the rules of its model, and each currency once', () => {
    const refused = (currencies: unknown, field: string, code = 'price-invalid') =>
      assertRefused(
        () => parsePrice({ key: 'k', name: 'K', model: 'per_unit', unitAmount: '1', currencies }, 'p'),
        code,
        field,
      );
    refused({ XYZ: { unitAmount: '1' } }, 'p.currencies.XYZ', 'currency-unknown');
    refused({ EUR: {} }, 'p.currencies.EUR.unitAmount');
    refused({ EUR: { unitAmount: '1', included: '5' } }, 'p.currencies.EUR.included');
    refused({ EUR: { unitAmount: '-1' } }, 'p.currencies.EUR.unitAmount');
    refused({ EUR: { unitAmount: '1', minimumAmount: '5', maximumAmount: '4' } }, 'p.currencies.EUR.maximumAmount');
    refused({ EUR: { unitAmount: '1' }, eur: { unitAmount: '2' } }, 'p.currencies.eur');
    refused([], 'p.currencies');
    refused('EUR', 'p.currencies');
    refused(Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`C${i}`, {}])), 'p.currencies');
  });
});
