import assert from 'node:assert/strict';
import fc from 'fast-check';
import { applyCredits, type CreditSource } from '../../../src/domain/credit/apply-credits.ts';
import { runs } from '../support/properties.ts';

const source = (name: string, availableMinor: bigint, limitMinor: bigint | null = null): CreditSource => ({
  accountId: name,
  source: name === 'balance' ? 'balance' : 'wallet',
  name,
  availableMinor,
  limitMinor,
});
const taken = (dueMinor: bigint, sources: CreditSource[]) =>
  Object.fromEntries(applyCredits(dueMinor, sources).map(({ name, amountMinor }) => [name, amountMinor]));

describe('Credits', () => {
  it('are taken in their order until nothing is due', () => {
    // 100.00 due: 20.00 of the balance, all 50.00 of the gift, 30.00 of the 40.00 that were paid for.
    const sources = [source('balance', 2_000n), source('gift', 5_000n), source('paid', 4_000n), source('last', 1n)];
    assert.deepEqual(applyCredits(10_000n, sources), [
      { accountId: 'balance', source: 'balance', name: 'balance', amountMinor: 2_000n },
      { accountId: 'gift', source: 'wallet', name: 'gift', amountMinor: 5_000n },
      { accountId: 'paid', source: 'wallet', name: 'paid', amountMinor: 3_000n },
    ]);
  });

  it('pay nothing where nothing is due or nothing is left', () => {
    assert.deepEqual(applyCredits(0n, [source('gift', 5_000n)]), []);
    assert.deepEqual(applyCredits(-500n, [source('gift', 5_000n)]), []);
    assert.deepEqual(applyCredits(500n, [source('gift', 0n), source('other', 10n, 0n)]), []);
    assert.deepEqual(applyCredits(500n, []), []);
  });

  it('that end within the period pay for what was used before', () => {
    // Of 100.00, 30.00 were used until the grant ended on the 10th: it keeps 20.00, and 70.00 are left for the next one.
    assert.deepEqual(taken(10_000n, [source('until 10th', 5_000n, 3_000n), source('open', 9_000n)]), {
      'until 10th': 3_000n,
      open: 7_000n,
    });
  });

  it('that end on the same day pay together for what was used before, and not each for it', () => {
    assert.deepEqual(taken(10_000n, [source('a', 2_000n, 3_000n), source('b', 5_000n, 3_000n)]), {
      a: 2_000n,
      b: 1_000n,
    });
  });

  it('that end later pay for what an earlier one has not', () => {
    // 30.00 until the 10th, 60.00 until the 20th: the second finds 30.00 left of its 60.00.
    assert.deepEqual(taken(10_000n, [source('10th', 9_000n, 3_000n), source('20th', 9_000n, 6_000n)]), {
      '10th': 3_000n,
      '20th': 3_000n,
    });
    // The other way round the first has paid for all until the 20th, of which the second's days are a part.
    assert.deepEqual(taken(10_000n, [source('20th', 9_000n, 6_000n), source('10th', 9_000n, 3_000n)]), {
      '20th': 6_000n,
    });
    // With 10.00 in it, it is taken to have paid for the days after the 10th.
    assert.deepEqual(taken(10_000n, [source('20th', 1_000n, 6_000n), source('10th', 9_000n, 3_000n)]), {
      '20th': 1_000n,
      '10th': 3_000n,
    });
  });

  it('without an end pay for the latest usage, so that what is about to end is not wasted', () => {
    assert.deepEqual(taken(10_000n, [source('balance', 2_000n), source('10th', 9_000n, 3_000n)]), {
      balance: 2_000n,
      '10th': 3_000n,
    });
  });

  it('pay no more than is due where a discount later in the period has made less of it', () => {
    assert.deepEqual(taken(2_000n, [source('10th', 9_000n, 3_000n)]), { '10th': 2_000n });
  });

  it('pay as an assignment day by day would, whatever the order, the ends and the amounts', () => {
    fc.assert(
      fc.property(dailyUsage, fc.array(grant, { maxLength: 6 }), (days, grants) => {
        const due = sumOf(days);
        const sources = grants.map(({ available, end }, at) =>
          source(`g${at}`, available, end === null ? null : sumOf(days.slice(0, end))),
        );
        assert.deepEqual(taken(due, sources), dayByDay(days, grants));
      }),
      runs,
    );
  });
});

const dailyUsage = fc.array(fc.bigInt(0n, 20n), { minLength: 1, maxLength: 6 });
const grant = fc.record({ available: fc.bigInt(0n, 40n), end: fc.option(fc.nat(6)) });

const sumOf = (list: bigint[]) => list.reduce((a, b) => a + b, 0n);

/**
 * The oracle: every unit of money is looked at on its own. A grant takes one more unit as long as the days still open
 * can be shared out among all units taken so far, which is tried by giving the units of the earliest ends the first days.
 */
function dayByDay(days: bigint[], grants: { available: bigint; end: number | null }[]) {
  const units: number[] = [];
  const found: Record<string, bigint> = {};
  grants.forEach(({ available, end }, at) => {
    for (let one = 0n; one < available; one++) {
      const tried = [...units, end ?? days.length].sort((a, b) => a - b);
      if (!canBeShared(days, tried)) break;
      units.push(end ?? days.length);
      found[`g${at}`] = (found[`g${at}`] ?? 0n) + 1n;
    }
  });
  return found;
}

function canBeShared(days: bigint[], ends: number[]): boolean {
  const open = days.flatMap((units, day) => Array<number>(Number(units)).fill(day));
  return ends.length <= open.length && ends.every((end, at) => open[at]! < end);
}
