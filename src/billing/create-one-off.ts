import { createHash } from 'node:crypto';
import type { Currency } from '../domain/money/currency.ts';
import { nextDayAt, startOfDayAt } from '../domain/period/local-time.ts';
import type { Step } from '../domain/rating/step.ts';
import { DurabillError } from '../errors/error.ts';
import { appendAudit } from '../store/audit.ts';
import type { Sql } from '../store/database.ts';
import {
  type InvoiceKey,
  insertDrafts,
  type RatedInvoiceLine,
  readKeyStates,
  readMachineTime,
} from '../store/invoice-facts.ts';
import { type InvoiceTerms, replaceTerms } from '../store/invoice-terms.ts';
import { findOneOff, insertOneOff, lockOneOffPayer, type OneOffPayer } from '../store/one-off-requests.ts';
import { insertPendingItems, type PendingItem } from '../store/pending-items.ts';
import { canonicalJson, type JsonValue } from './canonical-json.ts';
import { composeBills } from './compose-bills.ts';
import { invoiceIdOf, oneOffItemIdOf } from './ids.ts';
import { lineOf } from './pending-lines.ts';
import { requireTaxRates } from './tax/require-tax-rates.ts';

export type OneOffLine = {
  description: string;
  amountMinor: bigint;
  /** Decimals, of a line that is so many of something. */
  quantity?: string;
  unitAmount?: string;
  exactAmount?: string;
  /** Keys of the taxes on it; null or left out for the customer's. */
  taxRates?: readonly string[] | null;
};

export type OneOffOrder = {
  customerId: string;
  /** Names the order: asked again under it, it makes no second invoice. */
  requestId: string;
  lines: readonly OneOffLine[];
  /** When it is issued: by the first due scan from then on; at once if left out. */
  dueAt?: Date;
  billingGroup?: string;
  /** What it is for, if that is not the day of the order. */
  servicePeriod?: { startAt: Date; endAt: Date };
  terms?: Partial<InvoiceTerms>;
  /** Why, for the history. */
  reason: string;
};

/**
 * Makes a draft over what was ordered, in the caller's transaction; the due scan issues it like any other. Asked again
 * under the same id it answers the invoice that is there, whatever has become of it.
 * @throws DurabillError not-found, conflict, amount-out-of-range, tax-rate-unknown
 */
export async function createOneOff(
  sql: Sql,
  order: OneOffOrder,
  actor: string,
): Promise<{ id: string; created: boolean }> {
  const { customerId, requestId } = order;
  const payer = await lockOneOffPayer(sql, customerId);
  if (payer === undefined) {
    throw new DurabillError('not-found', { field: 'customer', reason: `There is no customer ${customerId}.` });
  }
  const request = { customerId, requestId, contentHash: hashOf(order) };
  const earlier = await findOneOff(sql, request);
  if (earlier !== undefined) {
    if (earlier.isSame) return { id: earlier.invoiceId, created: false };
    const reason = `The request id "${requestId}" was used for another invoice of this customer.`;
    throw new DurabillError('conflict', { field: 'requestId', reason });
  }
  await requireTaxRates(
    sql,
    order.lines.map(({ taxRates }, index) => ({ keys: taxRates ?? [], field: `lines[${index}].taxRates` })),
  );
  const key = keyOf(order, payer);
  const [state] = await readKeyStates(sql, [key]);
  const revision = (state?.lastRevision ?? 0) + 1;
  const id = invoiceIdOf(key, revision);
  await insertOneOff(sql, { ...request, invoiceId: id });
  const totalMinor = await insert(sql, order, payer, { key, id, revision });
  const { memo = null, purchaseOrder = null, paymentTermsDays = null } = order.terms ?? {};
  if (memo !== null || purchaseOrder !== null || paymentTermsDays !== null) {
    await replaceTerms(sql, id, { memo, purchaseOrder, paymentTermsDays });
  }
  const told = { currency: payer.currency, totalMinor: String(totalMinor), lines: order.lines.length };
  const detail = { requestId, reason: order.reason, ...told };
  await appendAudit(sql, [{ subjectKind: 'invoice', subjectId: id, actor, action: 'ordered', detail }]);
  return { id, created: true };
}

function keyOf(
  { customerId, requestId, billingGroup = '', servicePeriod }: OneOffOrder,
  payer: OneOffPayer,
): InvoiceKey {
  const { currency, zone, now } = payer;
  const today = { startAt: startOfDayAt(now, zone), endAt: nextDayAt(now, zone) };
  const { startAt: periodStartAt, endAt: periodEndAt } = servicePeriod ?? today;
  return { customerId, currency, billingGroup, periodStartAt, periodEndAt, purpose: `one-off:${requestId}` };
}

/** The lines stand beside the items that wait for bills too, which is where their taxes are found; they never leave it. */
async function insert(
  sql: Sql,
  { lines: ordered, dueAt, customerId }: OneOffOrder,
  { clockId, currency, zone, now }: OneOffPayer,
  { key, id, revision }: { key: InvoiceKey; id: string; revision: number },
): Promise<bigint> {
  const items = ordered.map((line, index): Omit<PendingItem, 'createdAt' | 'invoiceId' | 'lineId'> & OneOffLine => ({
    ...line,
    id: oneOffItemIdOf(id, index + 1),
    customerId,
    currency,
    billingGroup: key.billingGroup,
    taxRates: line.taxRates === undefined || line.taxRates === null ? null : [...line.taxRates],
    sourceKind: 'one-off',
    sourceId: id,
    periodStartAt: null,
    periodEndAt: null,
  }));
  const lines = items.map((item, index): RatedInvoiceLine => {
    const line = lineOf(item, id, index + 1);
    return item.quantity === undefined ? line : { ...line, ...countedOf(item) };
  });
  await insertPendingItems(
    sql,
    items.map((item, index) => ({ ...item, invoiceId: id, lineId: (lines[index] as RatedInvoiceLine).id })),
  );
  const bills = [{ invoiceId: id, customerId, currency: currency as Currency, lines, periods: [] }];
  const composed = (await composeBills(sql, bills, { purpose: 'draft' })).get(id);
  if (composed === undefined || 'failure' in composed) throw composed?.failure ?? new Error(`${id} was not composed`);
  const usageCutAt = await readMachineTime(sql);
  await insertDrafts(sql, [
    { ...key, id, revision, clockId, zone, runId: null, cutoffAt: now, dueAt: dueAt ?? now, usageCutAt, ...composed },
  ]);
  return composed.bill.totalMinor;
}

function countedOf({ quantity, unitAmount, exactAmount = '0' }: OneOffLine) {
  const step: Step = {
    kind: 'units',
    ...(quantity !== undefined && { quantity }),
    ...(unitAmount !== undefined && { unitAmount }),
    amount: exactAmount,
  };
  return { quantity: quantity ?? null, billableQuantity: quantity ?? null, exactAmount, working: [step] };
}

function hashOf({ lines, dueAt, billingGroup, servicePeriod, terms, requestId }: OneOffOrder): Buffer {
  const content: JsonValue = {
    requestId,
    lines: lines.map(({ description, amountMinor, quantity, unitAmount, taxRates }) => ({
      description,
      amountMinor: String(amountMinor),
      quantity: quantity ?? null,
      unitAmount: unitAmount ?? null,
      taxRates: taxRates === undefined || taxRates === null ? null : [...taxRates],
    })),
    dueAt: dueAt?.toISOString() ?? null,
    billingGroup: billingGroup ?? '',
    servicePeriod: servicePeriod ? [servicePeriod.startAt.toISOString(), servicePeriod.endAt.toISOString()] : null,
    terms: { memo: terms?.memo ?? null, order: terms?.purchaseOrder ?? null, days: terms?.paymentTermsDays ?? null },
  };
  return createHash('sha256').update(canonicalJson(content)).digest();
}
