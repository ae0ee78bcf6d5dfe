/**
 * `npm run chaos -- [--seed N] [--invoices 1000] [--minutes 10] [--faults LIST] [--points LIST] [--smoke]`: bills a
 * month in a deployment of its own while its processes and parts are killed, then computes from what was sent what has
 * to be there. The last line is one JSON object; the exit code is 1 if it shows a fault. See docs/chaos.md.
 */
import { type ChaosOptions, readOptions, usage } from './options.ts';
import { runChaos } from './run.ts';

const say = (line: string) => void process.stderr.write(`${line}\n`);

async function main(): Promise<boolean> {
  let options: ChaosOptions | undefined;
  try {
    options = readOptions(process.argv.slice(2));
  } catch (error) {
    say(`${(error as Error).message}\n\n${usage}`);
    process.exit(2);
  }
  if (options === undefined) {
    console.log(usage);
    return true;
  }
  setTimeout(() => {
    say('the run does not come to its end');
    process.exit(1);
  }, limitMs(options.minutes)).unref();
  const { findings, ...report } = await runChaos(options, say);
  for (const { kind, what } of findings.slice(0, 50)) say(`${kind}: ${what}`);
  if (report.unhit.length > 0) say(`nobody has died at ${report.unhit.join(', ')}`);
  if (report.kills < report.leastKills) say(`${report.kills} were killed, ${report.leastKills} are wanted`);
  console.log(JSON.stringify(report));
  return report.passed;
}

/** Far beyond the faults, their overtime and the rest: then something hangs, and everything is stopped. */
function limitMs(minutes: number): number {
  return (2 * minutes + 40) * 60_000;
}

main().then(
  (passed) => process.exit(passed ? 0 : 1),
  (error: Error) => {
    console.error(error.stack);
    process.exit(1);
  },
);
