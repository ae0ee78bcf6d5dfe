import assert from 'node:assert/strict';
import fc from 'fast-check';
import { previewInvoice } from '../../../src/billing/preview/preview-invoice.ts';
import { DurabillError } from '../../../src/errors/error.ts';

/** Two fees and whatever else is said. */
const asked = (more: object, currency = 'EUR') => ({
  currency,
  prices: [
    { key: 'base', model: 'flat', amount: '100.00', plan: 'starter' },
    { key: 'support', model: 'flat', amount: '49.99' },
  ],
  ...more,
});
const sumsOf = (request: object) => {
  const { subtotalMinor, discountMinor, taxMinor, inclusiveTaxMinor, carriedMinor, creditMinor, totalMinor } =
    previewInvoice(request);
  return { subtotalMinor, discountMinor, taxMinor, inclusiveTaxMinor, carriedMinor, creditMinor, totalMinor };
};

describe('A preview with discounts, taxes and credits', () => {
  it('takes them in this order, each on what the one before has left', () => {
    // 149.99 less 10 % (14.999, so 15.00) is 134.99; 19 % of it are 25.6481, so 25.65; 160.64 less 60.64 is 100.00.
    assert.deepEqual(
      sumsOf(
        asked({
          discounts: [{ percentage: '10' }],
          taxes: { rates: [{ key: 'vat', percentage: '19' }] },
          credits: [{ amount: '60.64' }],
        }),
      ),
      {
        subtotalMinor: 14_999,
        discountMinor: 1_500,
        taxMinor: 2_565,
        inclusiveTaxMinor: 0,
        carriedMinor: 0,
        creditMinor: 6_064,
        totalMinor: 10_000,
      },
    );
  });

  it('says each part line by line, so that the parts of the lines add up', () => {
    const { lines, taxes, discounts } = previewInvoice(
      asked({ discounts: [{ percentage: '10' }], taxes: { rates: [{ key: 'vat', percentage: '19' }] } }),
    );
    // 15.00 over 100.00 and 49.99: 10.0006… and 4.9993…; the cent left over goes to the larger remainder, 4.99|93.
    assert.deepEqual(
      lines.map(({ discountMinor }) => discountMinor),
      [1_000, 500],
    );
    // On 90.00 and 44.99: 17.10 and 8.5481; the 25.65 leave 8.55.
    assert.deepEqual(
      lines.map(({ taxMinor }) => taxMinor),
      [1_710, 855],
    );
    assert.deepEqual(discounts, [{ key: 'discount-1', name: '10 %', amountMinor: 1_500 }]);
    assert.deepEqual(taxes, [
      {
        key: 'vat',
        name: 'vat',
        percentage: '19',
        inclusive: false,
        taxableMinor: 13_499,
        amountMinor: 2_565,
        reason: null,
      },
    ]);
  });

  it('limits a discount to a plan, and a tax to a price', () => {
    const { lines } = previewInvoice({
      currency: 'EUR',
      prices: [
        { key: 'base', model: 'flat', amount: '100.00', plan: 'starter', taxRates: ['reduced'] },
        { key: 'support', model: 'flat', amount: '50.00' },
      ],
      discounts: [{ amount: '20.00', plans: ['starter'] }],
      taxes: {
        rates: [
          { key: 'vat', percentage: '19' },
          { key: 'reduced', percentage: '7' },
        ],
        defaultRates: ['vat'],
      },
    });
    // 80.00 at 7 % are 5.60, 50.00 at 19 % are 9.50.
    assert.deepEqual(
      lines.map(({ discountMinor, taxMinor }) => [discountMinor, taxMinor]),
      [
        [2_000, 560],
        [0, 950],
      ],
    );
  });

  it('takes an inclusive tax out of the price and adds nothing', () => {
    // 149.99 / 1.19 = 126.0420…: the tax is 23.9479…, so 23.95.
    const { inclusiveTaxMinor, totalMinor } = sumsOf(
      asked({ taxes: { rates: [{ percentage: '19', inclusive: true }] } }),
    );
    assert.deepEqual([inclusiveTaxMinor, totalMinor], [2_395, 14_999]);
  });

  it('is never below zero: the rest is carried, and credits are left alone', () => {
    const sums = sumsOf({
      currency: 'EUR',
      prices: [
        { key: 'unused', model: 'flat', amount: '200.00', isCredit: true },
        { key: 'base', model: 'flat', amount: '50.00' },
      ],
      taxes: { rates: [{ percentage: '20' }] },
      credits: [{ amount: '10.00' }],
    });
    // -150.00 and 20 % of it, -30.00.
    assert.deepEqual(sums, {
      subtotalMinor: -15_000,
      discountMinor: 0,
      taxMinor: -3_000,
      inclusiveTaxMinor: 0,
      carriedMinor: 18_000,
      creditMinor: 0,
      totalMinor: 0,
    });
  });

  it('refuses what it cannot read, with the field', () => {
    const refused: [object, string][] = [
      [{ discounts: [{ percentage: '101' }] }, 'discounts[0].percentage'],
      [{ discounts: [{}] }, 'discounts[0].amount'],
      [{ taxes: { rates: [{ percentage: '-1' }] } }, 'taxes.rates[0].percentage'],
      [{ taxes: { rates: [], defaultRates: ['vat'] } }, 'taxes.defaultRates[0]'],
      [{ credits: [{ amount: '0' }] }, 'credits[0].amount'],
      [{ credits: [{ amount: '0.001' }] }, 'credits[0].amount'],
      [{ credits: [{ amount: '1.00', source: 'bank' }] }, 'credits[0].source'],
    ];
    for (const [more, field] of refused) {
      assert.throws(
        () => previewInvoice(asked(more)),
        (error: unknown) => error instanceof DurabillError && error.field === field,
        field,
      );
    }
  });

  it('adds up, whatever is asked', () => {
    const cents = fc.integer({ min: 1, max: 10_000_000 }).map((minor) => (minor / 100).toFixed(2));
    const percent = fc.integer({ min: 1, max: 10_000 }).map((hundredths) => (hundredths / 100).toFixed(2));
    const request = fc.record({
      currency: fc.constant('EUR'),
      prices: fc.array(fc.record({ model: fc.constant('flat'), amount: cents, isCredit: fc.boolean() }), {
        minLength: 1,
        maxLength: 5,
      }),
      discounts: fc.array(fc.oneof(fc.record({ percentage: percent }), fc.record({ amount: cents })), { maxLength: 3 }),
      taxes: fc.record({
        rates: fc.array(fc.record({ percentage: percent, compound: fc.boolean() }), { maxLength: 3 }),
        rounding: fc.constantFrom('invoice', 'line'),
      }),
      credits: fc.array(fc.record({ amount: cents }), { maxLength: 3 }),
    });
    fc.assert(
      fc.property(request, (asked) => {
        const { lines, discounts, taxes, credits, ...sums } = previewInvoice(asked);
        const total = <Part>(parts: readonly Part[], of: (part: Part) => number) =>
          parts.reduce((sum, part) => sum + of(part), 0);
        assert.equal(
          sums.subtotalMinor,
          total(lines, (line) => line.amountMinor),
        );
        assert.equal(
          sums.discountMinor,
          total(lines, (line) => line.discountMinor),
        );
        assert.equal(
          sums.discountMinor,
          total(discounts, (one) => one.amountMinor),
        );
        assert.equal(
          sums.taxMinor,
          total(lines, (line) => line.taxMinor),
        );
        assert.equal(
          sums.taxMinor,
          total(taxes, (one) => one.amountMinor),
        );
        assert.equal(
          sums.creditMinor,
          total(credits, (one) => one.amountMinor),
        );
        const { subtotalMinor, discountMinor, taxMinor, carriedMinor, creditMinor, totalMinor } = sums;
        assert.equal(totalMinor, subtotalMinor - discountMinor + taxMinor + carriedMinor - creditMinor);
        assert.ok(totalMinor >= 0 && (carriedMinor === 0 || (totalMinor === 0 && creditMinor === 0)));
      }),
    );
  });
});
