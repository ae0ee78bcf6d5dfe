import assert from 'node:assert/strict';
import { currencyDigits, decimalOf } from '../../src/dashboard/ui/currency.ts';
import { currencies, currencyExponent } from '../../src/domain/money/currency.ts';

describe('Amounts on the pages', () => {
  it('have as many digits as the currency has in the domain', () => {
    const digits = (count: (currency: (typeof currencies)[number]) => number) =>
      currencies.map((currency) => `${currency} ${count(currency)}`);
    assert.deepEqual(digits(currencyDigits), digits(currencyExponent));
  });

  it('are written exactly, however large or small', () => {
    for (const [minor, currency, text] of [
      [0, 'USD', '0.00'],
      [5, 'USD', '0.05'],
      [-5, 'USD', '-0.05'],
      [123_456, 'USD', '1234.56'],
      [123_456, 'JPY', '123456'],
      [123_456, 'KWD', '123.456'],
      [-7, 'KWD', '-0.007'],
      [Number.MAX_SAFE_INTEGER, 'USD', '90071992547409.91'],
    ] as const) {
      assert.equal(decimalOf(minor, currency), text, `${minor} ${currency}`);
    }
  });
});
