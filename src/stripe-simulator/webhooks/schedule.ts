const minute = 60_000;
const hour = 60 * minute;

/** Section 5: live retries go on for up to three days with growing delays; Stripe does not publish the delays. */
const liveDelays = [5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour];
const liveDelayAfter = 12 * hour;
const liveEnd = 72 * hour;
/** In test mode there are three tries over a few hours. */
const testDelays = [30 * minute, 2 * hour];

/** When a delivery that failed is tried again, or null when it is given up. `tries` counts those made. */
export function nextTryMs(tries: number, livemode: boolean, createdMs: number, nowMs: number): number | null {
  const delay = livemode ? (liveDelays[tries - 1] ?? liveDelayAfter) : testDelays[tries - 1];
  if (delay === undefined || nowMs + delay > createdMs + liveEnd) return null;
  return nowMs + delay;
}
