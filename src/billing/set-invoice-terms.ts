import { isDeepStrictEqual } from 'node:util';
import { DurabillError } from '../errors/error.ts';
import { appendAudit } from '../store/audit.ts';
import type { Database } from '../store/database.ts';
import { type InvoiceTerms, readTerms, replaceTerms } from '../store/invoice-terms.ts';
import { readSyncState } from '../store/sync.ts';
import { optionalText } from './party-fields.ts';

export type TermsInput = {
  invoiceId: string;
  /** Left out stays as it is; null is what the customer's invoices say, '' nothing. */
  memo?: string | null;
  purchaseOrder?: string | null;
  paymentTermsDays?: number | null;
};

/**
 * Sets what one invoice says for itself, as long as it is a draft.
 * @throws DurabillError not-found, request-invalid, terms-refused
 */
export async function setInvoiceTerms(database: Database, input: TermsInput, actor: string): Promise<void> {
  const { invoiceId } = input;
  await database.transaction(async (sql) => {
    const state = await readSyncState(sql, invoiceId, 'FOR UPDATE');
    if (state === undefined) {
      throw new DurabillError('not-found', { field: 'id', reason: `There is no invoice with the id "${invoiceId}".` });
    }
    if (state.lifecycle !== 'draft' && state.lifecycle !== 'held') {
      throw new DurabillError('terms-refused', {
        reason: `It is ${state.lifecycle}: what an invoice says of its terms is fixed when it is issued.`,
      });
    }
    const before = await readTerms(sql, invoiceId);
    const after = changedTerms(before, input);
    const names = Object.keys(after) as (keyof InvoiceTerms)[];
    const changed = names.filter((name) => !isDeepStrictEqual(before[name], after[name])).sort();
    if (changed.length === 0) return;
    await replaceTerms(sql, invoiceId, after);
    const detail = { changed };
    await appendAudit(sql, [{ subjectKind: 'invoice', subjectId: invoiceId, actor, action: 'terms changed', detail }]);
  });
}

function changedTerms(before: InvoiceTerms, { memo, purchaseOrder, paymentTermsDays }: TermsInput): InvoiceTerms {
  return {
    memo: memo === undefined ? before.memo : readTerm(memo, 'memo', 2_000),
    purchaseOrder: purchaseOrder === undefined ? before.purchaseOrder : readTerm(purchaseOrder, 'purchaseOrder', 140),
    paymentTermsDays: paymentTermsDays === undefined ? before.paymentTermsDays : paymentTermsDays,
  };
}

const readTerm = (value: string | null, field: string, maxLength: number): string | null =>
  value === '' ? value : optionalText(value, field, maxLength);
