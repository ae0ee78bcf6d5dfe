import type { SpanRule } from '../domain/rating/measure/spans.ts';
import type { MeasuredWindow } from '../domain/rating/measure.ts';
import type { Bind } from './usage-expressions.ts';

/** A part of a customer's cycle that is measured, in the zone whose hours and days are meant. */
export type UsageWindow = MeasuredWindow & SpanRule & { id: string; customerId: string; zone: string };

/** Windows as rows `w`, of their ids, customers, starts and ends. */
export function windowRows(windows: readonly UsageWindow[], bind: Bind): WindowRows {
  const ids = bind(windows.map((window) => window.id));
  const customers = bind(windows.map((window) => window.customerId));
  const starts = bind(windows.map((window) => window.startAt));
  const ends = bind(windows.map((window) => window.endAt));
  const rows = `unnest(${ids}::uuid[], ${customers}::uuid[], ${starts}::timestamptz[], ${ends}::timestamptz[])`;
  // What a join implies, said once more as constants: so that other customers' events, and partitions outside of all
  // windows, are never looked at.
  const before = `u.customer_id = ANY (${customers}::uuid[]) AND u.occurred_at < (SELECT max(t) FROM unnest(${ends}::timestamptz[]) t)`;
  return {
    rows,
    before,
    within: `${before} AND u.occurred_at >= (SELECT min(t) FROM unnest(${starts}::timestamptz[]) t)`,
  };
}

export type WindowRows = {
  rows: string;
  /** Holds for every event `u` before the end of a window, and for every one within one. */
  before: string;
  within: string;
};
