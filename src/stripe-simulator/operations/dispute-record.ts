import { invalid } from '../errors.ts';
import { newId } from '../ids.ts';
import type { ChargeRecord, DisputeRecord } from '../objects/payment-records.ts';
import type { Transaction } from '../state.ts';
import { testCard } from '../test-cards.ts';

export interface Objection {
  readonly reason: string;
  readonly isInquiry: boolean;
  /** Minor units; absent: the whole charge. */
  readonly amount?: number | undefined;
}

/** The customer objects at their bank. Unless it only inquires, the money is taken back at once. */
export function openDispute(charge: ChargeRecord, objection: Objection, tx: Transaction, now: number): DisputeRecord {
  if (charge.failed) throw invalid(`Charge ${charge.id} has failed, so there is nothing to dispute.`);
  if (charge.dispute !== undefined) throw invalid(`Charge ${charge.id} has already been disputed.`);
  const { reason, isInquiry, amount = charge.amount } = objection;
  if (amount > charge.amount) throw invalid(`Charge ${charge.id} is of ${charge.amount} only.`);
  const dispute: DisputeRecord = {
    id: newId('du'),
    created: now,
    amount,
    charge: charge.id,
    reason,
    metadata: {},
    status: isInquiry ? 'warning_needs_response' : 'needs_response',
    fundsWithdrawn: !isInquiry,
    fundsReinstated: false,
  };
  tx.put('dispute', dispute);
  tx.put('charge', { ...charge, dispute: dispute.id });
  return dispute;
}

/** What follows from the card of a charge that has just succeeded. */
export function disputeByCard(charge: ChargeRecord, tx: Transaction, now: number): void {
  const method = tx.get('paymentMethod', charge.paymentMethod);
  const disputes = method === undefined ? undefined : testCard(method.testCard).disputes;
  if (disputes !== undefined) openDispute(charge, disputes, tx, now);
}

/** The bank has decided: `won` brings the money back. An inquiry just ends. */
export function closeDispute(dispute: DisputeRecord, outcome: 'lost' | 'won', tx: Transaction): DisputeRecord {
  const isInquiry = dispute.status === 'warning_needs_response';
  if (!isInquiry && dispute.status !== 'needs_response') throw invalid('This dispute is already closed');
  const closed: DisputeRecord = {
    ...dispute,
    status: isInquiry ? 'warning_closed' : outcome,
    fundsReinstated: !isInquiry && outcome === 'won',
  };
  tx.put('dispute', closed);
  return closed;
}
