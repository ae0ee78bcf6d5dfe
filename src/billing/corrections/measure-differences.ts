import { differencesOf, type LineDifference } from '../../domain/invoice/line-differences.ts';
import type { DurabillError } from '../../errors/error.ts';
import { type Adjusted, type CorrectableInvoice, readAdjusted } from '../../store/corrected-invoices.ts';
import type { Sql } from '../../store/database.ts';
import { readLines } from '../../store/invoice-facts.ts';
import { periodsByInvoice } from '../../store/periods.ts';
import { aggregateUsage } from '../../store/usage-quantities.ts';
import { rateInvoices } from '../rate-invoices.ts';

/** What an invoice's periods come to now, against what they were billed on it and by corrections. */
export type Measured =
  | {
      billedMinor: bigint;
      adjustedMinor: bigint;
      afterMinor: bigint;
      differenceMinor: bigint;
      lines: LineDifference[];
    }
  | { failure: DurabillError };

/** Invoices that are rated together: their periods are read by one statement for each plan version and event type. */
const pageSize = 250;

/** Computes invoices again from raw usage, and holds each line against what it was billed so far. Changes nothing. */
export async function measureDifferences(
  sql: Sql,
  invoices: readonly Pick<CorrectableInvoice, 'id'>[],
): Promise<Map<string, Measured>> {
  const measured = new Map<string, Measured>();
  for (let from = 0; from < invoices.length; from += pageSize) {
    const ids = invoices.slice(from, from + pageSize).map(({ id }) => id);
    for (const [id, one] of await measurePage(sql, ids)) measured.set(id, one);
  }
  return measured;
}

async function measurePage(sql: Sql, ids: readonly string[]): Promise<Map<string, Measured>> {
  const periods = await periodsByInvoice(sql, ids);
  const rated = await rateInvoices(
    sql,
    ids.map((invoiceId) => ({ invoiceId, periods: periods.get(invoiceId) ?? [] })),
    aggregateUsage,
  );
  const stored = await readLines(sql, ids);
  const adjusted = await readAdjusted(
    sql,
    [...periods.values()].flatMap((some) => some.map(({ id }) => id)),
  );
  return new Map(
    ids.map((id): [string, Measured] => {
      const now = rated.get(id);
      if (now === undefined) throw new Error(`Invoice ${id} was not rated.`);
      if ('failure' in now) return [id, now];
      const ofPeriods = new Map<string, Adjusted>();
      for (const period of periods.get(id) ?? []) {
        for (const [key, sum] of adjusted.get(period.id) ?? []) ofPeriods.set(key, sum);
      }
      const billed = (stored.get(id) ?? []).filter(({ periodId }) => periodId !== null);
      const billedMinor = sumOf(billed);
      const afterMinor = sumOf(now.lines);
      const adjustedMinor = [...ofPeriods.values()].reduce((sum, { minor }) => sum + minor, 0n);
      const lines = differencesOf(billed, now.lines, ofPeriods);
      const differenceMinor = afterMinor - billedMinor - adjustedMinor;
      return [id, { billedMinor, adjustedMinor, afterMinor, differenceMinor, lines }];
    }),
  );
}

function sumOf(lines: readonly { amountMinor: bigint }[]): bigint {
  return lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
}
