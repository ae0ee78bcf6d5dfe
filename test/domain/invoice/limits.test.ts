import assert from 'node:assert/strict';
import { parseBounds } from '../../../src/domain/invoice/limits.ts';
import { assertRefused } from '../support/properties.ts';

describe('parseBounds', () => {
  it('reads major units by currency', () => {
    assert.deepEqual([...parseBounds('')], []);
    assert.deepEqual(
      [...parseBounds('USD:1000000, jpy : 150000000,,KWD:0.001,')],
      [
        ['USD', 100_000_000n],
        ['JPY', 150_000_000n],
        ['KWD', 1n],
      ],
    );
  });

  for (const [text, code, entry, reason] of [
    ['XYZ:1', 'currency-unknown', 'XYZ:1', /"XYZ" is not a currency/],
    ['1000', 'currency-unknown', '1000', /"1000" is not a currency/],
    ['USD', 'decimal-invalid', 'USD', /"" is not a plain decimal/],
    ['USD:1e6', 'decimal-invalid', 'USD:1e6', /"1e6" is not a plain decimal/],
    ['EUR:1,USD:1.005', 'decimal-invalid', 'USD:1.005', /USD has 2 decimals, "1\.005" has more/],
    ['JPY:0.5', 'decimal-invalid', 'JPY:0.5', /JPY has 0 decimals, "0\.5" has more/],
    ['USD:0', 'decimal-invalid', 'USD:0', /"0" is not above zero/],
    ['USD:-5', 'decimal-invalid', 'USD:-5', /"-5" is not above zero/],
    ['USD:1:2', 'decimal-invalid', 'USD:1:2', /"USD:1:2" has more than one amount/],
    ['USD:1,USD:2', 'decimal-invalid', 'USD:2', /USD is there twice/],
  ] as const) {
    it(`refuses ${text}`, () => {
      assertRefused(() => parseBounds(text), code, entry, reason);
    });
  }

  it('refuses an amount that no invoice can have', () => {
    assertRefused(() => parseBounds('USD:999999999999999999999'), 'amount-out-of-range');
  });
});
