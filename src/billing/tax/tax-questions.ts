import { createHash } from 'node:crypto';
import type { Sql } from '../../store/database.ts';
import { readBillsToQuote } from '../../store/tax-quotes.ts';
import type { TaxQuestion } from '../../targets/tax-engine/port.ts';
import { canonicalJson, type JsonValue } from '../canonical-json.ts';

export type HashedQuestion = { invoiceId: string; question: TaxQuestion; contentHash: Buffer };

/** What the engine has to be asked of these invoices as the books are now: none of customers who are not taxable. */
export async function readTaxQuestions(sql: Sql, invoiceIds: readonly string[]): Promise<HashedQuestion[]> {
  const bills = await readBillsToQuote(sql, invoiceIds);
  return bills.map(({ dueAt, ...bill }) => {
    const question: TaxQuestion = { ...bill, dueAt: dueAt.toISOString() };
    // JSON to the ground: there are texts, lists and nulls in it only.
    const content = canonicalJson(question as unknown as JsonValue);
    return { invoiceId: bill.invoiceId, question, contentHash: createHash('sha256').update(content).digest() };
  });
}
