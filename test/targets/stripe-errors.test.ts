import assert from 'node:assert/strict';
import { requestLogOf } from '../../src/billing/request-log.ts';
import { bindStripe } from '../../src/billing/stripe-account.ts';
import { isDurabillError } from '../../src/errors/error.ts';
import type { FaultRule } from '../../src/stripe-simulator/faults.ts';
import { startSimulator } from '../../src/stripe-simulator/index.ts';
import { createEventSource } from '../../src/targets/stripe/events.ts';
import { createStripeTarget } from '../../src/targets/stripe/target.ts';
import { clientOf } from '../stripe-simulator/support.ts';
import { bringInTheEnd, failureOf } from './outcomes.ts';
import { usd, useTarget } from './support.ts';

describe('the failures of Stripe, sorted by what to do', () => {
  const target = useTarget();
  const sorted: [FaultRule, { action: string; code: string; retryAfterMs?: number }][] = [
    [{ kind: 'error-500-stored' }, { action: 'look', code: 'server-error' }],
    [{ kind: 'error-500-not-executed' }, { action: 'look', code: 'server-error' }],
    [
      { kind: '503', retryAfter: 5 },
      { action: 'look', code: 'server-error', retryAfterMs: 5_000 },
    ],
    [{ kind: '502-html' }, { action: 'retry', code: 'gateway' }],
    [{ kind: 'reset-before-commit' }, { action: 'retry', code: 'connection' }],
    [{ kind: 'commit-then-reset' }, { action: 'retry', code: 'connection' }],
    [{ kind: 'commit-then-truncate' }, { action: 'retry', code: 'connection' }],
    [{ kind: 'commit-then-timeout' }, { action: 'retry', code: 'connection' }],
    [
      { kind: '429', retryAfter: 7 },
      { action: 'retry', code: 'rate_limit', retryAfterMs: 7_000 },
    ],
    [
      { kind: '429', reason: 'endpoint-concurrency' },
      { action: 'retry', code: 'rate_limit', retryAfterMs: 2_000 },
    ],
    [{ kind: 'lock-timeout' }, { action: 'retry', code: 'lock_timeout', retryAfterMs: 1_000 }],
    [{ kind: '409-key-in-use' }, { action: 'retry', code: 'idempotency_key_in_use', retryAfterMs: 2_000 }],
    [{ kind: '401' }, { action: 'person', code: 'api_key_expired' }],
    [{ kind: '403' }, { action: 'person', code: 'permission' }],
  ];

  for (const [fault, { action, code, retryAfterMs }] of sorted) {
    const delay = retryAfterMs === undefined ? '' : ` after ${retryAfterMs} ms`;
    it(`${JSON.stringify(fault)} is ${action}: ${code}${delay}`, async () => {
      const invoice = await target.issue({ amountsMinor: usd(1) });
      await target.fail({ ...fault, operation: 'invoices.create', times: 2 });
      const failure = await failureOf(target.bringImpatiently(invoice.id));
      assert.deepEqual([failure.action, failure.code, failure.retryAfterMs], [action, code, retryAfterMs]);
      const { rows } = await target.database.query(
        `SELECT failure_code AS code FROM invoice_states WHERE invoice_id = $1`,
        [invoice.id],
      );
      assert.deepEqual(rows, [{ code }]);
    });
  }

  it('is a person’s when a key was used for another body', async () => {
    const invoice = await target.issue({ amountsMinor: usd(1) });
    await target.fail({ kind: 'commit-then-reset', operation: 'invoices.create', times: 2 });
    await failureOf(target.bringImpatiently(invoice.id));
    await target.database.query(
      `UPDATE stored_requests SET params = params || '{"description": "another"}' WHERE subject_id = $1`,
      [invoice.id],
    );
    const failure = await failureOf(target.bringImpatiently(invoice.id));
    assert.deepEqual([failure.action, failure.code], ['person', 'key-mismatch']);
    // What was carried out under the key is found, so that a person's retry does not bill again.
    assert.equal(await bringInTheEnd(target, invoice.id, 1), 1);
  });
});

describe('the log of requests', () => {
  const target = useTarget();

  it('gives two attempts that had the same doubt the same next request', async () => {
    const invoice = await target.issue({ amountsMinor: usd(1) });
    await target.bring(invoice.id);
    const { rows } = await target.database.query<{ accountId: string }>(
      `SELECT account_id AS "accountId" FROM target_accounts`,
    );
    const log = requestLogOf(target.database, { accountId: rows[0]!.accountId, kind: 'invoice', id: invoice.id });
    const request = { step: 'pay', operation: 'invoices.pay', shown: {}, trustedSince: new Date(0) };
    const begin = (amount: number, after?: Awaited<ReturnType<typeof log.begin>>) =>
      log.begin({ ...request, params: { amount }, ...(after && { after }) });

    const first = await begin(1);
    const [left, right] = await Promise.all([begin(2, first), begin(3, first)]);
    assert.equal(left.idempotencyKey, right.idempotencyKey);
    assert.deepEqual(left.params, right.params);

    const third = await begin(4, left);
    const late = await begin(5, first);
    assert.equal(late.idempotencyKey, third.idempotencyKey, 'a late attempt goes on with the newest');
    assert.deepEqual(late.params, { amount: 4 });
  });
});

describe('the account that the database is bound to', () => {
  const target = useTarget();

  for (const [what, options] of [
    ['another account', { accountId: 'acct_another' }],
    ['the live mode of the same account', { key: 'sk_live_durabillSimulator0000' }],
  ] as const) {
    it(`is not ${what}, which is refused before anything is sent`, async () => {
      const invoice = await target.issue({ amountsMinor: usd(1) });
      await target.bring(invoice.id);
      const other = await startSimulator(options);
      try {
        const account = bindStripe(target.database, {
          target: createStripeTarget(clientOf(other), other.key),
          events: createEventSource(clientOf(other)),
        });
        await assert.rejects(account.accountId(), (error) => isDurabillError(error, 'account-mismatch'));
      } finally {
        await other.stop();
      }
    });
  }
});
