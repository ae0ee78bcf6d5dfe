import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

/** As a person runs it. The figures of a smoke say nothing; that there are some says that all of it ran. */
async function bench(...args: string[]): Promise<Record<string, unknown>> {
  const { stdout } = await run(process.execPath, ['src/bin/bootstrap.mjs', 'bench', ...args], { cwd: root });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
}

describe('the benchmarks', function () {
  this.timeout(4 * 60_000);

  for (const [id, unit] of Object.entries({
    R1: 'events/s',
    R3: 'invoices/s',
    R4: 'messages/s',
    R5: 'invoices/s',
    R6: 'invoices/s',
    R7: 'reads/s',
    R13: 'answers/s, the slowest of a hundred',
    immediate: 'syncs within 5 s',
    rating: 'lines/s',
  })) {
    it(`${id} runs and prints its figures on one line`, async () => {
      const { ours, limit, ratio, goal, runs, ...result } = await bench(id, '--smoke', '--seed', '7');
      assert.deepEqual([result['id'], result['unit'], result['seed'], result['smoke']], [id, unit, 7, true]);
      assert.equal(goal, undefined, 'small numbers are held to no goal');
      for (const [name, figure] of Object.entries({ ours, limit, ratio })) {
        assert.equal(typeof figure === 'number' && figure > 0, true, `${name} is ${figure}`);
      }
      assert.equal((runs as unknown[]).length, 1);
      assert.match(String(result['machine']), /^\d+ × .+, Linux .+, Node 2/);
    });
  }

  it('name what there is when asked for anything else', async () => {
    await assert.rejects(
      bench('R99'),
      /There is no benchmark "R99"\.\s+Usage: npm run bench -- ID .* there are: R1, R3, R4, R5, R6, R7, R13, immediate, rating/,
    );
  });
});
