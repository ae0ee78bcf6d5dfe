import assert from 'node:assert/strict';
import { wantCollection } from '../../src/billing/want-collection.ts';
import { lookAgain } from '../../src/store/wants.ts';
import type { FaultRule } from '../../src/stripe-simulator/faults.ts';
import { TargetError } from '../../src/targets/port.ts';
import { attemptsOf, cards, chargesOf, moneyOf, useCollecting } from './collecting.ts';
import { assertOneBodyAKey, bringInTheEnd, failureOf } from './outcomes.ts';
import { usd } from './support.ts';

/** Every invoice here is over 2.01 USD. Whatever is lost on the way of an attempt, its card is charged 2.01 once. */
describe('an attempt to collect whose answer is lost', () => {
  const { target, save, issueCharged } = useCollecting();
  const faults: FaultRule['kind'][] = [
    'commit-then-reset',
    'commit-then-truncate',
    'commit-then-timeout',
    'reset-before-commit',
    'error-500-stored',
    'error-500-not-executed',
    '502-html',
    '503',
    '429',
    '409-key-in-use',
    'lock-timeout',
  ];

  for (const kind of faults) {
    for (const times of [1, 3]) {
      it(`${kind}, ${times} times: charged once`, async () => {
        const invoice = await issueCharged(cards.visa);
        await target.fail({ kind, operation: 'invoices.pay', times });
        await bringInTheEnd(target, invoice.id);
        assert.deepEqual(await chargesOf(target, invoice.id), ['succeeded 201']);
        assert.deepEqual(await attemptsOf(target, invoice.id), ['1 pay paid']);
        assert.equal(await moneyOf(target, invoice.id), 'synced paid 201');
        assertOneBodyAKey(await target.journal());
      });
    }

    it(`${kind}, of a card that is declined: tried once, declined once`, async () => {
      const invoice = await issueCharged(cards.declined);
      await target.fail({ kind, operation: 'invoices.pay', times: 1 });
      await bringInTheEnd(target, invoice.id);
      // A stored server error hides the decline for ever: Stripe is looked at, nothing was paid, and it is tried anew.
      const hidden = kind === 'error-500-stored' ? ['failed 201'] : [];
      assert.deepEqual(await chargesOf(target, invoice.id), ['failed 201', ...hidden]);
      assert.deepEqual(await attemptsOf(target, invoice.id), ['1 pay declined generic_decline']);
    });
  }

  it('and whose key is forgotten by then: looked for, found, charged once', async () => {
    const invoice = await issueCharged(cards.visa);
    await target.fail({ kind: 'commit-then-reset', operation: 'invoices.pay', times: 2 });
    await failureOf(target.bring(invoice.id));
    await target.heal();
    await target.letKeysAge();
    assert.deepEqual(await target.bring(invoice.id), { state: 'synced' });
    assert.deepEqual(await chargesOf(target, invoice.id), ['succeeded 201']);
    assert.deepEqual(await attemptsOf(target, invoice.id), ['1 pay paid']);
  });

  it('and never was sent, the key forgotten by then: charged by the same number, once', async () => {
    const invoice = await issueCharged(cards.visa);
    await target.fail({ kind: 'reset-before-commit', operation: 'invoices.pay', times: 2 });
    await failureOf(target.bring(invoice.id));
    await target.heal();
    await target.letKeysAge();
    assert.deepEqual(await target.bring(invoice.id), { state: 'synced' });
    assert.deepEqual(await chargesOf(target, invoice.id), ['succeeded 201']);
    assert.deepEqual(await attemptsOf(target, invoice.id), ['1 pay paid']);
  });

  /** As a process leaves it that dies after the point: what it had written is there, and the rest is not. */
  const points = {
    'after the answer was stored, before the outcome was': '',
    'after Stripe answered, before the answer was stored': `UPDATE stored_requests SET status = NULL, remote_id = NULL,
      request_id = NULL, answered_at = NULL WHERE subject_id = $1 AND step = 'pay 1'`,
  };
  for (const [point, undone] of Object.entries(points)) {
    for (const [card, outcome] of [
      [cards.visa, '1 pay paid'],
      [cards.declined, '1 pay declined generic_decline'],
    ] as const) {
      it(`dies ${point}: ${outcome}, told by the next one, and nothing is sent twice`, async () => {
        const invoice = await issueCharged(card);
        await target.bring(invoice.id);
        const charged = await chargesOf(target, invoice.id);
        await target.database.transaction(async (sql) => {
          await sql.query('ALTER TABLE collection_attempts DISABLE TRIGGER collection_attempts_settled');
          await sql.query(
            'UPDATE collection_attempts SET outcome = NULL, code = NULL, settled_at = NULL WHERE invoice_id = $1',
            [invoice.id],
          );
          await sql.query('ALTER TABLE collection_attempts ENABLE TRIGGER collection_attempts_settled');
          if (undone !== '') await sql.query(undone, [invoice.id]);
          await lookAgain(sql, [invoice.id]);
        });
        assert.deepEqual(await target.bring(invoice.id), { state: 'synced' });
        assert.deepEqual(await attemptsOf(target, invoice.id), [outcome]);
        assert.deepEqual(await chargesOf(target, invoice.id), charged);
        assert.equal(charged.length, 1);
      });
    }
  }

  it('is overtaken by another that runs at the same time: charged once', async () => {
    for (let round = 0; round < 5; round += 1) {
      const invoice = await target.issue({ amountsMinor: usd(2) });
      await save(invoice.customerId, cards.visa);
      await target.bring(invoice.id);
      await wantCollection(target.database, { invoiceId: invoice.id }, 'ada');
      await target.fail({ kind: 'slow', operation: 'invoices.pay', delayMs: 200, times: 1 });
      await Promise.allSettled([target.bring(invoice.id), target.bring(invoice.id), target.bring(invoice.id)]);
      await bringInTheEnd(target, invoice.id);
      assert.deepEqual(await chargesOf(target, invoice.id), ['succeeded 201']);
      assert.deepEqual(await attemptsOf(target, invoice.id), ['1 pay paid']);
    }
  });

  it('leaves what is no decline to the sync: a right that is missing is a person’s', async () => {
    const invoice = await issueCharged(cards.visa);
    await target.fail({ kind: '403', operation: 'invoices.pay', times: 1 });
    const failure = await failureOf(target.bring(invoice.id));
    assert.ok(failure instanceof TargetError && failure.action === 'person', failure.message);
    assert.deepEqual(await attemptsOf(target, invoice.id), ['1 pay wanted']);
    await bringInTheEnd(target, invoice.id);
    assert.deepEqual(await chargesOf(target, invoice.id), ['succeeded 201']);
  });
});
