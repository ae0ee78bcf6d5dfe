import type { Api } from './api.ts';
import { countDepartures, type Month, months } from './events.ts';
import {
  advanceTo,
  createBusiness,
  loadMonth,
  noOutcomes,
  noProgress,
  type Outcomes,
  type RunProgress,
} from './load.ts';
import type { Reporter } from './reporter.ts';

/** The instants between which the demonstration may stop: with some flights gone, and with all months billed. */
export const earliestUntil = new Date('2013-01-02T00:00:00Z');
export const latestUntil = new Date('2013-11-03T00:00:00Z');

export type Demonstration = {
  customers: number;
  /** What the API answered to the events of all months. */
  events: Outcomes;
  /** The local months that are billed when this returns, in order; one left open is not among them. */
  billedMonths: Month[];
  /** What the clock's advances of this call did; all 0 when everything was there already. */
  progress: RunProgress;
  /** Time spent creating the customers, sending events, and advancing the clock. */
  seconds: { business: number; usage: number; billing: number };
};

/**
 * Bills the sample's months one after the other: sends a month's departures, then moves the clock to the 3rd of the
 * next month, 00:00 UTC. By then its invoices have been generated (1st, 13:00 UTC) and issued and sent (2nd, 15:00).
 *
 * Doing it again is safe, whether the first time came to its end or not: known events are answered as duplicates, and a
 * step that the clock has passed advances nothing.
 * @param options.until stops the clock at this instant, with a month left open; later departures are not sent
 */
export async function billAirports(api: Api, options: { until?: Date; reporter: Reporter }): Promise<Demonstration> {
  const { until = latestUntil, reporter } = options;
  const steps = stepsUntil(until);
  const billedMonths = steps.filter(({ isWhole }) => isWhole).map(({ month }) => month);
  const stopwatch = { business: 0, usage: 0, billing: 0 };

  reporter.stage('Customers');
  const { customers, now } = await timed(stopwatch, 'business', () => createBusiness(api));

  const showEvents = counter(reporter, { 'events loaded': await countEvents(steps, until) });
  const invoices = customers * steps.filter(({ isWhole, advanceAt }) => isWhole && advanceAt > now).length;
  // With a month left open it depends on the day how much of it is billed.
  const expected = steps.every(({ isWhole }) => isWhole) ? invoices : undefined;
  const showInvoices = counter(reporter, {
    'invoices generated': expected,
    'invoices published': expected,
    'invoices synced': expected,
  });
  let events = noOutcomes;
  let progress = noProgress;
  for (const { name, month, advanceAt, isWhole } of steps) {
    reporter.stage(`${name}: departures`);
    const sentBefore = sumOf(events);
    const onProgress = (sent: number) => showEvents({ 'events loaded': sentBefore + sent });
    events = plus(events, await timed(stopwatch, 'usage', () => loadMonth(api, month, { until, onProgress })));

    reporter.stage(isWhole ? `${name}: invoices` : `${name}: stays open`);
    const done = progress;
    const show = (sinceStart: RunProgress) => showInvoices(labelled(plus(done, sinceStart)));
    const advance = () => (now > advanceAt ? undefined : advanceTo(api, advanceAt, { onProgress: show }));
    const advanced = await timed(stopwatch, 'billing', async () => await advance());
    if (advanced?.outcome === 'advanced') progress = plus(progress, advanced.progress);
    else reporter.note(isWhole ? 'already billed' : 'the clock is there already');
  }
  return { customers, events, billedMonths, progress, seconds: stopwatch };
}

type Step = { month: Month; name: string; advanceAt: Date; isWhole: boolean };

/** Each month with departures before `until`, and the instant to which the clock moves once they are sent. */
function stepsUntil(until: Date): Step[] {
  if (!(until >= earliestUntil && until <= latestUntil)) {
    throw new RangeError(
      `The sample can stop between ${earliestUntil.toISOString()} and ${latestUntil.toISOString()}, not at ` +
        `${Number.isNaN(until.getTime()) ? 'an instant that is none' : until.toISOString()}.`,
    );
  }
  return months
    .map((month) => ({ month, firstDay: new Date(`${month}-01T00:00:00Z`) }))
    .filter(({ firstDay }) => firstDay < until)
    .map(({ month, firstDay }) => {
      const billedBy = new Date(Date.UTC(firstDay.getUTCFullYear(), firstDay.getUTCMonth() + 1, 3));
      const isWhole = billedBy <= until;
      return { month, name: nameOf(firstDay), advanceAt: isWhole ? billedBy : until, isWhole };
    });
}

function nameOf(firstDay: Date): string {
  return firstDay.toLocaleDateString('en-US', { month: 'long', year: 'numeric', timeZone: 'UTC' });
}

async function countEvents(steps: readonly Step[], until: Date): Promise<number> {
  let events = 0;
  for (const { month } of steps) events += await countDepartures(month, until);
  return events;
}

function counter<Name extends string>(reporter: Reporter, totals: Record<Name, number | undefined>) {
  return (done: Record<Name, number>) => {
    for (const name of Object.keys(totals) as Name[]) reporter.progress(name, done[name], totals[name]);
  };
}

function labelled({ generated, published, synced }: RunProgress) {
  return { 'invoices generated': generated, 'invoices published': published, 'invoices synced': synced };
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
