/** One line of the working: enough to compute `amount` again by hand. All numbers are decimals, amounts major units. */
export type Step = {
  /** What was charged; `included` is what was not. */
  kind: 'included' | 'flat' | 'units' | 'tier' | 'package';
  quantity?: string;
  from?: string;
  upTo?: string | null;
  unitAmount?: string;
  flatAmount?: string;
  packages?: string;
  packageSize?: string;
  packageAmount?: string;
  /** The part of the cycle that is charged, if it is not the whole: amount = flatAmount × numerator / denominator. */
  share?: { numerator: string; denominator: string };
  /** Exact; with a share that does not end after 20 decimals, cut off there. */
  amount: string;
};
