import { intervals, maxIntervalCount } from '../../domain/period/interval.ts';
import { layOut } from '../../domain/period/lay-out.ts';
import type { Period } from '../../domain/period/period.ts';
import { billedFrom, nextBilled, type Pause, pauseAt, type Timeline } from '../../domain/period/timeline.ts';
import type { Reader } from '../../domain/rating/reader.ts';
import { isDurabillError } from '../../errors/error.ts';
import { readInstant } from '../instant.ts';
import { within } from './within.ts';

/** A period as it is billed, whether or not anybody has it. */
export type PreviewPeriod = Pick<Period, 'startAt' | 'endAt' | 'cycleStartAt' | 'cycleEndAt'>;

/** The four instants of a period, without what else is known of it. */
export function spanOf({ startAt, endAt, cycleStartAt, cycleEndAt }: PreviewPeriod): PreviewPeriod {
  return { startAt, endAt, cycleStartAt, cycleEndAt };
}

/**
 * A period said in so many words, with the cycle that it is a part of (itself if none is said).
 * @throws DurabillError of the reader, request-invalid for what is no instant
 */
export function readPeriod(read: Reader, input: unknown, field: string): PreviewPeriod {
  const entries = read.record(input, field, ['startAt', 'endAt', 'cycleStartAt', 'cycleEndAt']);
  const instant = (name: string) => instantOf(read, entries, name, field);
  const [startAt, endAt] = [instant('startAt'), instant('endAt')];
  if (endAt <= startAt) read.refuse(`${field}.endAt`, 'It has to be after startAt.');
  const cycleStartAt = entries['cycleStartAt'] === undefined ? startAt : instant('cycleStartAt');
  const cycleEndAt = entries['cycleEndAt'] === undefined ? endAt : instant('cycleEndAt');
  if (cycleStartAt > startAt) read.refuse(`${field}.cycleStartAt`, 'The cycle begins after its period.');
  if (cycleEndAt < endAt) read.refuse(`${field}.cycleEndAt`, 'The cycle ends before its period.');
  return { startAt, endAt, cycleStartAt, cycleEndAt };
}

/**
 * The period that a subscription of this kind would have at the instant `at`, its first one if none is said.
 * @throws DurabillError of the reader, and those of layOut
 */
export function periodOfSubscription(read: Reader, input: unknown, zone: string, field: string): PreviewPeriod {
  const names = [
    'startsAt',
    'endsAt',
    'trialEndsAt',
    'pauses',
    'interval',
    'intervalCount',
    'anchor',
    'anchorAt',
    'at',
  ];
  const entries = read.record(input, field, names);
  const optional = (name: string) => (entries[name] === undefined ? null : instantOf(read, entries, name, field));
  const startsAt = instantOf(read, entries, 'startsAt', field);
  const anchorAt = optional('anchorAt');
  const anchor = read.oneOf(entries['anchor'] ?? 'calendar', `${field}.anchor`, ['calendar', 'anniversary']);
  if (anchor === 'calendar' && anchorAt !== null) {
    read.refuse(`${field}.anchorAt`, 'Cycles of the calendar have no anchor of their own; say anchor anniversary.');
  }
  const interval =
    intervals.find((name) => name === entries['interval']) ??
    read.refuse(
      `${field}.interval`,
      `It has to be one of ${intervals.join(', ')}; for other lengths give \`period\` in the place of \`subscription\`.`,
    );
  const timeline: Timeline = {
    zone,
    startsAt,
    endsAt: optional('endsAt'),
    trialEndsAt: optional('trialEndsAt'),
    pauses: readPauses(read, entries['pauses'], `${field}.pauses`),
    phases: [
      {
        from: startsAt,
        planVersionId: '',
        interval,
        ...(entries['intervalCount'] !== undefined && {
          intervalCount: read.whole(entries['intervalCount'], `${field}.intervalCount`, {
            least: 1,
            most: maxIntervalCount,
          }),
        }),
        anchor:
          anchor === 'calendar' ? { kind: 'calendar' } : { kind: 'anniversary', ...(anchorAt && { at: anchorAt }) },
      },
    ],
  };
  const at = optional('at');
  const first = nextBilled(timeline, startsAt);
  const periods = laidOut(timeline, at ?? first ?? startsAt, field);
  const found = at === null ? periods[0] : periods.findLast(({ startAt, endAt }) => startAt <= at && at < endAt);
  if (found !== undefined) return spanOf(found);
  return at === null
    ? read.refuse(field, `Nothing of it is billed. ${whyUnbilled(timeline, billedFrom(timeline))}`)
    : read.refuse(`${field}.at`, `Nothing is billed at this instant. ${whyUnbilled(timeline, at)}`);
}

/** Of an instant in no period. */
function whyUnbilled(timeline: Timeline, at: Date): string {
  const { startsAt, endsAt } = timeline;
  if (at < startsAt) return `It is before the start of the subscription at ${startsAt.toISOString()}.`;
  if (endsAt != null && at >= endsAt) return `The subscription has ended at ${endsAt.toISOString()}.`;
  if (at < billedFrom(timeline)) return `The subscription is in its trial until ${billedFrom(timeline).toISOString()}.`;
  const pause = pauseAt(timeline, at) as Pause;
  const until = pause.to === null ? 'on, and is not resumed' : `to ${pause.to.toISOString()}`;
  return `The subscription is in a pause from ${pause.from.toISOString()} ${until}.`;
}

function laidOut(timeline: Timeline, until: Date, field: string): PreviewPeriod[] {
  try {
    return layOut(timeline, { until });
  } catch (error) {
    throw isDurabillError(error) ? within(error, field, 'at') : error;
  }
}

function readPauses(read: Reader, input: unknown, field: string): Pause[] {
  if (input === undefined) return [];
  return read.list(input, field, { least: 0, most: 100 }).map((pause, index) => {
    const at = `${field}[${index}]`;
    const entries = read.record(pause, at, ['from', 'to']);
    const to = entries['to'] === undefined || entries['to'] === null ? null : instantOf(read, entries, 'to', at);
    return { from: instantOf(read, entries, 'from', at), to };
  });
}

function instantOf(read: Reader, entries: Record<string, unknown>, name: string, field: string): Date {
  return readInstant(read.text(entries[name], `${field}.${name}`), `${field}.${name}`, 'preview-invalid');
}
