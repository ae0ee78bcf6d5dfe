import { appendAudit } from '../../store/audit.ts';
import type { Database, Sql } from '../../store/database.ts';
import { readProofFacts } from '../../store/proof-facts.ts';
import { insertUsageRecord, recordedAction } from '../../store/usage-records.ts';
import { type InvoiceProof, proveWith } from '../prove-invoice.ts';
import { recordHash, recordText } from './usage-record.ts';

/** The record that stands for the raw events of an invoice from now on, or why there is none. */
export type Recorded = { isRecorded: true } | { isRecorded: false; reason: string };

/**
 * Proves an invoice from its raw events once more, all of them hashed again, and records what they make with their digests.
 * The hash of that is told in the chain of the invoice, so that it is proved from the record when the events are gone. Only
 * what holds is recorded. Safe to repeat, and for two at once: one record is written.
 */
export async function recordUsageOf(database: Database, invoiceId: string, actor: string): Promise<Recorded> {
  const made = await database.transaction(async (sql) => {
    await sql.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const facts = await readProofFacts(sql, invoiceId);
    if (facts === undefined) throw new Error(`Invoice ${invoiceId} is billed and not there.`);
    const { periods, measurements, evidence, ...proof } = await proveWith(sql, facts, Number.POSITIVE_INFINITY);
    if (!proof.holds) return firstFault(proof);
    const { usageCutAt } = facts;
    const fromAt = new Date(Math.min(...periods.filter(isUse).map(({ startAt }) => startAt.getTime())));
    const content = recordText({ invoiceId, usageCutAt, measurements, evidence });
    return { invoiceId, fromAt, content };
  });
  if (typeof made === 'string') return { isRecorded: false, reason: made };
  // Of a transaction of its own, since chains are written behind whoever is writing them. What had been read by the instant of
  // an issued invoice never changes, so that the record is as true now.
  await database.transaction((sql) => record(sql, made, actor));
  return { isRecorded: true };
}

const isUse = ({ kind }: { kind: string }) => kind === 'arrears';

async function record(
  sql: Sql,
  stored: { invoiceId: string; fromAt: Date; content: string },
  actor: string,
): Promise<void> {
  if (!(await insertUsageRecord(sql, stored))) return;
  const { invoiceId: subjectId, content } = stored;
  const detail = { sha256: recordHash(content) };
  await appendAudit(sql, [{ subjectKind: 'invoice', subjectId, actor, action: recordedAction, detail }]);
}

function firstFault({ failure, comparisons, lines }: InvoiceProof): string {
  const fault = [...comparisons, ...lines.flatMap((line) => line.comparisons)].find(({ holds }) => holds === false);
  return failure ?? fault?.sentence ?? 'Its proof does not hold.';
}
