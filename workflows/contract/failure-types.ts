/** Types of the ApplicationFailures that cross from activities to workflows. */
export const failureTypes = {
  /** Trying again cannot help: a person has to look. */
  needsPerson: 'NeedsPerson',
  /** The answer has not the form that it needs. */
  faultyAnswer: 'FaultyAnswer',
  /** The answer names a parking that is over, or the invoice is not parked. */
  staleAnswer: 'StaleAnswer',
  /** The invoice is not in a state that the answer fits. */
  unfitAnswer: 'UnfitAnswer',
} as const;
