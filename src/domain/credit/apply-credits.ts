/**
 * What can pay for a bill. A grant that ends within the period pays at most `limitMinor`, which is what the bill would
 * have been at its end; without a limit it pays for anything.
 */
export type CreditSource = {
  readonly accountId: string | null;
  readonly source: 'balance' | 'wallet';
  readonly name: string;
  readonly availableMinor: bigint;
  readonly limitMinor: bigint | null;
};

/** What one source pays of a bill, above zero. */
export type AppliedCredit = Pick<CreditSource, 'accountId' | 'source' | 'name'> & { readonly amountMinor: bigint };

/**
 * Takes what is due from the sources, in their order, each as much as it may give.
 *
 * Limits belong to one another: two grants that end on the same day with 30 used until then pay 30 together, and not 30
 * each. What is used until an early end is part of what is used until a later one, so that whatever is taken under a
 * limit counts for every limit as high or higher. A source without a limit is taken to pay for the latest usage first,
 * which leaves the most to grants that are about to end.
 */
export function applyCredits(dueMinor: bigint, sources: readonly CreditSource[]): AppliedCredit[] {
  const limits = sources.map(({ limitMinor }) => between(0n, limitMinor ?? dueMinor, dueMinor));
  const takenUnder = new Map(limits.map((limit) => [limit, 0n]));
  let leftMinor = dueMinor;

  return sources.flatMap(({ accountId, source, name, availableMinor }, index) => {
    const limit = limits[index]!;
    let amountMinor = least(availableMinor, leftMinor);
    for (const [other, taken] of takenUnder) if (other >= limit) amountMinor = least(amountMinor, other - taken);
    if (amountMinor <= 0n) return [];

    leftMinor -= amountMinor;
    for (const [other, taken] of takenUnder) if (other >= limit) takenUnder.set(other, taken + amountMinor);
    return [{ accountId, source, name, amountMinor }];
  });
}

function between(lowest: bigint, value: bigint, highest: bigint): bigint {
  return value < lowest ? lowest : least(value, highest);
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

/**
 * Money of one customer that several bills are paid from, one after another: what a bill has taken the next one does not
 * find any more.
 */
export function shareCredits(): {
  left: (sources: readonly CreditSource[]) => CreditSource[];
  take: (credits: readonly AppliedCredit[]) => void;
} {
  const taken = new Map<string, bigint>();
  return {
    left: (sources) =>
      sources.map((one) => ({
        ...one,
        availableMinor: one.availableMinor - ((one.accountId && taken.get(one.accountId)) || 0n),
      })),
    take(credits) {
      for (const { accountId, amountMinor } of credits) {
        if (accountId !== null) taken.set(accountId, (taken.get(accountId) ?? 0n) + amountMinor);
      }
    },
  };
}
