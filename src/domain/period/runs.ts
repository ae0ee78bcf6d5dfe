/** Day 1, 13:00 UTC, of the month with this index (0 is January, 12 the next January). */
export function monthlyRunIn(year: number, monthIndex: number): Date {
  return new Date(Date.UTC(year, monthIndex, 1, 13));
}

/** Whether monthly invoicing runs at this instant: day 1, 13:00 UTC. */
export function isMonthlyRunInstant(at: Date): boolean {
  return at.getTime() === monthlyRunIn(at.getUTCFullYear(), at.getUTCMonth()).getTime();
}

/** The first monthly run (day 1, 13:00 UTC) strictly after the instant. */
export function nextMonthlyRun(after: Date): Date {
  const inThisMonth = monthlyRunIn(after.getUTCFullYear(), after.getUTCMonth());
  return inThisMonth > after ? inThisMonth : monthlyRunIn(after.getUTCFullYear(), after.getUTCMonth() + 1);
}

/** The first hourly run, on the full hour, at or after the instant. */
export function nextHourlyRun(atOrAfter: Date): Date {
  return new Date(Math.ceil(atOrAfter.getTime() / 3_600_000) * 3_600_000);
}

/** The first daily due scan (15:00 UTC) at or after the instant. */
export function nextDailyScan(atOrAfter: Date): Date {
  const [year, month, day] = [atOrAfter.getUTCFullYear(), atOrAfter.getUTCMonth(), atOrAfter.getUTCDate()];
  const onThisDay = new Date(Date.UTC(year, month, day, 15));
  return onThisDay >= atOrAfter ? onThisDay : new Date(Date.UTC(year, month, day + 1, 15));
}
