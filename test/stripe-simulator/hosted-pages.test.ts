import assert from 'node:assert/strict';
import { control, journalOf, openInvoice, refusalOf, signatureOf, useSimulator } from './support.ts';

const visa = '4242424242424242';
const asksConsent = '4000002760003184';
const failsLater = '4000000000000341';
const declines = '4000000000000002';
const noFunds = '4000000000009995';

describe('the pages on which a customer acts', () => {
  const bench = useSimulator();
  const post = async (url: string | null | undefined, form: Record<string, string>) => {
    const answer = await fetch(url ?? '', { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' });
    return { status: answer.status, location: answer.headers.get('location'), html: await answer.text() };
  };
  const typesSince = async (mark: number) => {
    const events = await bench.stripe.events.list({ limit: 100 });
    return events.data
      .slice(0, events.data.length - mark)
      .map(({ type }) => type)
      .sort();
  };
  const eventCount = async () => (await bench.stripe.events.list({ limit: 100 })).data.length;

  describe('of an invoice', () => {
    it('pays it by a card: 1,000 due, 1,000 paid, with the events of a payment', async () => {
      const open = await openInvoice(bench.stripe);
      const before = await eventCount();
      const answer = await post(open.hosted_invoice_url, { number: visa });
      assert.equal(answer.status, 200);
      const paid = await bench.stripe.invoices.retrieve(open.id);
      assert.deepEqual([paid.status, paid.amount_paid, paid.amount_remaining], ['paid', 1000, 0]);
      assert.deepEqual(await typesSince(before), [
        'charge.succeeded',
        'invoice.paid',
        'invoice.payment_succeeded',
        'invoice.updated',
        'invoice_payment.paid',
        'payment_intent.succeeded',
      ]);
      assert.equal((await post(open.hosted_invoice_url, { number: visa })).status, 402, 'once only');
      assert.equal((await bench.stripe.invoices.retrieve(open.id)).amount_paid, 1000);
    });

    it('tells of a card that is declined, leaves the invoice open, and takes another', async () => {
      const open = await openInvoice(bench.stripe);
      const before = await eventCount();
      const answer = await post(open.hosted_invoice_url, { number: noFunds });
      assert.equal(answer.status, 402);
      assert.match(answer.html, /insufficient funds/);
      assert.equal((await bench.stripe.invoices.retrieve(open.id)).status, 'open');
      assert.deepEqual(await typesSince(before), [
        'charge.failed',
        'invoice.payment_failed',
        'invoice.updated',
        'payment_intent.payment_failed',
      ]);
      await post(open.hosted_invoice_url, { number: visa });
      assert.equal((await bench.stripe.invoices.retrieve(open.id)).status, 'paid');
    });

    it('asks for the owner’s consent where the bank wants it: refused it is declined, given it is paid', async () => {
      const open = await openInvoice(bench.stripe);
      const asked = await post(open.hosted_invoice_url, { number: asksConsent });
      assert.match(asked.html, /is this you\?/);
      const refused = await post(open.hosted_invoice_url, { consent: 'refused' });
      assert.equal(refused.status, 402);
      assert.equal((await bench.stripe.invoices.retrieve(open.id)).status, 'open');
      await post(open.hosted_invoice_url, { number: asksConsent });
      const given = await post(open.hosted_invoice_url, { consent: 'given' });
      assert.equal(given.status, 200);
      assert.equal((await bench.stripe.invoices.retrieve(open.id)).status, 'paid');
    });

    it('takes test cards only, and the journal keeps no number', async () => {
      const open = await openInvoice(bench.stripe);
      const answer = await post(open.hosted_invoice_url, { number: '4111111111111111' });
      assert.equal(answer.status, 402);
      assert.match(answer.html, /card number is incorrect/);
      await post(open.hosted_invoice_url, { number: visa });
      const journal = JSON.stringify(await journalOf(bench.simulator));
      assert.ok(!journal.includes(visa) && !journal.includes('4111111111111111'), 'no number');
    });
  });

  describe('that saves a payment method', () => {
    const open = async (expires_at?: number) => {
      const customer = await bench.stripe.customers.create({ name: 'Blue Heron Air', email: 'pay@heron.example' });
      const session = await bench.stripe.checkout.sessions.create({
        mode: 'setup',
        currency: 'usd',
        customer: customer.id,
        success_url: 'https://heron.example/saved?session={CHECKOUT_SESSION_ID}',
        ...(expires_at !== undefined && { expires_at }),
      });
      return { customer: customer.id, session };
    };

    it('saves it, goes on to the address of the client, and makes it nobody’s default by itself', async () => {
      const { customer, session } = await open();
      assert.deepEqual([session.status, session.payment_status], ['open', 'no_payment_required']);
      assert.match(await (await fetch(session.url ?? '')).text(), /Save card/);
      const before = await eventCount();
      const answer = await post(session.url, { number: visa });
      assert.deepEqual([answer.status, answer.location], [303, `https://heron.example/saved?session=${session.id}`]);
      assert.deepEqual(await typesSince(before), [
        'checkout.session.completed',
        'payment_method.attached',
        'setup_intent.succeeded',
      ]);
      const after = await bench.stripe.checkout.sessions.retrieve(session.id, {
        expand: ['setup_intent.payment_method'],
      });
      assert.deepEqual([after.status, after.url], ['complete', null]);
      assert.ok(typeof after.setup_intent === 'object' && after.setup_intent !== null, 'expanded');
      const method = after.setup_intent.payment_method;
      assert.ok(typeof method === 'object' && method !== null, 'expanded');
      assert.deepEqual([method.customer, method.card?.brand, method.card?.last4], [customer, 'visa', '4242']);
      const owner = await bench.stripe.customers.retrieve(customer);
      assert.ok(!owner.deleted && owner.invoice_settings.default_payment_method === null, 'no default');
      assert.equal((await post(session.url, { number: visa })).status, 402, 'once only');
    });

    it('refuses a card that the bank refuses, and takes the next', async () => {
      const { session } = await open();
      assert.equal((await post(session.url, { number: declines })).status, 402);
      const intentOf = async () => bench.stripe.setupIntents.retrieve(String(session.setup_intent));
      const failed = await intentOf();
      assert.deepEqual(
        [failed.status, failed.last_setup_error?.decline_code],
        ['requires_payment_method', 'generic_decline'],
      );
      assert.equal((await post(session.url, { number: failsLater })).status, 303);
      assert.equal((await intentOf()).status, 'succeeded');
    });

    it('waits for a consent', async () => {
      const { session } = await open();
      assert.match((await post(session.url, { number: asksConsent })).html, /is this you\?/);
      const { status } = await bench.stripe.setupIntents.retrieve(String(session.setup_intent));
      assert.equal(status, 'requires_action');
      assert.equal((await post(session.url, { consent: 'given' })).status, 303);
    });

    it('expires after its time, or when a client says so', async () => {
      const { session } = await open();
      await control(bench.simulator, 'POST', '/clock', { advanceSeconds: 24 * 3_600 });
      assert.equal((await post(session.url, { number: visa })).status, 402);
      assert.equal((await bench.stripe.checkout.sessions.list({ status: 'expired' })).data[0]?.id, session.id);
      assert.deepEqual(
        [(await bench.stripe.checkout.sessions.retrieve(session.id)).status, (await eventCount()) > 0],
        ['expired', true],
      );
      const other = (await open()).session;
      assert.equal((await bench.stripe.checkout.sessions.expire(other.id)).status, 'expired');
      assert.equal((await refusalOf(bench.stripe.checkout.sessions.expire(other.id))).statusCode, 400);
      assert.match(await (await fetch(other.url ?? '')).text(), /has expired/);
    });

    it('needs what Stripe needs of it, and refuses other modes', async () => {
      const { customer } = await open();
      const page = { mode: 'setup', currency: 'usd', customer, success_url: 'https://heron.example/' } as const;
      const refused = async (change: object) =>
        signatureOf(await refusalOf(bench.stripe.checkout.sessions.create({ ...page, ...change })));
      const missing = { type: 'invalid_request_error', code: 'parameter_missing', status: 400 };
      for (const param of ['mode', 'currency', 'success_url'] as const) {
        assert.deepEqual(await refused({ [param]: undefined }), { ...missing, param });
      }
      assert.equal((await refused({ success_url: 'no address' })).param, 'success_url');
      assert.equal((await refused({ mode: 'payment' })).param, 'mode');
      assert.equal((await refused({ customer: 'cus_none' })).code, 'resource_missing');
      assert.equal((await refused({ expires_at: Math.floor(Date.now() / 1_000) + 60 })).param, 'expires_at');
    });
  });
});
