import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  type ComparableBill,
  type ComparableLine,
  changeKinds,
  changesOf,
  lineKinds,
} from '../../../src/domain/invoice/changes.ts';

const none = { discountMinor: 0n, taxMinor: 0n, carriedMinor: 0n, creditMinor: 0n };
const usage = (name: string, amountMinor: bigint, quantity: string): ComparableLine => {
  return { name, kind: 'usage', description: name, amountMinor, quantity };
};
const shown = (effects: readonly { kind: string; amountMinor: bigint }[]) =>
  effects.map(({ kind, amountMinor }) => `${kind} ${amountMinor}`);

describe('Why a bill differs from the one before', () => {
  it('parts a charge in what was used and what its price did', () => {
    // 100 at 0.10 were 10.00; 150 at 0.10 would be 15.00; at 0.08 they are 12.00.
    const change = changesOf(
      { lines: [usage('calls', 1_000n, '100')], sums: none },
      { lines: [usage('calls', 1_200n, '150')], sums: none },
      new Map([['calls', 1_500n]]),
      () => false,
    );
    assert.deepEqual(shown(change.byKind), ['quantity 500', 'price -300']);
    assert.equal(change.differenceMinor, 200n);
    assert.deepEqual([change.lines[0]?.quantityBefore, change.lines[0]?.quantityAfter], ['100', '150']);
  });

  it('says plan where the plan is another, and all of a charge that has come or gone', () => {
    const change = changesOf(
      { lines: [usage('calls', 1_000n, '100'), usage('mails', 300n, '3')], sums: none },
      { lines: [usage('calls', 900n, '100'), usage('texts', 50n, '1')], sums: none },
      new Map([
        ['calls', 1_000n],
        ['mails', 500n],
      ]),
      () => true,
    );
    // Calls 900 - 1,000; mails 500 - 300 used more and then gone; texts 50 new.
    assert.deepEqual(shown(change.byKind), ['quantity 200', 'plan -550']);
    assert.equal(change.differenceMinor, -350n);
  });

  it('takes all of it for the terms where the old ones cannot price the use of now', () => {
    const before = { lines: [usage('calls', 1_000n, '100')], sums: none };
    const change = changesOf(before, { lines: [usage('calls', 700n, '90')], sums: none }, null, () => false);
    assert.deepEqual(shown(change.byKind), ['price -300']);
  });

  it('has discounts and credits the other way round', () => {
    const change = changesOf(
      { lines: [], sums: { ...none, discountMinor: 100n, creditMinor: 50n } },
      { lines: [], sums: { ...none, discountMinor: 250n, taxMinor: 19n, carriedMinor: 7n, creditMinor: 20n } },
      new Map(),
      () => false,
    );
    assert.deepEqual(shown(change.byKind), ['discount -150', 'tax 19', 'carried 7', 'credit 30']);
  });

  it('adds parts of a cycle up, whose quantities are no sum', () => {
    const parts = [usage('seats', 400n, '4'), usage('seats', 300n, '5')];
    const { lines } = changesOf({ lines: [], sums: none }, { lines: parts, sums: none }, new Map(), () => false);
    assert.deepEqual([lines.length, lines[0]?.afterMinor, lines[0]?.quantityAfter], [1, 700n, null]);
  });

  it('always adds up, line by line and in all', () => {
    const amount = fc.bigInt({ min: -1_000_000n, max: 1_000_000n });
    const line = fc.record({
      name: fc.constantFrom('a', 'b', 'c', 'd'),
      kind: fc.constantFrom(...lineKinds),
      description: fc.constant('x'),
      amountMinor: amount,
      quantity: fc.constantFrom(null, '1', '2.5'),
    });
    const sums = fc.record({ discountMinor: amount, taxMinor: amount, carriedMinor: amount, creditMinor: amount });
    const bill: fc.Arbitrary<ComparableBill> = fc.record({ lines: fc.array(line, { maxLength: 8 }), sums });
    const between = fc.option(fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), amount)));
    const totalOf = ({ lines, sums: of }: ComparableBill) =>
      lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0n) -
      of.discountMinor +
      of.taxMinor +
      of.carriedMinor -
      of.creditMinor;
    const sumOf = (list: readonly { amountMinor: bigint }[]) => list.reduce((sum, one) => sum + one.amountMinor, 0n);
    fc.assert(
      fc.property(bill, bill, between, fc.boolean(), (before, after, terms, isOther) => {
        const change = changesOf(before, after, terms && new Map(terms), () => isOther);
        assert.equal(change.differenceMinor, totalOf(after) - totalOf(before));
        assert.equal(sumOf(change.byKind), change.differenceMinor);
        for (const { beforeMinor, afterMinor, effects } of change.lines) {
          assert.equal(sumOf(effects), afterMinor - beforeMinor);
        }
        for (const { kind, amountMinor } of change.byKind) {
          assert.ok(changeKinds.includes(kind) && amountMinor !== 0n, kind);
        }
      }),
    );
  });
});
