import { crashPoint } from '../crash-points.ts';
import { DurabillError } from '../errors/error.ts';
import type { Database } from '../store/database.ts';
import { beginAttempt, readSyncState, type SyncFacts } from '../store/sync.ts';
import { completeSync, completeVoid, failAttempt, stopAttempt } from '../store/sync-outcomes.ts';
import { claimSlot } from '../store/sync-slots.ts';
import { type RemoteInvoice, stoppedCode, TargetError, type VoidOutcome } from '../targets/port.ts';
import { bringCreditNotes } from './bring-credit-notes.ts';
import { carryOutMoneyMatters } from './money-matters.ts';
import { requestLogOf } from './request-log.ts';
import type { StripeAccount } from './stripe-account.ts';
import { notingOutage } from './target-outage.ts';
import { reverseCredits } from './terms/reverse-credits.ts';
import { settleTopUp } from './wallets/settle-top-ups.ts';

export type BringOutcome =
  | { state: 'synced' }
  /** Void here, and nothing is left at Stripe that could be paid. */
  | { state: 'void' }
  /** What is wanted has changed meanwhile: to be brought there at once. */
  | { state: 'again' }
  /** Waits for a person; the parking number is what an answer has to name. A draft is held before it was ever sent. */
  | { state: 'parked'; parkingNumber: number; code: string; reason: string; isDraft?: boolean }
  /** Every slot is taken: to be tried again in a moment. */
  | { state: 'no slot' }
  /** Somebody wants quiet, for this invoice or for all: nothing is sent, and nothing counts as failed. */
  | { state: 'paused' }
  /** Nothing is wanted at Stripe: the invoice is a draft, skipped, void, or not there. */
  | { state: 'nothing' };

export type BringDependencies = {
  database: Database;
  stripe: StripeAccount;
  /** Invoices that may be on their way to Stripe at once. */
  slots: number;
  /** Asks the customer's one writer to bring it to Stripe. @returns its id there */
  ensureCustomer(customerId: string, priority: 'normal' | 'high'): Promise<string>;
};

/**
 * Brings Stripe to what the books want of one issued invoice, final or void, from wherever an earlier attempt left it, and
 * records what came of it and what was seen. If the
 * process dies between Stripe's answer and our record, the next attempt sends the stored request under its stored key
 * and gets the same answer.
 * @throws TargetError
 */
export async function bringToStripe(dependencies: BringDependencies, invoiceId: string): Promise<BringOutcome> {
  const { database } = dependencies;
  const facts = (await beginAttempt(database, invoiceId)) ?? (await claimAndBegin(dependencies, invoiceId));
  if (facts === undefined) return await settledOutcome(database, invoiceId);
  if (facts === 'full') return { state: 'no slot' };
  if (facts === 'away') return { state: 'paused' };
  crashPoint('sync.attempt-begun');
  try {
    const outcome = facts.wanted === 'void' ? await bringVoid(dependencies, facts) : await bring(dependencies, facts);
    crashPoint('sync.completed');
    return outcome;
  } catch (error) {
    const failure = asTargetError(error);
    if (failure.code === stoppedCode) {
      await stopAttempt(database, invoiceId, facts.attempt);
      const settled = await settledOutcome(database, invoiceId);
      return settled.state === 'nothing' ? { state: 'paused' } : settled;
    }
    await failAttempt(database, {
      invoiceId,
      attempt: facts.attempt,
      code: failure.code,
      reason: failure.message,
      remoteMessage: failure.remoteMessage ?? null,
    });
    crashPoint('sync.failure-stored');
    throw failure;
  }
}

/** One that comes back from a rest, or was never carried by a bridge, needs a slot like any other. */
async function claimAndBegin(
  { database, slots }: BringDependencies,
  invoiceId: string,
): Promise<SyncFacts | 'full' | 'away' | undefined> {
  const { outcome } = await claimSlot(database, { invoiceId, slots, fromRest: true });
  if (outcome === 'full' || outcome === 'away') return outcome;
  return outcome === 'settled' || outcome === 'unknown' ? undefined : await beginAttempt(database, invoiceId);
}

async function bring(dependencies: BringDependencies, facts: SyncFacts): Promise<BringOutcome> {
  const { database, stripe, ensureCustomer } = dependencies;
  const accountId = await stripe.openForWriting();
  const { customerId, priority, remoteCustomerId: mapped, customerIsCurrent } = facts;
  const remoteCustomerId = mapped !== null && customerIsCurrent ? mapped : await ensureCustomer(customerId, priority);
  const log = requestLogOf(database, { accountId, kind: 'invoice', id: facts.id, attempt: facts.attempt });
  const target = stripe.targetFor(priority);
  const bringAll = async () => {
    const invoice = await target.bringInvoice(facts, remoteCustomerId, log);
    // Before anything is collected, since they lower what is to be paid.
    return await bringCreditNotes(database, { target, accountId, log }, facts, invoice);
  };
  const brought = await notingOutage(database, 'stripe', bringAll, false);
  const context = { database, collector: target.collector, accountId, log };
  const remote = await carryOutMoneyMatters(context, facts, brought);
  return { state: await complete(database, facts, accountId, remote) };
}

/** A customer who has paid meanwhile has paid: then the wish is taken back, and the history says so. */
async function bringVoid({ database, stripe }: BringDependencies, facts: SyncFacts): Promise<BringOutcome> {
  const accountId = await stripe.openForWriting();
  const log = requestLogOf(database, { accountId, kind: 'invoice', id: facts.id, attempt: facts.attempt });
  const { priority, remoteCustomerId } = facts;
  const target = stripe.targetFor(priority);
  const outcome: VoidOutcome = await notingOutage(database, 'stripe', () =>
    target.voidInvoice(facts, remoteCustomerId, log),
  );
  if (outcome.state === 'kept') {
    const context = { database, collector: target.collector, accountId, log };
    const remote = await carryOutMoneyMatters(context, facts, outcome.remote);
    return { state: await complete(database, facts, accountId, remote, true) };
  }
  const done = { invoiceId: facts.id, attempt: facts.attempt, accountId, remote: outcome.remote };
  const isVoid = await database.transaction(async (sql) => {
    if (!(await completeVoid(sql, done))) return false;
    await reverseCredits(sql, [facts.id]);
    return true;
  });
  if (isVoid) {
    await settleTopUp(database, facts.id);
    return { state: 'void' };
  }
  throw new TargetError(
    'retry',
    stoppedCode,
    'Nothing is voided now: a pause is on, or another attempt has taken over.',
  );
}

async function complete(
  database: Database,
  { id: invoiceId, attempt, wantChangedAt }: SyncFacts,
  accountId: string,
  remote: RemoteInvoice,
  paidInsteadOfVoid = false,
): Promise<'synced' | 'again'> {
  const done = { invoiceId, attempt, accountId, remote, wantChangedAt, paidInsteadOfVoid };
  const state = await completeSync(database, done);
  // What asks for the money of a wallet fills it now; if this process dies in between, the daily scan does.
  if (remote.payment === 'paid') await settleTopUp(database, invoiceId);
  return state;
}

async function settledOutcome(database: Database, invoiceId: string): Promise<BringOutcome> {
  const state = await readSyncState(database, invoiceId);
  if (state?.lifecycle === 'void') return { state: 'void' };
  if (state?.sync === 'synced') return { state: 'synced' };
  const isDraft = state?.lifecycle === 'held';
  if (state?.sync !== 'parked' && !isDraft) return { state: 'nothing' };
  return {
    state: 'parked',
    parkingNumber: state.parkingNumber,
    code: state.failureCode ?? 'unknown',
    reason: state.failureReason ?? '',
    ...(isDraft && { isDraft }),
  };
}

function asTargetError(error: unknown): TargetError {
  if (error instanceof TargetError) return error;
  if (error instanceof DurabillError) {
    return new TargetError('person', error.code, `${error.message} ${error.mend}`, { cause: error });
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new TargetError('retry', 'unknown', reason, { cause: error });
}
