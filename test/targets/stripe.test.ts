import assert from 'node:assert/strict';
import type Stripe from 'stripe';
import { lineIdOf } from '../../src/billing/ids.ts';
import { requestLogOf } from '../../src/billing/request-log.ts';
import { bindStripe } from '../../src/billing/stripe-account.ts';
import { isDurabillError } from '../../src/errors/error.ts';
import { type FaultRule, faultKinds } from '../../src/stripe-simulator/faults.ts';
import { startSimulator } from '../../src/stripe-simulator/index.ts';
import type { RequestEntry } from '../../src/stripe-simulator/journal.ts';
import { TargetError } from '../../src/targets/port.ts';
import { createStripeTarget } from '../../src/targets/stripe/target.ts';
import { clientOf } from '../stripe-simulator/support.ts';
import { type Target, usd, useTarget } from './support.ts';

const writes = (entries: RequestEntry[]) => entries.filter(({ method }) => method === 'POST');
const operationsOf = (entries: RequestEntry[]) => entries.map(({ operation }) => operation);

async function failureOf(call: Promise<unknown>): Promise<TargetError> {
  try {
    await call;
  } catch (error) {
    assert.ok(error instanceof TargetError, String(error));
    return error;
  }
  assert.fail('the call was expected to fail');
}

/** Tries as Temporal and then a person would, until the invoice is at Stripe; the limit is what a person would bear. */
async function bringInTheEnd(target: Target, invoiceId: string, tries = 6): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      assert.deepEqual(await target.bringImpatiently(invoiceId), { state: 'synced' });
      return attempt;
    } catch (error) {
      if (!(error instanceof TargetError) || attempt === tries) throw error;
    }
  }
}

/** What Stripe has is one customer and one open invoice, equal to ours line by line, and no key had two bodies. */
async function assertOneEqual(
  target: Target,
  invoice: { id: string; customerId: string; number: string; totalMinor: bigint },
  lineCount: number,
): Promise<void> {
  await target.heal();
  const { stripe } = target;
  const customers: Stripe.Customer[] = [];
  for await (const customer of stripe.customers.list({ limit: 100 })) {
    if (customer.metadata['durabill_customer'] === invoice.customerId) customers.push(customer);
  }
  assert.equal(customers.length, 1, 'one customer at Stripe');
  const invoices = await stripe.invoices.list({ customer: customers[0]!.id, limit: 100 });
  assert.equal(invoices.data.length, 1, 'one invoice at Stripe');
  const remote = invoices.data[0]!;
  assert.equal(remote.status, 'open');
  assert.equal(remote.number, invoice.number);
  assert.equal(remote.total, Number(invoice.totalMinor));
  const lines: string[] = [];
  for await (const line of stripe.invoices.listLineItems(remote.id, { limit: 100 })) {
    lines.push(line.metadata['durabill_line']!);
  }
  const ours = Array.from({ length: lineCount }, (_, index) => lineIdOf(invoice.id, index + 1));
  assert.deepEqual(lines.toSorted(), ours.toSorted(), 'each line once');
  assertOneBodyAKey(await target.journal());
}

function assertOneBodyAKey(entries: RequestEntry[]): void {
  const bodies = new Map<string, string>();
  for (const { idempotencyKey, path, params } of writes(entries)) {
    assert.ok(idempotencyKey, 'every write has a key');
    const body = JSON.stringify([path, params]);
    assert.equal(bodies.get(idempotencyKey) ?? body, body, `${idempotencyKey} was sent with two bodies`);
    bodies.set(idempotencyKey, body);
  }
}

describe('an invoice on its way to Stripe', () => {
  const target = useTarget();

  it('takes exactly three writes when all is calm and the customer is there', async () => {
    const first = await target.issue({ amountsMinor: usd(3) });
    await target.bring(first.id);
    await assertOneEqual(target, first, 3);

    const { rows } = await target.database.query<{ sends: number; status: number; step: string }>(
      `SELECT step, sends, status FROM stored_requests WHERE subject_id = $1 ORDER BY first_sent_at`,
      [first.id],
    );
    assert.deepEqual(rows, [
      { step: 'create', sends: 1, status: 200 },
      { step: 'add lines from 1', sends: 1, status: 200 },
      { step: 'finalize', sends: 1, status: 200 },
    ]);
    const entries = (await target.journal()).filter(({ idempotencyKey }) => idempotencyKey?.includes(first.id));
    assert.deepEqual(operationsOf(entries), ['invoices.create', 'invoices.addLines', 'invoices.finalizeInvoice']);
  });

  it('asks nothing of Stripe once it is there', async () => {
    const invoice = await target.issue({ amountsMinor: usd(1) });
    await target.bring(invoice.id);
    const before = await target.lastEntry();
    assert.deepEqual(await target.bring(invoice.id), { state: 'synced' });
    assert.deepEqual(await target.journal(before), []);
  });

  for (const [lines, calls] of [
    [1, 1],
    [50, 1],
    [51, 2],
    [120, 3],
    [250, 5],
  ] as const) {
    it(`carries ${lines} lines in ${calls} calls`, async () => {
      const invoice = await target.issue({ amountsMinor: usd(lines) });
      const before = await target.lastEntry();
      await target.bring(invoice.id);
      const added = writes(await target.journal(before)).filter(({ operation }) => operation === 'invoices.addLines');
      assert.equal(added.length, calls);
      await assertOneEqual(target, invoice, lines);
    });
  }

  it('leaves 251 lines to a person, and nothing unfinished at Stripe', async () => {
    const invoice = await target.issue({ amountsMinor: usd(251) });
    const before = await target.lastEntry();
    const failure = await failureOf(target.bring(invoice.id));
    assert.deepEqual([failure.action, failure.code], ['person', 'too-many-lines']);
    assert.ok(!operationsOf(await target.journal(before)).includes('invoices.create'));
  });

  // Our minor units and what Stripe counts in: yen have no decimals, krónur none with us and two at Stripe.
  for (const [currency, amountMinor, atStripe] of [
    ['USD', 12_345n, 12_345],
    ['JPY', 12_345n, 12_345],
    ['ISK', 12_345n, 1_234_500],
    ['KWD', 12_340n, 12_340],
  ] as const) {
    it(`sends ${currency} in the units of Stripe`, async () => {
      const invoice = await target.issue({ currency, amountsMinor: [amountMinor] });
      const before = await target.lastEntry();
      await target.bring(invoice.id);
      const finalized = (await target.journal(before)).at(-1);
      const answer = finalized?.response as { total: number; currency: string; status: string };
      assert.deepEqual([answer.total, answer.currency, answer.status], [atStripe, currency.toLowerCase(), 'open']);
    });
  }

  it('leaves an amount that Stripe cannot carry to a person, and nothing unfinished at Stripe', async () => {
    const invoice = await target.issue({ currency: 'KWD', amountsMinor: [12_340n, 12_345n] });
    const before = await target.lastEntry();
    const failure = await failureOf(target.bring(invoice.id));
    assert.deepEqual([failure.action, failure.code], ['person', 'stripe-amount-unsupported']);
    assert.ok(!operationsOf(await target.journal(before)).includes('invoices.create'));
  });

  it('sends the due date while it is to come, and the terms when it is past', async () => {
    const paramsOf = async (clock: 'real' | 'sample') => {
      const invoice = await target.issue({ amountsMinor: usd(1), clock });
      const before = await target.lastEntry();
      await target.bring(invoice.id);
      return (await target.journal(before)).find(({ operation }) => operation === 'invoices.create')?.params;
    };
    const real = await paramsOf('real');
    assert.ok(Number(real?.['due_date']) > Date.now() / 1_000);
    assert.equal(real?.['days_until_due'], undefined);
    const sample = await paramsOf('sample');
    assert.equal(sample?.['days_until_due'], '14');
    assert.equal(sample?.['due_date'], undefined);
  });

  it('is left to a person when Stripe adds up to something else', async () => {
    const invoice = await target.issue({ amountsMinor: usd(2) });
    await target.fail({ kind: '503', operation: 'invoices.finalizeInvoice', times: 1 });
    await failureOf(target.bring(invoice.id));
    const draft = (await target.stripe.invoices.list({ status: 'draft', limit: 1 })).data[0]!;
    await target.stripe.invoices.addLines(draft.id, { lines: [{ amount: 1 }] }, { idempotencyKey: 'by hand' });
    const failure = await failureOf(target.bring(invoice.id));
    assert.deepEqual([failure.action, failure.code], ['person', 'total-differs']);
    assert.match(failure.message, /has 202 usd, the books have 201 USD/);
    assert.equal((await target.stripe.invoices.retrieve(draft.id)).status, 'draft');
  });

  it('is adopted when a person has finalized it at Stripe', async () => {
    const invoice = await target.issue({ amountsMinor: usd(2) });
    await target.fail({ kind: '503', operation: 'invoices.finalizeInvoice', times: 1 });
    await failureOf(target.bring(invoice.id));
    const draft = (await target.stripe.invoices.list({ status: 'draft', limit: 1 })).data[0]!;
    await target.stripe.invoices.finalizeInvoice(draft.id, {}, { idempotencyKey: `by hand ${draft.id}` });
    assert.equal(await bringInTheEnd(target, invoice.id, 2), 2);
    await assertOneEqual(target, invoice, 2);
  });

  it('goes out with corrected content under a new key after a refusal', async () => {
    const invoice = await target.issue({ amountsMinor: usd(2) });
    await target.fail({ kind: '503', operation: 'invoices.create', times: 1 });
    await failureOf(target.bring(invoice.id));
    const lost = (await target.stripe.customers.list({ limit: 1 })).data[0]!;
    await target.stripe.customers.del(lost.id);
    const failure = await failureOf(target.bring(invoice.id));
    assert.deepEqual([failure.action, failure.code], ['person', 'resource_missing']);

    const metadata = { durabill_customer: invoice.customerId };
    const made = await target.stripe.customers.create({ metadata }, { idempotencyKey: `by hand ${invoice.id}` });
    await target.database.query('UPDATE customer_mappings SET remote_id = $1 WHERE remote_id = $2', [made.id, lost.id]);
    assert.equal(await bringInTheEnd(target, invoice.id, 1), 1);
    await assertOneEqual(target, invoice, 2);
  });

  it('is one invoice when two attempts are at work at once', async () => {
    const invoice = await target.issue({ amountsMinor: usd(60) });
    await target.fail({ kind: 'slow', delayMs: 150, times: 4 });
    const both = await Promise.allSettled([1, 2].map(() => bringInTheEnd(target, invoice.id, 1_000)));
    assert.deepEqual(
      both.map(({ status }) => status),
      ['fulfilled', 'fulfilled'],
    );
    await assertOneEqual(target, invoice, 60);
  });
});

describe('every fault of Stripe at every call', () => {
  const target = useTarget();
  const calls = ['customers.create', 'invoices.create', 'invoices.addLines', 'invoices.finalizeInvoice'] as const;
  const kinds: FaultRule[] = [...faultKinds.map((kind) => ({ kind })), { kind: 'error-500-stored', commit: false }];

  for (const fault of kinds) {
    for (const operation of calls) {
      const name = fault.commit === false ? `${fault.kind} without a commit` : fault.kind;
      it(`${name} at ${operation} leaves one equal invoice`, async () => {
        const invoice = await target.issue({ amountsMinor: usd(51) });
        // The SDK repeats a reset connection once by itself.
        const times = fault.kind.includes('reset') ? 2 : 1;
        await target.fail({ ...fault, operation, times, ...(fault.kind === 'slow' && { delayMs: 50 }) });
        const attempts = await bringInTheEnd(target, invoice.id, 3);
        assert.equal(attempts > 1, fault.kind !== 'slow', 'the fault was met');
        await assertOneEqual(target, invoice, 51);
      });
    }
  }
});

describe('a request whose key can no longer vouch for it', () => {
  const target = useTarget();
  const looks: Record<string, string> = {
    'customers.create': 'customers.list',
    'invoices.create': 'invoices.list',
    'invoices.addLines': 'invoices.listLineItems',
    'invoices.finalizeInvoice': 'invoices.retrieve',
  };
  const doubts = [
    { name: 'is older than 23 hours', ages: true, committed: 'commit-then-truncate', lost: '503' },
    { name: 'answers a stored 500', ages: false, committed: 'error-500-stored', lost: 'error-500-stored' },
  ] as const;

  for (const { name, ages, committed, lost } of doubts) {
    for (const operation of Object.keys(looks)) {
      for (const wasCarriedOut of [true, false]) {
        it(`${operation}, ${name}, ${wasCarriedOut ? 'is looked for and adopted' : 'is looked for and sent anew'}`, async () => {
          const invoice = await target.issue({ amountsMinor: usd(51) });
          const fault: FaultRule = wasCarriedOut ? { kind: committed } : { kind: lost, commit: false };
          await target.fail({ ...fault, operation, times: 1 });
          await failureOf(target.bringImpatiently(invoice.id));
          if (ages) await target.letKeysAge();

          const before = await target.lastEntry();
          assert.deepEqual(await target.bringImpatiently(invoice.id), { state: 'synced' });
          const entries = await target.journal(before);
          const look = entries.findIndex((entry) => entry.operation === looks[operation]);
          const sent = entries.findIndex(
            (entry) => entry.operation === operation && entry.idempotencyKey?.endsWith('/2') === true,
          );
          assert.notEqual(look, -1, 'Stripe was looked at');
          if (wasCarriedOut) assert.equal(sent, -1, 'nothing was sent again');
          else assert.ok(sent > look, 'the look came before the new generation');
          assertOneBodyAKey(await target.journal());
          await assertOneEqual(target, invoice, 51);
        });
      }
    }
  }

  it('is not doubted after a server error that is not stored: it may be under way, so the same key asks again', async () => {
    const invoice = await target.issue({ amountsMinor: usd(1) });
    const before = await target.lastEntry();
    await target.fail({ kind: '503', operation: 'invoices.create', times: 1 });
    assert.equal(await bringInTheEnd(target, invoice.id), 2);
    const entries = await target.journal(before);
    const keys = entries
      .filter(({ operation }) => operation === 'invoices.create')
      .map((entry) => entry.idempotencyKey);
    assert.equal(keys.length, 2);
    assert.equal(keys[0], keys[1]);
    assert.ok(!operationsOf(entries).includes('invoices.list'));
  });

  it('is looked for once the same key has repeated its server error', async () => {
    const invoice = await target.issue({ amountsMinor: usd(1) });
    // Stripe does not say at first that the error is stored.
    await target.fail({ kind: 'error-500-stored', operation: 'invoices.create', times: 1, shouldRetry: true });
    assert.equal(await bringInTheEnd(target, invoice.id), 3);
    await assertOneEqual(target, invoice, 1);
  });
});

describe('the failures of Stripe, sorted by what to do', () => {
  const target = useTarget();
  const sorted: [FaultRule, { action: string; code: string; retryAfterMs?: number }][] = [
    [{ kind: 'error-500-stored' }, { action: 'look', code: 'StripeAPIError' }],
    [{ kind: 'error-500-not-executed' }, { action: 'look', code: 'StripeAPIError' }],
    [
      { kind: '503', retryAfter: 5 },
      { action: 'look', code: 'StripeAPIError', retryAfterMs: 5_000 },
    ],
    [{ kind: '502-html' }, { action: 'retry', code: 'StripeAPIError' }],
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
      { action: 'retry', code: 'rate_limit' },
    ],
    [{ kind: 'lock-timeout' }, { action: 'retry', code: 'lock_timeout' }],
    [{ kind: '409-key-in-use' }, { action: 'retry', code: 'idempotency_key_in_use' }],
    [{ kind: '401' }, { action: 'person', code: 'authentication' }],
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
    assert.deepEqual([failure.action, failure.code], ['person', 'idempotency']);
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
    const begin = (amount: number, after?: Awaited<ReturnType<typeof log.begin>>) =>
      log.begin({ step: 'pay', operation: 'invoices.pay', params: { amount }, ...(after && { after }) });

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
        const account = bindStripe(target.database, createStripeTarget(clientOf(other), other.key));
        await assert.rejects(account.accountId(), (error) => isDurabillError(error, 'account-mismatch'));
      } finally {
        await other.stop();
      }
    });
  }
});
