import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  type AppliedDiscounts,
  applyDiscounts,
  type Discount,
  type DiscountableLine,
} from '../../../src/domain/discount/apply-discounts.ts';
import { parseCurrency } from '../../../src/domain/money/currency.ts';
import { decimalText, parseDecimal } from '../../../src/domain/money/exact.ts';
import { assertFindsFault, runs } from '../support/properties.ts';
import { rational, roundedUnits, times } from '../support/rational.ts';

const usd = parseCurrency('USD');
const jpy = parseCurrency('JPY');

const line = (id: string, amountMinor: bigint, of: Partial<DiscountableLine> = {}): DiscountableLine => ({
  id,
  amountMinor,
  priceKey: id,
  planKey: null,
  meterKey: null,
  ...of,
});
const everything = { redemptionId: null, plans: null, meters: null };
const percent = (percentage: string, of: Partial<Discount> = {}): Discount =>
  ({
    ...everything,
    key: `p${percentage}`,
    name: `${percentage} %`,
    kind: 'percentage',
    percentage: parseDecimal(percentage),
    ...of,
  }) as Discount;
const amount = (amountMinor: bigint, of: Partial<Discount> = {}): Discount =>
  ({ ...everything, key: `a${amountMinor}`, name: 'An amount', kind: 'amount', amountMinor, ...of }) as Discount;

const amounts = ({ applied }: AppliedDiscounts) => applied.map(({ amountMinor }) => amountMinor);
const parts = ({ byLine }: AppliedDiscounts) => [...byLine.values()];

describe('discounts of a bill', () => {
  it('rounds a percentage once over its lines and spreads it over them', () => {
    // 15 % of 9.99 + 0.33 + 0.01 = 10.33 is 1.5495: 1.55. Shares of 155 by 999 : 33 : 1 of 1033 are 149.90, 4.95 and
    // 0.15: cut to 149, 4 and 0, and the two cents over go to the largest remainders, .95 and .90.
    const result = applyDiscounts([line('a', 999n), line('b', 33n), line('c', 1n)], [percent('15')], usd);
    assert.deepEqual(result.applied, [
      {
        redemptionId: null,
        key: 'p15',
        name: '15 %',
        amountMinor: 155n,
        working: { kind: 'percentage', percentage: '15', exactAmount: '1.5495', baseMinor: '1033' },
      },
    ]);
    assert.deepEqual(
      [...result.byLine],
      [
        ['a', 150n],
        ['b', 5n],
        ['c', 0n],
      ],
    );
  });

  it('takes each of what the one before has left, in their order', () => {
    // 100.00: 20 % leaves 80.00, then 30.00 leaves 50.00. The other way round 30.00 leaves 70.00, of which 20 % is 14.00.
    assert.deepEqual(amounts(applyDiscounts([line('a', 10_000n)], [percent('20'), amount(3_000n)], usd)), [
      2_000n,
      3_000n,
    ]);
    assert.deepEqual(amounts(applyDiscounts([line('a', 10_000n)], [amount(3_000n), percent('20')], usd)), [
      3_000n,
      1_400n,
    ]);
  });

  it('takes no more of an amount than there is', () => {
    const result = applyDiscounts([line('a', 700n), line('b', 300n)], [amount(2_500n, { redemptionId: 'r' })], usd);
    assert.deepEqual(result.applied, [
      {
        redemptionId: 'r',
        key: 'a2500',
        name: 'An amount',
        amountMinor: 1_000n,
        working: { kind: 'amount', availableMinor: '2500', baseMinor: '1000' },
      },
    ]);
    assert.deepEqual(parts(result), [700n, 300n]);
  });

  it('leaves lines that give something back alone', () => {
    // Half of 100.00 is 50.00, though the bill is over 100.00 - 30.00 = 70.00.
    const result = applyDiscounts([line('use', 10_000n), line('credit', -3_000n)], [percent('50')], usd);
    assert.deepEqual(parts(result), [5_000n, 0n]);
  });

  it('is only for the plans and meters that it names, and for both where it names both', () => {
    const lines = [
      line('seats', 1_000n, { planKey: 'team' }),
      line('calls', 1_000n, { planKey: 'team', meterKey: 'calls' }),
      line('bytes', 1_000n, { planKey: 'other', meterKey: 'bytes', subscriptionId: 's1' }),
      line('once', 1_000n),
    ];
    const of = (scope: Partial<Discount>) => parts(applyDiscounts(lines, [percent('10', scope)], usd));
    assert.deepEqual(of({}), [100n, 100n, 100n, 100n]);
    assert.deepEqual(of({ plans: ['team'] }), [100n, 100n, 0n, 0n]);
    assert.deepEqual(of({ meters: ['bytes', 'calls'] }), [0n, 100n, 100n, 0n]);
    assert.deepEqual(of({ plans: ['team'], meters: ['bytes', 'calls'] }), [0n, 100n, 0n, 0n]);
    assert.deepEqual(of({ prices: ['once', 'seats'] }), [100n, 0n, 0n, 100n]);
    assert.deepEqual(of({ subscriptionId: 's1' }), [0n, 0n, 100n, 0n]);
    assert.deepEqual(of({ subscriptionId: 's1', plans: ['team'] }), [0n, 0n, 0n, 0n]);
    assert.deepEqual(of({ plans: [] }), [0n, 0n, 0n, 0n]);
  });

  it('does not tell of one that took nothing', () => {
    const lines = [line('a', 1_000n), line('b', 0n)];
    // After 100 % nothing is left for the next one; 0.01 % of 10.00 is a tenth of a cent.
    assert.deepEqual(amounts(applyDiscounts(lines, [percent('100'), amount(500n), percent('10')], usd)), [1_000n]);
    assert.deepEqual(amounts(applyDiscounts(lines, [percent('0.01')], usd)), []);
    assert.deepEqual(amounts(applyDiscounts(lines, [amount(0n)], usd)), []);
    assert.deepEqual(amounts(applyDiscounts([], [percent('10')], usd)), []);
  });

  it('rounds to the minor unit of the currency', () => {
    // 12.5 % of JPY 999 is 124.875: JPY 125.
    assert.deepEqual(amounts(applyDiscounts([line('a', 999n)], [percent('12.5')], jpy)), [125n]);
    // Half a cent is rounded up: 50 % of 0.01.
    assert.deepEqual(amounts(applyDiscounts([line('a', 1n)], [percent('50')], usd)), [1n]);
  });

  it('keeps a third exact until it is rounded', () => {
    // 33.33333333333333333333 % of 9,000,000,000.00 is 2,999,999,999.9999999999997: rounded to 3,000,000,000.00.
    const third = percent('33.33333333333333333333');
    assert.deepEqual(amounts(applyDiscounts([line('a', 900_000_000_000n)], [third], usd)), [300_000_000_000n]);
  });
});

const smaller = (a: bigint, b: bigint) => (a < b ? a : b);

const plans = [null, 'team', 'solo'];
const meters = [null, 'calls', 'bytes'];
const someOf = (keys: readonly (string | null)[]) =>
  fc.option(fc.subarray(keys.filter((key) => key !== null)), { nil: null });

const anyLines = fc
  .array(
    fc.record({
      amountMinor: fc.oneof(fc.bigInt(-500n, 500n), fc.bigInt(-(10n ** 12n), 10n ** 12n)),
      planKey: fc.constantFrom(...plans),
      meterKey: fc.constantFrom(...meters),
    }),
    { maxLength: 8 },
  )
  .map((list) => list.map((one, index) => line(`l${index}`, one.amountMinor, one)));

const anyDiscount = fc
  .tuple(
    fc.record({ plans: someOf(plans), meters: someOf(meters) }),
    fc.oneof(
      fc.integer({ min: 1, max: 10_000 }).map((hundredths) => percent(String(hundredths / 100))),
      fc.oneof(fc.bigInt(1n, 800n), fc.bigInt(1n, 10n ** 12n)).map((minor) => amount(minor)),
    ),
  )
  .map(([scope, discount]): Discount => ({ ...discount, ...scope }));

const anyBill = fc.tuple(anyLines, fc.array(anyDiscount, { maxLength: 5 }));

/** What must hold of whatever discounts do to whatever lines. */
function checkBooks(lines: readonly DiscountableLine[], result: AppliedDiscounts): void {
  const taken = result.applied.reduce((sum, one) => sum + one.amountMinor, 0n);
  assert.equal(
    parts(result).reduce((sum, part) => sum + part, 0n),
    taken,
    'the parts of the lines add up to what the discounts took',
  );
  assert.deepEqual(
    [...result.byLine.keys()],
    lines.map(({ id }) => id),
  );
  for (const { id, amountMinor } of lines) {
    const part = result.byLine.get(id) as bigint;
    assert.ok(part >= 0n && part <= (amountMinor > 0n ? amountMinor : 0n), `${part} of a line of ${amountMinor}`);
  }
  for (const one of result.applied) assert.ok(one.amountMinor > 0n);
}

describe('discounts of any bill', () => {
  it('add up, take no line below zero, and take nothing of what gives back', () => {
    fc.assert(
      fc.property(anyBill, ([lines, discounts]) => checkBooks(lines, applyDiscounts(lines, discounts, usd))),
      runs,
    );
  });

  it('would be noticed if a cent went astray', () => {
    assertFindsFault(
      fc.property(anyBill, ([lines, discounts]) => {
        const result = applyDiscounts(lines, discounts, usd);
        const [first] = [...result.byLine].filter(([, part]) => part > 0n);
        if (first !== undefined) result.byLine.set(first[0], first[1] - 1n);
        checkBooks(lines, result);
      }),
    );
  });

  it('take what an oracle of rationals computes of the lines that each is for', () => {
    fc.assert(
      fc.property(anyBill, ([lines, discounts]) => {
        // Each discount alone is applied to what the ones before it left, and compared with a sum of its own.
        let open = lines;
        for (const discount of discounts) {
          const result = applyDiscounts(open, [discount], usd);
          const base = open
            .filter(({ amountMinor }) => amountMinor > 0n)
            .filter(({ planKey }) => discount.plans === null || discount.plans.some((key) => key === planKey))
            .filter(({ meterKey }) => discount.meters === null || discount.meters.some((key) => key === meterKey))
            .reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
          const expected =
            discount.kind === 'amount'
              ? smaller(discount.amountMinor, base)
              : roundedUnits(times(rational(decimalText(discount.percentage)), { n: base, d: 100n }), 0);
          assert.deepEqual(amounts(result), expected > 0n ? [expected] : []);
          open = open.map((one) => ({ ...one, amountMinor: one.amountMinor - (result.byLine.get(one.id) as bigint) }));
        }
        const taken = lines.map(({ amountMinor }, index) => amountMinor - (open[index]?.amountMinor as bigint));
        assert.deepEqual(parts(applyDiscounts(lines, discounts, usd)), taken);
      }),
      runs,
    );
  });
});
