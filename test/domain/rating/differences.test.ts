import assert from 'node:assert/strict';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { differencesOf } from '../../../src/domain/rating/differences.ts';
import { goodFile, type Written } from '../../support/plan-files.ts';
import { runs } from '../support/properties.ts';

describe('the differences of two plans', () => {
  const plan = goodFile().plans[0];
  const changed = (change: (plan: Written) => void) => {
    const other = goodFile().plans[0];
    change(other);
    return differencesOf(plan, other);
  };
  const priceOf = (other: Written, key: string) => other.prices.find((price: Written) => price.key === key);

  it('are none of a plan and itself', () => {
    assert.deepEqual(
      changed(() => {}),
      [],
    );
  });

  it('name a price by its key and a tier by its place', () => {
    const differences = changed((other) => {
      other.name = 'All of it';
      priceOf(other, 'stored').tiers[1].packageAmount = '2.50';
      delete priceOf(other, 'stored').tiers[0].flatAmount;
      priceOf(other, 'stored').tiers.push({ upTo: null, unitAmount: '0' });
      priceOf(other, 'stored').tiers[2].upTo = '500';
    });
    assert.deepEqual(differences, [
      { field: 'name', kind: 'changed', from: 'Everything', to: 'All of it' },
      { field: 'prices[stored].tiers[0].flatAmount', kind: 'removed', from: '1' },
      { field: 'prices[stored].tiers[1].packageAmount', kind: 'changed', from: '2', to: '2.50' },
      { field: 'prices[stored].tiers[2].upTo', kind: 'changed', from: null, to: '500' },
      { field: 'prices[stored].tiers[3]', kind: 'added', to: { upTo: null, unitAmount: '0' } },
    ]);
  });

  it('are one price when one is put in between, and one when one is taken out', () => {
    const night = { key: 'night', name: 'Night', model: 'flat', amount: '1' };
    assert.deepEqual(
      changed((other) => other.prices.splice(1, 0, night)),
      [{ field: 'prices[night]', kind: 'added', to: night }],
    );
    assert.deepEqual(
      changed((other) => other.prices.splice(0, 1)),
      [{ field: 'prices[base]', kind: 'removed', from: plan.prices[0] }],
    );
  });

  it('say that prices, whose order is that of the lines, are in another one', () => {
    const keys: string[] = plan.prices.map(({ key }: Written) => key);
    const [first, second, ...rest] = keys as [string, string, ...string[]];
    assert.deepEqual(
      changed((other) => other.prices.splice(0, 2, other.prices[1], other.prices[0])),
      [{ field: 'prices', kind: 'reordered', from: keys, to: [second, first, ...rest] }],
    );
  });

  it('name a cell by its values, and take a list of texts as one value', () => {
    const differences = changed((other) => {
      priceOf(other, 'grid').cells.reverse();
      priceOf(other, 'grid').cells[0].unitAmount = '0.02';
      priceOf(other, 'step').filter.kind = ['read', 'write'];
    });
    assert.deepEqual(differences, [
      { field: 'prices[step].filter.kind', kind: 'changed', from: ['read'], to: ['read', 'write'] },
      { field: 'prices[grid].cells[us, gold].unitAmount', kind: 'changed', from: '0.03', to: '0.02' },
      { field: 'prices[grid].cells', kind: 'reordered', from: ['eu, gold', 'us, gold'], to: ['us, gold', 'eu, gold'] },
    ]);
  });

  it('are none exactly when both would be written as the same canonical JSON', () => {
    const name = fc.constantFrom('key', 'values', 'a', 'b');
    const { node } = fc.letrec<{ node: unknown; list: unknown[]; fields: object }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom<unknown>(null, true, 1, 'a', 'b', ''),
        tie('list'),
        tie('fields'),
      ),
      list: fc.array(tie('node'), { maxLength: 3 }),
      fields: fc.dictionary(name, tie('node'), { maxKeys: 3 }),
    }));
    let equal = 0;
    const agree = (from: unknown, to: unknown) => {
      const isSame = canonicalize(from) === canonicalize(to);
      if (isSame) equal += 1;
      return isSame === (differencesOf(from, to).length === 0);
    };
    fc.assert(fc.property(node, node, agree), runs);
    // Few that are made at random are equal, so that copies are compared as well.
    fc.assert(
      fc.property(node, (one) => agree(one, structuredClone(one))),
      runs,
    );
    assert.ok(equal >= runs.numRuns, `${equal} were equal`);
  });
});
