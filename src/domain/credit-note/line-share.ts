import { exactOf } from '../money/exact.ts';
import { allocate } from '../money/money.ts';

/** A tax as it is on a line, or on a part of one. */
export type TaxPart = { key: string; isInclusive: boolean; taxableMinor: bigint; amountMinor: bigint };

/** A line of an invoice, or a part of one: its charge, what was taken off it, and the taxes on what that leaves. Minor units. */
export type LinePart = { amountMinor: bigint; discountMinor: bigint; taxes: readonly TaxPart[] };

/** What it was billed with: its charge after the discount and with the taxes that are added. */
export function grossOf({ amountMinor, discountMinor, taxes }: LinePart): bigint {
  const added = taxes.filter(({ isInclusive }) => !isInclusive);
  return amountMinor - discountMinor + sumOf(added.map((tax) => tax.amountMinor));
}

/** What is left of a line after parts of it were taken away; a tax that none of them has is left whole. */
export function without(line: LinePart, parts: readonly LinePart[]): LinePart {
  const taxesOf = (key: string) => parts.flatMap(({ taxes }) => taxes.filter((tax) => tax.key === key));
  return {
    amountMinor: line.amountMinor - sumOf(parts.map((part) => part.amountMinor)),
    discountMinor: line.discountMinor - sumOf(parts.map((part) => part.discountMinor)),
    taxes: line.taxes.map((tax) => ({
      ...tax,
      taxableMinor: tax.taxableMinor - sumOf(taxesOf(tax.key).map((part) => part.taxableMinor)),
      amountMinor: tax.amountMinor - sumOf(taxesOf(tax.key).map((part) => part.amountMinor)),
    })),
  };
}

/** The part of a line that so much of its charge is; discount and taxes in proportion. At most the whole line. */
export function shareByCharge(line: LinePart, amountMinor: bigint): LinePart {
  const share = (of: bigint) => shareOf(of, amountMinor, line.amountMinor);
  return {
    amountMinor,
    discountMinor: share(line.discountMinor),
    taxes: line.taxes.map((tax) => ({
      ...tax,
      taxableMinor: share(tax.taxableMinor),
      amountMinor: share(tax.amountMinor),
    })),
  };
}

/** The part of a line that was billed with so much, taxes included: it is split into its net and each tax by `allocate`. */
export function shareByGross(line: LinePart, grossMinor: bigint): LinePart {
  const netMinor = line.amountMinor - line.discountMinor;
  const added = line.taxes.filter(({ isInclusive }) => !isInclusive);
  const weights = [netMinor, ...added.map((tax) => tax.amountMinor)];
  const [netPart = 0n, ...taxParts] = allocate(grossMinor, weights.map(exactOf));
  const share = (of: bigint) => shareOf(of, netPart, netMinor);
  const discountMinor = share(line.discountMinor);
  return {
    amountMinor: netPart + discountMinor,
    discountMinor,
    taxes: line.taxes.map((tax) => ({
      ...tax,
      taxableMinor: share(tax.taxableMinor),
      amountMinor: tax.isInclusive ? share(tax.amountMinor) : (taxParts[added.indexOf(tax)] ?? 0n),
    })),
  };
}

/** part / whole of an amount, rounded half up; all of it for the whole. */
function shareOf(amount: bigint, part: bigint, whole: bigint): bigint {
  return allocate(amount, [exactOf(part), exactOf(whole - part)])[0] ?? 0n;
}

export function sumOf(amounts: Iterable<bigint>): bigint {
  let sum = 0n;
  for (const amount of amounts) sum += amount;
  return sum;
}
