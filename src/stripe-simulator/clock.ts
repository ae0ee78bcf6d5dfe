/**
 * The simulator's time: the machine's clock plus an offset that the control API can move forward. It stamps objects
 * and ages idempotency keys; the offset is journalled, so a restart keeps it. It never goes back, even when the
 * machine's clock does: the order of creation is the order of the times of creation.
 */
export class Clock {
  private offsetMs = 0;
  private latestMs = 0;

  nowMs(): number {
    this.notBefore(Date.now() + this.offsetMs);
    return this.latestMs;
  }

  notBefore(ms: number): void {
    if (ms > this.latestMs) this.latestMs = ms;
  }

  /** Unix seconds, the unit of every time in Stripe's API. */
  nowSeconds(): number {
    return Math.floor(this.nowMs() / 1000);
  }

  advance(seconds: number): void {
    this.offsetMs += seconds * 1000;
  }
}
