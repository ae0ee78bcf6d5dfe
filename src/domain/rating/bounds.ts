import { type Exact, one, parseDecimal, zero } from '../money/exact.ts';
import { type Reader, within } from './reader.ts';
import { type ExactStep, shareTold } from './step.ts';

/**
 * Bounds of a line, or of the sum of a period's lines, in major units. `minimumAmount` and `maximumAmount` bring the sum
 * to themselves, use or not. A `commitment` is what was promised: what is above it is multiplied by `overageFactor` (1
 * unless said otherwise), and what is missing to it is charged as the true-up, unless `trueUp` is false.
 */
export type Bounds = { minimumAmount?: string; maximumAmount?: string; commitment?: Commitment };
export type Commitment = { amount: string; overageFactor?: string; trueUp?: boolean };

export const boundFields = ['minimumAmount', 'maximumAmount', 'commitment'] as const;

/**
 * @param field path of what has the bounds; empty for all that was sent
 * @throws DurabillError of the reader
 */
export function readBounds(read: Reader, entries: Record<string, unknown>, field: string): Bounds {
  const bounds: Bounds = read.decimals(entries, field, ['minimumAmount', 'maximumAmount']);
  if (entries['commitment'] !== undefined) {
    if (bounds.minimumAmount !== undefined) {
      read.refuse(within(field, 'minimumAmount'), 'A commitment is a minimum already; give one of the two.');
    }
    bounds.commitment = readCommitment(read, entries['commitment'], within(field, 'commitment'));
  }
  const { maximumAmount: most, minimumAmount: least = bounds.commitment?.amount } = bounds;
  if (least !== undefined && most !== undefined && parseDecimal(most).lt(parseDecimal(least))) {
    read.refuse(within(field, 'maximumAmount'), `It is below the minimum of ${least}.`);
  }
  return bounds;
}

function readCommitment(read: Reader, input: unknown, field: string): Commitment {
  const entries = read.record(input, field, ['amount', 'overageFactor', 'trueUp']);
  return {
    amount: read.decimal(entries['amount'], `${field}.amount`),
    ...read.decimals(entries, field, ['overageFactor']),
    ...(entries['trueUp'] !== undefined && { trueUp: read.flag(entries['trueUp'], `${field}.trueUp`) }),
  };
}

/** The steps that bring a sum to its bounds, those of a part of a cycle by its share; none where it is within them. */
export function boundSteps(
  sum: Exact,
  { minimumAmount, maximumAmount, commitment }: Bounds,
  share: Exact,
): ExactStep[] {
  const steps = [...committedSteps(sum, commitment, share), ...floorSteps(sum, minimumAmount, share)];
  const raised = steps.reduce((total, { amount }) => total.add(amount), sum);
  return [...steps, ...capSteps(raised, maximumAmount, share)];
}

function committedSteps(sum: Exact, commitment: Commitment | undefined, share: Exact): ExactStep[] {
  if (commitment === undefined) return [];
  const { amount, overageFactor = '1', trueUp = true } = commitment;
  const over = sum.sub(parseDecimal(amount).mul(share));
  if (over.lte(zero)) return trueUp ? floorSteps(sum, amount, share) : [];
  const added = over.mul(parseDecimal(overageFactor).sub(one));
  if (added.equals(zero)) return [];
  return [{ kind: 'overage', bound: amount, ...shareTold(share), multiplier: overageFactor, amount: added }];
}

function floorSteps(sum: Exact, bound: string | undefined, share: Exact): ExactStep[] {
  return boundStep('floor', bound, share, sum, (missing) => missing.gt(zero));
}

function capSteps(sum: Exact, bound: string | undefined, share: Exact): ExactStep[] {
  return boundStep('cap', bound, share, sum, (missing) => missing.lt(zero));
}

function boundStep(
  kind: 'floor' | 'cap',
  bound: string | undefined,
  share: Exact,
  sum: Exact,
  isDue: (missing: Exact) => boolean,
): ExactStep[] {
  if (bound === undefined) return [];
  const missing = parseDecimal(bound).mul(share).sub(sum);
  return isDue(missing) ? [{ kind, bound, ...shareTold(share), amount: missing }] : [];
}
