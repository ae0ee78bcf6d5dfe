import type { Phase, Timeline } from '../../../src/domain/period/timeline.ts';

export const at = (text: string) => new Date(text);

/** A phase of calendar months of plan `name` from the instant on, unless told otherwise. */
export const phase = (from: string, name: string, other: Partial<Phase> = {}): Phase => ({
  from: at(from),
  planVersionId: name,
  interval: 'month',
  anchor: { kind: 'calendar' },
  ...other,
});

/** A subscription in UTC from the start on, by calendar months of plan A, unless told otherwise. */
export const timeline = (startsAt: string, other: Partial<Timeline> = {}): Timeline => ({
  zone: 'UTC',
  startsAt: at(startsAt),
  pauses: [],
  phases: [phase(startsAt, 'A')],
  ...other,
});

type Shown = { startAt: Date; endAt: Date; planVersionId: string };

const short = (date: Date) =>
  date
    .toISOString()
    .replace(/:00\.000Z$/, '')
    .replace('T00:00', '');

/** "2024-01-01 > 2024-02-01 A": midnights of UTC without their time. */
export const shown = (periods: readonly Shown[]) =>
  periods.map(({ startAt, endAt, planVersionId }) => `${short(startAt)} > ${short(endAt)} ${planVersionId}`);
