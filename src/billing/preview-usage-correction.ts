import { randomUUID } from 'node:crypto';
import { DurabillError } from '../errors/error.ts';
import { appendAudit } from '../store/audit.ts';
import { findClock } from '../store/clocks.ts';
import { findCustomer } from '../store/customers.ts';
import type { Database, Sql } from '../store/database.ts';
import { insertUsageCorrection } from '../store/usage-corrections.ts';
import { ensurePartitions } from '../store/usage-events.ts';
import { uuidOrNull } from '../store/uuid.ts';
import { carryOut, maxInvoices } from './corrections/carry-out.ts';
import type { ChosenTreatment, Content, Correction, LateUsageScope } from './corrections/content.ts';
import { type EventChange, type EventChangeInput, readEventChanges } from './corrections/event-changes.ts';
import { type CorrectionOutcome, outcomeHash } from './corrections/outcome.ts';
import { takingTurns } from './corrections/taking-turns.ts';
import { parseInstant, readInstant } from './instant.ts';
import { readReason } from './text.ts';

/** Changes of events, or whose late usage is to be billed: one of both. */
export type CorrectionInput = {
  changes?: readonly EventChangeInput[];
  lateUsage?: {
    /** External id, or ours. */
    customer?: string;
    clock?: string;
    /** Only periods that end after it. */
    from?: string;
  };
  /** Of issued invoices; what is not named gets its difference with the next invoice. */
  treatments?: readonly ChosenTreatment[];
  reason: string;
};

/**
 * Shows what a correction of usage would do, line by line, and stores it to be applied. It is carried out in a transaction
 * that is rolled back, by the very code that applies it.
 * @returns the id of the correction
 * @throws DurabillError correction-invalid, correction-too-large, correction-not-computable, event-invalid,
 *   event-customer-unknown, not-found, clock-unknown, void-refused
 */
export async function previewUsageCorrection(
  database: Database,
  input: CorrectionInput,
  actor: string,
): Promise<{ id: string; outcome: CorrectionOutcome }> {
  const reason = readReason(input.reason);
  const content = await readContent(database, input);
  if ('changes' in content) await ensurePartitions(database, instantsOf(content.changes));
  const kind = 'changes' in content ? 'events' : 'late-usage';
  const correction: Correction = { id: randomUUID(), kind, content, reason, actor };
  const outcome = await takingTurns(database, (sql) => preview(sql, correction));
  return { id: correction.id, outcome };
}

const nothing: CorrectionOutcome = {
  events: { amended: 0, deprecated: 0, backfilled: 0 },
  invoices: [],
  failures: [],
  differences: [],
};

async function preview(sql: Sql, correction: Correction): Promise<CorrectionOutcome> {
  await sql.query('SAVEPOINT preview');
  await insertUsageCorrection(sql, { ...correction, outcome: nothing, outcomeHash: outcomeHash(nothing) });
  const { outcome } = await carryOut(sql, correction);
  await sql.query('ROLLBACK TO SAVEPOINT preview');
  const hash = outcomeHash(outcome);
  await insertUsageCorrection(sql, { ...correction, outcome, outcomeHash: hash });
  const { id: subjectId, kind, actor, reason } = correction;
  const detail = { kind, reason, events: outcome.events, invoices: outcome.invoices.length, outcomeHash: hash };
  await appendAudit(sql, [{ subjectKind: 'usage-correction', subjectId, actor, action: 'previewed', detail }]);
  return outcome;
}

async function readContent(database: Database, input: CorrectionInput): Promise<Content> {
  const { changes, lateUsage } = input;
  if ((changes === undefined) === (lateUsage === undefined)) {
    throw new DurabillError('correction-invalid', {
      field: 'changes',
      reason: 'A correction either changes events or bills late usage.',
      mend: 'Send `changes` or `lateUsage`.',
    });
  }
  const treatments = readTreatments(input.treatments ?? []);
  if (changes !== undefined) return { changes: await readEventChanges(database, changes), treatments };
  return { lateUsage: await readScope(database, lateUsage!), treatments };
}

function readTreatments(input: readonly ChosenTreatment[]): ChosenTreatment[] {
  if (input.length > maxInvoices) {
    const reason = `${input.length} treatments were sent; a correction changes at most ${maxInvoices} invoices.`;
    throw new DurabillError('correction-too-large', { field: 'treatments', reason });
  }
  const named = new Set<string>();
  return input.map(({ invoiceId: given, treatment }, index) => {
    const invoiceId = uuidOrNull(given);
    if (invoiceId === null || named.has(invoiceId)) {
      const fault = invoiceId === null ? 'is no id of an invoice' : 'is named twice';
      throw new DurabillError('correction-invalid', {
        field: `treatments[${index}].invoiceId`,
        reason: `"${given}" ${fault}.`,
      });
    }
    named.add(invoiceId);
    return { invoiceId, treatment };
  });
}

async function readScope(
  database: Database,
  { customer, clock, from }: NonNullable<CorrectionInput['lateUsage']>,
): Promise<LateUsageScope> {
  const since = from === undefined ? null : readInstant(from, 'lateUsage.from').toISOString();
  if ((customer === undefined) === (clock === undefined)) {
    throw new DurabillError('correction-invalid', {
      field: 'lateUsage',
      reason: 'Late usage is looked for of one customer, or of all on one clock.',
      mend: 'Send `customer` or `clock`.',
    });
  }
  if (customer !== undefined) {
    const found = await findCustomer(database, customer);
    if (found !== undefined) return { customerId: found.id, from: since };
    const reason = `There is no customer "${customer}".`;
    throw new DurabillError('not-found', { field: 'lateUsage.customer', reason });
  }
  const found = await findClock(database, clock!);
  if (found !== undefined) return { clockId: found.id, from: since };
  throw new DurabillError('clock-unknown', {
    field: 'lateUsage.clock',
    reason: `There is no clock "${clock}".`,
  });
}

/** Instants to which events go; what is no instant is refused where the change is read. */
function instantsOf(changes: readonly EventChange[]): Date[] {
  return changes.flatMap(({ occurredAt }) => {
    const instant = occurredAt === undefined ? undefined : parseInstant(occurredAt);
    return instant === undefined ? [] : [instant];
  });
}
