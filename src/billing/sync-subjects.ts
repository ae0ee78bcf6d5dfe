import type { Currency } from '../domain/money/currency.ts';
import { formatMoney, money } from '../domain/money/money.ts';
import type { Sql } from '../store/database.ts';
import { readSyncSubjects, type SyncSubjectRow } from '../store/wants.ts';

export type NamedSubject = SyncSubjectRow & {
  /** `USD 1,234.50`, as people read it in the Web UI. */
  amountText: string;
};

/** What is needed to wake the syncs of these invoices. */
export async function findSyncSubjects(sql: Sql, invoiceIds: readonly string[]): Promise<NamedSubject[]> {
  const rows = await readSyncSubjects(sql, invoiceIds);
  return rows.map((row) => ({ ...row, amountText: formatMoney(money(row.totalMinor, row.currency as Currency)) }));
}
