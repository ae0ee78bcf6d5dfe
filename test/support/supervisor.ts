/**
 * A process that owns a stack of its own, for tests that kill it. Arguments: data directory, `throw-away` or `lasting`.
 * Prints one line of JSON when the stack serves.
 */
import { startStack, stopOnSignals } from '../../src/stack/index.ts';

const [dataDir, kind] = process.argv.slice(2);

startStack({ dataDir: dataDir!, throwAway: kind === 'throw-away' }).then(
  async (stack) => {
    stopOnSignals(stack.stop);
    const child = await stack.run({
      name: 'own',
      command: process.execPath,
      args: ['-e', 'setInterval(() => {}, 1e6)'],
    });
    const { databaseUrl, amqpUrl, temporalAddress, rabbitmqUiUrl } = stack;
    console.log(JSON.stringify({ databaseUrl, amqpUrl, temporalAddress, rabbitmqUiUrl, childPid: child.pid }));
  },
  (error: Error) => {
    console.error(error.message);
    process.exit(1);
  },
);
