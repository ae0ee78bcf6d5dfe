import { DurabillError } from '../errors/error.ts';
import { appendAudit } from '../store/audit.ts';
import {
  countObstacles,
  type Erasure,
  erasePersonalData,
  findErasure,
  insertErasure,
  type Obstacles,
  pseudonymiseCorrections,
  stopTopUps,
} from '../store/customer-erasures.ts';
import type { Database } from '../store/database.ts';
import { lockPayer } from '../store/subscription-views.ts';
import { type KeptData, readKeptData } from './kept-data.ts';
import { noCustomer } from './store-billing-profile.ts';
import { readReason, readText } from './text.ts';

export type ErasureInput = { reason: string; requestId: string };
export type ErasedCustomer = { erasure: Erasure; kept: KeptData };

/**
 * Erases the personal data of a customer with whom all is over: contact, billing profile, tax ids, what it paid by, what
 * was sent of it. Its external id becomes a pseudonym. What issued invoices say stays as long as the law asks for it,
 * and the answer says so. Its copy at targets is brought along by its one writer afterwards. Erased twice it is answered
 * as the first time.
 * @param reference external id or id of the customer
 * @throws DurabillError not-found, request-invalid, erasure-refused
 */
export async function eraseCustomer(
  database: Database,
  reference: string,
  input: ErasureInput,
  actor: string,
): Promise<ErasedCustomer> {
  const reason = readReason(input.reason);
  const requestId = readText(input.requestId, {
    code: 'request-invalid',
    field: 'requestId',
    name: 'The id of the request',
    maxLength: 100,
  });
  return await database.transaction(async (sql) => {
    const payer = await lockPayer(sql, reference);
    if (payer === undefined) throw noCustomer(reference);
    const { customerId } = payer;
    // Whoever writes about the customer at the same time holds its key: they end first, or find it erased.
    await sql.query('SELECT FROM customers WHERE id = $1 FOR UPDATE', [customerId]);
    if ((await findErasure(sql, customerId)) === undefined) {
      refuseWhile(await countObstacles(sql, customerId));
      const counts = await erasePersonalData(sql, customerId);
      await stopTopUps(sql, customerId);
      await insertErasure(sql, { customerId, requestId, reason, actor, counts });
      await pseudonymiseCorrections(sql, customerId);
      // Neither the reason nor the id of the request: both are words of a person, and a chain cannot be erased.
      await appendAudit(sql, [
        { subjectKind: 'customer', subjectId: customerId, actor, action: 'personal data erased', detail: counts },
      ]);
    }
    const erasure = (await findErasure(sql, customerId)) as Erasure;
    return { erasure, kept: await readKeptData(sql, customerId) };
  });
}

/** What each obstacle is called, and what is to be done about it. */
const obstacles: Record<keyof Obstacles, [one: string, many: string, mend: string]> = {
  liveSubscriptions: [
    'subscription is live, or no run has looked beyond its end yet',
    'subscriptions are live, or no run has looked beyond their end yet',
    'Cancel it by POST /v1/subscriptions/{id}/cancel, and wait for the run after its end.',
  ],
  unbilledPeriods: ['period is not billed yet', 'periods are not billed yet', 'Wait for the run that bills it.'],
  drafts: ['invoice is a draft', 'invoices are drafts', 'Wait until it is issued, or void it.'],
  waitingItems: [
    'item waits for a bill',
    'items wait for a bill',
    'Let a bill take it, or delete it at /v1/customers/{id}/pending-items.',
  ],
  unpaidInvoices: [
    'invoice is not paid',
    'invoices are not paid',
    'Wait for the payment, record it, void the invoice, or give it up by POST /v1/invoices/{id}/uncollectible.',
  ],
  unsyncedInvoices: [
    'invoice is not at Stripe as it should be',
    'invoices are not at Stripe as they should be',
    'Wait for its sync, or answer it where it is parked.',
  ],
  openRefunds: ['refund is under way', 'refunds are under way', 'Wait until Stripe has answered it.'],
  openRequests: [
    'request that creates the customer at Stripe was never answered',
    'requests that create the customer at Stripe were never answered',
    'Wait for the sync that repeats it.',
  ],
};

function refuseWhile(found: Obstacles): void {
  const there = (Object.keys(obstacles) as (keyof Obstacles)[]).filter((name) => found[name] > 0n);
  if (there.length === 0) return;
  const words = there.map((name) => `${found[name]} ${obstacles[name][found[name] === 1n ? 0 : 1]}`);
  const mends = there.map((name) => obstacles[name][2]);
  throw new DurabillError('erasure-refused', {
    field: 'id',
    reason: `Not all is over with this customer: ${words.join('; ')}.`,
    mend: mends.join(' '),
  });
}
