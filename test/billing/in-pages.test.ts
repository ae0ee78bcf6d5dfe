import assert from 'node:assert/strict';
import { type BegunPage, inPages } from '../../src/billing/in-pages.ts';

type Counts = { done: number };

/** Pages a, b, c … each of which ends when the test says so. */
function pagesOf(names: string) {
  const begun: string[] = [];
  const open = new Map<string, { resolve: (counts: Counts) => void; reject: (error: Error) => void }>();
  const begin = async (after: string): Promise<BegunPage<Counts>> => {
    const name = names[after === '' ? 0 : names.indexOf(after) + 1];
    begun.push(name ?? 'end');
    if (name === undefined) return { cursor: undefined, done: Promise.resolve({ done: 0 }) };
    const done = new Promise<Counts>((resolve, reject) => open.set(name, { resolve, reject }));
    return { cursor: name, done };
  };
  const end = (name: string) => open.get(name)!.resolve({ done: 1 });
  const fail = (name: string) => open.get(name)!.reject(new Error(`${name} failed`));
  return { begun, begin, end, fail };
}

/** Everything that can happen without something from outside has happened. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('inPages', () => {
  it('has no more pages under way than it may, and tells them in their order', async () => {
    const pages = pagesOf('abc');
    const told: (string | undefined)[] = [];
    const onDone = (cursor: string | undefined) => told.push(cursor);
    const all = inPages({ after: '', atOnce: 2, begin: pages.begin, onDone });
    await settled();
    assert.deepEqual(pages.begun, ['a', 'b']);
    pages.end('b');
    await settled();
    assert.deepEqual([pages.begun, told], [['a', 'b'], []], 'b is done, and not told before a');
    pages.end('a');
    await settled();
    assert.deepEqual(
      [pages.begun, told],
      [
        ['a', 'b', 'c', 'end'],
        ['a', 'b'],
      ],
    );
    pages.end('c');
    assert.equal(await all, undefined);
    assert.deepEqual(told, ['a', 'b', 'c', undefined]);
  });

  it('waits for the last page before it ends, also where nobody is told', async () => {
    const pages = pagesOf('a');
    let isOver = false;
    const all = inPages({ after: '', atOnce: 3, begin: pages.begin }).then(() => {
      isOver = true;
    });
    await settled();
    assert.equal(isOver, false);
    pages.end('a');
    await all;
  });

  it('stops at the limit of pages and tells where to go on', async () => {
    const pages = pagesOf('abcd');
    const all = inPages({ after: '', atOnce: 3, maxPages: 2, begin: pages.begin });
    await settled();
    pages.end('a');
    pages.end('b');
    assert.equal(await all, 'b');
    assert.deepEqual(pages.begun, ['a', 'b']);
  });

  it('lets the pages beside a failed one end before it fails, and begins no other', async () => {
    const pages = pagesOf('abc');
    const told: (string | undefined)[] = [];
    const failures: unknown[] = [];
    const onDone = (cursor: string | undefined) => told.push(cursor);
    const all = inPages({ after: '', atOnce: 2, begin: pages.begin, onDone }).catch((error: unknown) => {
      failures.push(error);
    });
    await settled();
    pages.fail('a');
    await settled();
    assert.deepEqual(failures, [], 'b is still under way');
    pages.end('b');
    await all;
    assert.deepEqual(failures.map(String), ['Error: a failed']);
    assert.deepEqual([pages.begun, told], [['a', 'b'], []]);
  });

  it('hears of a later page that fails first when its turn comes', async () => {
    const pages = pagesOf('ab');
    const told: (string | undefined)[] = [];
    const onDone = (cursor: string | undefined) => told.push(cursor);
    const all = inPages({ after: '', atOnce: 2, begin: pages.begin, onDone });
    const failed = assert.rejects(all, /b failed/);
    await settled();
    pages.fail('b');
    await settled();
    pages.end('a');
    await failed;
    assert.deepEqual(told, ['a'], 'a retry goes on behind a');
  });
});
