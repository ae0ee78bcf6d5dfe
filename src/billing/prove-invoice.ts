import type { Currency } from '../domain/money/currency.ts';
import { DurabillError } from '../errors/error.ts';
import { type ChainState, verifyChain } from '../store/audit-verify.ts';
import { type InvoiceBill, readBills } from '../store/bill-parts.ts';
import type { Database, Sql } from '../store/database.ts';
import { type RatedInvoiceLine, readLines } from '../store/invoice-facts.ts';
import { readItemAmounts } from '../store/pending-items.ts';
import { type BillablePeriod, periodsByInvoice } from '../store/periods.ts';
import { lastAnsweredTotal, type ProofFacts, readProofFacts } from '../store/proof-facts.ts';
import type { Evidence } from '../store/usage-evidence.ts';
import { aggregateUsageUntil, type Measurements } from '../store/usage-quantities.ts';
import { findUsageRecord, type StoredUsageRecord } from '../store/usage-records.ts';
import { gatherEvidence, type LineEvidence, nameOf } from './gather-evidence.ts';
import {
  type Comparison,
  compareContents,
  compareEvents,
  compareItem,
  compareRating,
  compareRecord,
  type Removed,
  unmatched,
} from './proof-comparisons.ts';
import { compareWhole } from './proof-of-whole.ts';
import { rateInvoices } from './rate-invoices.ts';
import { mostRecomputed } from './recompute-contents.ts';
import { recordedUsage, recordFrom, recordHash, rememberingUsage } from './retention/usage-record.ts';

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
  /** What stands in the place of the raw events; null while they are all there. */
  removed: Removed | null;
};

/**
 * Proves an invoice from three sides: the raw events that are there, the quantities and amounts that it says, and the
 * total and state at Stripe as they were recorded. Everything is read as of one moment and computed again, the content
 * of events too (of very many a sample, which the answer says); what was received after the invoice read its usage is
 * counted apart. Where raw events were removed by policy, their record stands in their place: what they made and their
 * digests, held against the hash in the invoice's chain, and rated again. Changes nothing.
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
  const { evidence: _, measurements: __, periods: ___, ...proof } = await proveWith(sql, facts);
  return proof;
}

/** A proof with what it was made from. */
export type ProofWithUsage = InvoiceProof & Pick<Usage, 'measurements' | 'evidence'> & { periods: BillablePeriod[] };

/** The same in the caller's transaction. @param atMost events that are hashed again */
export async function proveWith(sql: Sql, facts: ProofFacts, atMost = mostRecomputed): Promise<ProofWithUsage> {
  const billed = (await readLines(sql, [facts.id])).get(facts.id) ?? [];
  const bill = (await readBills(sql, [facts.id])).get(facts.id) as InvoiceBill;
  const periods = (await periodsByInvoice(sql, [facts.id])).get(facts.id) ?? [];
  const stored = await findUsageRecord(sql, facts.id);
  const { again, failure, evidence, measurements, removed } =
    stored !== undefined && stored.removedAt !== null
      ? await recordedUsageOf(sql, facts, periods, { ...stored, removedAt: stored.removedAt })
      : await rawUsageOf(sql, facts, periods, billed, atMost);
  const items = await readItemAmounts(sql, facts.id);
  const lines = proveLines(facts, billed, again, evidence, { isFromUsage: periods.length > 0, items, removed });

  const history = await verifyChain(sql, { kind: 'invoice', id: facts.id });
  const answered = facts.atStripe && (await lastAnsweredTotal(sql, facts.id, facts.atStripe.remoteId));
  const whole = compareWhole(facts, billed, bill, answered ?? undefined, history);
  const comparisons = removed === null ? whole : [compareRecord(removed), ...whole];
  const holds = failure === null && [...comparisons, ...lines].every((one) => one.holds !== false);
  return { facts, holds, failure, comparisons, lines, history, removed, periods, evidence, measurements };
}

type Usage = {
  /** The lines that it makes when it is rated again. */
  again: RatedInvoiceLine[];
  failure: string | null;
  evidence: ReadonlyMap<string, LineEvidence>;
  measurements: Measurements;
  removed: Removed | null;
};

async function rawUsageOf(
  sql: Sql,
  facts: ProofFacts,
  periods: readonly BillablePeriod[],
  billed: readonly RatedInvoiceLine[],
  atMost: number,
): Promise<Usage> {
  const measurements: Measurements = new Map();
  const aggregate = rememberingUsage(aggregateUsageUntil(facts.usageCutAt), measurements);
  const rated = (await rateInvoices(sql, [{ invoiceId: facts.id, periods }], aggregate)).get(facts.id);
  const again = rated !== undefined && 'lines' in rated ? rated.lines : [];
  const failure = rated !== undefined && 'failure' in rated ? rated.failure.message : null;
  const evidence = await gatherEvidence(sql, periods, [...billed, ...again], facts.usageCutAt, atMost);
  return { again, failure, evidence, measurements, removed: null };
}

/** Of events that are gone: what they made is as it was recorded, and is rated again by the same prices. */
async function recordedUsageOf(
  sql: Sql,
  facts: ProofFacts,
  periods: readonly BillablePeriod[],
  stored: StoredUsageRecord & { removedAt: Date },
): Promise<Usage> {
  const { content, recordedAt, hashInChain, removedAt } = stored;
  const removed = { removedAt, recordedAt, hashInChain, hash: recordHash(content) };
  // What was changed is not believed, and may not even be readable.
  if (removed.hash !== hashInChain) {
    const failure = 'The record that stands in the place of its raw events is not what its history says.';
    return { again: [], failure, evidence: new Map(), measurements: new Map(), removed };
  }
  const record = recordFrom(content);
  const bills = await rateInvoices(sql, [{ invoiceId: facts.id, periods }], recordedUsage(record), {
    isRecorded: true,
  });
  const rated = bills.get(facts.id);
  const again = rated !== undefined && 'lines' in rated ? rated.lines : [];
  const failure = rated !== undefined && 'failure' in rated ? rated.failure.message : null;
  return { again, failure, evidence: record.evidence, measurements: record.measurements, removed };
}

function proveLines(
  facts: ProofFacts,
  billed: readonly RatedInvoiceLine[],
  again: readonly RatedInvoiceLine[],
  evidence: ReadonlyMap<string, LineEvidence>,
  {
    isFromUsage,
    items,
    removed,
  }: { isFromUsage: boolean; items: ReadonlyMap<string, bigint>; removed: Removed | null },
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
      found === null
        ? []
        : [...compareEvents(line, found, same.skippedCount, removed), compareContents(found.contents, removed)];
    const rating = compareRating(line, same, facts.currency as Currency, removed);
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
