import type { Currency } from '../money/currency.ts';
import { decimalText, type Exact, exactOf, one, sumOf, zero } from '../money/exact.ts';
import { allocate, exactMajor, round } from '../money/money.ts';

/** How much tax of what kind: "19 % VAT". */
export type TaxRate = {
  readonly key: string;
  readonly name: string;
  /** 19 for 19 %. */
  readonly percentage: Exact;
  /** The price already has it in it: the tax is told and not added. */
  readonly isInclusive: boolean;
  /** It is on the net and the taxes before it, and not on the net alone. */
  readonly isCompound: boolean;
  readonly country: string | null;
};

/** `invoice`: each tax is rounded once, over the whole invoice. `line`: once on each line. */
export type TaxRounding = 'invoice' | 'line';
export type TaxStatus = 'taxable' | 'exempt' | 'reverse_charge';

export type TaxTerms = {
  readonly rounding: TaxRounding;
  readonly status: TaxStatus;
  /** Why nothing is taxed; null for who is taxable. */
  readonly reason: string | null;
};

/** A line after its discounts. */
export type LineToTax = { readonly id: string; readonly netMinor: bigint; readonly taxRates: readonly TaxRate[] };

/** One tax of an invoice: `amountMinor` is what the lines' parts of it add up to. */
export type AppliedTax = {
  readonly key: string;
  readonly name: string;
  readonly percentage: string;
  readonly isInclusive: boolean;
  readonly taxableMinor: bigint;
  readonly amountMinor: bigint;
  readonly reason: string | null;
};

export type LineTax = {
  readonly key: string;
  readonly taxableMinor: bigint;
  readonly amountMinor: bigint;
  readonly isInclusive: boolean;
};

/** `taxMinor` is added to the line, `inclusiveTaxMinor` is already in it. */
export type TaxedLine = {
  readonly taxMinor: bigint;
  readonly inclusiveTaxMinor: bigint;
  readonly taxes: readonly LineTax[];
};

export type Taxes = { readonly taxes: AppliedTax[]; readonly byLine: Map<string, TaxedLine> };

/** One rate on one line. `exact` is in major units: nothing is rounded before the one rounding. */
type Share = { readonly lineId: string; readonly rate: TaxRate; readonly exact: Exact };

/** The names of the one entry that an invoice without tax has instead of its taxes; no rate may be called so. */
export const untaxedNames = { exempt: 'Exempt', reverse_charge: 'Reverse charge' } as const;

const hundred = exactOf(100n);

/**
 * The taxes of an invoice and of each of its lines. Rates apply in their order; a line below zero has taxes below zero;
 * what is inclusive never changes what a line costs. A customer who is exempt or under reverse charge pays the same
 * prices without tax, and the invoice says why in one entry of zero.
 * @throws DurabillError amount-out-of-range
 */
export function computeTaxes(lines: readonly LineToTax[], terms: TaxTerms, currency: Currency): Taxes {
  if (terms.status !== 'taxable') return untaxed(lines, terms.status, terms.reason);
  const sharesOfLines = lines.map((line) => sharesOf(line, currency));
  const shares = sharesOfLines.flat();
  const rounded = terms.rounding === 'line' ? roundedByLine(shares, currency) : roundedOverInvoice(shares, currency);
  const taxed = lines.map((line, index) => taxedLine(line, sharesOfLines[index]!, rounded));
  return {
    taxes: addUp(shares, taxed),
    byLine: new Map(lines.map((line, index) => [line.id, taxed[index]!])),
  };
}

/**
 * What each rate takes of a line. On a net of one, the first rate takes r, the next one s, or (1 + r)s where it is
 * compound, and so on; the line's amount is the net and its inclusive taxes, so that dividing it by 1 and those gives
 * the net that all of them are on.
 */
function sharesOf(line: LineToTax, currency: Currency): Share[] {
  const keys = new Set(line.taxRates.map(({ key }) => key));
  if (keys.size !== line.taxRates.length) throw new RangeError(`Line ${line.id} names a tax rate twice.`);
  const onOne: Exact[] = [];
  for (const { percentage, isCompound } of line.taxRates) {
    const base = isCompound ? one.add(sumOf(onOne)) : one;
    onOne.push(base.mul(percentage).div(hundred));
  }
  const inclusive = sumOf(onOne.filter((_, index) => line.taxRates[index]!.isInclusive));
  const net = exactMajor({ amountMinor: line.netMinor, currency }).div(one.add(inclusive));
  return line.taxRates.map((rate, index) => ({ lineId: line.id, rate, exact: net.mul(onOne[index]!) }));
}

function roundedByLine(shares: readonly Share[], currency: Currency): Map<Share, bigint> {
  return new Map(shares.map((share) => [share, round(share.exact, currency)]));
}

/** Each tax once over all lines, then spread over those by what each of them has of it. */
function roundedOverInvoice(shares: readonly Share[], currency: Currency): Map<Share, bigint> {
  const rounded = new Map<Share, bigint>();
  for (const ofRate of byKey(shares, ({ rate }) => rate.key).values()) {
    const totalMinor = round(sumOf(ofRate.map(({ exact }) => exact)), currency);
    const above = ofRate.filter(({ exact }) => exact.gte(zero));
    const below = ofRate.filter(({ exact }) => exact.lt(zero));
    // What is owed and what is given back are spread apart, since weights cannot be below zero. The rest of the total is
    // never above zero: taking something away from the sum does not raise its rounding.
    const aboveMinor = round(sumOf(above.map(({ exact }) => exact)), currency);
    spread(above, aboveMinor, rounded);
    spread(below, totalMinor - aboveMinor, rounded);
  }
  return rounded;
}

function spread(shares: readonly Share[], totalMinor: bigint, into: Map<Share, bigint>): void {
  const weights = shares.map(({ exact }) => (exact.lt(zero) ? exact.neg() : exact));
  const parts = allocate(totalMinor, weights);
  for (const [index, share] of shares.entries()) into.set(share, parts[index]!);
}

function taxedLine(line: LineToTax, shares: readonly Share[], rounded: ReadonlyMap<Share, bigint>): TaxedLine {
  const amounts = shares.map((share) => rounded.get(share)!);
  const inclusiveTaxMinor = total(amounts.filter((_, index) => shares[index]!.rate.isInclusive));
  const taxMinor = total(amounts) - inclusiveTaxMinor;
  const netMinor = line.netMinor - inclusiveTaxMinor;
  const taxes = shares.map(({ rate }, index) => ({
    key: rate.key,
    taxableMinor: netMinor + (rate.isCompound ? total(amounts.slice(0, index)) : 0n),
    amountMinor: amounts[index]!,
    isInclusive: rate.isInclusive,
  }));
  return { taxMinor, inclusiveTaxMinor, taxes };
}

/** In the order in which the lines first name them. */
function addUp(shares: readonly Share[], lines: readonly TaxedLine[]): AppliedTax[] {
  const rates = new Map(shares.map(({ rate }) => [rate.key, rate]));
  const all = lines.flatMap(({ taxes }) => taxes);
  const parts = byKey(all, ({ key }) => key);
  return [...parts].map(([key, ofKey]) => {
    const { name, percentage, isInclusive } = rates.get(key)!;
    return {
      key,
      name,
      percentage: decimalText(percentage),
      isInclusive,
      taxableMinor: total(ofKey.map(({ taxableMinor }) => taxableMinor)),
      amountMinor: total(ofKey.map(({ amountMinor }) => amountMinor)),
      reason: null,
    };
  });
}

/** One entry for all lines, whatever rates they have: it is the customer who is not taxed. */
function untaxed(lines: readonly LineToTax[], status: keyof typeof untaxedNames, reason: string | null): Taxes {
  const entry = { key: status, amountMinor: 0n, isInclusive: false };
  const byLine = new Map(
    lines.map(({ id, netMinor }) => [
      id,
      { taxMinor: 0n, inclusiveTaxMinor: 0n, taxes: [{ ...entry, taxableMinor: netMinor }] },
    ]),
  );
  const taxableMinor = total(lines.map(({ netMinor }) => netMinor));
  const taxes =
    lines.length === 0 ? [] : [{ ...entry, name: untaxedNames[status], percentage: '0', taxableMinor, reason }];
  return { taxes, byLine };
}

/** In the order in which each key comes first. */
function byKey<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

function total(amounts: readonly bigint[]): bigint {
  return amounts.reduce((a, b) => a + b, 0n);
}
