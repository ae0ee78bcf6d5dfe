import assert from 'node:assert/strict';
import fc from 'fast-check';
import { checkInvoice, findingCodes, type InvoiceToCheck, type Waiver } from '../../../src/domain/invoice/checks.ts';
import { type CheckLimits, parseBounds } from '../../../src/domain/invoice/limits.ts';
import { catalogue } from '../../../src/errors/catalogue.ts';
import { assertFindsFault, runs } from '../support/properties.ts';

const limits: CheckLimits = {
  maxLines: 250,
  totalAboveMinor: new Map(),
  jumpFactor: 10,
  jumpAboveMinor: new Map(),
  holdsUnpriced: true,
};
/** USD 100.00 after three months of the same: nothing to be found. */
const calm: InvoiceToCheck = {
  currency: 'USD',
  subtotalMinor: 10_000n,
  lineCount: 3,
  amountsMinor: [10_000n],
  customerCurrency: 'USD',
  planCurrencies: ['USD'],
  recentSubtotalsMinor: [10_000n, 10_000n, 10_000n],
  unpriced: [],
  untold: { metered: 0, unmetered: 0 },
};
const holdsOf = (change: Partial<InvoiceToCheck>, other: Partial<CheckLimits> = {}, waivers: Waiver[] = []) =>
  checkInvoice({ ...calm, ...change }, { ...limits, ...other }, waivers).holds;
const codesOf = (...given: Parameters<typeof holdsOf>) => holdsOf(...given).map(({ code }) => code);
const reasonsOf = (...given: Parameters<typeof holdsOf>) => holdsOf(...given).map(({ reason }) => reason);

describe('the checks of a draft', () => {
  it('find nothing in a calm one', () => {
    assert.deepEqual(checkInvoice(calm, limits), { holds: [], notes: [] });
  });

  it('have a sentence for operators and customers each', () => {
    for (const code of findingCodes) assert.ok(catalogue[code].mend && catalogue[code].customer, code);
  });

  const table: [what: string, change: Partial<InvoiceToCheck>, other: Partial<CheckLimits>, reasons: string[]][] = [
    [
      'an amount that Stripe does not take',
      { currency: 'KWD', customerCurrency: 'KWD', planCurrencies: ['KWD'], amountsMinor: [1_230n, 1_235n, 7n] },
      {},
      ['Stripe takes KWD only with 0 as the third decimal; the amount is KWD 1.235.'],
    ],
    [
      'amounts that it takes',
      { currency: 'KWD', customerCurrency: 'KWD', planCurrencies: ['KWD'], amountsMinor: [1_230n] },
      {},
      [],
    ],
    ['a total of zero', { subtotalMinor: 0n }, {}, []],
    [
      'a customer who pays in another currency',
      { customerCurrency: 'EUR' },
      {},
      ['The invoice is in USD, but its customer pays in EUR and its plans are priced in USD.'],
    ],
    [
      'a customer without a plan who pays in another currency',
      { customerCurrency: 'EUR', planCurrencies: [] },
      {},
      ['The invoice is in USD, but its customer pays in EUR.'],
    ],
    [
      'one plan of two in another currency',
      { planCurrencies: ['USD', 'EUR', 'USD'] },
      {},
      ['The invoice is in USD, but its customer pays in USD and its plans are priced in EUR and USD.'],
    ],
    ['as many lines as one may have', { lineCount: 250 }, {}, []],
    ['a line more', { lineCount: 251 }, {}, ['It has 251 lines; one has at most 250.']],
    ['a total at the bound', {}, { totalAboveMinor: parseBounds('USD:100') }, []],
    [
      'a cent above the bound',
      {},
      { totalAboveMinor: parseBounds('USD:99.99') },
      ['The subtotal of USD 100.00 is above the bound of USD 99.99.'],
    ],
    ['a bound of another currency', {}, { totalAboveMinor: parseBounds('EUR:1') }, []],
    // The average of 100, 100 and 100 is 100; ten times that are 1,000.
    ['ten times the average', { subtotalMinor: 100_000n }, {}, []],
    [
      'a cent more than ten times the average',
      { subtotalMinor: 100_001n },
      {},
      [
        'The subtotal of USD 1,000.01 is 10.0 times the average of USD 100.00 of the last 3 periods; more than 10 times is held.',
      ],
    ],
    // 0.10 and 0.10 to 2.00: twenty times, and nobody would call.
    ['a jump of next to nothing', { subtotalMinor: 200n, recentSubtotalsMinor: [10n, 10n] }, {}, []],
    // 1.00 to 101.00 is a rise of exactly 100.00, to 101.01 a cent more.
    ['a rise at the minimum', { subtotalMinor: 10_100n, recentSubtotalsMinor: [100n, 100n] }, {}, []],
    [
      'a rise above the minimum',
      { subtotalMinor: 10_101n, recentSubtotalsMinor: [100n, 100n] },
      {},
      [
        'The subtotal of USD 101.01 is 101.0 times the average of USD 1.00 of the last 2 periods; more than 10 times is held.',
      ],
    ],
    [
      'a rise above a minimum of its own',
      { subtotalMinor: 200n, recentSubtotalsMinor: [10n, 10n] },
      { jumpAboveMinor: parseBounds('USD:1.89') },
      [
        'The subtotal of USD 2.00 is 20.0 times the average of USD 0.10 of the last 2 periods; more than 10 times is held.',
      ],
    ],
    ['a jump after one month', { subtotalMinor: 10_000_000n, recentSubtotalsMinor: [10n] }, {}, []],
    ['a jump that nobody asked for', { subtotalMinor: 10_000_000n }, { jumpFactor: 0 }, []],
    [
      'a first bill after months that cost nothing',
      { subtotalMinor: 10_000_000n, recentSubtotalsMinor: [0n, 0n] },
      {},
      [],
    ],
    // 1,234.50 is 12.345 times 100.00, and the figure is cut so that it never says more than there is.
    [
      'a jump by a fraction',
      { subtotalMinor: 123_450n },
      {},
      [
        'The subtotal of USD 1,234.50 is 12.3 times the average of USD 100.00 of the last 3 periods; more than 10 times is held.',
      ],
    ],
    // The last three are 1,000 each, of which this is nine times; with the cent before them it would be twelve times.
    [
      'a jump against a month long ago',
      { subtotalMinor: 900_000n, recentSubtotalsMinor: [100_000n, 100_000n, 100_000n, 1n] },
      {},
      [],
    ],
    // (10 + 20 + 20) / 3 = 16.666…, shown as 16.67; 10 times that are 166.66…, so 166.67 is above by a third of a cent.
    [
      'a third of a cent more',
      { subtotalMinor: 16_667n, recentSubtotalsMinor: [1_000n, 2_000n, 2_000n] },
      {},
      [
        'The subtotal of USD 166.67 is 10.0 times the average of USD 16.67 of the last 3 periods; more than 10 times is held.',
      ],
    ],
    ['a third of a cent less', { subtotalMinor: 16_666n, recentSubtotalsMinor: [1_000n, 2_000n, 2_000n] }, {}, []],
    [
      'usage that a meter counts and no price bills',
      {
        unpriced: [
          { eventType: 'gpu', events: 1n, isMetered: true },
          { eventType: 'storage', events: 12n, isMetered: true },
        ],
      },
      {},
      [
        'The period has 1 event of "gpu", which a meter counts and no price bills.',
        'The period has 12 events of "storage", which a meter counts and no price bills.',
      ],
    ],
  ];
  for (const [what, change, other, reasons] of table) {
    it(`${reasons.length === 0 ? 'let pass' : 'hold'} ${what}`, () => {
      assert.deepEqual(reasonsOf(change, other), reasons);
    });
  }

  it('only note usage that no meter knows, and what is told to be noted', () => {
    const unpriced = [
      { eventType: 'gpu', events: 3n, isMetered: true },
      { eventType: 'typo', events: 2n, isMetered: false },
    ];
    const found = checkInvoice({ ...calm, unpriced, lineCount: 251 }, { ...limits, holdsUnpriced: false });
    assert.deepEqual(
      found.holds.map(({ code }) => code),
      ['invoice-lines-too-many'],
    );
    assert.deepEqual(
      found.notes.map(({ code, subject, figure }) => [code, subject, figure]),
      [
        ['usage-price-missing', 'gpu', 3n],
        ['usage-meter-missing', 'typo', 2n],
      ],
    );
  });

  it('tell how many types there are beside those that are told, and hold for what a meter counts', () => {
    const found = (untold: InvoiceToCheck['untold']) => {
      const { holds, notes } = checkInvoice({ ...calm, untold }, limits);
      return [holds, notes].map((findings) => findings.map(({ code, subject, figure }) => [code, subject, figure]));
    };
    assert.deepEqual(found({ metered: 3, unmetered: 0 }), [[['usage-price-missing', '', 3n]], []]);
    assert.deepEqual(found({ metered: 0, unmetered: 2 }), [[], [['usage-meter-missing', '', 2n]]]);
    assert.deepEqual(reasonsOf({ untold: { metered: 1, unmetered: 9 } }), [
      'Usage of 1 type more has no price either; it is told when this is released.',
    ]);
  });

  it('let the gravest lead, and tell all', () => {
    const all: Partial<InvoiceToCheck> = {
      subtotalMinor: 2_000_000n,
      lineCount: 300,
      customerCurrency: 'EUR',
      unpriced: [{ eventType: 'gpu', events: 3n, isMetered: true }],
    };
    assert.deepEqual(codesOf(all, { totalAboveMinor: parseBounds('USD:1000') }), [
      'plan-currency-mismatch',
      'invoice-lines-too-many',
      'usage-price-missing',
      'invoice-total-above-bound',
      'invoice-total-jump',
    ]);
  });

  describe('with findings that a person has let pass', () => {
    const bound = { totalAboveMinor: parseBounds('USD:50') };
    const waiver: Waiver = { code: 'invoice-total-above-bound', subject: '', figure: 10_000n };

    it('hold again only for what is worse, or something else', () => {
      assert.deepEqual(codesOf({}, bound, [waiver]), []);
      assert.deepEqual(codesOf({ subtotalMinor: 9_000n }, bound, [waiver]), []);
      assert.deepEqual(codesOf({ subtotalMinor: 10_001n }, bound, [waiver]), ['invoice-total-above-bound']);
      const unpriced = [{ eventType: 'gpu', events: 3n, isMetered: true }];
      assert.deepEqual(codesOf({ unpriced }, bound, [waiver]), ['usage-price-missing']);
      const ofJump: Waiver = { ...waiver, code: 'invoice-total-jump', figure: 10n ** 9n };
      assert.deepEqual(codesOf({}, bound, [ofJump]), ['invoice-total-above-bound']);
      const ofOther = { code: 'usage-price-missing', subject: 'storage', figure: 9n };
      assert.deepEqual(codesOf({ unpriced }, bound, [waiver, ofOther]), ['usage-price-missing']);
      assert.deepEqual(codesOf({ unpriced }, bound, [waiver, { ...ofOther, subject: 'gpu' }]), []);
    });

    it('hold what no person can let pass however often it is released', () => {
      const waivers = findingCodes.map((code) => ({ code, subject: '', figure: 10n ** 12n }));
      const change = { lineCount: 251, customerCurrency: 'EUR', amountsMinor: [2n ** 60n] };
      assert.deepEqual(codesOf(change, {}, waivers), [
        'plan-currency-mismatch',
        'invoice-lines-too-many',
        'stripe-amount-unsupported',
      ]);
    });
  });

  const cents = fc.bigInt(0n, 10n ** 10n);
  const invoice = fc.record({
    subtotalMinor: cents,
    recentSubtotalsMinor: fc.array(fc.bigInt(1n, 10n ** 9n), { maxLength: 5 }),
  });
  const strict = { totalAboveMinor: parseBounds('USD:1000') };

  it('hold a larger total wherever they hold a smaller one', () => {
    const property = (check: typeof codesOf) =>
      fc.property(invoice, fc.bigInt(0n, 10n ** 10n), ({ subtotalMinor, recentSubtotalsMinor }, more) => {
        const [less, larger] = [subtotalMinor, subtotalMinor + more].map((total) =>
          check({ subtotalMinor: total, recentSubtotalsMinor }, strict),
        );
        return less!.every((code) => larger!.includes(code));
      });
    fc.assert(property(codesOf), runs);
    // A check that forgets its bound above fifty millions would let the largest pass.
    assertFindsFault(
      property((change, other) => (change.subtotalMinor! > 5_000_000_000n ? [] : codesOf(change, other))),
    );
  });

  it('let pass whatever was found once it is released as it was found', () => {
    fc.assert(
      fc.property(invoice, (change) => {
        const waivers: Waiver[] = holdsOf(change, strict);
        return codesOf(change, strict, waivers).length === 0;
      }),
      runs,
    );
  });

  it('find a jump just where fractions of whole numbers say so', () => {
    fc.assert(
      fc.property(
        fc.bigInt(0n, 100_000n),
        fc.array(fc.bigInt(1n, 5_000n), { minLength: 2, maxLength: 3 }),
        (total, recent) => {
          // Exact in doubles up to here: each side is a whole number below 2^53.
          const sum = recent.reduce((all, one) => all + Number(one), 0);
          const isJump = Number(total) * recent.length > 10 * sum && (Number(total) - 10_000) * recent.length > sum;
          return (
            codesOf({ subtotalMinor: total, recentSubtotalsMinor: recent }).includes('invoice-total-jump') === isJump
          );
        },
      ),
      runs,
    );
  });
});
