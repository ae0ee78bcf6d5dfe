import assert from 'node:assert/strict';
import { getDunning, pauseDunning, resumeDunning } from '../../src/billing/pause-dunning.ts';
import { setCustomerDunning, setDunning } from '../../src/billing/set-dunning.ts';
import { readAttention } from '../../src/store/attention.ts';
import type { Database } from '../../src/store/database.ts';
import { recordRemote } from '../../src/store/remote-records.ts';
import { until } from '../broker/support.ts';
import { countWaiting } from '../scenarios/support/books.ts';
import { openBooks } from '../support/books.ts';
import { chainOf } from '../support/chains.ts';
import { openTestDatabase } from '../support/database.ts';
import { issueInvoice } from '../targets/support.ts';
import {
  comeToRest,
  followUp,
  mailsTold,
  nextDue,
  pay,
  setPolicy,
  stepsOf,
  stepsTold,
  unpaidInvoice,
} from './dunning-support.ts';

/** Books of its own for each story, whose test clock begins at 1 January 2013. */
function story(title: string, tell: (database: Database) => Promise<void>): void {
  it(title, async () => {
    const opened = await openTestDatabase();
    try {
      await openBooks(opened.database);
      await tell(opened.database);
    } finally {
      await opened.drop();
    }
  });
}

const because = { reason: 'The customer has asked for a new bill.' };
const never = '2020-01-01T00:00:00Z';

const bound = `INSERT INTO target_accounts (target, account_id, livemode) VALUES ('stripe', 'acct_1', false) ON CONFLICT DO NOTHING`;

async function dispute(
  database: Database,
  invoiceId: string,
  given: { status: string; stage: number; isFinal: boolean },
): Promise<void> {
  await database.query(bound);
  const row = {
    remoteId: 'dp_1',
    kind: 'dispute' as const,
    invoiceId,
    amountMinor: 10_000n,
    currency: 'USD',
    code: null,
  };
  await recordRemote(database, 'acct_1', { ...row, ...given }, new Date());
}

/** The customer of an invoice has a card that may be charged. */
async function saveMethod(database: Database, invoiceId: string): Promise<void> {
  await database.query(bound);
  await database.query(
    `INSERT INTO payment_methods (account_id, remote_id, customer_id, kind, is_default)
     SELECT 'acct_1', 'pm_1', customer_id, 'card', true FROM invoices WHERE id = $1`,
    [invoiceId],
  );
}

/** The attempt that is wanted, or one that the first sync makes, is declined, as the sync writes it down. */
async function decline(database: Database, invoiceId: string, code: string): Promise<void> {
  await database.query(
    `INSERT INTO collection_attempts (invoice_id, attempt, kind, wanted_at, wanted_by) VALUES ($1, 1, 'pay', now(), 'sync')
     ON CONFLICT DO NOTHING`,
    [invoiceId],
  );
  await database.query(
    `UPDATE collection_attempts SET outcome = 'declined', code = $2, settled_at = now()
     WHERE invoice_id = $1 AND outcome IS NULL`,
    [invoiceId, code],
  );
}

/** "pay declined", "pay wanted". */
async function attemptsTold(database: Database, invoiceId: string): Promise<string[]> {
  const { rows } = await database.query<{ told: string }>(
    `SELECT kind || ' ' || coalesce(outcome, 'wanted') AS told FROM collection_attempts WHERE invoice_id = $1 ORDER BY attempt`,
    [invoiceId],
  );
  return rows.map(({ told }) => told);
}

describe('Dunning', function () {
  this.timeout(60_000);

  story('follows an unpaid invoice up across the change of clocks, each step once', async (database) => {
    await setPolicy(database, '1 remind, 2 remind, 9 final_notice, 10 mark_uncollectible');
    // To be paid by Friday, 8 March 2013. New York's clocks go forward on Sunday the 10th: 09:00 there is 14:00 UTC on
    // the 9th and 13:00 UTC from the 10th on.
    const { id } = await unpaidInvoice(database, '2013-03-08');
    assert.equal(await nextDue(database, never), 'dunning 2013-03-09T14:00:00.000Z');
    assert.equal((await followUp(database, '2013-03-09T13:00:00Z')).reminded, 0);
    assert.equal((await followUp(database, '2013-03-09T14:00:00Z')).reminded, 1);
    assert.equal((await followUp(database, '2013-03-09T14:00:00Z')).reminded, 0, 'the same run again');
    assert.equal(await nextDue(database, never), 'dunning 2013-03-10T13:00:00.000Z');
    assert.equal((await followUp(database, '2013-03-10T13:00:00Z')).reminded, 1);
    assert.equal(await nextDue(database, never), 'dunning 2013-03-17T13:00:00.000Z');
    await followUp(database, '2013-03-17T13:00:00Z');
    const last = await followUp(database, '2013-03-18T13:00:00Z');
    assert.deepEqual([last.uncollectible, last.wanted], [1, [id]]);
    assert.deepEqual(await stepsTold(database, id), [
      '1 remind done 2013-03-09T14:00Z',
      '2 remind done 2013-03-10T13:00Z',
      '3 final_notice done 2013-03-17T13:00Z',
      '4 mark_uncollectible done 2013-03-18T13:00Z',
    ]);
    assert.deepEqual(await mailsTold(database, id), [
      'reminder 1 pending',
      'reminder 2 pending',
      'final-notice pending',
    ]);
    const { state, policy } = await getDunning(database, id);
    assert.deepEqual([state, policy?.key], ['ended', 'default']);
    assert.deepEqual(await attemptsTold(database, id), ['uncollectible wanted']);
    assert.equal(await nextDue(database, never), undefined);
    const actions = (await chainOf(database, id))
      .map(({ action }) => action)
      .filter((one) => one.startsWith('dunning'));
    assert.deepEqual(actions, ['dunning planned', 'dunning', 'dunning', 'dunning', 'dunning']);
  });

  story('stops when the customer pays in the middle', async (database) => {
    await setPolicy(database, '3 remind, 10 remind, 20 mark_uncollectible');
    const { id } = await unpaidInvoice(database, '2013-02-01');
    await followUp(database, '2013-02-04T14:00:00Z');
    await pay(database, id);
    const { reminded, skipped } = await followUp(database, '2013-02-11T14:00:00Z');
    assert.deepEqual([reminded, skipped], [0, 2]);
    assert.deepEqual(await stepsTold(database, id), [
      '1 remind done 2013-02-04T14:00Z',
      '2 remind skipped 2013-02-11T14:00Z (paid)',
      '3 mark_uncollectible skipped 2013-02-11T14:00Z (paid)',
    ]);
    assert.equal(await nextDue(database, never), undefined);
  });

  story(
    'asks nobody who pays while the run begins: what counts is what stands there once it has the lock',
    async (database) => {
      await setPolicy(database, '3 remind');
      const { id } = await unpaidInvoice(database, '2013-02-01');
      await nextDue(database, never);
      let run: ReturnType<typeof followUp> | undefined;
      await database.transaction(async (sql) => {
        await sql.query('SELECT FROM invoice_states WHERE invoice_id = $1 FOR UPDATE', [id]);
        run = followUp(database, '2013-02-04T14:00:00Z');
        await until(async () => (await countWaiting(database)) === 1, 'the run has read what is due, and waits');
        await sql.query(`UPDATE invoice_states SET payment = 'paid', paid_at = now() WHERE invoice_id = $1`, [id]);
      });
      const { reminded, skipped } = await run!;
      assert.deepEqual([reminded, skipped], [0, 1]);
      assert.deepEqual(await mailsTold(database, id), []);
    },
  );

  story('takes each step once when several runs come at once', async (database) => {
    await setPolicy(database, '3 remind, 3 notify_operator');
    const ids: string[] = [];
    for (let count = 0; count < 12; count += 1) ids.push((await unpaidInvoice(database, '2013-02-01')).id);
    const runs = await Promise.all(Array.from({ length: 6 }, () => followUp(database, '2013-02-04T14:00:00Z')));
    assert.equal(
      runs.reduce((sum, { reminded }) => sum + reminded, 0),
      12,
    );
    for (const id of ids) assert.deepEqual(await mailsTold(database, id), ['reminder 1 pending']);
    assert.equal((await readAttention(database)).unpaidInvoices, 12);
    await pauseDunning(database, ids[0]!, because, 'test');
    await pay(database, ids[1]!);
    assert.equal((await readAttention(database)).unpaidInvoices, 10, 'somebody has seen to those');
  });

  story('waits while it is paused, and then says once what it has missed', async (database) => {
    await setPolicy(database, '3 remind, 10 remind, 17 final_notice, 30 notify_operator');
    const { id } = await unpaidInvoice(database, '2013-02-01');
    await followUp(database, '2013-02-04T14:00:00Z');
    const paused = await pauseDunning(database, id, because, 'api-key:anna');
    assert.deepEqual([paused.state, paused.waitsFor, paused.pause?.reason], ['paused', 'resume', because.reason]);
    assert.equal((await pauseDunning(database, id, { reason: 'Again.' }, 'test')).pause?.reason, because.reason);
    assert.equal(await nextDue(database, never), undefined, 'a clock does not stand still for it');
    assert.equal((await followUp(database, '2013-02-20T14:00:00Z')).reminded, 0);
    assert.equal((await resumeDunning(database, id, because, 'test')).state, 'running');
    assert.equal(await nextDue(database, never), 'dunning 2013-02-20T14:00:00.000Z');
    await followUp(database, '2013-02-20T14:00:00Z');
    assert.deepEqual(await stepsTold(database, id), [
      '1 remind done 2013-02-04T14:00Z',
      '2 remind skipped 2013-02-20T14:00Z (step 3 is due too)',
      '3 final_notice done 2013-02-20T14:00Z',
      '4 notify_operator planned 2013-03-03T14:00Z',
    ]);
    await assert.rejects(resumeDunning(database, id, because, 'test'), { code: 'conflict' });
  });

  story('waits for a dispute, and for a payment that is on its way', async (database) => {
    await setPolicy(database, '3 remind');
    const [disputed, onItsWay] = [
      await unpaidInvoice(database, '2013-02-01'),
      await unpaidInvoice(database, '2013-02-01'),
    ];
    await dispute(database, disputed.id, { status: 'needs_response', stage: 1, isFinal: false });
    await database.query(`UPDATE invoice_states SET payment = 'processing' WHERE invoice_id = $1`, [onItsWay.id]);
    assert.equal(await nextDue(database, never), undefined);
    assert.equal((await followUp(database, '2013-02-10T14:00:00Z')).reminded, 0);
    assert.equal((await getDunning(database, disputed.id)).waitsFor, 'dispute');
    assert.equal((await getDunning(database, onItsWay.id)).waitsFor, 'payment on its way');
    await dispute(database, disputed.id, { status: 'won', stage: 2, isFinal: true });
    await pay(database, onItsWay.id);
    const { reminded, skipped } = await followUp(database, '2013-02-10T15:00:00Z');
    assert.deepEqual([reminded, skipped], [1, 1]);
  });

  story(
    'counts from the first attempt that was declined, tries again, and tells the customer of each',
    async (database) => {
      await setPolicy(database, '0f retry, 3f retry, 5 remind', ['payment-failed']);
      const { id } = await unpaidInvoice(database, '2013-02-01');
      await saveMethod(database, id);
      // 18:00 in New York on 24 January: the step of day 0 was due at 09:00 there, and comes with the next hour.
      await followUp(database, '2013-01-24T23:00:00Z');
      await decline(database, id, 'card_declined');
      assert.equal(await nextDue(database, never), 'dunning 2013-01-24T23:00:00.000Z');
      const { retried, wanted } = await followUp(database, '2013-01-24T23:00:00Z');
      assert.deepEqual([retried, wanted], [1, [id]]);
      assert.deepEqual(await attemptsTold(database, id), ['pay declined', 'pay wanted']);
      assert.equal(await nextDue(database, never), undefined, 'it waits for what comes of the try');
      assert.equal((await getDunning(database, id)).waitsFor, 'payment on its way');
      // The second refusal moves nothing.
      await followUp(database, '2013-01-26T14:00:00Z');
      await decline(database, id, 'expired_card');
      await followUp(database, '2013-01-27T14:00:00Z');
      assert.deepEqual(await stepsTold(database, id), [
        '1 retry done 2013-01-24T23:00Z',
        '2 retry done 2013-01-27T14:00Z',
        '3 remind planned 2013-02-06T14:00Z',
      ]);
      assert.deepEqual(await mailsTold(database, id), ['payment-failed pending', 'payment-failed pending']);
    },
  );

  story('skips a try where nothing can be charged, and gives nothing up that waits for a person', async (database) => {
    await setPolicy(database, '1 retry, 2 mark_uncollectible');
    const { id } = await unpaidInvoice(database, '2013-02-01');
    assert.equal((await followUp(database, '2013-02-02T14:00:00Z')).retried, 0);
    await database.query(
      `UPDATE invoice_states SET sync = 'parked', parked_at = now(), parking_number = 1 WHERE invoice_id = $1`,
      [id],
    );
    assert.equal((await followUp(database, '2013-02-03T14:00:00Z')).uncollectible, 0);
    assert.deepEqual(await attemptsTold(database, id), []);
    assert.deepEqual(await stepsTold(database, id), [
      '1 retry skipped 2013-02-02T14:00Z (Its customer has saved no payment method.)',
      '2 mark_uncollectible planned 2013-02-04T14:00Z',
    ]);
    await database.query(`UPDATE invoice_states SET sync = 'synced', parked_at = NULL WHERE invoice_id = $1`, [id]);
    assert.equal((await followUp(database, '2013-02-04T14:00:00Z')).uncollectible, 1);
    assert.deepEqual(await attemptsTold(database, id), ['uncollectible wanted']);
  });

  story('follows up nobody without a policy, and what was open before only where that is meant', async (database) => {
    const before = await unpaidInvoice(database, '2013-02-01');
    await setPolicy(database, '3 remind');
    const after = await unpaidInvoice(database, '2013-02-01');
    assert.deepEqual(
      [(await getDunning(database, before.id)).state, (await getDunning(database, after.id)).state],
      ['none', 'running'],
    );
    const policies = [{ key: 'default', steps: stepsOf('3 remind') }];
    const { begun } = await setDunning(database, { policies, notices: [], alsoOpenInvoices: true }, 'test');
    assert.equal(begun, 1);
    assert.equal((await followUp(database, '2013-02-04T14:00:00Z')).reminded, 2);
  });

  story('keeps the policy with which it began, and a customer its own', async (database) => {
    await setDunning(
      database,
      {
        policies: [
          { key: 'default', steps: stepsOf('3 remind') },
          { key: 'patient', steps: stepsOf('30 remind') },
        ],
        notices: [],
      },
      'test',
    );
    const invoices: { id: string; customerId: string }[] = [];
    for (let count = 0; count < 3; count += 1) invoices.push(await issueInvoice(database, { amountsMinor: [10_000n] }));
    const [plain, patient, spared] = invoices;
    await setCustomerDunning(database, patient!.customerId, { policy: 'patient' }, 'test');
    await setCustomerDunning(database, spared!.customerId, { policy: 'none' }, 'test');
    for (const { id } of invoices) await comeToRest(database, id, 'unpaid', '2013-02-01');
    await nextDue(database, never);
    await setCustomerDunning(database, patient!.customerId, { policy: null }, 'test');
    await setPolicy(database, '4 remind');
    assert.deepEqual(await stepsTold(database, plain!.id), ['1 remind planned 2013-02-04T14:00Z']);
    assert.deepEqual(await stepsTold(database, patient!.id), ['1 remind planned 2013-03-03T14:00Z']);
    assert.equal((await getDunning(database, spared!.id)).state, 'none');
    await setCustomerDunning(database, spared!.customerId, { policy: 'default' }, 'test');
    await assert.rejects(setDunning(database, { policies: [], notices: [] }, 'test'), { code: 'conflict' });
    await assert.rejects(setCustomerDunning(database, plain!.customerId, { policy: 'gone' }, 'test'), {
      code: 'dunning-policy-invalid',
    });
  });

  story('can be paused before there is anything to follow up, and begins when it is resumed', async (database) => {
    await setPolicy(database, '3 remind');
    const { id } = await issueInvoice(database, { amountsMinor: [10_000n] });
    await pauseDunning(database, id, because, 'test');
    await comeToRest(database, id, 'unpaid', '2013-02-01');
    assert.equal(await nextDue(database, never), undefined);
    await resumeDunning(database, id, because, 'test');
    assert.equal(await nextDue(database, never), 'dunning 2013-02-04T14:00:00.000Z');
  });

  story('owes the mails of an invoice once, whatever comes about it again', async (database) => {
    await setPolicy(database, '3 remind', ['invoice-sent', 'payment-received']);
    const { id } = await unpaidInvoice(database, '2013-02-01');
    await database.query(`UPDATE invoice_states SET sync = 'pending' WHERE invoice_id = $1`, [id]);
    await comeToRest(database, id, 'partly_paid', '2013-02-01');
    await pay(database, id);
    await database.query(`UPDATE invoice_states SET payment = 'paid' WHERE invoice_id = $1`, [id]);
    assert.deepEqual(await mailsTold(database, id), ['invoice-sent pending', 'payment-received pending']);
  });
});
