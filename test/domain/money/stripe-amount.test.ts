import assert from 'node:assert/strict';
import { parseCurrency } from '../../../src/domain/money/currency.ts';
import { money } from '../../../src/domain/money/money.ts';
import { stripeAmountInMinor, toStripeAmount } from '../../../src/domain/money/stripe-amount.ts';

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
