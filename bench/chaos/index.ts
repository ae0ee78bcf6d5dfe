/**
 * `npm run chaos -- [--seed N] [--invoices 1000] [--minutes 10] [--faults LIST] [--points LIST] [--smoke]`: bills a
 * month in a deployment of its own while its processes and parts are killed, then computes from what was sent what has
 * to be there. The last line is one JSON object; the exit code is 1 if it shows a fault. See docs/chaos.md.
 */
import { type ChaosOptions, readOptions, usage } from './options.ts';
import { runChaos } from './run.ts';

const say = (line: string) => void process.stderr.write(`${line}\n`);

async function main(): Promise<boolean> {
  let options: ChaosOptions;
  try {
    options = readOptions(process.argv.slice(2));
  } catch {
    say(usage);
    return false;
  }
  const { findings, ...report } = await runChaos(options, say);
  for (const { kind, what } of findings.slice(0, 50)) say(`${kind}: ${what}`);
  console.log(JSON.stringify(report));
  return report.passed;
}

main().then(
  (passed) => process.exit(passed ? 0 : 1),
  (error: Error) => {
    console.error(error.stack);
    process.exit(1);
  },
);
