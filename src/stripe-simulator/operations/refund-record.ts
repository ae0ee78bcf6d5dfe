import type Stripe from 'stripe';
import { decimalPlacesOf } from '../currencies.ts';
import { invalid, Refusal } from '../errors.ts';
import { newId } from '../ids.ts';
import { refundedOf } from '../objects/payment.ts';
import type { ChargeRecord, RefundRecord } from '../objects/payment-records.ts';
import type { Metadata } from '../objects/records.ts';
import type { Call } from './operation.ts';

interface Wanted {
  /** Absent: all that is left. */
  amount?: number | undefined;
  reason?: Stripe.Refund.Reason | undefined;
  metadata: Metadata;
}

/** Gives money back to the card. All refunds of a charge together never exceed it; `param` names the amount sent. */
export function refund(charge: ChargeRecord, wanted: Wanted, param: string, { tx, now }: Call<unknown>): RefundRecord {
  if (charge.failed) throw invalid(`Charge ${charge.id} has failed, so there is nothing to refund.`);
  const left = charge.amount - refundedOf(charge, tx);
  if (left === 0) {
    throw new Refusal(`Charge ${charge.id} has already been refunded.`, { code: 'charge_already_refunded' });
  }
  const amount = wanted.amount ?? left;
  if (amount > left) {
    const [asked, unrefunded] = [amount, left].map((minor) => display(minor, charge.currency));
    throw invalid(`Refund amount (${asked}) is greater than unrefunded amount on charge (${unrefunded})`, param);
  }
  const record: RefundRecord = {
    id: newId('re'),
    created: now,
    amount,
    charge: charge.id,
    reason: wanted.reason ?? null,
    metadata: wanted.metadata,
  };
  tx.put('refund', record);
  tx.put('charge', { ...charge, refundIds: [record.id, ...charge.refundIds] });
  return record;
}

/** 2000 US cents → `$20.00`. */
function display(minor: number, currency: string): string {
  const places = decimalPlacesOf(currency);
  return new Intl.NumberFormat('en-US', { style: 'currency', currency, minimumFractionDigits: places }).format(
    minor / 10 ** places,
  );
}
