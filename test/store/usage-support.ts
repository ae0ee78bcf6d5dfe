import { randomUUID } from 'node:crypto';
import { decimalText, ratio } from '../../src/domain/money/exact.ts';
import { proration } from '../../src/domain/period/period.ts';
import type { Measurements, UsageWindow } from '../../src/store/usage-quantities.ts';

/** A window that is a cycle of its own, in UTC, unless said otherwise. */
export function windowOf(
  customerId: string,
  startAt: Date,
  endAt: Date,
  { cycleStartAt = startAt, cycleEndAt = endAt, zone = 'UTC' } = {},
): UsageWindow {
  const shareOf = (from: Date, to: Date) => {
    const { numerator, denominator } = proration({ startAt: from, endAt: to, cycleStartAt, cycleEndAt });
    return ratio(numerator, denominator);
  };
  return { id: randomUUID(), customerId, startAt, endAt, cycleStartAt, cycleEndAt, zone, shareOf };
}

/** The quantity and counts of something without groups, as texts and numbers. */
export function quantityIn(answers: Measurements, windowId: string, id: string) {
  const [measured] = answers.get(windowId)?.get(id) ?? [];
  const { eventCount = 0n, skippedCount = 0n } = measured ?? {};
  return { quantity: measured === undefined ? '0' : decimalText(measured.usage.quantity), eventCount, skippedCount };
}
