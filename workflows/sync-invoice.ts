import { defineSearchAttributeKey } from '@temporalio/common';
import {
  ActivityFailure,
  ApplicationFailure,
  allHandlersFinished,
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
import { books, stripe } from './activities.ts';
import { failureTypes } from './contract/failure-types.ts';
import type { SyncInvoiceInput, SyncResume } from './contract/inputs.ts';
import { type Answer, type AnswerOutcome, messages, type SyncStatus } from './contract/messages.ts';
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

type Failure = { code: string; reason: string; needsPerson: boolean };

/**
 * Brings Stripe to the state that the books want for one invoice, and ends when they are equal. The workflow id is the
 * lock of the invoice: every write for it at Stripe passes through here. A signal says that the books may have changed;
 * it is looked at before the run ends. Failures are waited out by growing pauses for 72 hours, then the invoice is
 * parked, and a person's answer takes it up again.
 */
export async function syncInvoice({ invoiceId, resume }: SyncInvoiceInput): Promise<void> {
  const memory: SyncResume = { ...(resume ?? { failingSince: null, failures: 0 }) };
  const status: SyncStatus = { state: 'syncing', failures: memory.failures, nextRetryAt: null, failure: null };
  let dirty = false;
  let answered = false;
  setHandler(defineSignal(messages.dirty), () => {
    dirty = true;
  });
  setHandler(defineUpdate<AnswerOutcome, [Answer]>(messages.retry), async (answer) => {
    const outcome = await books.answerParking({ invoiceId, ...answer });
    answered = true;
    Object.assign(memory, { failingSince: null, failures: 0 });
    return outcome;
  });
  setHandler(defineQuery<SyncStatus>(messages.status), () => status);

  for (let round = 1; ; round += 1) {
    dirty = false;
    answered = false;
    enter(status, 'syncing');
    const outcome = await bring(invoiceId);

    if (outcome.state === 'parked') {
      const { parkingNumber, code, reason } = outcome;
      enter(status, 'parked', { code, reason });
      setCurrentDetails(details.parked({ invoiceId, parkingNumber, code, reason }));
      await condition(() => answered || dirty);
    } else if (outcome.state === 'failed') {
      memory.failingSince ??= new Date().toISOString();
      memory.failures += 1;
      status.failures = memory.failures;
      if (outcome.needsPerson || Date.now() - Date.parse(memory.failingSince) >= giveUpMs) {
        await books.parkInvoice({ invoiceId, code: outcome.code, reason: outcome.reason });
        // The next round finds it parked and waits.
        continue;
      }
      const nextRetryAt = new Date(Date.now() + pauseMs(memory.failures)).toISOString();
      await books.backOff({ invoiceId, nextRetryAt });
      enter(status, 'backing off', outcome, nextRetryAt);
      setCurrentDetails(details.backingOff({ ...outcome, failures: memory.failures, nextRetryAt }));
      await condition(() => dirty || answered, Math.max(1, Date.parse(nextRetryAt) - Date.now()));
    } else {
      Object.assign(memory, { failingSince: null, failures: 0 });
      await condition(allHandlersFinished);
      if (!dirty && !answered) {
        enter(status, 'done');
        setCurrentDetails(details.done(outcome.state));
        return;
      }
    }

    if (round >= roundsPerRun || workflowInfo().continueAsNewSuggested) {
      // A signal that comes while handlers finish is not lost: the next run begins with a look at the books.
      await condition(allHandlersFinished);
      await continueAsNew<typeof syncInvoice>({ invoiceId, resume: memory });
    }
  }
}

type Outcome = Awaited<ReturnType<typeof stripe.bringToStripe>> | ({ state: 'failed' } & Failure);

async function bring(invoiceId: string): Promise<Outcome> {
  try {
    return await stripe.bringToStripe({ invoiceId });
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    const { cause } = error;
    if (!(cause instanceof ApplicationFailure)) {
      return { state: 'failed', code: 'no-answer', reason: cause?.message ?? error.message, needsPerson: false };
    }
    const [code = 'unknown'] = (cause.details ?? []) as string[];
    return { state: 'failed', code, reason: cause.message, needsPerson: cause.type === failureTypes.needsPerson };
  }
}

/** Doubling, and somewhere in the upper half of it, so that many invoices that failed together come back apart. */
function pauseMs(failures: number): number {
  const full = Math.min(firstPauseMs * 2 ** (failures - 1), longestPauseMs);
  return Math.round(full * (0.5 + Math.random() / 2));
}

function enter(
  status: SyncStatus,
  state: SyncStatus['state'],
  failure: { code: string; reason: string } | null = null,
  nextRetryAt: string | null = null,
): void {
  Object.assign(status, { state, nextRetryAt, failure: failure && { code: failure.code, reason: failure.reason } });
  upsertSearchAttributes([
    { key: syncStateKey, value: state },
    { key: failureCodeKey, value: failure?.code ?? null },
  ]);
}
