import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { type Stack, startStack, stopOnSignals } from '../../src/stack/index.ts';
import { endWithParent } from '../../src/stack/parent-watch.mjs';
import './plain-ok.mjs';
import { closeAll, setStack } from './stack.ts';

const dataDir = () => fileURLToPath(new URL(`../../.durabill/test-${randomBytes(4).toString('hex')}`, import.meta.url));

/** Tests never run on a database, broker or server that the developer's shell happens to name. */
function withoutOutsideParts(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { DATABASE_URL: _database, AMQP_URL: _broker, TEMPORAL_ADDRESS: _temporal, SMTP_URL: _mail, ...rest } = env;
  return rest;
}

let stop: () => Promise<void> = async () => {};

function publishAddresses(stack: Stack): void {
  process.env['DURABILL_TEST_DATABASE_URL'] = stack.databaseUrl;
  process.env['DURABILL_TEST_AMQP_URL'] = stack.amqpUrl;
  process.env['DURABILL_TEST_RABBITMQ_UI_URL'] = stack.rabbitmqUiUrl;
  process.env['DURABILL_TEST_TEMPORAL_ADDRESS'] = stack.temporalAddress;
}

/** One throw-away stack for the whole run; none when only unit tests are run with DURABILL_TEST_STACK=none. */
export async function mochaGlobalSetup(): Promise<void> {
  if (process.env['DURABILL_TEST_STACK'] === 'none') return;
  // A killed bootstrap cannot pass a signal on; without this the run would go on alone.
  endWithParent();
  const abort = new AbortController();
  const starting = startStack({
    dataDir: dataDir(),
    throwAway: true,
    env: withoutOutsideParts(process.env),
    signal: abort.signal,
  });
  stop = async () => {
    abort.abort(new Error('The test run was stopped.'));
    // A stack that did not come up has stopped itself, and told why where it was awaited.
    await starting.then(
      (stack) => stack.stop(),
      () => {},
    );
  };
  stopOnSignals(stop);
  const stack = await starting;
  setStack(stack);
  publishAddresses(stack);
}

export async function mochaGlobalTeardown(): Promise<void> {
  try {
    await closeAll();
  } finally {
    await stop();
  }
}
