/** One figure of ours beside the limit that it is held against, both as rates: more is better. */
export type Benchmark = {
  id: string;
  /** What is counted a second: `events/s`. */
  unit: string;
  /** Least ratio of ours to the limit. */
  goal: number;
  /** Measurements of each side unless asked otherwise; 5 if not said. */
  runs?: number;
  /** False where a first run, thrown away, would only take long. */
  warm?: boolean;
  open(options: BenchmarkOptions): Promise<OpenBenchmark>;
};

export type BenchmarkOptions = {
  /** Small numbers that show that it works; the figures say nothing. */
  smoke: boolean;
  seed: number;
  say(line: string): void;
};

export type OpenBenchmark = {
  /** One measurement each, on fresh data, the same amount of work on both sides. @returns the rate */
  ours(): Promise<number>;
  limit(): Promise<number>;
  /** Further facts of the last run, printed beside the figures; throws when what was measured did not happen. */
  facts?(): Promise<Record<string, unknown>>;
  close(): Promise<void>;
};

export type Result = {
  id: string;
  ours: number;
  limit: number;
  ratio: number;
  /** Not there in a smoke, whose small numbers are held to none. */
  goal?: number;
  unit: string;
  runs: { ours: number; limit: number }[];
} & Record<string, unknown>;

/** Warms both sides once, then measures them in turn, and holds the medians against each other. */
export async function measure(benchmark: Benchmark, runs: number, options: BenchmarkOptions): Promise<Result> {
  const { id, unit, goal, warm = true } = benchmark;
  const open = await benchmark.open(options);
  try {
    if (warm && !options.smoke) {
      options.say(`${id}: warming up`);
      await open.ours();
      await open.limit();
    }
    const pairs: Result['runs'] = [];
    for (let run = 1; run <= runs; run += 1) {
      const pair = { ours: rounded(await open.ours()), limit: rounded(await open.limit()) };
      options.say(`${id}: run ${run} of ${runs}: ours ${pair.ours}, limit ${pair.limit} ${unit}`);
      pairs.push(pair);
    }
    const ours = median(pairs.map((pair) => pair.ours));
    const limit = median(pairs.map((pair) => pair.limit));
    const held = options.smoke ? {} : { goal };
    return { id, ours, limit, ratio: rounded(ours / limit), ...held, unit, runs: pairs, ...(await open.facts?.()) };
  } finally {
    await open.close();
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Three digits say all that such a figure is worth. */
function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

/** How many of `count` things were done a second while `work` ran. */
export async function rateOf(count: number, work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return count / ((performance.now() - startedAt) / 1_000);
}
