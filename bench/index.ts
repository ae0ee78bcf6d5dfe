/**
 * `npm run bench -- ID [--runs N] [--seed N] [--smoke]`: measures one benchmark and prints one line of JSON, the figure
 * of ours beside a limit measured in the same run. Without an id it lists what there is.
 */
import { cpus, release } from 'node:os';
import { parseArgs } from 'node:util';
import { type Benchmark, measure } from './support/benchmark.ts';

/** Each is loaded when it is asked for; what it needs besides takes long to read. */
const benchmarks: Record<string, () => Promise<Benchmark>> = {
  R1: async () => (await import('./ingest.ts')).ingest,
  R3: async () => (await import('./generate.ts')).generate,
  R4: async () => (await import('./publish.ts')).publish,
  R5: async () => (await import('./sync/throughput.ts')).syncThroughput,
  R6: async () => (await import('./sync/live-limits.ts')).syncAtLiveLimits,
  R7: async () => (await import('./reads/index.ts')).reads,
  R13: async () => (await import('./expected-bill.ts')).expectedBill,
  immediate: async () => (await import('./sync/immediate.ts')).immediateSync,
  rating: async () => (await import('./rating.ts')).rating,
};

const usage = `Usage: npm run bench -- ID [--runs 5] [--seed 1] [--smoke]; there are: ${Object.keys(benchmarks).join(', ')}`;

/** @throws Error with the sentence that says what is wrong */
function readOptions() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      runs: { type: 'string' },
      seed: { type: 'string', default: '1' },
      smoke: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const [id = '', ...more] = positionals;
  const seed = Number(values.seed);
  if (id === '') throw new Error('Which benchmark?');
  if (!Object.hasOwn(benchmarks, id)) throw new Error(`There is no benchmark "${id}".`);
  if (more.length > 0) throw new Error(`One benchmark at a time: "${more.join(' ')}" is too much.`);
  if (values.runs !== undefined && !/^[1-9]\d*$/.test(values.runs)) {
    throw new Error(`--runs takes a whole number from 1, not "${values.runs}".`);
  }
  if (!Number.isSafeInteger(seed)) throw new Error(`--seed takes a whole number, not "${values.seed}".`);
  return { id, runs: values.runs === undefined ? undefined : Number(values.runs), seed, smoke: values.smoke };
}

async function main(): Promise<void> {
  let options: ReturnType<typeof readOptions>;
  try {
    options = readOptions();
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    process.exit(2);
  }
  if (options === undefined) return console.log(usage);
  const { id, runs, seed, smoke } = options;
  const benchmark = await benchmarks[id]!();
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  const result = await measure(benchmark, runs ?? (smoke ? 1 : (benchmark.runs ?? 5)), { smoke, seed, say });
  const [{ model } = { model: 'unknown' }] = cpus();
  const machine = `${cpus().length} × ${model.trim()}, Linux ${release()}, Node ${process.versions.node}`;
  console.log(JSON.stringify({ ...result, machine, seed, smoke, at: new Date().toISOString() }));
}

main().then(
  () => process.exit(0),
  (error: Error) => {
    console.error(error.stack);
    process.exit(1);
  },
);
