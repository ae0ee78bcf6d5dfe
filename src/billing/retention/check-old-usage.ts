import type { Currency } from '../../domain/money/currency.ts';
import { formatMoney, money } from '../../domain/money/money.ts';
import type { Database } from '../../store/database.ts';
import { readMachineTime } from '../../store/invoice-facts.ts';
import { readRetention } from '../../store/retention-settings.ts';
import { recordedInvoices } from '../../store/usage-records.ts';
import {
  type CheckedInvoice,
  invoicesToCheck,
  type RemovalCheck,
  storeChecks,
} from '../../store/usage-removal-checks.ts';
import { keptTypes, type RemovalLimit, readLimits } from '../../store/usage-removal-limits.ts';
import { measureDifferences } from '../corrections/measure-differences.ts';
import type { BegunPage } from '../in-pages.ts';
import { recordUsageOf } from './record-usage-of.ts';

/** Who removes, in the audit log: nobody but the policy asks for it. */
export const remover = 'usage-removal';

export type CheckCounts = { checked: number; recorded: number; blocked: number };

/** Called behind each commit; what it throws ends the look there. */
export type AfterRecord = () => void;

/**
 * Looks at the next `limit` customers by id whose usage is old enough to go: every invoice that is made of it is proved and
 * recorded, and has to have no late usage that nobody has billed. The first that fails keeps what begins with it. Removes
 * nothing.
 * @returns the page as it begins
 */
export async function checkOldUsage(
  database: Database,
  page: { after: string; limit: number },
  afterRecord: AfterRecord = () => undefined,
): Promise<BegunPage<CheckCounts>> {
  const { usageMonths } = await readRetention(database);
  if (usageMonths === null) {
    return { cursor: undefined, done: Promise.resolve({ checked: 0, recorded: 0, blocked: 0 }) };
  }
  const limits = await readLimits(database, { usageMonths, keptTypes: await keptTypes(database) }, page);
  return { cursor: limits.at(-1)?.customerId, done: checkAll(database, limits, afterRecord) };
}

async function checkAll(
  database: Database,
  limits: readonly RemovalLimit[],
  afterRecord: AfterRecord,
): Promise<CheckCounts> {
  const counts = { checked: limits.length, recorded: 0, blocked: 0 };
  for (const limit of limits) {
    const { check, recorded } = await checkCustomer(database, limit, afterRecord);
    await storeChecks(database, [check]);
    counts.recorded += recorded;
    if (check.blocked !== null) counts.blocked += 1;
  }
  return counts;
}

async function checkCustomer(
  database: Database,
  { customerId, freeUntil }: RemovalLimit,
  afterRecord: AfterRecord,
): Promise<{ check: RemovalCheck; recorded: number }> {
  const checkedAt = await readMachineTime(database);
  const invoices = await invoicesToCheck(database, customerId, freeUntil);
  const present = await recordedInvoices(
    database,
    invoices.map(({ id }) => id),
  );
  let recorded = 0;
  for (const invoice of invoices) {
    if (!present.has(invoice.id)) {
      const outcome = await recordUsageOf(database, invoice.id, remover);
      if (!outcome.isRecorded) return { check: blockedBy(invoice, checkedAt, 'proof', outcome.reason), recorded };
      recorded += 1;
      afterRecord();
    }
    const late = await lateUsageOf(database, invoice);
    if (late !== null) return { check: blockedBy(invoice, checkedAt, 'late-usage', late), recorded };
  }
  return { check: { customerId, checkedAt, freeUntil, blocked: null }, recorded };
}

function blockedBy(
  { id: invoiceId, customerId, fromAt }: CheckedInvoice,
  checkedAt: Date,
  kind: 'proof' | 'late-usage',
  reason: string,
): RemovalCheck {
  const freeUntil = new Date(Date.UTC(fromAt.getUTCFullYear(), fromAt.getUTCMonth(), 1));
  return { customerId, checkedAt, freeUntil, blocked: { kind, invoiceId, reason } };
}

/** What late usage of an invoice nobody has billed, in words; null for none. Of an erased customer none can be. */
async function lateUsageOf(database: Database, invoice: CheckedInvoice): Promise<string | null> {
  if (!invoice.isCorrectable) return null;
  const measured = (await measureDifferences(database, [invoice])).get(invoice.id);
  if (measured === undefined) throw new Error(`Invoice ${invoice.id} was not measured.`);
  if ('failure' in measured) return measured.failure.message;
  const differing = measured.lines.filter(({ differenceMinor }) => differenceMinor !== 0n);
  if (differing.length === 0) return null;
  const difference = formatMoney(money(measured.differenceMinor, invoice.currency as Currency));
  return `Late usage of ${differing.length} of its lines, ${difference} in all, is not billed.`;
}
