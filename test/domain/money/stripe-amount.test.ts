import assert from 'node:assert/strict';
import { parseCurrency } from '../../../src/domain/money/currency.ts';
import { money } from '../../../src/domain/money/money.ts';
import { fromStripeAmount, stripeAmountInMinor, toStripeAmount } from '../../../src/domain/money/stripe-amount.ts';

/** Amounts as Stripe tells them, where its unit is not that of ISO 4217, worked out by hand. */
describe('An amount of Stripe in the unit of the books', () => {
  const cases: [amount: number, currency: string, minor: string][] = [
    [12_345, 'USD', '12345'],
    [-12_345, 'USD', '-12345'],
    [500, 'JPY', '500'],
    [12_340, 'KWD', '12340'],
    // No minor unit any more, still sent with two digits: 10.00 is 10; half a krona has no unit of ours.
    [1_000, 'ISK', '10'],
    [1_050, 'ISK', '10.5'],
    [-1_005, 'ISK', '-10.05'],
    [7, 'UGX', '0.07'],
    [0, 'ISK', '0'],
    // Stripe takes whole ariary; ours are counted in hundredths by ISO 4217.
    [3, 'MGA', '300'],
    // A currency that the books do not know is left as it is.
    [42, 'XTS', '42'],
  ];
  for (const [amount, currency, minor] of cases) {
    it(`${amount} ${currency} is ${minor}`, () => {
      assert.equal(stripeAmountInMinor(amount, currency), minor);
    });
  }

  it('is what was sent, there and back', () => {
    for (const code of ['USD', 'JPY', 'ISK', 'UGX', 'MGA', 'KWD']) {
      const currency = parseCurrency(code);
      const sent = toStripeAmount(money(12_300n, currency));
      assert.equal(stripeAmountInMinor(Number(sent), code), '12300');
    }
  });
});

describe('An amount that Stripe has taken, in whole minor units', () => {
  const taken = (amount: number, code: string) => fromStripeAmount(amount, parseCurrency(code));

  it('is the same integer where Stripe follows ISO 4217', () => {
    assert.equal(taken(12_345, 'USD'), 12_345n);
    assert.equal(taken(-500, 'JPY'), -500n);
    assert.equal(taken(5_120, 'KWD'), 5_120n);
  });

  it('loses the two zeros of a króna, and gains those of an ariary', () => {
    assert.equal(taken(500, 'ISK'), 5n);
    assert.equal(taken(-500, 'UGX'), -5n);
    assert.equal(taken(500, 'MGA'), 50_000n);
  });

  it('is refused where the books would need a fraction of their unit', () => {
    assert.throws(() => taken(550, 'ISK'), {
      name: 'RangeError',
      message: /550 is no whole number of minor units of ISK/,
    });
  });

  it('is what was sent, there and back', () => {
    for (const code of ['USD', 'JPY', 'ISK', 'UGX', 'MGA', 'KWD']) {
      const sent = toStripeAmount(money(-12_300n, parseCurrency(code)));
      assert.equal(taken(Number(sent), code), -12_300n);
    }
  });
});
