import { DurabillError } from '../errors/error.ts';
import { lockPurse, type Purse } from '../store/collection.ts';
import type { Sql } from '../store/database.ts';

/**
 * The money of an issued invoice, under its lock.
 * @throws DurabillError not-found, collection-refused
 */
export async function lockIssued(sql: Sql, invoiceId: string): Promise<Purse> {
  const purse = await lockPurse(sql, invoiceId);
  if (purse === undefined) {
    throw new DurabillError('not-found', { field: 'id', reason: `There is no invoice with the id "${invoiceId}".` });
  }
  if (purse.lifecycle === 'issued' && purse.wanted === 'final') return purse;
  const is = purse.lifecycle === 'issued' ? 'to be voided' : purse.lifecycle;
  throw new DurabillError('collection-refused', {
    reason: `It is ${is}: money is collected for what is issued.`,
    mend: 'A draft becomes final by the daily scan; nothing is to be paid of what is void.',
  });
}

/** What is still to come in. */
export function openMinorOf({
  totalMinor,
  amountPaidMinor,
  creditedDueMinor,
}: Pick<Purse, 'totalMinor' | 'amountPaidMinor' | 'creditedDueMinor'>): bigint {
  const openMinor = totalMinor - creditedDueMinor - amountPaidMinor;
  return openMinor > 0n ? openMinor : 0n;
}

/**
 * Refuses what is to be sent while the sync waits for a person: it would stand there, and nobody would know.
 * @throws DurabillError collection-refused
 */
export function refuseParked({ sync, parkingNumber }: Purse): void {
  if (sync !== 'parked') return;
  throw new DurabillError('collection-refused', {
    reason: `It waits for a person (parking ${parkingNumber}).`,
    mend: 'Answer that first: POST /v1/invoices/{id}/answers.',
  });
}
