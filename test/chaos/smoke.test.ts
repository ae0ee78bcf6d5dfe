import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

describe('chaos', function () {
  // Past the limits that the run sets itself for start, faults, overtime and rest, so that it says what went wrong.
  this.timeout(31 * 60_000);

  /** Each crash point once at least, and 25 kills. The long run is in docs/chaos.md. */
  it('kills every process at every crash point, and nothing is lost, billed twice or left unexplained', async () => {
    // A run that finds something says so and ends with another code: its words are in the message of the failure.
    const { stdout } = await run(process.execPath, ['src/bin/bootstrap.mjs', 'chaos', '--smoke', '--seed', '7'], {
      cwd: root,
      maxBuffer: 16 * 1_024 * 1_024,
      timeout: 30 * 60_000,
    });
    const report = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
    const { passed, lost, duplicated, unexpected, unhit, attempts, acknowledged, issued, atStripe } = report;
    assert.deepEqual(
      { passed, lost, duplicated, unexpected, unhit },
      { passed: true, lost: 0, duplicated: 0, unexpected: 0, unhit: [] },
    );
    assert.equal(attempts, acknowledged);
    assert.equal(issued, atStripe);
    assert.ok((report['kills'] as number) >= (report['leastKills'] as number) && (issued as number) > 0);
  });
});
