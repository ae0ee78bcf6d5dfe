import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { useApi } from '../api/support.ts';

const page = readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8');

/** The commands of all blocks, one by one: a line that ends with a backslash goes on. */
const commands = [...page.matchAll(/^```sh\n([\s\S]*?)^```/gm)]
  .flatMap(([, block = '']) => block.replaceAll('\\\n', ' ').split('\n'))
  .filter((line) => line.trim() !== '');

async function run(command: string, env: Record<string, string>): Promise<{ code: number; out: string }> {
  const child = spawn('bash', ['-euc', command], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  const code = await new Promise<number>((resolve) => child.on('close', (ended) => resolve(ended ?? -1)));
  return { code, out };
}

describe('The quickstart of the API', () => {
  const api = useApi();

  it('works as it is written, line by line, and a second time', async function () {
    this.timeout(60_000);
    const DURABILL = await api.app.listen({ host: '127.0.0.1', port: 0 });
    const [setup = '', ...calls] = commands;
    assert.match(setup, /^export DURABILL=\S+ KEY=\S+$/);
    assert.equal(calls.length, 5, 'the commands are read');
    for (const round of ['first', 'second']) {
      for (const command of calls) {
        const { code, out } = await run(command, { DURABILL, KEY: api.key });
        assert.equal(code, 0, `${round} time: ${command}\n${out}`);
        assert.equal(typeof JSON.parse(out), 'object');
      }
    }
    const { rows } = await api.database.query('SELECT FROM webhook_endpoints');
    assert.equal(rows.length, 1, 'what was sent twice is there once');
  });
});
