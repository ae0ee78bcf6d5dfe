import assert from 'node:assert/strict';
import { currencies, currencyExponent, parseCurrency, stripeExponent } from '../../../src/domain/money/currency.ts';
import { money } from '../../../src/domain/money/money.ts';
import { toStripeAmount } from '../../../src/domain/money/stripe-amount.ts';
import { assertRefused } from '../support/properties.ts';

describe('a currency', () => {
  it('has the minor digits of ISO 4217', () => {
    const digits = { USD: 2, EUR: 2, JPY: 0, KRW: 0, ISK: 0, UGX: 0, CLP: 0, KWD: 3, BHD: 3, IQD: 3, MGA: 2, HUF: 2 };
    for (const [code, exponent] of Object.entries(digits))
      assert.equal(currencyExponent(parseCurrency(code)), exponent);
  });

  it('is one of 155 in use, each named once', () => {
    assert.equal(currencies.length, 155);
    assert.equal(new Set(currencies).size, 155);
    assert.ok(
      currencies.every((code) => /^[A-Z]{3}$/.test(code)),
      'currencies.every((code) => /^[A-Z]{3}$/.test(code))',
    );
  });

  it('is read in either case, as Stripe writes it in lower case', () => {
    assert.equal(parseCurrency('usd'), 'USD');
  });

  it('is refused when it is unknown, withdrawn or no money', () => {
    for (const code of [
      '',
      'US',
      'USDT',
      'ZZZ',
      'DEM',
      'BGN',
      'HRK',
      'ANG',
      'XAU',
      'XXX',
      'XTS',
      'CLF',
      'ußd',
      '__proto__',
    ]) {
      assertRefused(() => parseCurrency(code, 'plans[0].currency'), 'currency-unknown', 'plans[0].currency');
    }
    // In capitals it would be SSP, the pound of South Sudan.
    assertRefused(() => parseCurrency('ßp'), 'currency-unknown');
    assertRefused(() => parseCurrency(undefined as unknown as string), 'currency-unknown');
    assertRefused(() => parseCurrency(['USD'] as unknown as string), 'currency-unknown');
  });

  it('is refused with what was given, of a long text its first 20 characters', () => {
    const refused = (code: unknown, reason: RegExp) =>
      assertRefused(() => parseCurrency(code as string), 'currency-unknown', undefined, reason);
    refused('USDT', /"USDT" is not a currency in use/);
    refused(undefined, /"undefined" is not a currency in use/);
    refused('X'.repeat(21), /"X{20}…" is not a currency in use/);
  });

  it('has no digits when nobody has checked it', () => {
    assert.throws(
      () => currencyExponent('XXX' as ReturnType<typeof parseCurrency>),
      /XXX did not come from parseCurrency/,
    );
  });
});

describe('an amount on its way to Stripe', () => {
  const sent = (amountMinor: bigint, code: string) => toStripeAmount(money(amountMinor, parseCurrency(code)));
  const refused = (amountMinor: bigint, code: string, reason: RegExp) =>
    assertRefused(() => sent(amountMinor, code), 'stripe-amount-unsupported', undefined, reason);

  it('is the same integer where Stripe follows ISO 4217', () => {
    assert.equal(sent(123450n, 'USD'), 123450n);
    assert.equal(sent(500n, 'JPY'), 500n);
    assert.equal(sent(-1045n, 'HUF'), -1045n);
    assert.equal(sent(80045n, 'TWD'), 80045n);
    const special = currencies.filter((code) => stripeExponent(code) !== currencyExponent(code));
    assert.deepEqual(special, ['ISK', 'MGA', 'UGX']);
  });

  it('has two zeros added for ISK and UGX: 5 krónur are 500', () => {
    assert.equal(sent(5n, 'ISK'), 500n);
    assert.equal(sent(5n, 'UGX'), 500n);
    assert.equal(sent(-5n, 'UGX'), -500n);
  });

  it('is in whole ariary, and refused with a fraction of one', () => {
    assert.equal(sent(50000n, 'MGA'), 500n);
    refused(50020n, 'MGA', /MGA in whole units only; the amount is MGA 500\.20\./);
  });

  it('ends in 0 in a currency of three decimals: 5.120 dinars are taken, 5.124 are not', () => {
    assert.equal(sent(5120n, 'KWD'), 5120n);
    for (const code of ['BHD', 'JOD', 'KWD', 'OMR', 'TND']) {
      refused(5124n, code, new RegExp(`${code} only with 0 as the third decimal; the amount is ${code} 5\\.124\\.`));
    }
  });

  it('is refused beyond what a JSON number holds exactly', () => {
    assert.equal(sent(2n ** 53n - 1n, 'USD'), 2n ** 53n - 1n);
    assert.equal(sent(1n - 2n ** 53n, 'USD'), 1n - 2n ** 53n);
    // 2^53 = 9,007,199,254,740,992; 2^50 krónur are 100 × 1,125,899,906,842,624 of Stripe's units.
    refused(2n ** 53n, 'USD', /at most 9007199254740991 of its units; the amount is USD 90,071,992,547,409\.92\./);
    refused(-(2n ** 53n), 'USD', /at most 9007199254740991 of its units/);
    refused(2n ** 50n, 'ISK', /at most 9007199254740991 of its units/);
  });
});
