import assert from 'node:assert/strict';
import Stripe from 'stripe';
import type { OutgoingInvoice } from '../../src/targets/port.ts';
import { translateStripeError } from '../../src/targets/stripe/errors.ts';
import { checkCarriable } from '../../src/targets/stripe/invoice-params.ts';
import { assertOneEqual, bringInTheEnd, failureOf, operationsOf, writes } from './outcomes.ts';
import { usd, useTarget } from './support.ts';

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

  it('refuses what was not grouped before anything is sent', () => {
    const line = { id: 'a', description: 'A', amountMinor: 1n, taxes: [] };
    const invoice = { currency: 'USD', lines: Array.from({ length: 251 }, () => line) } as unknown as OutgoingInvoice;
    assert.throws(() => checkCarriable(invoice), { action: 'person', code: 'too-many-lines' });
    checkCarriable({ ...invoice, lines: invoice.lines.slice(1) });
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
    assert.ok(
      !operationsOf(await target.journal(before)).includes('invoices.create'),
      "!operationsOf(await target.journal(before)).includes('invoices.create')",
    );
  });

  it('sends the due date while it is to come, and the terms when it is past', async () => {
    const paramsOf = async (clock: 'real' | 'sample') => {
      const invoice = await target.issue({ amountsMinor: usd(1), clock });
      const before = await target.lastEntry();
      await target.bring(invoice.id);
      return (await target.journal(before)).find(({ operation }) => operation === 'invoices.create')?.params;
    };
    const real = await paramsOf('real');
    assert.ok(Number(real?.['due_date']) > Date.now() / 1_000, "Number(real?.['due_date']) > Date.now() / 1_000");
    assert.equal(real?.['days_until_due'], undefined);
    const sample = await paramsOf('sample');
    assert.equal(sample?.['days_until_due'], '14');
    assert.equal(sample?.['due_date'], undefined);
  });

  it('is looked for, and then sent with the terms, when its stored due date has passed meanwhile', () => {
    const raw = {
      type: 'invalid_request_error',
      param: 'due_date',
      statusCode: 400,
      message: 'It has passed.',
    } as const;
    const { action, message } = translateStripeError(new Stripe.errors.StripeInvalidRequestError(raw));
    assert.equal(action, 'look');
    assert.doesNotMatch(message, /It has passed/, "Stripe's own words stay in PostgreSQL");
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
