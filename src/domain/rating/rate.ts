import { DurabillError } from '../../errors/error.ts';
import type { Currency } from '../money/currency.ts';
import { decimalText, type Exact, most, one, sumOf, zero } from '../money/exact.ts';
import { round } from '../money/money.ts';
import { boundSteps } from './bounds.ts';
import { charge, shareOf } from './charge.ts';
import { rulesOf } from './models/index.ts';
import type { Price } from './price.ts';
import { type Step, writtenStep } from './step.ts';
import { noTransactions } from './transactions.ts';
import type { Usage } from './usage.ts';

export type { Step };

export type Rated = {
  /** What was used, as it was measured; 1 for a flat price. */
  quantity: string;
  /** What is charged: converted and without what is included, never below 0. */
  billableQuantity: string;
  /** The sum of the steps' amounts, in major units; rounding it gives `amountMinor` even where it is cut off. */
  exactAmount: string;
  /** The exact amount rounded once, half away from zero, to the currency's minor units. */
  amountMinor: bigint;
  working: Step[];
};

/** Without use. */
export const noUse: Usage = { quantity: zero };

/**
 * The one way to price: invoice, preview, dashboard, alert and cap all call it. From usage to amount: converted, without
 * included units, charged by the model, brought to the line's bounds, rounded once.
 *
 * @param usage the period's use of the price's meter, as its model reads it; none for a flat price
 * @param share the part of the cycle that the period covers. What recurs (a flat amount, a capacity, the line's bounds)
 *   is multiplied by it; usage, tiers and included units are not, since a shorter period has its own shorter use
 * @throws DurabillError quantity-negative, amount-out-of-range
 */
export function rate(price: Price, usage: Usage | null, currency: Currency, share: Exact = one): Rated {
  if (share.lt(zero) || share.gt(one)) throw new RangeError(`${decimalText(share)} is not a share of a whole.`);
  const used = usedBy(price, usage);
  const { billable, steps } = charge(price, withoutNegative(price, used), share);
  const charged = sumOf(steps.map(({ amount }) => amount));
  const all = [...steps, ...boundSteps(charged, price, shareOf(price, share))];
  const exact = sumOf(all.map(({ amount }) => amount));
  return {
    quantity: decimalText(used.quantity),
    billableQuantity: decimalText(billable),
    exactAmount: decimalText(exact),
    amountMinor: round(exact, currency),
    working: all.map(writtenStep),
  };
}

/** Use that was not measured as the model reads it would be charged nothing, and nobody would see it. */
function usedBy({ key, model }: Price, usage: Usage | null): Usage {
  const { reads } = rulesOf(model);
  if (reads === 'nothing') return { quantity: one };
  if (usage === null || (usage[reads] === undefined && !usage.quantity.equals(zero))) {
    throw new TypeError(`The price ${key} needs usage with its ${reads}.`);
  }
  return usage;
}

/**
 * Nobody is paid by a price: what is below zero is refused, or counts as none where the price says so. Refunds may
 * outweigh the transactions that pay though the sum of all is above zero: the free ones hide it.
 */
function withoutNegative(price: Price, usage: Usage): Usage {
  const { key, belowZero = 'refused' } = price;
  const { quantity, carried, transactions, cells = [], spans = [] } = usage;
  const refunded = refundedBy(price, usage);
  const quantities = [quantity, carried, refunded].filter((value) => value !== undefined);
  const parts = [...cells, ...spans].map((part) => part.quantity);
  const negative = [...quantities, ...parts].find((value) => value.lt(zero));
  if (negative === undefined) return usage;
  if (belowZero === 'refused') {
    throw new DurabillError('quantity-negative', {
      reason: `The ${negative === refunded ? 'charge' : 'quantity'} of the price "${key}" is ${decimalText(negative)}.`,
    });
  }
  const raised = <T extends { quantity: Exact }>(part: T): T => ({ ...part, quantity: most(part.quantity, zero) });
  return {
    quantity: most(quantity, zero),
    ...(carried !== undefined && { carried: most(carried, zero) }),
    ...(transactions !== undefined && {
      transactions: refunded === undefined ? transactions : noTransactions(),
    }),
    ...(usage.cells !== undefined && { cells: cells.map(raised) }),
    ...(usage.spans !== undefined && { spans: spans.map(raised) }),
  };
}

/** What transactions would be paid in all, where refunds outweigh what pays; undefined where they do not. */
function refundedBy(price: Price, usage: Usage): Exact | undefined {
  if (usage.transactions === undefined) return undefined;
  const { plainSum, atMaximum } = usage.transactions;
  if (!plainSum.lt(zero) && atMaximum >= 0n) return undefined;
  const steps = rulesOf(price.model).charge(price, { ...usage, share: one, chargesZero: false });
  const paid = sumOf(steps.map(({ amount }) => amount));
  return paid.lt(zero) ? paid : undefined;
}
