import { appendAudit } from '../store/audit.ts';
import {
  type AttemptOutcome,
  type MoneyMatters,
  type OpenAttempt,
  type OpenRefund,
  readCollectedMinor,
  readMoneyMatters,
  settleAttempt,
  settleRefund,
} from '../store/collection.ts';
import type { Database } from '../store/database.ts';
import { forgetMethod } from '../store/payment-methods.ts';
import { recordRemote } from '../store/remote-records.ts';
import type { SyncFacts } from '../store/sync.ts';
import type { Collector } from '../targets/collector.ts';
import type { RemoteRecord } from '../targets/events.ts';
import type { RemoteInvoice, RequestLog } from '../targets/port.ts';
import { notingOutage } from './target-outage.ts';

type Context = { database: Database; collector: Collector; accountId: string; log: RequestLog };

/**
 * Carries out what is wanted about the money of an invoice that is final at its target, in the order in which it was wanted:
 * attempts to collect, that it is given up, that the rest was paid elsewhere, refunds. Each is settled once; what dies in
 * between is found again by its stored request. That a card is declined is an outcome, and the sync goes on.
 * @param brought what was just seen of the invoice
 * @returns what is seen of it afterwards
 * @throws TargetError
 */
export async function carryOutMoneyMatters(
  context: Context,
  facts: SyncFacts,
  brought: RemoteInvoice,
): Promise<RemoteInvoice> {
  let remote = brought;
  if (facts.hasMoneyMatters) {
    const matters = await readMoneyMatters(context.database, facts.id);
    for (const attempt of matters.attempts) {
      remote = await carryOutAttempt(context, { facts, matters, attempt }, remote);
    }
    remote = await markCovered(context, facts, matters, remote);
    for (const refund of matters.refunds) await carryOutRefund(context, facts, refund, remote.remoteId);
  }
  await recordPayments(context, facts, remote);
  return remote;
}

const atTarget = ({ amountPaidMinor, paidElsewhereMinor }: RemoteInvoice) => amountPaidMinor - paidElsewhereMinor;

/** Whether what came in there and what was recorded here is all that is to be paid. */
function isCovered(
  { totalMinor }: SyncFacts,
  { recordedMinor, creditedDueMinor }: MoneyMatters,
  remote: RemoteInvoice,
): boolean {
  return recordedMinor > 0n && atTarget(remote) + recordedMinor + creditedDueMinor >= totalMinor;
}

type Tried = { facts: SyncFacts; matters: MoneyMatters; attempt: OpenAttempt };

async function carryOutAttempt(context: Context, tried: Tried, remote: RemoteInvoice): Promise<RemoteInvoice> {
  const { facts, matters, attempt } = tried;
  const { collector, log } = context;
  const order = { invoice: facts, remoteId: remote.remoteId, attempt: attempt.attempt };
  if (attempt.kind === 'pay') return await charge(context, tried, remote);
  // Money speaks first: what is paid is not given up.
  if (remote.payment === 'paid' || isCovered(facts, matters, remote)) {
    await settle(context, facts, attempt, 'not needed');
    return remote;
  }
  const now = await noting(context, () => collector.markUncollectible(order, log));
  await settle(context, facts, attempt, now.payment === 'paid' ? 'not needed' : 'done');
  return now;
}

async function charge(
  context: Context,
  { facts, matters, attempt }: Tried,
  remote: RemoteInvoice,
): Promise<RemoteInvoice> {
  const { database, collector, accountId, log } = context;
  const { paymentMethodId } = matters;
  const order = { invoice: facts, remoteId: remote.remoteId, attempt: attempt.attempt, paymentMethodId, seen: remote };
  const outcome = await noting(context, () => collector.collect(order, log));
  if (outcome.state !== 'declined') {
    if (outcome.state === 'processing') await readPayments(context, facts, outcome.remote);
    await settle(context, facts, attempt, outcome.state);
    return outcome.remote;
  }
  if (outcome.isMethodGone && paymentMethodId !== null) await forgetMethod(database, accountId, paymentMethodId);
  await settle(context, facts, attempt, 'declined', outcome.code);
  return remote;
}

/** Where all has come in, though not all of it there, nobody is to be able to pay it there again. */
async function markCovered(
  context: Context,
  facts: SyncFacts,
  matters: MoneyMatters,
  remote: RemoteInvoice,
): Promise<RemoteInvoice> {
  if (remote.payment === 'paid' || !isCovered(facts, matters, remote)) return remote;
  const order = { invoice: facts, remoteId: remote.remoteId };
  return await noting(context, () => context.collector.markPaidElsewhere(order, context.log));
}

async function carryOutRefund(
  context: Context,
  facts: SyncFacts,
  { id, amountMinor }: OpenRefund,
  remoteId: string,
): Promise<void> {
  const { database, collector, log } = context;
  const readAt = new Date();
  const order = { invoice: facts, remoteId, refundId: id, amountMinor };
  const { state, code, records } = await noting(context, () => collector.refund(order, log));
  await record(context, facts, records, readAt);
  await database.transaction(async (sql) => {
    await sql.query('SELECT FROM invoice_states WHERE invoice_id = $1 FOR UPDATE', [facts.id]);
    const remoteIds = records.map((one) => one.remoteId);
    if (!(await settleRefund(sql, { id, outcome: state, code, remoteIds }))) return;
    const detail = {
      refundId: id,
      amountMinor: String(amountMinor),
      outcome: state,
      remoteIds,
      ...(code !== null && { code }),
    };
    await appendAudit(sql, [{ subjectKind: 'invoice', subjectId: facts.id, actor: 'sync', action: 'refund', detail }]);
  });
}

/** What has come in there is read once the invoice says that there is more than we know of; it is what can go back. */
async function recordPayments(context: Context, facts: SyncFacts, remote: RemoteInvoice): Promise<void> {
  const collected = atTarget(remote);
  if (collected <= 0n || (await readCollectedMinor(context.database, facts.id)) >= collected) return;
  await readPayments(context, facts, remote);
}

async function readPayments(context: Context, facts: SyncFacts, remote: RemoteInvoice): Promise<void> {
  const readAt = new Date();
  await record(context, facts, await noting(context, () => context.collector.paymentsOf(remote.remoteId)), readAt);
}

async function record(
  { database, accountId }: Context,
  { id: invoiceId }: SyncFacts,
  records: readonly RemoteRecord[],
  readAt: Date,
): Promise<void> {
  for (const one of records) await recordRemote(database, accountId, { ...one, invoiceId }, readAt);
}

async function settle(
  { database }: Context,
  { id: invoiceId }: SyncFacts,
  { attempt, kind }: OpenAttempt,
  outcome: AttemptOutcome,
  code: string | null = null,
): Promise<void> {
  await database.transaction(async (sql) => {
    await sql.query('SELECT FROM invoice_states WHERE invoice_id = $1 FOR UPDATE', [invoiceId]);
    if (!(await settleAttempt(sql, { invoiceId, attempt, outcome, code }))) return;
    const detail = { attempt, kind, outcome, ...(code !== null && { code }) };
    await appendAudit(sql, [
      { subjectKind: 'invoice', subjectId: invoiceId, actor: 'sync', action: 'collection attempt', detail },
    ]);
  });
}

const noting = <T>({ database }: Context, call: () => Promise<T>): Promise<T> => notingOutage(database, 'stripe', call);
