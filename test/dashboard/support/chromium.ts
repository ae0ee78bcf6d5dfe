import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { atEnd } from '../../support/stack.ts';

const usual = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/opt/google/chrome/chrome'];

/** None of the browser's own errands: tests fail on every request that leaves the machine. */
const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];

function found(): string | undefined {
  const named = process.env['DURABILL_CHROMIUM'];
  return named !== undefined && named !== '' ? named : usual.find((path) => existsSync(path));
}

/** As RabbitMQ is: where one may without being asked anything. */
function install(): void {
  const isRoot = process.getuid?.() === 0;
  if (!existsSync('/usr/bin/apt-get')) return;
  if (!isRoot && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status !== 0) return;
  console.error('Chromium is missing; installing it with: apt-get install -y chromium');
  for (const args of [
    ['update', '-q'],
    ['install', '-y', '-q', '--no-install-recommends', 'chromium'],
  ]) {
    const command = [...(isRoot ? [] : ['sudo', '-n']), 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args];
    spawnSync(command[0]!, command.slice(1), { stdio: ['ignore', 2, 2], timeout: 300_000 });
  }
}

function executable(): string {
  if (found() === undefined) install();
  const path = found();
  if (path !== undefined) return path;
  throw new Error(
    'The tests of the pages need Chromium. Install it with: sudo apt-get install -y chromium, or name one: DURABILL_CHROMIUM=/path/to/chromium npm test',
  );
}

let launched: Promise<Browser> | undefined;

/** One browser for the whole run; what tests see is separate by contexts, of which each has its own cookies. */
export async function openBrowser(): Promise<Browser> {
  if (launched === undefined) {
    launched = chromium.launch({ executablePath: executable(), headless: true, args: quiet });
    atEnd(async () => await (await launched)?.close());
  }
  return await launched;
}
