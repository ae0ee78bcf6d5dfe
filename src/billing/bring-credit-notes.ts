import { appendAudit } from '../store/audit.ts';
import { type CreditNoteToBring, insertNoteCopy, readNotesToBring } from '../store/credit-note-copies.ts';
import type { Database } from '../store/database.ts';
import type { SyncFacts } from '../store/sync.ts';
import type { InvoiceTarget, RemoteCreditNote, RemoteInvoice, RequestLog } from '../targets/port.ts';
import { creditBalance } from './credit-balance.ts';

/**
 * Brings the credit notes of an invoice that are not at its target yet there, one after the other, once the invoice itself
 * is there. If the process dies before a copy is recorded, the next attempt gets the answer of the stored request again.
 * @param remote the invoice as it was seen there
 * @returns the invoice as it was seen after the last one
 * @throws TargetError
 */
export async function bringCreditNotes(
  database: Database,
  { target, accountId, log }: { target: InvoiceTarget; accountId: string; log: RequestLog },
  facts: SyncFacts,
  remote: RemoteInvoice,
): Promise<RemoteInvoice> {
  if (!facts.hasCreditNotes) return remote;
  let seen = remote;
  // In the order of their numbers, since each is within what those before it have left.
  for (const note of await readNotesToBring(database, accountId, facts.id)) {
    const brought = await target.bringCreditNote(facts, remote.remoteId, note, log);
    await record(database, accountId, facts, note, brought);
    seen = brought.invoice;
  }
  return seen;
}

/** What was paid of what the note was to lower is the customer's: it goes to their balance, once with the copy. */
async function record(
  database: Database,
  accountId: string,
  { id: invoiceId, customerId, currency }: SyncFacts,
  { id: creditNoteId, number }: CreditNoteToBring,
  { remoteId, refundIds, overpaidMinor }: RemoteCreditNote,
): Promise<void> {
  const actor = 'sync';
  await database.transaction(async (sql) => {
    // The chain of an invoice has one writer at a time.
    await sql.query('SELECT FROM invoice_states WHERE invoice_id = $1 FOR UPDATE', [invoiceId]);
    if (!(await insertNoteCopy(sql, { accountId, creditNoteId, remoteId, refundIds, overpaidMinor }))) return;
    if (overpaidMinor > 0n) {
      const reference = `overpaid/${creditNoteId}`;
      await creditBalance(sql, [{ reference, customerId, currency, invoiceId, amountMinor: overpaidMinor }], actor);
    }
    const detail = { creditNoteId, number, remoteId, refundIds, overpaidMinor: String(overpaidMinor) };
    await appendAudit(sql, [
      { subjectKind: 'invoice', subjectId: invoiceId, actor, action: 'credit note synced', detail },
    ]);
  });
}
