/** What the usage page is asked for; all of it stands in the address, so that every view can be sent to somebody. */
export type UsageView = {
  meter?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  bucket?: 'hour' | 'day' | 'month' | undefined;
  groupBy?: string | undefined;
  /** Property and value of one filter: `origin=JFK`. */
  only?: string | undefined;
  compare?: boolean;
};

/** What only the list of events is asked for: one event by its source and id, and what corrections have taken away. */
type EventsView = { source?: string; event?: string; versions?: 'all' };

export function usageSearch(view: UsageView & EventsView): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(view)) {
    if (typeof value === 'string' && value !== '') search.set(name, value);
    if (value === true) search.set(name, 'yes');
  }
  return search.toString();
}

const buckets = ['hour', 'day', 'month'] as const;

export function readView(search: URLSearchParams): UsageView {
  const text = (name: string) => search.get(name) ?? undefined;
  const bucket = buckets.find((one) => one === search.get('bucket'));
  return {
    meter: text('meter'),
    from: text('from'),
    to: text('to'),
    groupBy: text('groupBy'),
    only: text('only'),
    compare: search.get('compare') === 'yes',
    ...(bucket !== undefined && { bucket }),
  };
}

/** The filter of the address as the API takes it. */
export function filterOf(only: string | undefined): string | undefined {
  if (only === undefined) return undefined;
  const at = only.indexOf('=');
  if (at <= 0) return undefined;
  return JSON.stringify({ [only.slice(0, at)]: [only.slice(at + 1)] });
}

/** An address of the API with its parameters, for files. */
export function apiAddress(path: string, parameters: Record<string, string | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) search.set(name, value);
  return `${path}?${search.toString()}`;
}

/** The first instant of a day in a zone, by what the zone's clocks show. */
export function startOfDay(on: string, zone: string): string {
  const wanted = Date.parse(`${on}T00:00:00Z`);
  let at = wanted;
  // The offset at the guess, and once more at what follows from it, since clocks may change in between.
  for (let round = 0; round < 2; round += 1) at = wanted - offsetMs(at, zone);
  return new Date(at).toISOString();
}

function offsetMs(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(at);
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value);
  const shown = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return shown - Math.floor(at / 1_000) * 1_000;
}

/** The day of an instant in a zone, as `2013-10-01`. */
export function dayOf(at: string, zone: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(
    new Date(at),
  );
}
