import { Temporal } from 'temporal-polyfill';
import { instantOf, localTimeAt } from '../period/local-time.ts';
import type { Action, Anchor, PolicyStep } from './policy.ts';

export type PlannedStep = { step: number; action: Action; dueAt: Date };

/** The hour of the customer's day at which steps are due: people are awake, and offices open. */
export const stepHour = 9;

/**
 * The steps of a policy that are counted from an anchor, each with the instant at which the customer's clocks show 09:00
 * so many days after the anchor's day. A day on which the clocks change is a day like any other; where they skip or
 * repeat 09:00 it is what calendars do (RFC 5545): an hour that is skipped comes as much later, one that is repeated
 * counts the first time.
 * @param day the anchor's day in the customer's zone, YYYY-MM-DD
 * @param zone has been through `parseZone`
 */
export function planSteps(steps: readonly PolicyStep[], after: Anchor, day: string, zone: string): PlannedStep[] {
  const from = Temporal.PlainDate.from(day).toPlainDateTime({ hour: stepHour });
  return steps.flatMap((step, index) =>
    step.after === after
      ? [{ step: index + 1, action: step.action, dueAt: instantOf(from.add({ days: step.days }), zone) }]
      : [],
  );
}

/** The day of the customer's calendar that the instant is in. */
export function dayOf(at: Date, zone: string): string {
  return localTimeAt(at, zone).toPlainDate().toString();
}

/** 09:00 of the customer's next day. */
export function nextMorning(at: Date, zone: string): Date {
  const tomorrow = localTimeAt(at, zone).toPlainDate().add({ days: 1 });
  return instantOf(tomorrow.toPlainDateTime({ hour: stepHour }), zone);
}
