import { DurabillError } from '../../errors/error.ts';
import type { Currency } from '../money/currency.ts';
import { type Big, decimalOf, decimalText, least, parseDecimal, quotientText, zero } from '../money/decimal.ts';
import { round } from '../money/money.ts';
import { charge, type ExactStep, type UsagePrice } from './charge.ts';
import type { Flat, Price } from './price.ts';
import { decimalOrZero } from './reader.ts';
import type { Step } from './step.ts';

export type { Step };

export type Rated = {
  /** What was used; 1 for a flat price. */
  quantity: string;
  /** What is charged: the quantity without what is included, never below 0. */
  billableQuantity: string;
  /** The sum of the steps' amounts, in major units; rounding it gives `amountMinor` even where a share is cut off. */
  exactAmount: string;
  /** The exact amount rounded once, half away from zero, to the currency's minor units. */
  amountMinor: bigint;
  working: Step[];
};

export type Share = { numerator: bigint; denominator: bigint };

const wholeCycle: Share = { numerator: 1n, denominator: 1n };

/**
 * The one way to price: invoice, preview, dashboard, alert and cap all call it.
 *
 * Included units come off first and tiers apply to what is left. A quantity of zero pays nothing, also none of the
 * tiers' flat amounts; only a flat price charges without use. A flat price is prorated by `share`; usage, tiers and
 * included units are not, since a shorter period has its own shorter use.
 *
 * @param quantity the period's use of the price's meter; null for a flat price
 * @param share the part of the cycle that the period covers, from `proration`
 * @throws DurabillError quantity-negative, amount-out-of-range
 */
export function rate(price: Price, quantity: Big | null, currency: Currency, share: Share = wholeCycle): Rated {
  if (price.model === 'flat') return rateFlat(price, currency, share);
  if (quantity === null) throw new TypeError(`The price ${price.key} needs a quantity.`);
  return rateUsage(price, quantity, currency);
}

function rateFlat({ amount }: Flat, currency: Currency, { numerator, denominator }: Share): Rated {
  if (denominator <= 0n || numerator < 0n || numerator > denominator) {
    throw new RangeError(`${numerator}/${denominator} is not a share of a whole.`);
  }
  // The quotient itself may never end (a third), so the division is left to the rounding, which does it exactly.
  const dividend = parseDecimal(amount).times(decimalOf(numerator));
  const exactAmount = quotientText(dividend, denominator);
  const step: Step = { kind: 'flat', quantity: '1', flatAmount: amount, amount: exactAmount };
  if (numerator !== denominator) step.share = { numerator: String(numerator), denominator: String(denominator) };
  return {
    quantity: '1',
    billableQuantity: '1',
    exactAmount,
    amountMinor: round(dividend, currency, denominator),
    working: [step],
  };
}

function rateUsage(price: UsagePrice, quantity: Big, currency: Currency): Rated {
  if (quantity.lt(zero)) {
    throw new DurabillError('quantity-negative', {
      reason: `The quantity of the price "${price.key}" is ${decimalText(quantity)}.`,
    });
  }
  const included = least(quantity, decimalOrZero(price.included));
  const billable = quantity.minus(included);
  const steps = [...includedStep(included), ...charge(price, billable)];
  const exact = steps.reduce((total, { amount }) => total.plus(amount), zero);
  return {
    quantity: decimalText(quantity),
    billableQuantity: decimalText(billable),
    exactAmount: decimalText(exact),
    amountMinor: round(exact, currency),
    working: steps.map((step) => ({ ...step, amount: decimalText(step.amount) })),
  };
}

function includedStep(included: Big): ExactStep[] {
  return included.eq(zero) ? [] : [{ kind: 'included', quantity: decimalText(included), amount: zero }];
}
