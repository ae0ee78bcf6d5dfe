/** Signals, updates and queries by name; their handlers are defined in the workflows. */
export const messages = {
  /** Signal to syncInvoice: what the books want may have changed. To processStripeEvents: more was stored. Look again. */
  dirty: 'dirty',
  /** Signal to syncInvoice: look again, at once and before all others. */
  hurry: 'hurry',
  /** Updates of syncInvoice: a person's answers. Each takes an Answer and returns an AnswerOutcome. */
  retry: 'retry',
  fix: 'fix',
  abandon: 'abandon',
  hold: 'hold',
  release: 'release',
  /** Update of syncCustomer: make sure that the customer is at Stripe. Returns the id there. */
  ensure: 'ensure',
  /** Query of the runs, of advanceClock and of reconcile: counts so far. */
  progress: 'progress',
  /** Query of syncInvoice: a SyncStatus. */
  status: 'status',
} as const;

/** `hold` stops an invoice that is on its way; the others answer one that waits. */
export const answerKinds = ['retry', 'fix', 'abandon', 'hold', 'release'] as const;
export type AnswerKind = (typeof answerKinds)[number];

/**
 * `decisionId` (a UUID made by whoever asks) makes a repeated answer the same answer. A hold names no parking, and an
 * abandonment of one that is still tried need not; a fix names the stored correction that it applies.
 */
export type Answer = {
  decisionId: string;
  parkingNumber?: number;
  actor: string;
  reason: string;
  correctionId?: string;
};

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const isUuid = (value: unknown) => typeof value === 'string' && uuid.test(value);
const isShortText = (value: unknown) => typeof value === 'string' && value.trim() !== '' && value.length <= 500;
const namesNoParking: readonly AnswerKind[] = ['hold', 'abandon'];

/** What is wrong with an answer, in a sentence for whoever typed it; undefined if nothing is. */
export function faultOf(
  kind: AnswerKind,
  answer: Partial<Record<keyof Answer, unknown>> | null | undefined,
): string | undefined {
  const { decisionId, parkingNumber, actor, reason, correctionId } = answer ?? {};
  if (!isUuid(decisionId)) return 'decisionId has to be a new UUID.';
  if (parkingNumber !== undefined || !namesNoParking.includes(kind)) {
    if (!Number.isInteger(parkingNumber) || (parkingNumber as number) < 1) {
      return 'parkingNumber has to be the number that the details show.';
    }
  }
  if (!isShortText(actor)) return 'actor has to say who answers, in at most 500 characters.';
  if (!isShortText(reason)) return 'reason has to say why, in at most 500 characters.';
  if (kind === 'fix' && !isUuid(correctionId)) return 'correctionId has to be the id of a stored correction.';
  if (kind !== 'fix' && correctionId !== undefined) return 'correctionId belongs to the answer `fix` only.';
  return undefined;
}

export type AnswerOutcome = 'accepted' | 'already accepted';

export type SyncStatus = {
  state: 'syncing' | 'backing off' | 'paused' | 'parked' | 'done';
  /** Rounds of this run and those before it that it went on from; each is up to six tries of an activity. */
  rounds: number;
  /** Rounds in a row that failed. */
  failures: number;
  nextRetryAt: string | null;
  failure: { code: string; reason: string } | null;
};
