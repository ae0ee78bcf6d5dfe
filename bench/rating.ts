import { parseCurrency } from '../src/domain/money/currency.ts';
import { parseDecimal } from '../src/domain/money/exact.ts';
import { parsePrice } from '../src/domain/rating/price.ts';
import { rateLines } from '../src/domain/rating/rate-lines.ts';
import { type Benchmark, type BenchmarkOptions, type OpenBenchmark, rateOf } from './support/benchmark.ts';

const currency = parseCurrency('USD');

/** The four models that most lines have, each with the same charge in whole hundred-thousandths of a cent beside it. */
const plan = [
  {
    terms: { model: 'per_unit', unitAmount: '0.0125' },
    charge: (quantity: bigint) => quantity * 125_000n,
  },
  {
    terms: {
      model: 'graduated',
      included: '50',
      tiers: [
        { upTo: '250', unitAmount: '18.75' },
        { upTo: '1000', unitAmount: '16.40' },
        { upTo: null, unitAmount: '14.20' },
      ],
    },
    charge: (quantity: bigint) => {
      const billable = quantity > 50n ? quantity - 50n : 0n;
      const [first, second] = [smaller(billable, 250n), smaller(billable, 1_000n)];
      return first * 187_500_000n + (second - first) * 164_000_000n + (billable - second) * 142_000_000n;
    },
  },
  {
    terms: {
      model: 'volume',
      tiers: [
        { upTo: '100000', unitAmount: '0.0125' },
        { upTo: null, unitAmount: '0.00885' },
      ],
    },
    charge: (quantity: bigint) => quantity * (quantity <= 100_000n ? 125_000n : 88_500n),
  },
  {
    terms: { model: 'package', packageSize: '1000', packageAmount: '3.00' },
    charge: (quantity: bigint) => ((quantity + 999n) / 1_000n) * 30_000_000n,
  },
];

const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/**
 * Lines a second that one core rates, with their working, against writing the same lines down as JSON and reading them
 * back, which whoever stores or shows a line cannot do without. The charges are held against the same in whole numbers.
 */
export const rating: Benchmark = {
  id: 'rating',
  unit: 'lines/s',
  goal: 0.1,
  async open({ smoke, seed }: BenchmarkOptions): Promise<OpenBenchmark> {
    const periods = smoke ? 200 : 20_000;
    const prices = plan.map(({ terms }, index) => parsePrice({ key: `p${index}`, name: 'Price', ...terms }, 'price'));
    const quantities = Array.from({ length: periods }, (_, index) => BigInt((index * 7_919 + seed) % 250_000));
    const expected = quantities.reduce(
      (sum, quantity) => sum + plan.reduce((all, { charge }) => all + (charge(quantity) + 50_000n) / 100_000n, 0n),
      0n,
    );
    let total = 0n;
    const rated = (quantity: bigint) => {
      const usage = { quantity: parseDecimal(String(quantity)) };
      const measured = [{ usage, eventCount: quantity, skippedCount: 0n }];
      return rateLines(
        prices.map((price) => ({ price, measured })),
        currency,
      );
    };
    const written = quantities.map((quantity) =>
      rated(quantity).map(({ amountMinor, eventCount, skippedCount, ...line }) => ({
        ...line,
        ...{ amountMinor: String(amountMinor), eventCount: String(eventCount), skippedCount: String(skippedCount) },
      })),
    );
    return {
      async ours() {
        total = 0n;
        return await rateOf(periods * plan.length, async () => {
          for (const quantity of quantities) for (const line of rated(quantity)) total += line.amountMinor;
        });
      },
      async limit() {
        let lines = 0;
        const rate = await rateOf(periods * plan.length, async () => {
          for (const list of written) lines += (JSON.parse(JSON.stringify(list)) as unknown[]).length;
        });
        if (lines !== periods * plan.length) throw new Error(`${lines} lines were read back`);
        return rate;
      },
      async facts() {
        if (total !== expected) throw new Error(`ours is ${total}, in whole numbers ${expected}`);
        return { lines: periods * plan.length, totalMinor: String(total) };
      },
      async close() {},
    };
  },
};
