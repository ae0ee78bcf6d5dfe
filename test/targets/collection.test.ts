import assert from 'node:assert/strict';
import { parkInvoice } from '../../src/billing/park-invoice.ts';
import { requestVoid } from '../../src/billing/void-invoice.ts';
import { wantCollection } from '../../src/billing/want-collection.ts';
import { requestUncollectible } from '../../src/billing/want-uncollectible.ts';
import { isDurabillError } from '../../src/errors/error.ts';
import { readCustomerCollection } from '../../src/store/payment-methods.ts';
import { lookAgain } from '../../src/store/wants.ts';
import { findInvoice } from '../../src/store/whole-invoice.ts';
import { openEvents } from '../billing/events.ts';
import { control } from '../stripe-simulator/support.ts';
import {
  attemptsOf,
  cards,
  chargesOf,
  enter,
  moneyOf,
  payOnPage,
  remoteIdOf,
  returnUrl,
  useCollecting,
} from './collecting.ts';
import { operationsOf, writes } from './outcomes.ts';
import { usd } from './support.ts';

/** Every invoice here has two lines, of 1.00 and 1.01 USD: 2.01 in all. */
describe('collecting what a customer has agreed to pay', () => {
  const collecting = useCollecting();
  const { target, save, issueCharged, openPage, syncCustomerOf } = collecting;
  const collect = (invoiceId: string) => wantCollection(target.database, { invoiceId }, 'ada');
  const refusal = (code: 'collection-refused', words: RegExp) => (error: unknown) =>
    isDurabillError(error, code) && words.test(`${error.message} ${error.mend}`);

  describe('a payment method', () => {
    it('is saved on Stripe’s page, becomes the default there, and is known here by what the customer knows it by', async () => {
      const { customerId } = await target.issue({ amountsMinor: usd(2) });
      const page = await openPage(customerId);
      assert.deepEqual(await openPage(customerId), page, 'asked again it is the same page');
      await enter(page.url, cards.visa);
      await syncCustomerOf(customerId);
      const { method, paymentMethod } = (await readCustomerCollection(target.database, customerId))!;
      const { kind, brand, last4 } = paymentMethod!;
      assert.deepEqual([method, kind, brand, last4], ['send_invoice', 'card', 'visa', '4242']);
      const { rows } = await target.database.query<{ remoteId: string; methodId: string }>(
        `SELECT c.remote_id AS "remoteId", p.remote_id AS "methodId" FROM customer_mappings c
         JOIN payment_methods p USING (account_id, customer_id) WHERE c.customer_id = $1`,
        [customerId],
      );
      const remote = await target.stripe.customers.retrieve(rows[0]!.remoteId);
      assert.ok(!remote.deleted);
      assert.equal(remote.invoice_settings.default_payment_method, rows[0]!.methodId);
      assert.notEqual((await openPage(customerId)).id, page.id, 'a used page is over');
    });

    it('is heard of by an event of Stripe’s, without anybody asking', async () => {
      const { customerId } = await target.issue({ amountsMinor: usd(2) });
      await enter((await openPage(customerId)).url, cards.mastercard);
      await openEvents(target.database, target.simulator).sweepAndProcess();
      assert.equal((await readCustomerCollection(target.database, customerId))?.paymentMethod?.brand, 'mastercard');
    });

    it('is the one that was saved last; no number of a card is anywhere in the books', async () => {
      const { customerId } = await target.issue({ amountsMinor: usd(2) });
      await save(customerId, cards.visa);
      await save(customerId, cards.mastercard);
      assert.equal((await readCustomerCollection(target.database, customerId))?.paymentMethod?.last4, '4444');
      const { rows } = await target.database.query<{ text: string }>(
        `SELECT string_agg(to_jsonb(t)::text, '') AS text FROM (
           SELECT to_jsonb(p) FROM payment_methods p UNION ALL SELECT to_jsonb(r) FROM stored_requests r
           UNION ALL SELECT to_jsonb(a) FROM audit_log a UNION ALL SELECT to_jsonb(s) FROM payment_method_sessions s) t`,
      );
      assert.ok(!rows[0]!.text.includes(cards.visa.slice(0, 12)) && !rows[0]!.text.includes(cards.mastercard));
      assert.ok(
        !rows[0]!.text.includes('"step": "session') || !rows[0]!.text.includes(`"success_url": "${returnUrl}"`),
      );
    });

    it('has a new page once the old one is over', async () => {
      const { customerId } = await target.issue({ amountsMinor: usd(2) });
      const first = await openPage(customerId);
      await control(target.simulator, 'POST', '/clock', { advanceSeconds: 25 * 3_600 });
      await syncCustomerOf(customerId);
      const second = await openPage(customerId);
      assert.notEqual(second.url, first.url);
      await save(customerId, cards.visa);
      assert.ok((await readCustomerCollection(target.database, customerId))?.paymentMethod);
    });

    for (const kind of ['commit-then-reset', 'reset-before-commit', 'error-500-stored', '503'] as const) {
      it(`has one page although the answer was lost: ${kind}`, async () => {
        const { customerId } = await target.issue({ amountsMinor: usd(2) });
        await syncCustomerOf(customerId);
        await target.fail({ kind, operation: 'checkout.sessions.create', times: 2 });
        for (let tries = 0; tries < 4; tries += 1) await openPage(customerId).catch(() => undefined);
        await target.heal();
        const { url } = await openPage(customerId);
        const mapped = await target.database.query<{ id: string }>(
          'SELECT remote_id AS id FROM customer_mappings WHERE customer_id = $1',
          [customerId],
        );
        const { data } = await target.stripe.checkout.sessions.list({ customer: mapped.rows[0]!.id });
        assert.deepEqual(
          data.map((session) => session.url),
          [url],
        );
      });
    }
  });

  describe('an invoice', () => {
    it('is charged by its first sync: 2.01 due, 2.01 paid, by one attempt', async () => {
      const invoice = await issueCharged(cards.visa);
      const before = await target.lastEntry();
      assert.deepEqual(await target.bring(invoice.id), { state: 'synced' });
      assert.deepEqual(operationsOf(writes(await target.journal(before))), [
        'invoices.create',
        'invoices.addLines',
        'invoices.finalizeInvoice',
        'invoices.pay',
      ]);
      assert.equal(await moneyOf(target, invoice.id), 'synced paid 201');
      assert.deepEqual(await attemptsOf(target, invoice.id), ['1 pay paid']);
      const remote = await target.stripe.invoices.retrieve(await remoteIdOf(target, invoice.id));
      assert.deepEqual(
        [remote.collection_method, remote.auto_advance, remote.due_date],
        ['charge_automatically', false, null],
      );
      const { collection, collectionFallback } = (await findInvoice(target.database, invoice.id))!.invoice;
      assert.deepEqual([collection, collectionFallback], ['charge_automatically', null]);
    });

    it('is sent where nothing is saved, and says so', async () => {
      const invoice = await issueCharged(null);
      assert.deepEqual(await target.bring(invoice.id), { state: 'synced' });
      assert.equal(await moneyOf(target, invoice.id), 'synced unpaid 0');
      const { collection, collectionFallback } = (await findInvoice(target.database, invoice.id))!.invoice;
      assert.deepEqual([collection, collectionFallback], ['send_invoice', 'no-payment-method']);
      await assert.rejects(
        collect(invoice.id),
        refusal('collection-refused', /no payment method.*payment-method-sessions/),
      );
      await save(invoice.customerId, cards.visa);
      await collect(invoice.id);
      assert.deepEqual(await target.bring(invoice.id), { state: 'synced' });
      assert.equal(await moneyOf(target, invoice.id), 'synced paid 201', 'what was saved later can be charged');
    });

    it('stays unpaid and in no trouble when the card is declined; another attempt is another number', async () => {
      const invoice = await issueCharged(cards.declined);
      assert.deepEqual(await target.bring(invoice.id), { state: 'synced' });
      assert.equal(await moneyOf(target, invoice.id), 'synced unpaid 0');
      await collect(invoice.id);
      assert.deepEqual(await target.bring(invoice.id), { state: 'synced' });
      await save(invoice.customerId, cards.visa);
      await collect(invoice.id);
      assert.deepEqual(await target.bring(invoice.id), { state: 'synced' });
      assert.deepEqual(await attemptsOf(target, invoice.id), [
        '1 pay declined generic_decline',
        '2 pay declined generic_decline',
        '3 pay paid',
      ]);
      assert.deepEqual(await chargesOf(target, invoice.id), ['failed 201', 'failed 201', 'succeeded 201']);
      assert.equal(await moneyOf(target, invoice.id), 'synced paid 201');
      await assert.rejects(collect(invoice.id), refusal('collection-refused', /Nothing is open/));
    });

    it('waits for its owner’s consent on its page where the bank wants it', async () => {
      const invoice = await target.issue({ amountsMinor: usd(2) });
      const { url } = await openPage(invoice.customerId);
      await fetch(url, { method: 'POST', body: new URLSearchParams({ number: cards.asksConsent }) });
      await fetch(url, { method: 'POST', body: new URLSearchParams({ consent: 'given' }), redirect: 'manual' });
      await syncCustomerOf(invoice.customerId);
      await target.bring(invoice.id);
      await collect(invoice.id);
      await target.bring(invoice.id);
      assert.deepEqual(await attemptsOf(target, invoice.id), ['1 pay declined authentication_required']);
      assert.equal(await payOnPage(target, invoice.id, cards.visa), 200);
      await lookAgain(target.database, [invoice.id]);
      await target.bring(invoice.id);
      assert.equal(await moneyOf(target, invoice.id), 'synced paid 201');
    });

    it('is not charged once its customer has paid on the page', async () => {
      const invoice = await target.issue({ amountsMinor: usd(2) });
      await save(invoice.customerId, cards.visa);
      await target.bring(invoice.id);
      await collect(invoice.id);
      assert.equal(await payOnPage(target, invoice.id, cards.mastercard), 200);
      await target.bring(invoice.id);
      assert.deepEqual(await attemptsOf(target, invoice.id), ['1 pay not needed']);
      assert.deepEqual(await chargesOf(target, invoice.id), ['succeeded 201']);
      assert.equal(await moneyOf(target, invoice.id), 'synced paid 201');
    });

    it('is asked for by ten at once and charged once', async () => {
      const invoice = await target.issue({ amountsMinor: usd(2) });
      await save(invoice.customerId, cards.visa);
      await target.bring(invoice.id);
      const answers = await Promise.all(Array.from({ length: 10 }, () => collect(invoice.id)));
      assert.equal(answers.filter(({ isNew }) => isNew).length, 1);
      await target.bring(invoice.id);
      assert.deepEqual(await chargesOf(target, invoice.id), ['succeeded 201']);
    });

    it('is declined, not parked, when the payment method is gone at Stripe, which is not tried again', async () => {
      const invoice = await issueCharged(cards.visa);
      const { rows } = await target.database.query<{ id: string }>(
        'SELECT remote_id AS id FROM payment_methods WHERE customer_id = $1',
        [invoice.customerId],
      );
      await target.stripe.paymentMethods.detach(rows[0]!.id);
      assert.deepEqual(await target.bring(invoice.id), { state: 'synced' });
      assert.deepEqual(await attemptsOf(target, invoice.id), ['1 pay declined payment_method_missing']);
      await assert.rejects(collect(invoice.id), refusal('collection-refused', /no payment method/));
    });

    it('is not collected while it waits for a person, nor when it is no issued one', async () => {
      const invoice = await target.issue({ amountsMinor: usd(2) });
      await save(invoice.customerId, cards.visa);
      await parkInvoice(target.database, { invoiceId: invoice.id, code: 'x', reason: 'x' });
      await assert.rejects(collect(invoice.id), refusal('collection-refused', /waits for a person \(parking 1\)/));
      const other = await target.issue({ amountsMinor: usd(2) });
      await target.bring(other.id);
      await requestVoid(target.database, { invoiceId: other.id, reason: 'billed by mistake' }, 'ada');
      await assert.rejects(collect(other.id), refusal('collection-refused', /to be voided/));
      await target.bring(other.id);
      await assert.rejects(collect(other.id), refusal('collection-refused', /It is void/));
    });

    it('that is voided is charged no more', async () => {
      const invoice = await issueCharged(cards.declined);
      await target.bring(invoice.id);
      await collect(invoice.id);
      await requestVoid(target.database, { invoiceId: invoice.id, reason: 'billed by mistake' }, 'ada');
      assert.deepEqual(await target.bring(invoice.id), { state: 'void' });
      assert.deepEqual(await attemptsOf(target, invoice.id), ['1 pay declined generic_decline', '2 pay not needed']);
      assert.deepEqual(await chargesOf(target, invoice.id), ['failed 201']);
    });

    it('keeps what came of an attempt, whoever tries to change it', async () => {
      const invoice = await issueCharged(cards.declined);
      await target.bring(invoice.id);
      for (const statement of [
        `UPDATE collection_attempts SET outcome = 'paid', code = NULL WHERE invoice_id = $1`,
        'DELETE FROM collection_attempts WHERE invoice_id = $1',
      ]) {
        await assert.rejects(target.database.query(statement, [invoice.id]), /never changes|refused/);
      }
      const second = `INSERT INTO collection_attempts (invoice_id, attempt, kind, wanted_at, wanted_by)
        SELECT $1, n, 'pay', now(), 'x' FROM unnest(ARRAY[7, 8]) n`;
      await assert.rejects(target.database.query(second, [invoice.id]), /collection_attempts_open/);
    });
  });

  describe('giving up', () => {
    const giveUp = (invoiceId: string) =>
      requestUncollectible(target.database, { invoiceId, reason: 'the firm is bankrupt' }, 'ada');

    it('is said at Stripe first, and who pays all the same has paid', async () => {
      const invoice = await target.issue({ amountsMinor: usd(2) });
      await target.bring(invoice.id);
      await giveUp(invoice.id);
      await giveUp(invoice.id);
      assert.equal(await moneyOf(target, invoice.id), 'pending unpaid 0');
      await target.bring(invoice.id);
      assert.equal(await moneyOf(target, invoice.id), 'synced uncollectible 0');
      assert.deepEqual(await attemptsOf(target, invoice.id), ['1 uncollectible done']);
      await target.stripe.invoices.pay(await remoteIdOf(target, invoice.id), { payment_method: 'pm_card_visa' });
      await lookAgain(target.database, [invoice.id]);
      await target.bring(invoice.id);
      assert.equal(await moneyOf(target, invoice.id), 'synced paid 201');
    });

    it('is not done to what was paid meanwhile', async () => {
      const invoice = await target.issue({ amountsMinor: usd(2) });
      await target.bring(invoice.id);
      await giveUp(invoice.id);
      await payOnPage(target, invoice.id, cards.visa);
      await target.bring(invoice.id);
      assert.deepEqual(await attemptsOf(target, invoice.id), ['1 uncollectible not needed']);
      assert.equal(await moneyOf(target, invoice.id), 'synced paid 201');
      await assert.rejects(giveUp(invoice.id), refusal('collection-refused', /It is paid/));
    });
  });
});
