import assert from 'node:assert/strict';
import { applyCredits, shareCredits } from '../../../src/domain/credit/apply-credits.ts';
import { maxCredits, readCreditRequest } from '../../../src/domain/credit/read-credits.ts';
import { parseCurrency } from '../../../src/domain/money/currency.ts';
import { assertRefused } from '../support/properties.ts';

const usd = parseCurrency('USD');

describe('Credits of a preview', () => {
  it('are read in major units, each with a name and where it comes from', () => {
    assert.deepEqual(
      readCreditRequest(
        [{ amount: '5', source: 'balance' }, { amount: '25.50', name: 'Gift', limit: '10.00' }, { amount: '1' }],
        'credits',
        usd,
      ),
      [
        { accountId: null, source: 'balance', name: 'Balance', availableMinor: 500n, limitMinor: null },
        { accountId: null, source: 'wallet', name: 'Gift', availableMinor: 2_550n, limitMinor: 1_000n },
        { accountId: null, source: 'wallet', name: 'Prepaid credit', availableMinor: 100n, limitMinor: null },
      ],
    );
    assert.equal(readCreditRequest([{ amount: '500' }], 'credits', parseCurrency('JPY'))[0]!.availableMinor, 500n);
    assert.equal(readCreditRequest([{ amount: '0.005' }], 'credits', parseCurrency('KWD'))[0]!.availableMinor, 5n);
    assert.deepEqual(readCreditRequest(undefined, 'credits', usd), []);
  });

  it('are refused with the field and the reason', () => {
    const refused = (input: unknown, field: string, code = 'preview-invalid') =>
      assertRefused(() => readCreditRequest(input, 'credits', usd), code, field);
    refused({}, 'credits');
    refused(Array(maxCredits + 1).fill({ amount: '1' }), 'credits');
    refused([{ amount: '1' }, { name: 'x' }], 'credits[1].amount');
    refused([{ amount: '-1' }], 'credits[0].amount');
    refused([{ amount: '0' }], 'credits[0].amount');
    refused([{ amount: '0.001' }], 'credits[0].amount');
    refused([{ amount: 1 }], 'credits[0].amount', 'decimal-invalid');
    refused([{ amount: '1', limit: '-1' }], 'credits[0].limit');
    refused([{ amount: '1', source: 'bank' }], 'credits[0].source');
    refused([{ amount: '1', name: '' }], 'credits[0].name');
    refused([{ amount: '1', amonut: '2' }], 'credits[0].amonut');
    assertRefused(
      () => readCreditRequest([{ amount: '0.5' }], 'c', parseCurrency('JPY')),
      'preview-invalid',
      'c[0].amount',
    );
  });
});

describe('Credits that several bills share', () => {
  it('are what the bills before have left, account by account', () => {
    const source = (accountId: string | null, availableMinor: bigint) =>
      ({ accountId, source: 'wallet', name: 'x', availableMinor, limitMinor: null }) as const;
    const sources = [source('a', 500n), source('b', 700n), source(null, 50n)];
    const shared = shareCredits();
    const amounts: bigint[][] = [];
    for (const due of [300n, 600n, 5_000n, 100n]) {
      const credits = applyCredits(due, shared.left(sources));
      shared.take(credits);
      amounts.push(credits.map(({ amountMinor }) => amountMinor));
    }
    // 12.00 in two accounts: 3.00, then 2.00 and 4.00, then 3.00. What has no account is each bill's own.
    assert.deepEqual(amounts, [[300n], [200n, 400n], [300n, 50n], [50n]]);
  });
});
