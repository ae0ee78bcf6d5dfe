import { DurabillError } from '../../errors/error.ts';
import type { TopUpRule } from '../../store/wallets.ts';
import { readInstant } from '../instant.ts';

export type TopUpInput = { thresholdMinor: number; amountMinor: number; monthlyMinor: number };

export function refuseWallet(field: string, reason: string, mend: string): DurabillError {
  return new DurabillError('wallet-refused', { field, reason, mend });
}

/** @throws DurabillError request-invalid */
export function readAmount(amountMinor: number, field: string, { least = 1n } = {}): bigint {
  if (Number.isSafeInteger(amountMinor) && BigInt(amountMinor) >= least) return BigInt(amountMinor);
  throw new DurabillError('request-invalid', {
    field,
    reason: `${String(amountMinor).slice(0, 40)} is not a whole number of minor units from ${least} to 9007199254740991.`,
  });
}

/** @throws DurabillError request-invalid */
export function readPriority(priority: number | undefined): number {
  const read = priority ?? 50;
  if (Number.isInteger(read) && read >= 1 && read <= 100) return read;
  throw new DurabillError('request-invalid', {
    field: 'priority',
    reason: `${String(read).slice(0, 40)} is not a whole number from 1 to 100.`,
  });
}

/**
 * @param wallet its currency, and that in which the customer is billed
 * @throws DurabillError request-invalid, wallet-refused
 */
export function readTopUp(
  topUp: TopUpInput | null | undefined,
  wallet: { currency: string; billedIn: string },
): TopUpRule | null {
  if (topUp === null || topUp === undefined) return null;
  if (wallet.currency !== wallet.billedIn) {
    const reason = `It is in ${wallet.currency}, and its customer is billed in ${wallet.billedIn}.`;
    throw refuseWallet('topUp', reason, 'Grant to it by hand, or open a wallet in the currency of the bills.');
  }
  const rule = {
    thresholdMinor: readAmount(topUp.thresholdMinor, 'topUp.thresholdMinor', { least: 0n }),
    amountMinor: readAmount(topUp.amountMinor, 'topUp.amountMinor'),
    monthlyMinor: readAmount(topUp.monthlyMinor, 'topUp.monthlyMinor'),
  };
  if (rule.monthlyMinor >= rule.amountMinor) return rule;
  throw new DurabillError('request-invalid', {
    field: 'topUp.monthlyMinor',
    reason: 'A month would have no room for one top-up.',
    mend: 'Let it be at least as much as amountMinor.',
  });
}

/**
 * An end that is still to come: what has ended stays so.
 * @throws DurabillError request-invalid, wallet-refused
 */
export function readEnd(text: string | null | undefined, after: Date): Date | null {
  if (text === null || text === undefined) return null;
  const endsAt = readInstant(text, 'endsAt');
  if (endsAt >= after) return endsAt;
  const reason = `${endsAt.toISOString()} is before ${after.toISOString()}.`;
  throw refuseWallet('endsAt', reason, 'Choose an instant that is still to come; now, to end it at once.');
}
