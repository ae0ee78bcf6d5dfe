import { defineSearchAttributeKey } from '@temporalio/common';
import {
  ActivityFailure,
  ApplicationFailure,
  allHandlersFinished,
  CancellationScope,
  CancelledFailure,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  defineUpdate,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { books, stripe, urgentStripe } from './activities.ts';
import { failureTypes } from './contract/failure-types.ts';
import type { SyncInvoiceInput, SyncResume } from './contract/inputs.ts';
import {
  type Answer,
  type AnswerKind,
  type AnswerOutcome,
  answerKinds,
  faultOf,
  messages,
  type SyncStatus,
} from './contract/messages.ts';
import * as details from './sync-details.ts';

const minute = 60_000;
const hour = 60 * minute;
/** After this long a failing sync waits for a person. */
const giveUpMs = 72 * hour;
/** Pauses between rounds double from the first to the longest. */
const firstPauseMs = minute;
const longestPauseMs = hour;
/** Rounds in one run of the workflow; the next run goes on with a short history. */
const roundsPerRun = 20;

const syncStateKey = defineSearchAttributeKey('SyncState', 'KEYWORD');
const failureCodeKey = defineSearchAttributeKey('FailureCode', 'KEYWORD');

type Failure = { code: string; reason: string; needsPerson: boolean; retryAfterMs: number };

const calm: SyncResume = { failingSince: null, failures: 0 };

/** The Web UI shows the outermost failure: so the sentence goes there, in place of "Activity task failed". */
async function told<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    const cause = error instanceof ActivityFailure ? error.cause : undefined;
    if (!(cause instanceof ApplicationFailure)) throw error;
    throw ApplicationFailure.nonRetryable(cause.message, cause.type, ...(cause.details ?? []));
  }
}

/** Refuses before anything is accepted, so that a slip of the pen leaves no trace and holds nothing up. */
const refuseFaulty = (kind: AnswerKind) => (given: Answer) => {
  const fault = faultOf(kind, given);
  if (fault !== undefined) throw ApplicationFailure.nonRetryable(fault, failureTypes.faultyAnswer);
};

/**
 * Brings Stripe to the state that the books want for one invoice, and ends when they are equal. The workflow id is the
 * lock of the invoice: every write for it at Stripe passes through here. A signal says that the books may have changed;
 * it is looked at before the run ends. Failures are waited out by growing pauses for 72 hours, then the invoice is
 * parked, and a person's answer takes it up again.
 */
export async function syncInvoice({ invoiceId, resume, version }: SyncInvoiceInput): Promise<void> {
  const memory: SyncResume = { ...(resume ?? calm) };
  const status: SyncStatus = {
    state: 'syncing',
    rounds: memory.rounds ?? 0,
    failures: memory.failures,
    nextRetryAt: null,
    failure: null,
  };
  const show = version === 2 ? showTrouble() : showAll;
  let dirty = false;
  let answered = false;
  let underWay: CancellationScope | undefined;
  setHandler(defineSignal(messages.dirty), () => {
    dirty = true;
  });
  setHandler(defineSignal(messages.hurry), () => {
    dirty = true;
    if (memory.isUrgent) return;
    memory.isUrgent = true;
    // What waits for its turn is taken back and asked for again, before all others this time.
    underWay?.cancel();
  });
  for (const kind of answerKinds) {
    const answer = async (given: Answer) => {
      const outcome = await told(books.answerParking({ invoiceId, kind, ...given }));
      // Accepted already may mean: by an activity whose answer was lost. A look too many does no harm.
      answered = true;
      Object.assign(memory, calm);
      return outcome;
    };
    setHandler(defineUpdate<AnswerOutcome, [Answer]>(messages[kind]), answer, { validator: refuseFaulty(kind) });
  }
  setHandler(defineQuery<SyncStatus>(messages.status), () => status);

  for (let round = 1; ; round += 1) {
    dirty = false;
    answered = false;
    status.rounds += 1;
    enter(status, show, 'syncing');
    const outcome = await bring(invoiceId, memory, (scope) => {
      underWay = scope;
    });
    underWay = undefined;

    if (outcome.state === 'parked') {
      const { code, reason } = outcome;
      enter(status, show, 'parked', { code, reason });
      setCurrentDetails(details.parked({ invoiceId, ...outcome }));
      await condition(() => answered || dirty);
    } else if (outcome.state === 'failed') {
      memory.failingSince ??= new Date().toISOString();
      memory.failures += 1;
      status.failures = memory.failures;
      if (outcome.needsPerson || Date.now() - Date.parse(memory.failingSince) >= giveUpMs) {
        // The next round finds it parked and waits.
        const { code, reason } = outcome;
        await written(() => books.parkInvoice({ invoiceId, code, reason }));
      } else {
        const nextRetryAt = new Date(Date.now() + pauseMs(memory.failures, outcome.retryAfterMs)).toISOString();
        await written(() => books.backOff({ invoiceId, nextRetryAt }));
        enter(status, show, 'backing off', outcome, nextRetryAt);
        setCurrentDetails(details.backingOff({ ...outcome, failures: memory.failures, nextRetryAt }));
        await condition(() => dirty || answered, Math.max(1, Date.parse(nextRetryAt) - Date.now()));
      }
    } else if (outcome.state === 'no slot') {
      setCurrentDetails(details.waitingForSlot());
      await condition(() => dirty || answered, pauseMs(1) / 2);
    } else if (outcome.state === 'paused') {
      enter(status, show, 'paused');
      setCurrentDetails(details.paused());
      await condition(() => dirty || answered, pauseMs(1));
    } else if (outcome.state !== 'again') {
      Object.assign(memory, calm);
      // Nearly always they have, and each promise costs the worker a look at the stack.
      if (!allHandlersFinished() || CancellationScope.current().consideredCancelled)
        await condition(allHandlersFinished);
      if (!dirty && !answered) {
        enter(status, show, 'done');
        setCurrentDetails(details.done(outcome.state));
        return;
      }
    }

    if (round >= roundsPerRun || workflowInfo().continueAsNewSuggested) {
      // A signal that comes while handlers finish is not lost: the next run begins with a look at the books.
      await condition(allHandlersFinished);
      const resumed = { ...memory, rounds: status.rounds };
      await continueAsNew<typeof syncInvoice>({ invoiceId, resume: resumed, ...(version && { version }) });
    }
  }
}

/** What has failed is written down even if somebody cancels the run: else its slot would stay taken. */
const written = (write: () => Promise<unknown>) => CancellationScope.nonCancellable(write);

type Outcome = Awaited<ReturnType<typeof stripe.bringToStripe>> | ({ state: 'failed' } & Failure);

/**
 * One round: an activity with its own tries of the first minute. One that is taken back before it began is asked for
 * again, as urgent.
 */
async function bring(
  invoiceId: string,
  memory: SyncResume,
  tell: (scope: CancellationScope) => void,
): Promise<Outcome> {
  const scope = new CancellationScope();
  tell(scope);
  const activities = memory.isUrgent ? urgentStripe : stripe;
  try {
    return await scope.run(() => activities.bringToStripe({ invoiceId }));
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    const { cause } = error;
    if (
      cause instanceof CancelledFailure &&
      scope.consideredCancelled &&
      !CancellationScope.current().consideredCancelled
    ) {
      return { state: 'again' };
    }
    if (!(cause instanceof ApplicationFailure)) {
      const reason = cause?.message ?? error.message;
      return { state: 'failed', code: 'no-answer', reason, needsPerson: false, retryAfterMs: 0 };
    }
    const [code = 'unknown', retryAfterMs = 0] = (cause.details ?? []) as [string?, number?];
    const needsPerson = cause.type === failureTypes.needsPerson;
    return { state: 'failed', code, reason: cause.message, needsPerson, retryAfterMs };
  }
}

/**
 * Doubling, and somewhere in the upper half of it, so that many invoices that failed together come back apart; never
 * sooner than Stripe has asked for.
 */
function pauseMs(failures: number, retryAfterMs = 0): number {
  const full = Math.min(firstPauseMs * 2 ** (failures - 1), longestPauseMs);
  return Math.round(Math.max(full * (0.5 + Math.random() / 2), retryAfterMs));
}

function enter(
  status: SyncStatus,
  show: Show,
  state: SyncStatus['state'],
  failure: { code: string; reason: string } | null = null,
  nextRetryAt: string | null = null,
): void {
  Object.assign(status, { state, nextRetryAt, failure: failure && { code: failure.code, reason: failure.reason } });
  show(state, failure?.code ?? null);
}

/** Brings a state and its failure's code into the search attributes, by which operators filter. */
type Show = (state: SyncStatus['state'], code: string | null) => void;

const showAll: Show = (state, code) => {
  upsertSearchAttributes([
    { key: syncStateKey, value: state },
    { key: failureCodeKey, value: code },
  ]);
};

/** Tells of trouble and takes it away again; a sync that has none costs no update. */
function showTrouble(): Show {
  const { typedSearchAttributes } = workflowInfo();
  // A run that goes on from another has what that one showed.
  let shown = [typedSearchAttributes.get(syncStateKey) ?? null, typedSearchAttributes.get(failureCodeKey) ?? null];
  return (state, code) => {
    const value = state === 'syncing' || state === 'done' ? null : state;
    if (shown[0] === value && shown[1] === code) return;
    shown = [value, code];
    upsertSearchAttributes([
      { key: syncStateKey, value },
      { key: failureCodeKey, value: code },
    ]);
  };
}
