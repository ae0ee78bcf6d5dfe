import { parseArgs } from 'node:util';
import { type SimulatorOptions, startSimulator } from '../stripe-simulator/index.ts';

const usage = 'simulator [--port N] [--host ADDRESS] [--key sk_test_…] [--journal FILE]';

function readOptions(): SimulatorOptions {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '12111' },
      host: { type: 'string' },
      key: { type: 'string' },
      journal: { type: 'string' },
    },
  });
  const port = Number(values.port);
  if (!/^\d{1,5}$/.test(values.port) || port > 65_535) throw new Error('--port is a number from 0 to 65535.');
  return {
    port,
    ...(values.host === undefined ? {} : { host: values.host }),
    ...(values.key === undefined ? {} : { key: values.key }),
    ...(values.journal === undefined ? {} : { journalFile: values.journal }),
  };
}

try {
  const simulator = await startSimulator(readOptions());
  const stop = () => void simulator.stop();
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  console.log(`Stripe simulator: ${simulator.url} (journal: ${simulator.url}/_control/)`);
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\nUsage: ${usage}`);
  process.exitCode = 1;
}
