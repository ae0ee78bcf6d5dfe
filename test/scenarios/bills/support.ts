import assert from 'node:assert/strict';
import { previewInvoice } from '../../../src/billing/preview/preview-invoice.ts';

/** A line as a person reads it: what it is for, how much was measured, and what it costs in major units. */
export type ReadLine = [description: string, quantity: string, amount: string];

/** Holds the bill of a request against one derived by hand: every line in its order, and the total as people read it. */
export function assertBill(request: object, lines: ReadLine[], total: string): void {
  const bill = previewInvoice(request);
  assert.deepEqual(
    bill.lines.map(({ description, quantity, amount }) => [description, quantity, amount]),
    lines,
  );
  assert.equal(bill.text, total);
}

/**
 * The working of a line, one text a step: its kind, its quantity (units, or how many transactions), the part of the cycle
 * where it is not the whole, and the exact amount: "tier 50 = 2.5", "flat 1 × 15/31 = 15".
 * @param index of the line on the bill
 */
export function workingOf(request: object, index = 0): string[] {
  const line = previewInvoice(request).lines[index];
  assert.ok(line !== undefined, `The bill has no line ${index}.`);
  return line.working.map(({ kind, quantity, transactions, share, amount }) => {
    const size = quantity ?? transactions;
    const part = share === undefined ? '' : ` × ${share.numerator}/${share.denominator}`;
    return `${kind}${size === undefined ? '' : ` ${size}`}${part} = ${amount}`;
  });
}

/** The period that is billed, "first instant to first instant after it" in UTC, without seconds where they are zero. */
export function periodOf(request: object): string {
  const { period } = previewInvoice(request);
  assert.ok(period !== null, 'The request names no period.');
  return `${short(period.startAt)} to ${short(period.endAt)}`;
}

function short(at: Date): string {
  return at.toISOString().replace(/(:00)?\.000Z$/, 'Z');
}

/** Events of one type, each with its instant and properties, in the order in which they were sent. */
export function eventsOf(type: string, entries: readonly [occurredAt: string, properties?: object][]): object[] {
  return entries.map(([occurredAt, properties = {}]) => ({ type, occurredAt, properties }));
}

/** A meter that reads events of the type that bears its key. */
export function meterOf(key: string, aggregation: string, further: object = {}): object {
  return { key, name: key, eventType: key, aggregation, ...further };
}

/** A calendar month in UTC, "2026-02". */
export function monthOf(month: string): { startAt: string; endAt: string } {
  const start = new Date(`${month}-01T00:00:00.000Z`);
  const end = new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1));
  return { startAt: start.toISOString(), endAt: end.toISOString() };
}
