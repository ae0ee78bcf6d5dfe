import { DurabillError } from '../../../errors/error.ts';
import { decimalText, type Exact, most, parseDecimal, zero } from '../../money/exact.ts';
import { type ExactStep, prorated } from '../step.ts';
import { falling, readTiers, readUnitTier, shared, type UnitTier, unitTierStep } from '../tiers.ts';
import type { Span } from '../usage.ts';
import type { ModelRules } from './rules.ts';

/**
 * Seats, each paid for as long as it is there: every span with one number of seats pays its share of the cycle. With
 * tiers each span is charged as a whole period would be, and then shared. `onDecrease` says what happens to a seat that
 * is given back in mid-period: `prorated` (the default) ends what it costs, `kept` has it paid to the end of the period.
 */
export type Seats = {
  model: 'seats';
  unitAmount?: string;
  tiers?: UnitTier[];
  tiering?: (typeof tierings)[number];
  onDecrease?: (typeof onDecreases)[number];
};

/** Every span goes through the tiers by itself. */
const maxSpanTiers = 100_000;
const tierings = ['graduated', 'volume'] as const;
const onDecreases = ['prorated', 'kept'] as const;

export const seats: ModelRules<Seats> = {
  reads: 'spans',
  fields: ['unitAmount', 'tiers', 'tiering', 'onDecrease'],
  read: (read, entries, field) => {
    const { unitAmount, tiers, tiering } = entries;
    if ((unitAmount === undefined) === (tiers === undefined)) {
      read.refuse(field, 'Seats need either a unitAmount or tiers.');
    }
    if (tiers === undefined && tiering !== undefined) read.refuse(`${field}.tiering`, 'There are no tiers.');
    return {
      model: 'seats',
      ...read.decimals(entries, field, ['unitAmount']),
      ...(tiers !== undefined && {
        tiers: readTiers(read, tiers, `${field}.tiers`, (tier, at) => readUnitTier(read, tier, at)),
        tiering: read.oneOf(tiering ?? 'graduated', `${field}.tiering`, tierings),
      }),
      ...(entries['onDecrease'] !== undefined && {
        onDecrease: read.oneOf(entries['onDecrease'], `${field}.onDecrease`, onDecreases),
      }),
    };
  },
  charge: (terms, { spans = [], chargesZero }) => {
    if (spans.length * (terms.tiers?.length ?? 1) > maxSpanTiers) {
      const reason = `Seats change ${spans.length} times in the period, more than can be charged tier by tier.`;
      throw new DurabillError('amount-out-of-range', { reason });
    }
    return paidSpans(spans, terms.onDecrease === 'kept').flatMap(({ startAt, endAt, quantity, share }) =>
      chargeWhole(terms, quantity, chargesZero).map((step) => ({
        ...prorated(step, share),
        startAt: startAt.toISOString(),
        endAt: endAt.toISOString(),
      })),
    );
  },
};

function chargeWhole({ unitAmount, tiers = [], tiering }: Seats, quantity: Exact, chargesZero: boolean): ExactStep[] {
  if (unitAmount === undefined) {
    return (tiering === 'volume' ? falling : shared)(tiers, quantity, chargesZero).map(unitTierStep);
  }
  if (quantity.equals(zero)) return [];
  const amount = quantity.mul(parseDecimal(unitAmount));
  return [{ kind: 'units', quantity: decimalText(quantity), unitAmount, amount }];
}

/** With `kept` a span has at least the seats of every one before it. */
function paidSpans(spans: readonly Span[], kept: boolean): readonly Span[] {
  if (!kept) return spans;
  let paid = zero;
  return spans.map((span) => {
    paid = most(paid, span.quantity);
    return { ...span, quantity: paid };
  });
}
