import assert from 'node:assert/strict';
import fc from 'fast-check';
import { applyDiscounts } from '../../../src/domain/discount/apply-discounts.ts';
import { billsLeft, type CouponDuration, type CouponUse, whatIsLeft } from '../../../src/domain/discount/coupon.ts';
import { readDiscountRequest } from '../../../src/domain/discount/read-discounts.ts';
import { parseCurrency } from '../../../src/domain/money/currency.ts';
import { parseDecimal } from '../../../src/domain/money/exact.ts';
import { assertRefused, runs } from '../support/properties.ts';

const usd = parseCurrency('USD');
const jpy = parseCurrency('JPY');
const tenth = { kind: 'percentage', percentage: parseDecimal('10') } as const;
const fifty = { kind: 'amount', amountMinor: 5_000n, currency: usd } as const;
const used = (...amounts: bigint[]): CouponUse[] =>
  amounts.map((amountMinor, index) => ({ invoiceId: `i${index}`, amountMinor }));

describe('what a coupon has left', () => {
  const left = (value: typeof tenth | typeof fifty, duration: CouponDuration, uses: CouponUse[]) => {
    const found = whatIsLeft({ value, duration }, uses);
    return found === null ? null : found.kind === 'amount' ? found.amountMinor : 'the percentage';
  };

  it('is nothing after one bill, after so many, or never', () => {
    assert.equal(left(tenth, { kind: 'once' }, []), 'the percentage');
    assert.equal(left(tenth, { kind: 'once' }, used(1n)), null);
    assert.equal(left(tenth, { kind: 'bills', bills: 2 }, used(1n)), 'the percentage');
    assert.equal(left(tenth, { kind: 'bills', bills: 2 }, used(1n, 1n)), null);
    assert.equal(left(tenth, { kind: 'forever' }, used(1n, 1n, 1n)), 'the percentage');
  });

  it('is the rest of an amount that is given once, and all of one that each bill is given', () => {
    assert.equal(left(fifty, { kind: 'once' }, used(2_000n, 1_000n)), 2_000n);
    assert.equal(left(fifty, { kind: 'once' }, used(2_000n, 3_000n)), null);
    assert.equal(left(fifty, { kind: 'bills', bills: 2 }, used(2_000n)), 5_000n);
    assert.equal(left(fifty, { kind: 'bills', bills: 2 }, used(2_000n, 5_000n)), null);
    assert.equal(left(fifty, { kind: 'forever' }, used(5_000n, 5_000n)), 5_000n);
  });

  it('counts bills down to none', () => {
    assert.deepEqual(
      [0, 1, 2, 3].map((count) => billsLeft({ kind: 'bills', bills: 2 }, used(...Array(count).fill(1n)))),
      [2, 1, 0, 0],
    );
    assert.equal(billsLeft({ kind: 'forever' }, used(1n)), null);
  });

  it('of an amount given once is used to the last cent and no further, whatever the bills', () => {
    fc.assert(
      fc.property(fc.bigInt(1n, 10_000n), fc.array(fc.bigInt(0n, 4_000n), { maxLength: 12 }), (amountMinor, bills) => {
        const coupon = { value: { ...fifty, amountMinor }, duration: { kind: 'once' } as const };
        const uses: CouponUse[] = [];
        for (const [index, bill] of bills.entries()) {
          const value = whatIsLeft(coupon, uses);
          if (value === null) break;
          const discount = { redemptionId: 'r', key: 'k', name: 'n', plans: null, meters: null, ...value };
          const line = { id: 'l', amountMinor: bill, planKey: null, meterKey: null };
          const [applied] = applyDiscounts([line], [discount], usd).applied;
          if (applied) uses.push({ invoiceId: `i${index}`, amountMinor: applied.amountMinor });
        }
        // The smaller one of all that was billed and all that was given.
        const billed = bills.reduce((sum, bill) => sum + bill, 0n);
        const most = [billed, amountMinor].sort((a, b) => (a < b ? -1 : 1))[0];
        const taken = uses.reduce((sum, use) => sum + use.amountMinor, 0n);
        assert.equal(taken, most);
      }),
      runs,
    );
  });
});

describe('the discounts of a preview', () => {
  const read = (input: unknown, currency = usd) => readDiscountRequest(input, 'discounts', currency);

  it('are read with names of their own where none are said', () => {
    assert.deepEqual(read(undefined), []);
    assert.deepEqual(
      read([
        { percentage: '12.5' },
        { key: 'welcome', name: 'Welcome', amount: '50', plans: ['team'], meters: ['calls'], prices: ['base'] },
        { amount: '7' },
      ]).map(({ key, name, kind, plans, meters, prices }) => ({ key, name, kind, plans, meters, prices })),
      [
        { key: 'discount-1', name: '12.5 %', kind: 'percentage', plans: null, meters: null, prices: null },
        { key: 'welcome', name: 'Welcome', kind: 'amount', plans: ['team'], meters: ['calls'], prices: ['base'] },
        { key: 'discount-3', name: 'USD 7.00', kind: 'amount', plans: null, meters: null, prices: null },
      ],
    );
    const [amount] = read([{ amount: '500' }], jpy);
    assert.deepEqual(amount?.kind === 'amount' && amount.amountMinor, 500n);
  });

  it('are refused with the path of the field', () => {
    assertRefused(() => read({}), 'preview-invalid', 'discounts');
    assertRefused(() => read(Array(21).fill({ percentage: '1' })), 'preview-invalid', 'discounts');
    assertRefused(() => read([{}]), 'preview-invalid', 'discounts[0].amount');
    assertRefused(() => read([{ percentage: '1', amount: '1' }]), 'preview-invalid', 'discounts[0].amount');
    assertRefused(() => read([{ percentage: '101' }]), 'preview-invalid', 'discounts[0].percentage');
    assertRefused(() => read([{ percentage: 10 }]), 'decimal-invalid', 'discounts[0].percentage');
    assertRefused(() => read([{ amount: '1.5' }], jpy), 'preview-invalid', 'discounts[0].amount', /no such fraction/);
    assertRefused(() => read([{ amount: '1', currency: 'USD' }]), 'preview-invalid', 'discounts[0].currency');
    assertRefused(() => read([{ amount: '1', plans: [] }]), 'preview-invalid', 'discounts[0].plans');
    assertRefused(() => read([{ amount: '1', prices: ['a', 'a'] }]), 'preview-invalid', 'discounts[0].prices[1]');
    assertRefused(
      () =>
        read([
          { key: 'a', amount: '1' },
          { key: 'a', amount: '1' },
        ]),
      'preview-invalid',
      'discounts[1].key',
    );
  });
});
