/**
 * The simulator's time: the machine's clock plus an offset that the control API can move forward. It stamps objects
 * and ages idempotency keys; the offset is journalled, so a restart keeps it.
 */
export class Clock {
  private offsetMs = 0;

  nowMs(): number {
    return Date.now() + this.offsetMs;
  }

  /** Unix seconds, the unit of every time in Stripe's API. */
  nowSeconds(): number {
    return Math.floor(this.nowMs() / 1000);
  }

  advance(seconds: number): void {
    this.offsetMs += seconds * 1000;
  }
}
