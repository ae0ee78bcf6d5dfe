import {
  type ComparedLine,
  differencesOf,
  type LineDifference,
  lineKeyOf,
} from '../../domain/invoice/line-differences.ts';
import { type NetDifference, netDifference } from '../../domain/invoice/net-difference.ts';
import type { Currency } from '../../domain/money/currency.ts';
import type { DurabillError } from '../../errors/error.ts';
import { type Adjusted, type CorrectableInvoice, readAdjusted } from '../../store/corrected-invoices.ts';
import { readCreditedLines } from '../../store/credit-note-facts.ts';
import type { Sql } from '../../store/database.ts';
import { type InvoiceLine, readLines } from '../../store/invoice-facts.ts';
import { periodsByInvoice } from '../../store/periods.ts';
import { aggregateUsage } from '../../store/usage-quantities.ts';
import { rateInvoices } from '../rate-invoices.ts';

/** A line that differs, and what the customer is asked for by that. */
export type MeasuredLine = LineDifference & NetDifference;

/** What an invoice's periods come to now, against what they were billed on it and by corrections. */
export type Measured =
  | {
      billedMinor: bigint;
      adjustedMinor: bigint;
      afterMinor: bigint;
      differenceMinor: bigint;
      lines: MeasuredLine[];
    }
  | { failure: DurabillError };

/** Invoices that are rated together: their periods are read by one statement for each plan version and event type. */
const pageSize = 250;

/** Computes invoices again from raw usage, and holds each line against what it was billed so far. Changes nothing. */
export async function measureDifferences(
  sql: Sql,
  invoices: readonly Pick<CorrectableInvoice, 'id' | 'currency'>[],
): Promise<Map<string, Measured>> {
  const measured = new Map<string, Measured>();
  for (let from = 0; from < invoices.length; from += pageSize) {
    for (const [id, one] of await measurePage(sql, invoices.slice(from, from + pageSize))) measured.set(id, one);
  }
  return measured;
}

async function measurePage(
  sql: Sql,
  invoices: readonly Pick<CorrectableInvoice, 'id' | 'currency'>[],
): Promise<Map<string, Measured>> {
  const ids = invoices.map(({ id }) => id);
  const periods = await periodsByInvoice(sql, ids);
  const rated = await rateInvoices(
    sql,
    ids.map((invoiceId) => ({ invoiceId, periods: periods.get(invoiceId) ?? [] })),
    aggregateUsage,
  );
  const stored = await readLines(sql, ids);
  const credited = await readCreditedLines(sql, ids);
  const adjusted = await readAdjusted(
    sql,
    [...periods.values()].flatMap((some) => some.map(({ id }) => id)),
  );
  return new Map(
    invoices.map(({ id, currency }): [string, Measured] => {
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
      const takenOff = takenOffByKey(billed, credited);
      const lines = differencesOf(billed, now.lines, ofPeriods).map((line): MeasuredLine => {
        const key = lineKeyOf(line);
        const charged = {
          ...(takenOff.get(key) ?? nothingTakenOff),
          besideMinor: ofPeriods.get(key)?.netMinor ?? 0n,
        };
        return { ...line, ...netDifference(line, charged, currency as Currency) };
      });
      const differenceMinor = afterMinor - billedMinor - adjustedMinor;
      return [id, { billedMinor, adjustedMinor, afterMinor, differenceMinor, lines }];
    }),
  );
}

type TakenOff = { discountMinor: bigint; creditedMinor: bigint };
const nothingTakenOff: TakenOff = { discountMinor: 0n, creditedMinor: 0n };

/** What coupons and credit notes have taken off lines, by line key: lines of one key are one. */
function takenOffByKey(
  lines: readonly (InvoiceLine & ComparedLine)[],
  credited: ReadonlyMap<string, bigint>,
): Map<string, TakenOff> {
  const byKey = new Map<string, TakenOff>();
  for (const line of lines) {
    const { discountMinor, creditedMinor } = byKey.get(lineKeyOf(line)) ?? nothingTakenOff;
    byKey.set(lineKeyOf(line), {
      discountMinor: discountMinor + line.discountMinor,
      creditedMinor: creditedMinor + (credited.get(line.id) ?? 0n),
    });
  }
  return byKey;
}

function sumOf(lines: readonly { amountMinor: bigint }[]): bigint {
  return lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
}
