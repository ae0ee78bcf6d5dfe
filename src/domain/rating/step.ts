import { decimalText, type Exact } from '../money/exact.ts';

/** One line of the working: enough to compute `amount` again by hand. All numbers are decimals, amounts major units. */
export type Step = {
  /**
   * What was charged: a `flat` amount, `units` at one price, a `tier`'s units, a tier's own price as a `step`, packages,
   * a `percentage`, the `fixed` part or the bound of single transactions, what events carried themselves (`carried`), a
   * `cell` of a matrix, `overage` above a capacity. What was not charged: `converted` and `included` units, `free`
   * transactions. What brings the line to its bounds: `floor` and `cap`.
   */
  kind: (typeof stepKinds)[number];
  quantity?: string;
  from?: string;
  upTo?: string | null;
  unitAmount?: string;
  flatAmount?: string;
  packages?: string;
  packageSize?: string;
  packageAmount?: string;
  /** In percent: amount = quantity × rate / 100. */
  rate?: string;
  multiplier?: string;
  /** How many transactions, each at `unitAmount`. */
  transactions?: string;
  /** A conversion: quantity = the measured quantity / divideBy, or × multiplier, rounded as the price says. */
  divideBy?: string;
  /** The values of the properties that a cell of the matrix stands for. */
  values?: Record<string, string>;
  /** Seats: the part of the period in which there were so many. */
  startAt?: string;
  endAt?: string;
  /** A bound in major units, before its share. */
  bound?: string;
  /** The part of the cycle that is charged, if it is not the whole: the amount is multiplied by numerator / denominator. */
  share?: { numerator: string; denominator: string };
  /** Exact; what does not end after 20 decimals is cut off there. */
  amount: string;
};

export const stepKinds = [
  'converted',
  'included',
  'free',
  'flat',
  'units',
  'tier',
  'step',
  'package',
  'percentage',
  'fixed',
  'bounded',
  'carried',
  'cell',
  'overage',
  'floor',
  'cap',
] as const;

/** A step of the working whose amount is still a number. */
export type ExactStep = Omit<Step, 'amount'> & { amount: Exact };

export function writtenStep({ amount, ...step }: ExactStep): Step {
  return { ...step, amount: decimalText(amount) };
}

/** The step's amount for a part of the cycle, and the part beside it. */
export function prorated(step: ExactStep, share: Exact): ExactStep {
  return { ...step, ...shareTold(share), amount: step.amount.mul(share) };
}

/** The part of the cycle as a step tells of it: in lowest terms, and not at all when it is the whole. */
export function shareTold({ n, d }: Exact): Pick<Step, 'share'> {
  return n === d ? {} : { share: { numerator: String(n), denominator: String(d) } };
}
