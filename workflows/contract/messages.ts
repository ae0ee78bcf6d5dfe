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

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const isShortText = (value: unknown) => typeof value === 'string' && value.trim() !== '' && value.length <= 500;

/** What is wrong with an answer, in a sentence for whoever typed it; undefined if nothing is. */
export function faultOf(answer: Partial<Record<keyof Answer, unknown>> | null | undefined): string | undefined {
  const { decisionId, parkingNumber, actor, reason } = answer ?? {};
  if (typeof decisionId !== 'string' || !uuid.test(decisionId)) return 'decisionId has to be a new UUID.';
  if (!Number.isInteger(parkingNumber) || (parkingNumber as number) < 1) {
    return 'parkingNumber has to be the number that the details show.';
  }
  if (!isShortText(actor)) return 'actor has to say who answers, in at most 500 characters.';
  if (!isShortText(reason)) return 'reason has to say why it will work now, in at most 500 characters.';
  return undefined;
}

export type AnswerOutcome = 'accepted' | 'already accepted';

export type SyncStatus = {
  state: 'syncing' | 'backing off' | 'parked' | 'done';
  failures: number;
  nextRetryAt: string | null;
  failure: { code: string; reason: string } | null;
};
