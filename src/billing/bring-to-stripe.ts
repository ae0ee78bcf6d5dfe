import { crashPoint } from '../crash-points.ts';
import { DurabillError } from '../errors/error.ts';
import type { Database } from '../store/database.ts';
import { beginAttempt, completeSync, failAttempt, readSyncState, type SyncFacts } from '../store/sync.ts';
import { claimSlot } from '../store/sync-slots.ts';
import { type RemoteInvoice, TargetError } from '../targets/port.ts';
import { requestLogOf } from './request-log.ts';
import type { StripeAccount } from './stripe-account.ts';
import { notingOutage } from './target-outage.ts';

export type BringOutcome =
  | { state: 'synced' }
  /** Waits for a person; the parking number is what an answer has to name. */
  | { state: 'parked'; parkingNumber: number; code: string; reason: string }
  /** Every slot is taken: to be tried again in a moment. */
  | { state: 'no slot' }
  /** Nothing is wanted at Stripe: the invoice is a draft, skipped, void, or not there. */
  | { state: 'nothing' };

export type BringDependencies = {
  database: Database;
  stripe: StripeAccount;
  /** Invoices that may be on their way to Stripe at once. */
  slots: number;
  /** Asks the customer's one writer to bring it to Stripe. @returns its id there */
  ensureCustomer(customerId: string): Promise<string>;
};

/**
 * Brings one issued invoice to Stripe, from wherever an earlier attempt left it, and records what came of it. If the
 * process dies between Stripe's answer and our record, the next attempt sends the stored request under its stored key
 * and gets the same answer.
 * @throws TargetError
 */
export async function bringToStripe(dependencies: BringDependencies, invoiceId: string): Promise<BringOutcome> {
  const { database } = dependencies;
  const facts = (await beginAttempt(database, invoiceId)) ?? (await claimAndBegin(dependencies, invoiceId));
  if (facts === undefined) return await settledOutcome(database, invoiceId);
  if (facts === 'full') return { state: 'no slot' };
  crashPoint('sync.attempt-begun');
  try {
    const { accountId, remote } = await bring(dependencies, facts);
    await completeSync(database, { invoiceId, attempt: facts.attempt, accountId, remote });
    crashPoint('sync.completed');
    return { state: 'synced' };
  } catch (error) {
    const failure = asTargetError(error);
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
): Promise<SyncFacts | 'full' | undefined> {
  const { outcome } = await claimSlot(database, { invoiceId, slots, fromRest: true });
  if (outcome === 'full') return 'full';
  return outcome === 'settled' || outcome === 'unknown' ? undefined : await beginAttempt(database, invoiceId);
}

async function bring(
  { database, stripe, ensureCustomer }: BringDependencies,
  facts: SyncFacts,
): Promise<{ accountId: string; remote: RemoteInvoice }> {
  const accountId = await stripe.accountId();
  const remoteCustomerId = facts.remoteCustomerId ?? (await ensureCustomer(facts.customerId));
  const log = requestLogOf(database, { accountId, kind: 'invoice', id: facts.id });
  const remote = await notingOutage(database, 'stripe', () => stripe.target.bringInvoice(facts, remoteCustomerId, log));
  return { accountId, remote };
}

async function settledOutcome(database: Database, invoiceId: string): Promise<BringOutcome> {
  const state = await readSyncState(database, invoiceId);
  if (state?.sync === 'synced') return { state: 'synced' };
  if (state?.sync !== 'parked') return { state: 'nothing' };
  return {
    state: 'parked',
    parkingNumber: state.parkingNumber,
    code: state.failureCode ?? 'unknown',
    reason: state.failureReason ?? '',
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
