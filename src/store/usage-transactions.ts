import { exactOfNumeral } from '../domain/rating/measure/property.ts';
import {
  noTransactions,
  type TransactionTerms,
  type TransactionTotals,
  tallyTransactions,
} from '../domain/rating/transactions.ts';
import type { Database, Sql } from './database.ts';
import type { ReadingOf } from './usage-expressions.ts';
import type { GroupQuantity } from './usage-groups.ts';
import { itemRows } from './usage-items.ts';
import type { UsageWindow } from './usage-windows.ts';

/** Rows of a page: some hundred bytes each. */
const pageRows = 5_000;

/**
 * Transactions one after the other in their order, through a cursor: PostgreSQL sorts them, and no more than a page of them
 * is in memory here, however many a month has. Outside of a transaction it takes one of its own.
 */
export async function tallyInOrder(
  sql: Sql,
  windows: readonly UsageWindow[],
  reading: ReadingOf,
  terms: TransactionTerms,
  receivedUntil: Date | undefined,
): Promise<(window: UsageWindow, group: GroupQuantity) => { transactions: TransactionTotals }> {
  if (isDatabase(sql)) {
    return await sql.transaction((own) => tallyInOrder(own, windows, reading, terms, receivedUntil));
  }
  const values: unknown[] = [];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const items = itemRows(reading, windows, reading.groupBy ?? [], receivedUntil, bind);
  await sql.query(
    `DECLARE usage_transactions NO SCROLL CURSOR FOR ${items}
     SELECT id, keys, amount FROM m WHERE is_in AND is_measured ORDER BY id, keys, occurred_at, source, event_id`,
    values,
  );
  const tallies = new Map<string, ReturnType<typeof tallyTransactions>>();
  for (;;) {
    const { rows } = await sql.query<{ id: string; keys: string[]; amount: string }>(
      `FETCH ${pageRows} FROM usage_transactions`,
    );
    for (const { id, keys, amount } of rows) {
      const name = JSON.stringify([id, ...keys]);
      const tally = tallies.get(name) ?? tallyTransactions(terms);
      tallies.set(name, tally);
      tally.add(exactOfNumeral(amount));
    }
    if (rows.length < pageRows) break;
  }
  await sql.query('CLOSE usage_transactions');
  return ({ id }, { values: keys }) => ({
    transactions: tallies.get(JSON.stringify([id, ...keys]))?.totals ?? noTransactions(),
  });
}

function isDatabase(sql: Sql): sql is Database {
  return 'transaction' in sql;
}
