import { advanceTo, noProgress, type RunProgress } from './advance.ts';
import type { Api } from './api.ts';
import { type Business, billedBy, type Expected, limitsOf } from './businesses.ts';
import type { Month } from './events.ts';
import { createBusiness, loadMonth, noOutcomes, type Outcomes } from './load.ts';
import type { Reporter } from './reporter.ts';
import { addWork, noWork, runStages, type Stage, stages, type Work } from './work.ts';

export type Demonstration = {
  customers: number;
  /** What the API answered to the events of all months. */
  events: Outcomes;
  /** Departures that were not sent, because nobody is known to pay for them. */
  leftOut: number;
  /** The local months that are billed when this returns, in order; one left open is not among them. */
  billedMonths: Month[];
  /** What the clock's advances of this call did; all 0 when everything was there already. */
  progress: RunProgress;
  /** How much this call did in each stage, and how long it took. */
  work: Record<Stage, Work>;
  /** Time spent creating the customers, sending events, and advancing the clock. */
  seconds: { business: number; usage: number; billing: number };
};

/** As they are told, in the order in which an invoice meets them. */
const counters: Record<Stage, string> = {
  customers: 'customers ready',
  events: 'events loaded',
  generated: 'invoices generated',
  issued: 'invoices issued',
  published: 'invoices published',
  synced: 'invoices synced',
};

/**
 * Bills the months of a business one after the other: sends a month's departures, then moves the clock to the 3rd of the
 * next month, 00:00 UTC. By then its invoices have been generated (1st, 13:00 UTC) and issued and sent (2nd, 15:00).
 *
 * Doing it again is safe, whether the first time came to its end or not: known events are answered as duplicates, and a
 * step that the clock has passed advances nothing.
 * @param options.until stops the clock at this instant, with a month left open; later departures are not sent
 */
export async function bill(
  api: Api,
  business: Business,
  options: { until?: Date; reporter: Reporter },
): Promise<Demonstration> {
  const { until = limitsOf(business).latest, reporter } = options;
  const steps = await stepsUntil(business, until);
  const stopwatch = { business: 0, usage: 0, billing: 0 };
  const work = Object.fromEntries(stages.map((stage) => [stage, noWork])) as Record<Stage, Work>;

  reporter.stage('Customers');
  const showCustomers = (ready: number, total: number) => reporter.progress(counters.customers, ready, total);
  const { customers, now } = await timed(stopwatch, 'business', () =>
    createBusiness(api, business, { onProgress: showCustomers }),
  );
  work.customers = { count: customers, seconds: stopwatch.business };
  if (now > until) reporter.note(`the clock stands at ${now.toISOString()}, past the end asked for, and stays there`);

  const show = shower(reporter, totalsOf(steps, { customers, now }));
  let [events, progress] = [noOutcomes, noProgress];
  for (const { name, month, advanceAt, isWhole } of steps) {
    reporter.stage(`${name}: departures`);
    const sentBefore = sumOf(events);
    const onSent = (sent: number) => show({ events: sentBefore + sent });
    const sending = () => loadMonth(api, business, month, { until, onProgress: onSent });
    events = plus(events, await timed(stopwatch, 'usage', sending));

    reporter.stage(isWhole ? `${name}: invoices` : `${name}: stays open`);
    const done = progress;
    const onAdvanced = (sinceStart: RunProgress) => show(plus(done, sinceStart));
    const advancing = () => advanceTo(api, business.clock.name, advanceAt, { onProgress: onAdvanced });
    const advanced = now > advanceAt ? undefined : await timed(stopwatch, 'billing', advancing);
    if (advanced?.outcome === 'advanced') {
      progress = plus(progress, advanced.progress);
      for (const stage of runStages) work[stage] = addWork(work[stage], advanced.work[stage]);
    } else reporter.note(isWhole ? 'already billed' : 'the clock is there already');
  }
  work.events = { count: sumOf(events), seconds: stopwatch.usage };
  for (const stage of stages) if (work[stage].count > 0) reporter.finished(counters[stage], work[stage]);

  const billedMonths = steps.filter(({ isWhole }) => isWhole).map(({ month }) => month);
  const leftOut = steps.reduce((sum, { expected }) => sum + expected.leftOut, 0);
  return { customers, events, leftOut, billedMonths, progress, work, seconds: stopwatch };
}

type Step = { month: Month; name: string; advanceAt: Date; isWhole: boolean; expected: Expected };

/** Each month with departures before `until`, and the instant to which the clock moves once they are sent. */
async function stepsUntil(business: Business, until: Date): Promise<Step[]> {
  const { earliest, latest } = limitsOf(business);
  if (!(until >= earliest && until <= latest)) {
    throw new RangeError(
      `This business can stop between ${earliest.toISOString()} and ${latest.toISOString()}, not at ` +
        `${Number.isNaN(until.getTime()) ? 'an instant that is none' : until.toISOString()}.`,
    );
  }
  const steps: Step[] = [];
  for (const month of business.months) {
    const firstDay = new Date(`${month}-01T00:00:00Z`);
    if (firstDay >= until) break;
    const isWhole = billedBy(month) <= until;
    const expected = await business.expect(month, until);
    steps.push({ month, name: nameOf(firstDay), advanceAt: isWhole ? billedBy(month) : until, isWhole, expected });
  }
  return steps;
}

function nameOf(firstDay: Date): string {
  return firstDay.toLocaleDateString('en-US', { month: 'long', year: 'numeric', timeZone: 'UTC' });
}

type Totals = Partial<Record<Stage, number>>;

/** How far each counter will go. With a month left open it depends on the day how much of it is billed. */
function totalsOf(steps: readonly Step[], { customers, now }: { customers: number; now: Date }): Totals {
  const events = steps.reduce((sum, { expected }) => sum + expected.events, 0);
  if (!steps.every(({ isWhole }) => isWhole)) return { events };
  const ahead = steps.filter(({ advanceAt }) => advanceAt > now);
  const billed = ahead.reduce((sum, { expected }) => sum + expected.billed, 0);
  return { events, generated: customers * ahead.length, issued: billed, published: billed, synced: billed };
}

function shower(reporter: Reporter, totals: Totals) {
  return (done: Partial<Record<Stage, number>>) => {
    for (const stage of stages) {
      const count = done[stage];
      if (count !== undefined) reporter.progress(counters[stage], count, totals[stage]);
    }
  };
}

function plus<Counts extends Record<string, number>>(a: Counts, b: Counts): Counts {
  return Object.fromEntries(Object.entries(a).map(([name, count]) => [name, count + (b[name] ?? 0)])) as Counts;
}

function sumOf(counts: Record<string, number>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

async function timed<Name extends string, T>(stopwatch: Record<Name, number>, name: Name, work: () => Promise<T>) {
  const startedAt = performance.now();
  const result = await work();
  stopwatch[name] += (performance.now() - startedAt) / 1_000;
  return result;
}
