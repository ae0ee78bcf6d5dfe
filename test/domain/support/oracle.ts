import {
  ceilingOf,
  compare,
  equal,
  floorOf,
  greater,
  lesser,
  minus,
  none,
  over,
  plus,
  type Rational,
  rational,
  roundedUnits,
  times,
  total,
  whole,
} from './rational.ts';
import type { WrittenPrice, WrittenTier, WrittenUse } from './written.ts';

/**
 * What a line costs, computed a second time: with BigInt fractions from the texts of the price, by other ways than the
 * code takes, and without any of it. Tiers are peeled off from the top, the allowance of transactions comes from running
 * totals, packages from whole divisions.
 */
export function oracle(price: WrittenPrice, use: WrittenUse, share: Rational): Rational {
  const part = price.prorate === false ? whole : share;
  return bounded(price, charged(price, use, part), part);
}

const decimal = (text: string | undefined): Rational => (text === undefined ? none : rational(text));
const times100th = (amount: Rational, rate: string | undefined) =>
  over(times(amount, decimal(rate)), { n: 100n, d: 1n });

function charged(price: WrittenPrice, use: WrittenUse, part: Rational): Rational {
  const net = (text: string | undefined) => netOf(price, text ?? '0');
  switch (price.model) {
    case 'flat':
      return times(times(rational(price.amount!), rational(price.units ?? '1')), part);
    case 'capacity': {
      const above = greater(minus(net(use.quantity), rational(price.capacity!)), none);
      return plus(times(rational(price.amount!), part), times(above, rational(price.overageUnitAmount!)));
    }
    case 'dynamic':
      return times(rational(use.carried!), rational(price.multiplier ?? '1'));
    case 'matrix':
      return total(use.cells!.map(({ values, quantity }) => times(net(quantity), rational(cellPrice(price, values)))));
    case 'percentage':
      return transactionsOf(price, use.transactions!);
    case 'seats': {
      const paid = use.spans!.map(({ seats }, index, all) =>
        price.onDecrease === 'kept' ? mostOf(all.slice(0, index + 1).map((span) => net(span.seats))) : net(seats),
      );
      const ofPeriod = total(use.spans!.map(({ share }) => share));
      const whole = total(
        use.spans!.map(({ share }, index) => times(byQuantity(seatsModel(price), paid[index]!), share)),
      );
      return price.prorate === false ? over(whole, ofPeriod) : whole;
    }
    default:
      return byQuantity(price, net(use.quantity));
  }
}

const mostOf = (list: Rational[]): Rational => list.reduce(greater);
const seatsModel = (price: WrittenPrice): WrittenPrice => ({
  ...price,
  model: price.tiers === undefined ? 'per_unit' : (price.tiering ?? 'graduated'),
});

/** Converted, and without the included units. */
function netOf({ convert, included }: WrittenPrice, text: string): Rational {
  let quantity = rational(text);
  if (convert !== undefined) {
    quantity = over(quantity, rational(convert.divideBy));
    const { rounding, decimals = 0 } = convert;
    const power = { n: 10n ** BigInt(Math.max(decimals, 0)), d: 10n ** BigInt(Math.max(-decimals, 0)) };
    const scaled = times(quantity, power);
    const round = { up: ceilingOf, down: floorOf, half_up: (value: Rational) => roundedUnits(value, 0) };
    if (rounding !== 'none') quantity = over({ n: round[rounding](scaled), d: 1n }, power);
  }
  return greater(minus(quantity, decimal(included)), none);
}

function byQuantity(price: WrittenPrice, quantity: Rational): Rational {
  const { tiers = [], zeroUsage } = price;
  const isZero = equal(quantity, none);
  if (isZero && (zeroUsage !== 'charged' || tiers.length === 0)) return none;
  switch (price.model) {
    case 'per_unit':
      return times(quantity, rational(price.unitAmount!));
    case 'package': {
      const count = over(quantity, rational(price.packageSize!));
      const packages = price.rounding === 'down' ? floorOf(count) : ceilingOf(count);
      return times({ n: packages, d: 1n }, rational(price.packageAmount!));
    }
    case 'graduated':
    case 'graduated_percentage':
      return peeled(tiers, quantity);
    case 'volume':
    case 'stairstep':
      return tierCharge(tiers[tiersBelow(tiers, quantity)]!, quantity);
    default:
      throw new Error(`The oracle does not know ${price.model}.`);
  }
}

/** How many tiers end below the quantity. */
const tiersBelow = (tiers: WrittenTier[], quantity: Rational) =>
  tiers.filter(({ upTo }) => upTo !== null && compare(rational(upTo), quantity) < 0).length;

/** The part in the highest tier, and then the rest, which ends at that tier's lower bound. */
function peeled(tiers: WrittenTier[], quantity: Rational): Rational {
  const top = tiersBelow(tiers, quantity);
  if (top === 0) return tierCharge(tiers[0]!, quantity);
  const bound = rational(tiers[top - 1]!.upTo!);
  return plus(tierCharge(tiers[top]!, minus(quantity, bound)), peeled(tiers, bound));
}

function tierCharge(tier: WrittenTier, quantity: Rational): Rational {
  const packages = tier.packageSize === undefined ? 0n : ceilingOf(over(quantity, rational(tier.packageSize)));
  const sum = total([
    times(quantity, decimal(tier.unitAmount)),
    times100th(quantity, tier.rate),
    times({ n: packages, d: 1n }, decimal(tier.packageAmount)),
    decimal(tier.flatAmount),
  ]);
  return tier.maximumAmount === undefined ? sum : lesser(sum, rational(tier.maximumAmount));
}

function cellPrice({ cells, otherwise }: WrittenPrice, values: string[]): string {
  const isSame = (other: string[]) => other.every((value, index) => value === values[index]);
  return cells!.find((cell) => isSame(cell.values))?.unitAmount ?? otherwise!;
}

/**
 * Transaction by transaction from running totals: after k of them the allowance has covered the total of the first k
 * or N, whichever is less, and no more than the free amount.
 */
function transactionsOf(price: WrittenPrice, texts: string[]): Rational {
  const { freeTransactions, freeAmount } = price;
  const limit = freeTransactions === undefined ? texts.length : Number(freeTransactions);
  const hasAllowance = freeTransactions !== undefined || freeAmount !== undefined;
  const running = (count: number) => total(texts.slice(0, count).map(rational));
  const coveredAfter = (count: number) => {
    if (!hasAllowance) return none;
    const first = running(Math.min(count, limit));
    return freeAmount === undefined ? first : lesser(first, rational(freeAmount));
  };
  const charges = texts.map((text, index) => {
    const paid = minus(rational(text), minus(coveredAfter(index + 1), coveredAfter(index)));
    const isOpen = freeAmount === undefined || compare(running(index), rational(freeAmount)) < 0;
    if (hasAllowance && index < limit && isOpen && equal(paid, none)) return none;
    const plain = plus(times100th(paid, price.rate), decimal(price.fixedAmount));
    const raised = greater(plain, price.transactionMinimum === undefined ? plain : decimal(price.transactionMinimum));
    return price.transactionMaximum === undefined ? raised : lesser(raised, decimal(price.transactionMaximum));
  });
  return total(charges);
}

function bounded({ commitment, minimumAmount, maximumAmount }: WrittenPrice, sum: Rational, part: Rational): Rational {
  const bound = (text: string) => times(rational(text), part);
  let result = minimumAmount === undefined ? sum : greater(sum, bound(minimumAmount));
  if (commitment !== undefined) {
    const promised = bound(commitment.amount);
    const above = greater(minus(sum, promised), none);
    const within = lesser(sum, promised);
    const due = commitment.trueUp === false ? within : promised;
    result = plus(due, times(above, rational(commitment.overageFactor ?? '1')));
  }
  return maximumAmount === undefined ? result : lesser(result, bound(maximumAmount));
}
