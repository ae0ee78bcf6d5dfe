/** What a line of a bill is for. */
export const lineKinds = [
  'usage',
  'fixed',
  'ahead',
  'given-back',
  'bound',
  'one-off',
  'correction',
  'late-usage',
] as const;
export type LineKind = (typeof lineKinds)[number];

/** Why a bill differs from another: the first four of prices, then whole lines, then what stands between lines and total. */
export const changeKinds = [
  'quantity',
  'price',
  'plan',
  'length',
  'ahead',
  'given-back',
  'bound',
  'one-off',
  'correction',
  'late-usage',
  'discount',
  'tax',
  'carried',
  'credit',
] as const;
export type ChangeKind = (typeof changeKinds)[number];

/** A line as it is compared: lines of one name are taken together. */
export type ComparableLine = {
  /** The same on both bills for what is the same charge. */
  name: string;
  kind: LineKind;
  description: string;
  amountMinor: bigint;
  quantity: string | null;
};
/** What stands between the lines of a bill and its total. */
export type ComparableSums = { discountMinor: bigint; taxMinor: bigint; carriedMinor: bigint; creditMinor: bigint };
export type ComparableBill = { lines: readonly ComparableLine[]; sums: ComparableSums };

export type Effect = { kind: ChangeKind; amountMinor: bigint };
/** How the charge of one name changed; its effects add up to the difference. */
export type ChangedLine = {
  name: string;
  kind: LineKind;
  description: string;
  beforeMinor: bigint;
  afterMinor: bigint;
  quantityBefore: string | null;
  quantityAfter: string | null;
  effects: Effect[];
};
export type BillChanges = {
  lines: ChangedLine[];
  /** What discounts, taxes, credits and what is carried add. */
  effects: Effect[];
  /** All effects by kind, in the order of the kinds; they add up to the difference of the totals. */
  byKind: Effect[];
  differenceMinor: bigint;
};

/**
 * Why one bill is over more than another, in minor units that add up exactly. Of a charge that stands on both, what the
 * use of now would have cost by the terms of then parts the difference in two: from the bill before to it is what was used
 * (or how long the period is), from it to the bill of now is what the terms did.
 * @param between the lines of now by the terms of then: by name, the amount; null where that cannot be said, and then
 *   all of it is the terms
 * @param isOtherPlan whether the charge of this name is of another plan than it was, rather than a new version of the same
 */
export function changesOf(
  before: ComparableBill,
  after: ComparableBill,
  between: ReadonlyMap<string, bigint> | null,
  isOtherPlan: (name: string) => boolean,
): BillChanges {
  const [was, is] = [byName(before.lines), byName(after.lines)];
  const names = [...new Set([...was.keys(), ...is.keys()])];
  const lines = names.map((name): ChangedLine => {
    const [one, other] = [was.get(name), is.get(name)];
    const { kind, description } = (other ?? one) as ComparableLine;
    const [beforeMinor, afterMinor] = [one?.amountMinor ?? 0n, other?.amountMinor ?? 0n];
    const terms = isOtherPlan(name) ? 'plan' : 'price';
    const betweenMinor = between === null ? beforeMinor : (between.get(name) ?? 0n);
    const effects: Effect[] =
      kind === 'usage' || kind === 'fixed'
        ? [
            { kind: kind === 'usage' ? 'quantity' : 'length', amountMinor: betweenMinor - beforeMinor },
            { kind: terms, amountMinor: afterMinor - betweenMinor },
          ]
        : [{ kind, amountMinor: afterMinor - beforeMinor }];
    return {
      ...{ name, kind, description, beforeMinor, afterMinor },
      quantityBefore: one?.quantity ?? null,
      quantityAfter: other?.quantity ?? null,
      effects: effects.filter(({ amountMinor }) => amountMinor !== 0n),
    };
  });
  const effects = [
    { kind: 'discount' as const, amountMinor: before.sums.discountMinor - after.sums.discountMinor },
    { kind: 'tax' as const, amountMinor: after.sums.taxMinor - before.sums.taxMinor },
    { kind: 'carried' as const, amountMinor: after.sums.carriedMinor - before.sums.carriedMinor },
    { kind: 'credit' as const, amountMinor: before.sums.creditMinor - after.sums.creditMinor },
  ].filter(({ amountMinor }) => amountMinor !== 0n);
  const all = [...lines.flatMap((line) => line.effects), ...effects];
  const byKind = changeKinds
    .map((kind) => ({ kind, amountMinor: sumOf(all.filter((effect) => effect.kind === kind)) }))
    .filter(({ amountMinor }) => amountMinor !== 0n);
  return { lines, effects, byKind, differenceMinor: sumOf(all) };
}

function byName(lines: readonly ComparableLine[]): Map<string, ComparableLine> {
  const found = new Map<string, ComparableLine>();
  for (const line of lines) {
    const other = found.get(line.name);
    // Parts of a cycle that was cut: their amounts add up, their quantities may not.
    const both = other && { ...other, amountMinor: other.amountMinor + line.amountMinor, quantity: null };
    found.set(line.name, both ?? line);
  }
  return found;
}

function sumOf(effects: readonly Effect[]): bigint {
  return effects.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
}
