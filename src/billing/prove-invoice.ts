import type { Currency } from '../domain/money/currency.ts';
import { DurabillError } from '../errors/error.ts';
import { type ChainState, verifyChain } from '../store/audit-verify.ts';
import { type InvoiceBill, readBills } from '../store/bill-parts.ts';
import type { Database, Sql } from '../store/database.ts';
import { type RatedInvoiceLine, readLines } from '../store/invoice-facts.ts';
import { readItemAmounts } from '../store/pending-items.ts';
import { periodsByInvoice } from '../store/periods.ts';
import { lastAnsweredTotal, type ProofFacts, readProofFacts } from '../store/proof-facts.ts';
import type { Evidence } from '../store/usage-evidence.ts';
import { aggregateUsageUntil } from '../store/usage-quantities.ts';
import { gatherEvidence, type LineEvidence, nameOf } from './gather-evidence.ts';
import {
  type Comparison,
  compareContents,
  compareEvents,
  compareItem,
  compareRating,
  unmatched,
} from './proof-comparisons.ts';
import { compareWhole } from './proof-of-whole.ts';
import { rateInvoices } from './rate-invoices.ts';

export type LineProof = {
  /** Place on the invoice; null for a line that the prices make and the invoice lacks. */
  position: number | null;
  priceKey: string;
  description: string;
  meterKey: string | null;
  holds: boolean;
  /** What it is made of; null for a price that measures nothing. */
  evidence: Evidence | null;
  comparisons: Comparison[];
};

export type InvoiceProof = {
  facts: ProofFacts;
  holds: boolean;
  /** The usage could not be rated again: why. */
  failure: string | null;
  comparisons: Comparison[];
  lines: LineProof[];
  history: ChainState;
};

/**
 * Proves an invoice from three sides: the raw events that are there, the quantities and amounts that it says, and the
 * total and state at Stripe as they were recorded. Everything is read as of one moment and computed again, the content
 * of events too (of very many a sample, which the answer says); what was received after the invoice read its usage is
 * counted apart. Changes nothing.
 * @returns undefined if there is no such invoice
 * @throws DurabillError unavailable
 */
export async function proveInvoice(database: Database, invoiceId: string): Promise<InvoiceProof | undefined> {
  const proof = database.transaction(async (sql) => {
    await sql.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    // Below the limit of an answer, so that nobody's question goes on when nobody waits for it any more.
    await sql.query(`SET LOCAL statement_timeout = ${statementLimitMs}`);
    const facts = await readProofFacts(sql, invoiceId);
    return facts && (await prove(sql, facts));
  });
  return await proof.catch((error: { code?: string }) => {
    throw error.code === queryCanceled ? tooLong(error) : error;
  });
}

const statementLimitMs = 25_000;
const queryCanceled = '57014';

function tooLong(cause: unknown): DurabillError {
  return new DurabillError('unavailable', {
    reason: `The raw events of the invoice could not be counted again within ${statementLimitMs / 1_000} s.`,
    mend: 'Ask again when the database has less to do.',
    cause,
  });
}

async function prove(sql: Sql, facts: ProofFacts): Promise<InvoiceProof> {
  const billed = (await readLines(sql, [facts.id])).get(facts.id) ?? [];
  const bill = (await readBills(sql, [facts.id])).get(facts.id) as InvoiceBill;
  const periods = (await periodsByInvoice(sql, [facts.id])).get(facts.id) ?? [];
  const rated = (
    await rateInvoices(sql, [{ invoiceId: facts.id, periods }], aggregateUsageUntil(facts.usageCutAt))
  ).get(facts.id);
  const again = rated !== undefined && 'lines' in rated ? rated.lines : [];
  const failure = rated !== undefined && 'failure' in rated ? rated.failure.message : null;
  const evidence = await gatherEvidence(sql, periods, [...billed, ...again], facts.usageCutAt);
  const items = await readItemAmounts(sql, facts.id);
  const lines = proveLines(facts, billed, again, evidence, { isFromUsage: periods.length > 0, items });

  const history = await verifyChain(sql, { kind: 'invoice', id: facts.id });
  const answered = facts.atStripe && (await lastAnsweredTotal(sql, facts.id, facts.atStripe.remoteId));
  const comparisons = compareWhole(facts, billed, bill, answered ?? undefined, history);
  const holds = failure === null && [...comparisons, ...lines].every((one) => one.holds !== false);
  return { facts, holds, failure, comparisons, lines, history };
}

function proveLines(
  facts: ProofFacts,
  billed: readonly RatedInvoiceLine[],
  again: readonly RatedInvoiceLine[],
  evidence: ReadonlyMap<string, LineEvidence>,
  { isFromUsage, items }: { isFromUsage: boolean; items: ReadonlyMap<string, bigint> },
): LineProof[] {
  const left = new Map(again.map((line) => [nameOf(line), line]));
  const proofs = billed.map((line) => {
    const name = nameOf(line);
    const same = left.get(name);
    left.delete(name);
    if (same === undefined) {
      // An item that stood on a void invoice waits for another bill, or stands on it.
      const item = line.periodId === null ? items.get(line.id) : undefined;
      const compared =
        item === undefined
          ? unmatched(line, 'billed', isFromUsage && !(line.periodId === null && facts.lifecycle === 'void'))
          : compareItem(line, item, facts.currency as Currency);
      return lineProof(line, line.position, null, compared);
    }
    const found = evidence.get(name) ?? null;
    const events =
      found === null ? [] : [...compareEvents(line, found, same.skippedCount), compareContents(found.contents)];
    const rating = compareRating(line, same, facts.currency as Currency);
    return lineProof(line, line.position, found?.evidence ?? null, [...events, ...rating]);
  });
  const lacking = [...left].map(([name, line]) =>
    lineProof(line, null, evidence.get(name)?.evidence ?? null, unmatched(line, 'found', isFromUsage)),
  );
  return [...proofs, ...lacking];
}

function lineProof(
  { priceKey, description, meterKey }: RatedInvoiceLine,
  position: number | null,
  evidence: Evidence | null,
  comparisons: Comparison[],
): LineProof {
  const holds = comparisons.every((one) => one.holds !== false);
  return { position, priceKey, description, meterKey, holds, evidence, comparisons };
}
