import type { Currency } from '../domain/money/currency.ts';
import { DurabillError } from '../errors/error.ts';
import { appendAudit } from '../store/audit.ts';
import type { Database } from '../store/database.ts';
import { deletePendingItem, findPendingItem, insertPendingItems, type PendingItem } from '../store/pending-items.ts';
import { lockPayer } from '../store/subscription-views.ts';
import { uuidOrNull } from '../store/uuid.ts';
import { pendingItemIdOf } from './ids.ts';
import { type ChargeInput, readCharge, readGroup, readRequestName, requireCurrency } from './order-one-off.ts';
import { noCustomer } from './store-billing-profile.ts';
import { requireTaxRates } from './tax/require-tax-rates.ts';
import { readReason } from './text.ts';

export type PendingItemInput = Omit<ChargeInput, 'quantity' | 'unitAmount'> & {
  customer: string;
  requestId: string;
  currency?: string;
  billingGroup?: string;
};

export type ShownItem = PendingItem & { isWaiting: boolean };

/**
 * Puts a charge, or below zero something to give back, on a customer's next bill. Asked again under the same id it
 * answers the item that is there.
 * @throws DurabillError not-found, request-invalid, currency-mismatch, decimal-invalid, amount-out-of-range,
 *   tax-rate-unknown, conflict
 */
export async function addPendingItem(
  database: Database,
  input: PendingItemInput,
  actor: string,
): Promise<{ item: ShownItem; created: boolean }> {
  const requestId = readRequestName(input.requestId);
  return await database.transaction(async (sql) => {
    const payer = await lockPayer(sql, input.customer);
    if (payer === undefined) throw noCustomer(input.customer);
    const { customerId } = payer;
    const currency = payer.currency as Currency;
    requireCurrency(input.currency, currency);
    const { description, amountMinor, taxRates } = readCharge(input, currency, '');
    await requireTaxRates(sql, [{ keys: taxRates ?? [], field: 'taxRates' }]);
    const billingGroup = input.billingGroup ? readGroup(input.billingGroup) : '';
    const id = pendingItemIdOf(customerId, requestId);
    const item = {
      ...{ id, customerId, currency, billingGroup, description, amountMinor },
      taxRates: taxRates === undefined || taxRates === null ? null : [...taxRates],
      ...{ sourceKind: 'one-off' as const, sourceId: null, periodStartAt: null, periodEndAt: null },
      ...{ invoiceId: null, lineId: null },
    };
    const created = (await insertPendingItems(sql, [item])).has(id);
    const stored = (await findPendingItem(sql, id)) as ShownItem;
    if (!created) requireSame(stored, item);
    else {
      await requireTaxRates(sql, [{ keys: item.taxRates ?? [], field: 'taxRates' }]);
      const detail = { itemId: id, requestId, amountMinor: String(amountMinor), currency, billingGroup };
      await appendAudit(sql, [
        { subjectKind: 'customer', subjectId: customerId, actor, action: 'pending item added', detail },
      ]);
    }
    return { item: stored, created };
  });
}

function requireSame(stored: PendingItem, wanted: Omit<PendingItem, 'createdAt'>): void {
  for (const field of ['amountMinor', 'description', 'billingGroup', 'taxRates'] as const) {
    if (JSON.stringify(stored[field], text) === JSON.stringify(wanted[field], text)) continue;
    throw new DurabillError('conflict', {
      field: field === 'amountMinor' ? 'amount' : field,
      reason: `The request id was used for an item with another value of ${field}.`,
    });
  }
}

const text = (_: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);

/**
 * Takes an item away that no live invoice bills; one that stands on a draft waits for what becomes of that.
 * @throws DurabillError not-found, item-billed
 */
export async function removePendingItem(
  database: Database,
  order: { customer: string; itemId: string; reason: string },
  actor: string,
): Promise<ShownItem> {
  const reason = readReason(order.reason);
  return await database.transaction(async (sql) => {
    const payer = await lockPayer(sql, order.customer);
    if (payer === undefined) throw noCustomer(order.customer);
    const id = uuidOrNull(order.itemId);
    const item = id === null ? undefined : await findPendingItem(sql, id, 'FOR UPDATE OF p');
    if (item === undefined || item.customerId !== payer.customerId) {
      const unknown = `The customer has no item "${order.itemId.slice(0, 60)}".`;
      throw new DurabillError('not-found', { field: 'itemId', reason: unknown });
    }
    if (!item.isWaiting || item.sourceKind !== 'one-off') {
      throw new DurabillError('item-billed', {
        reason: item.isWaiting ? 'It comes from a correction.' : `It stands on the invoice ${item.invoiceId}.`,
      });
    }
    await deletePendingItem(sql, item.id);
    const detail = { itemId: item.id, amountMinor: String(item.amountMinor), currency: item.currency, reason };
    await appendAudit(sql, [
      { subjectKind: 'customer', subjectId: item.customerId, actor, action: 'pending item removed', detail },
    ]);
    return { ...item, isWaiting: false };
  });
}
