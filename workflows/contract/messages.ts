/** Signals, updates and queries by name; their handlers are defined in the workflows. */
export const messages = {
  /** Signal to syncInvoice: what the books want may have changed; look again. */
  dirty: 'dirty',
  /** Update of syncInvoice: a person's answer to a parked invoice. Takes an Answer, returns an AnswerOutcome. */
  retry: 'retry',
  /** Update of syncCustomer: make sure that the customer is at Stripe. Returns the id there. */
  ensure: 'ensure',
  /** Query of the runs and of advanceClock: counts so far. */
  progress: 'progress',
  /** Query of syncInvoice: a SyncStatus. */
  status: 'status',
} as const;

/** `decisionId` (a UUID made by whoever asks) makes a repeated answer the same answer. */
export type Answer = { decisionId: string; parkingNumber: number; actor: string; reason: string };

export type AnswerOutcome = 'accepted' | 'already accepted';

export type SyncStatus = {
  state: 'syncing' | 'backing off' | 'parked' | 'done';
  failures: number;
  nextRetryAt: string | null;
  failure: { code: string; reason: string } | null;
};
