import { v5 } from 'uuid';
import type { InvoiceKey } from '../store/invoice-facts.ts';

/**
 * Ids are UUID v5 (RFC 9562) of business keys, so that the same thing gets the same id again: in a retried request,
 * in a run that starts over, and in a database that was restored from a backup.
 */
const namespace = '7d1d2b0e-5a0c-5c1f-9f43-0d6c8d5b2a11';

const derive = (kind: string, ...parts: (string | number)[]): string => v5(JSON.stringify([kind, ...parts]), namespace);

/** The one seller of a deployment, for its audit chain. */
export const sellerId = derive('seller');
export const clockIdOf = (name: string): string => derive('clock', name);
export const customerIdOf = (externalId: string): string => derive('customer', externalId);
export const meterIdOf = (key: string): string => derive('meter', key);
export const planIdOf = (key: string): string => derive('plan', key);
export const planVersionIdOf = (planKey: string, version: number): string => derive('plan-version', planKey, version);
export const priceIdOf = (planVersionId: string, key: string): string => derive('price', planVersionId, key);
export const subscriptionIdOf = (customerId: string, planKey: string, billingGroup: string, startsAt: Date): string =>
  derive('subscription', customerId, planKey, billingGroup, startsAt.toISOString());
export const periodIdOf = (subscriptionId: string, startAt: Date): string =>
  derive('period', subscriptionId, startAt.toISOString());
/** @param place how many of the kind and plan begin at the instant before it: 0 but for changes that go to and fro */
export const aheadPeriodIdOf = (
  subscriptionId: string,
  { kind, startAt, planVersionId }: { kind: 'advance' | 'credit'; startAt: Date; planVersionId: string },
  place: number,
): string => derive('period', subscriptionId, startAt.toISOString(), kind, planVersionId, place);
export const taxRateIdOf = (key: string): string => derive('tax-rate', key);
/** Of the one row of the deployment's tax settings, for its audit chain. */
export const taxSettingsId = derive('tax-settings');
export const retentionSettingsId = derive('retention-settings');
export const runIdOf = (clockId: string, kind: string, cutoffAt: Date): string =>
  derive('run', clockId, kind, cutoffAt.toISOString());
/** Of a letter that nobody could handle, for its audit chain; `letterId` is made of what it says. */
export const deadLetterIdOf = (letterId: string): string => derive('dead-letter', letterId);
export const reconciliationIdOf = (workflowId: string): string => derive('reconciliation', workflowId);
export const walletIdOf = (customerId: string, name: string): string => derive('wallet', customerId, name);
export const grantIdOf = (walletId: string, requestId: string): string => derive('wallet-grant', walletId, requestId);
export const topUpIdOf = (walletId: string, number: number): string => derive('top-up', walletId, number);
export const balanceAccountIdOf = (customerId: string, currency: string): string =>
  derive('ledger-account', customerId, currency, 'balance');
export const grantAccountIdOf = (grantId: string): string => derive('ledger-account', grantId, 'grant');
export const deploymentAccountIdOf = (clockId: string, currency: string, kind: string): string =>
  derive('ledger-account', clockId, currency, kind);
export const takenBackIdOf = (invoiceId: string): string => derive('pending-item', 'taken-back', invoiceId);
export const transferIdOf = (kind: string, reference: string): string => derive('ledger-transfer', kind, reference);
/** What the settings of a deployment have as their subject in the audit log, by their name. */
export const settingsIdOf = (name: string): string => derive('settings', name);
export const lineIdOf = (invoiceId: string, position: number): string => derive('line', invoiceId, position);

/** What pays a part of an invoice, by its place there. */
export const creditIdOf = (invoiceId: string, position: number): string => derive('credit', invoiceId, position);

/** A difference of a line of a period, and the item that bills it: one for each correction, or reissue. */
export const adjustmentIdOf = (causeId: string, lineKey: string): string => derive('adjustment', causeId, lineKey);
export const correctionItemIdOf = (causeId: string, lineKey: string): string =>
  derive('correction-item', causeId, lineKey);
export const pendingItemIdOf = (customerId: string, requestId: string): string =>
  derive('pending-item', customerId, requestId);
export const oneOffItemIdOf = (invoiceId: string, place: number): string => derive('one-off-item', invoiceId, place);
export const pendingLineIdOf = (invoiceId: string, itemId: string): string => derive('pending-line', invoiceId, itemId);

export const invoiceIdOf = (key: InvoiceKey, revision: number): string =>
  derive(
    'invoice',
    key.customerId,
    key.currency,
    key.billingGroup,
    key.periodStartAt.toISOString(),
    key.periodEndAt.toISOString(),
    key.purpose,
    revision,
  );
export const couponIdOf = (key: string): string => derive('coupon', key);
/** @param place how many times the customer has redeemed the coupon before */
export const redemptionIdOf = (couponId: string, customerId: string, place: number): string =>
  derive('redemption', couponId, customerId, place);
export const creditNoteIdOf = (invoiceId: string, requestId: string): string =>
  derive('credit-note', invoiceId, requestId);
