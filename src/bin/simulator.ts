import { parseArgs } from 'node:util';
import { type SimulatorOptions, startSimulator } from '../stripe-simulator/index.ts';
import { parseRateLimits } from '../stripe-simulator/rate-limits.ts';

const usage = `Usage: npm run simulator -- [--port N] [--host ADDRESS] [--key sk_test_…] [--journal FILE] [--limits NAME]

  --port     where it listens; 12111, and 0 takes any free port
  --host     address that it listens on; 127.0.0.1
  --key      the one secret key that it accepts
  --journal  file that keeps everything over a restart; without it all is gone at stop
  --limits   Stripe's rate limits: none (unless said otherwise), live or sandbox`;

/** What was asked for, or null when it was the usage. */
function readOptions(): SimulatorOptions | null {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '12111' },
      host: { type: 'string' },
      key: { type: 'string' },
      journal: { type: 'string' },
      limits: { type: 'string', default: 'none' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return null;
  const port = Number(values.port);
  if (!/^\d{1,5}$/.test(values.port) || port > 65_535) throw new Error('--port is a number from 0 to 65535.');
  return {
    port,
    limits: parseRateLimits(values.limits),
    ...(values.host === undefined ? {} : { host: values.host }),
    ...(values.key === undefined ? {} : { key: values.key }),
    ...(values.journal === undefined ? {} : { journalFile: values.journal }),
  };
}

async function run(options: SimulatorOptions): Promise<void> {
  const simulator = await startSimulator(options);
  const stop = () => void simulator.stop();
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  console.log(`Stripe simulator: ${simulator.url} (journal: ${simulator.url}/_control/)`);
}

try {
  const options = readOptions();
  if (options === null) console.log(usage);
  else await run(options);
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  process.exitCode = 1;
}
