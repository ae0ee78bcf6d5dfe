import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type ComparedLine, differencesOf, lineKeyOf } from '../../../src/domain/invoice/line-differences.ts';

const line = (priceKey: string, amountMinor: bigint, rest: Partial<ComparedLine> = {}): ComparedLine => ({
  periodId: 'january',
  priceKey,
  group: null,
  description: `Price ${priceKey}`,
  quantity: String(amountMinor),
  amountMinor,
  ...rest,
});
const adjusted = (...lines: ComparedLine[]) =>
  new Map(lines.map((one) => [lineKeyOf(one), { minor: one.amountMinor, line: one }]));

describe('The differences of lines', () => {
  it('are what a line comes to now, minus what it was billed on its invoice and beside it', () => {
    const found = differencesOf([line('miles', 100n)], [line('miles', 130n)], adjusted(line('miles', 12n)));
    // 130 − 100 − 12.
    assert.deepEqual(
      found.map(({ billedMinor, adjustedMinor, afterMinor, differenceMinor }) => [
        billedMinor,
        adjustedMinor,
        afterMinor,
        differenceMinor,
      ]),
      [[100n, 12n, 130n, 18n]],
    );
  });

  it('leave out what is the same, and tell a quantity that changes no amount', () => {
    const before = [line('base', 10n), line('miles', 0n, { quantity: '3' })];
    const now = [line('base', 10n), line('miles', 0n, { quantity: '4' })];
    assert.deepEqual(
      differencesOf(before, now, new Map()).map((one) => [one.priceKey, one.quantityBefore, one.quantityAfter]),
      [['miles', '3', '4']],
    );
  });

  it('leave out what an earlier correction has brought to where it is', () => {
    assert.deepEqual(differencesOf([line('miles', 100n)], [line('miles', 130n)], adjusted(line('miles', 30n))), []);
  });

  it('know a line by its period, price and group: one that is new, and one that is gone', () => {
    const before = [line('miles', 5n, { group: ['JFK'] }), line('miles', 1n, { periodId: 'second' })];
    const now = [line('miles', 7n, { group: ['LGA'] }), line('miles', 1n, { periodId: 'second' })];
    assert.deepEqual(
      differencesOf(before, now, new Map()).map(({ group, differenceMinor }) => [group, differenceMinor]),
      [
        [['LGA'], 7n],
        [['JFK'], -5n],
      ],
    );
  });

  it('give back what was billed beside an invoice for a line that neither side has', () => {
    assert.deepEqual(
      differencesOf([], [], adjusted(line('miles', 30n))).map(({ differenceMinor }) => differenceMinor),
      [-30n],
    );
  });

  it('pass over lines that bill no period', () => {
    const item = line('item', 500n, { periodId: null });
    assert.deepEqual(differencesOf([item], [], new Map()), []);
  });

  const lines = fc.array(
    fc.record({
      key: fc.constantFrom('a', 'b', 'c'),
      group: fc.constantFrom(null, ['x'], ['y']),
      minor: fc.bigInt(-99n, 99n),
    }),
  );

  it('add up to the difference of all, and to nothing once they are billed', () => {
    fc.assert(
      fc.property(lines, lines, lines, (before, now, beside) => {
        const of = (all: typeof before) => all.map(({ key, group, minor }) => line(key, minor, { group }));
        const sum = (all: typeof before) => all.reduce((total, { minor }) => total + minor, 0n);
        const earlier = new Map<string, { minor: bigint; line: ComparedLine }>();
        for (const one of of(beside)) {
          const minor = (earlier.get(lineKeyOf(one))?.minor ?? 0n) + one.amountMinor;
          earlier.set(lineKeyOf(one), { minor, line: one });
        }
        const found = differencesOf(of(before), of(now), earlier);
        const total = found.reduce((all, { differenceMinor }) => all + differenceMinor, 0n);
        assert.equal(total, sum(now) - sum(before) - sum(beside));
        for (const one of found) {
          const minor = (earlier.get(lineKeyOf(one))?.minor ?? 0n) + one.differenceMinor;
          earlier.set(lineKeyOf(one), { minor, line: { ...line(one.priceKey, 0n), group: one.group } });
        }
        assert.deepEqual(
          differencesOf(of(before), of(now), earlier).filter(({ differenceMinor }) => differenceMinor !== 0n),
          [],
        );
      }),
    );
  });
});
