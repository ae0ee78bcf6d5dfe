import { DurabillError } from '../../errors/error.ts';
import type { Currency } from '../money/currency.ts';
import { formatMoney } from '../money/money.ts';

/** By which way money that was paid goes back: to where it came from, to the customer's balance here, or by another way. */
export const givings = ['refund', 'credit', 'out_of_band'] as const;
export type Giving = (typeof givings)[number];

/** How an invoice stands before the note. Minor units. */
export type InvoiceStanding = {
  /** What is still to be paid of it. */
  dueMinor: bigint;
  /** What was paid in money, without what has gone back by notes and refunds already, or is disputed. */
  paidMinor: bigint;
  /** Of that, what can go back by the way that it came. */
  refundableMinor: bigint;
  /** What credits of the customer have paid, without what notes have given back of it. */
  creditsMinor: bigint;
};

/** What becomes of a note's total; they add up to it. */
export type GivenBack = {
  /** Lowers what is still to be paid. */
  dueMinor: bigint;
  refundMinor: bigint;
  outOfBandMinor: bigint;
  /** To the customer's balance: what was wanted so, and what credits of theirs have paid. */
  balanceMinor: bigint;
  /** What of it is money, and so is on the target's copy of the invoice: all but what credits have paid. */
  moneyMinor: bigint;
};

/**
 * How the total of a note is given back: first by lowering what is still to be paid, then by the way that is asked for, as
 * far as money was paid; what is left beyond that was paid by credits, and goes to the customer's balance.
 * @throws DurabillError credit-note-refused
 */
export function giveBack(
  totalMinor: bigint,
  { dueMinor: open, paidMinor, refundableMinor, creditsMinor }: InvoiceStanding,
  giving: Giving,
  currency: Currency,
): GivenBack {
  const dueMinor = smaller(totalMinor, open);
  const backMinor = smaller(totalMinor - dueMinor, paidMinor);
  const leftMinor = dueMinor + backMinor + creditsMinor;
  if (totalMinor > leftMinor) {
    const [asked, most] = [totalMinor, leftMinor].map((amountMinor) => formatMoney({ amountMinor, currency }));
    throw new DurabillError('credit-note-refused', {
      field: 'amountMinor',
      reason: `${asked} would be given back, and ${most} is left: the rest has gone back by refunds without a note, or is disputed.`,
    });
  }
  if (giving === 'refund' && backMinor > refundableMinor) {
    const [asked, most] = [backMinor, refundableMinor].map((amountMinor) => formatMoney({ amountMinor, currency }));
    throw new DurabillError('credit-note-refused', {
      field: 'giveBack',
      reason: `${asked} would have to be refunded, and ${most} can be by the way that it was paid.`,
      mend: 'Give it back as a credit to the balance, or out of band.',
    });
  }
  const of = (way: Giving) => (giving === way ? backMinor : 0n);
  return {
    dueMinor,
    refundMinor: of('refund'),
    outOfBandMinor: of('out_of_band'),
    balanceMinor: of('credit') + (totalMinor - dueMinor - backMinor),
    moneyMinor: dueMinor + backMinor,
  };
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
