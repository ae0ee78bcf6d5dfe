/**
 * The simulator's own money arithmetic, on whole numbers only. It is deliberately shared with nobody: a rounding bug
 * common to both sides of a comparison would hide itself.
 */

/** Adds minor units. */
export function sum(amounts: Iterable<number>): number {
  let total = 0n;
  for (const amount of amounts) total += BigInt(amount);
  return Number(total);
}

/**
 * Quantity times unit amount (both non-negative decimal texts, minor units) as whole minor units. Stripe does not
 * document how it breaks ties; this rounds halves up, so a client that must agree sends whole amounts instead.
 */
export function multiply(quantity: string, unitAmount: string): number {
  const left = scaled(quantity);
  const right = scaled(unitAmount);
  const divisor = 10n ** BigInt(left.places + right.places);
  return Number((left.digits * right.digits * 2n + divisor) / (divisor * 2n));
}

/** `amount` × part ÷ whole as whole minor units, halves away from zero; `whole` is not 0. */
export function proportion(amount: number, part: number, whole: number): number {
  const [product, divisor] = [BigInt(amount) * BigInt(part), BigInt(whole)];
  const isNegative = product < 0n !== divisor < 0n;
  const absolute = (value: bigint) => (value < 0n ? -value : value);
  const rounded = (absolute(product) * 2n + absolute(divisor)) / (absolute(divisor) * 2n);
  return Number(isNegative ? -rounded : rounded);
}

/** '3.70' → '3'. */
export function wholePart(decimal: string): number {
  return Number(decimal.split('.')[0]);
}

function scaled(decimal: string): { digits: bigint; places: number } {
  const [whole = '0', fraction = ''] = decimal.split('.');
  return { digits: BigInt(whole + fraction), places: fraction.length };
}
