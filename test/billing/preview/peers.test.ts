import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { answered, type Expected } from './peers/expect.ts';

type Case = { id: string; source: string; request: object };
type Facts = {
  /** What the peer's own test expects, and we answer. */
  cases: (Case & { expected: Expected })[];
  /** Where we answer otherwise on purpose. */
  differences: (Case & { ours: Expected; theirs: Expected; reason: string })[];
};

const folder = new URL('./peers/', import.meta.url);
const engines = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => ({ name, facts: JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Facts }));

describe('What other engines expect of their own prices', () => {
  for (const { name, facts } of engines) {
    describe(name, () => {
      for (const { id, source, request, expected } of facts.cases) {
        it(`${id} ${source}`, () => assert.deepEqual(answered(request, expected), expected));
      }
      for (const { id, source, request, ours, theirs, reason } of facts.differences) {
        it(`${id} ${source}: otherwise on purpose`, () => {
          assert.deepEqual(answered(request, ours), ours);
          assert.ok(reason.length > 20, reason);
          assert.notDeepEqual(answered(request, theirs), theirs);
        });
      }
    });
  }

  it('covers seven engines, each request once', () => {
    assert.equal(engines.length, 7);
    const all = engines.flatMap(({ facts }) => [...facts.cases, ...facts.differences]);
    assert.ok(all.length >= 700, `${all.length} cases`);
    assert.equal(new Set(all.map(({ id }) => id)).size, all.length);
    const bare = all.filter((one) => 'expected' in one && Object.keys(one.expected).length === 0);
    assert.deepEqual(bare, []);
  });
});
