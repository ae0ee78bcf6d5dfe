/** A line of a period as it was billed, or as it is rated now. */
export type ComparedLine = {
  periodId: string | null;
  priceKey: string;
  /** The values of the price's groups, if it has any. */
  group: readonly string[] | null;
  description: string;
  quantity: string | null;
  amountMinor: bigint;
};

/** What stands between what a line was billed and what it comes to now. */
export type LineDifference = {
  periodId: string;
  priceKey: string;
  group: readonly string[] | null;
  description: string;
  /** As the invoice has it, and as it is now; null for a line that is not there, and for one that measures nothing. */
  quantityBefore: string | null;
  quantityAfter: string | null;
  /** On the invoice. */
  billedMinor: bigint;
  /** By earlier corrections, on other invoices. */
  adjustedMinor: bigint;
  afterMinor: bigint;
  /** What is still to be billed: after − billed − adjusted. */
  differenceMinor: bigint;
};

/** By what a line is known again, whichever invoice and revision it is on. */
export const lineKeyOf = ({ periodId, priceKey, group }: Pick<ComparedLine, 'periodId' | 'priceKey' | 'group'>) =>
  JSON.stringify([periodId, priceKey, group]);

type Side = { quantity: string | null; amountMinor: bigint };

/**
 * Compares the lines of an invoice with those that its periods make now. Lines that bill no period stay out: no usage is
 * behind them. What is the same is left out, and so is what an earlier correction has brought to where it is.
 * @param adjusted what earlier corrections have billed, by line key; of keys that no line has any more, too
 * @returns the differences, in the order of the lines as they are now, and behind them those that are there no more
 */
export function differencesOf(
  billed: readonly ComparedLine[],
  now: readonly ComparedLine[],
  adjusted: ReadonlyMap<string, { minor: bigint; line: Pick<ComparedLine, 'periodId' | 'priceKey' | 'group'> }>,
): LineDifference[] {
  const [before, after] = [sidesOf(billed), sidesOf(now)];
  const lines = new Map<string, Pick<ComparedLine, 'periodId' | 'priceKey' | 'group'> & { description?: string }>();
  for (const line of [...now, ...billed]) {
    if (line.periodId !== null && !lines.has(lineKeyOf(line))) lines.set(lineKeyOf(line), line);
  }
  for (const [key, { line }] of adjusted) if (!lines.has(key)) lines.set(key, line);
  return [...lines]
    .map(([key, { periodId, priceKey, group, description = priceKey }]): LineDifference => {
      const billedMinor = before.get(key)?.amountMinor ?? 0n;
      const adjustedMinor = adjusted.get(key)?.minor ?? 0n;
      const afterMinor = after.get(key)?.amountMinor ?? 0n;
      return {
        periodId: periodId as string,
        priceKey,
        group,
        description,
        quantityBefore: before.get(key)?.quantity ?? null,
        quantityAfter: after.get(key)?.quantity ?? null,
        billedMinor,
        adjustedMinor,
        afterMinor,
        differenceMinor: afterMinor - billedMinor - adjustedMinor,
      };
    })
    .filter(
      ({ differenceMinor, adjustedMinor, quantityBefore, quantityAfter }) =>
        differenceMinor !== 0n || (adjustedMinor === 0n && quantityBefore !== quantityAfter),
    );
}

/** Lines of one key are one: their amounts add up, and the first tells the quantity. */
function sidesOf(lines: readonly ComparedLine[]): Map<string, Side> {
  const sides = new Map<string, Side>();
  for (const line of lines) {
    if (line.periodId === null) continue;
    const side = sides.get(lineKeyOf(line));
    sides.set(lineKeyOf(line), {
      quantity: side?.quantity ?? line.quantity,
      amountMinor: (side?.amountMinor ?? 0n) + line.amountMinor,
    });
  }
  return sides;
}
