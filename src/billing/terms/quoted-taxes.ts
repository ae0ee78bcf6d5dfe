import type { TaxRate, TaxTerms } from '../../domain/tax/compute-taxes.ts';
import type { Sql } from '../../store/database.ts';
import { type Quoted, readQuotes } from '../../store/tax-quotes.ts';
import { readTaxAnswer } from '../../targets/tax-engine/read-answer.ts';
import { pendingLineIdOf } from '../ids.ts';
import { type HashedQuestion, readTaxQuestions } from '../tax/tax-questions.ts';
import type { BillTaxes, LineToTax } from './taxes.ts';

/**
 * The taxes of taxable customers' bills as an outside engine has said them, each only if it was asked just what it would
 * be asked now. Where there is no such answer, the bill says so: a draft shows no tax then, and none is issued without.
 */
export async function readQuotedTaxes(
  sql: Sql,
  invoiceIds: readonly string[],
  rounding: TaxTerms['rounding'],
): Promise<Map<string, BillTaxes>> {
  const questions = await readTaxQuestions(sql, invoiceIds);
  const quotes = await readQuotes(sql, questions);
  return new Map(
    questions.map((question) => [question.invoiceId, taxesOf(question, quotes.get(question.invoiceId), rounding)]),
  );
}

/** Of a bill that nobody was asked about, such as one that is only looked at. */
export function notQuoted(rounding: TaxTerms['rounding'], because?: string | null): BillTaxes {
  return {
    terms: { rounding, status: 'taxable', reason: null },
    ratesOf: () => [],
    unavailable: because ?? 'The tax engine was not asked about the bill as it is now.',
  };
}

function taxesOf({ question }: HashedQuestion, quoted: Quoted | undefined, rounding: TaxTerms['rounding']): BillTaxes {
  if (quoted === undefined || quoted.answer === null) return notQuoted(rounding, quoted?.failure);
  const { status, reason, rates, items } = readTaxAnswer(quoted.answer, question.items, 'answer');
  const byKey = new Map<string, TaxRate>(rates.map((rate) => [rate.key, rate]));
  const itemOf = new Map(question.items.map((item) => [pendingLineIdOf(question.invoiceId, item.id), item.id]));
  const ratesOf = ({ id, priceId }: LineToTax): readonly TaxRate[] => {
    const keys = items.get(priceId ?? itemOf.get(id) ?? id);
    if (keys === undefined) throw new Error(`line ${id} is of nothing that the tax engine was asked about`);
    return keys.map((key) => byKey.get(key) as TaxRate);
  };
  return { terms: { rounding, status, reason }, ratesOf };
}
