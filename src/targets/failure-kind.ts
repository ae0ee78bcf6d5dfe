import type { FailureWords } from '../errors/words/failures.ts';

/** What is done about a kind of failure, and what everybody is told of it. */
export type FailureKind = FailureWords & {
  /**
   * `retry`: the same request again, under the same key. `look`: whether it was carried out is not known, or not what was
   * expected: see what the target has, then adopt, go on, or begin a new generation. `fix`: data has to be corrected by a
   * person first. `stop`: nothing here is wrong with one invoice; a person has to act.
   */
  readonly act: 'retry' | 'look' | 'fix' | 'stop';
  /** At least so long before the next try; a longer time that the target names is kept. */
  readonly pauseMs?: number;
  /** The target itself is away or broken, whatever is asked of it. */
  readonly isOutage?: boolean;
  /** Whether an operator hears of it at once; what parks an invoice alerts in any case. */
  readonly alert?: boolean;
};
