import assert from 'node:assert/strict';
import type Stripe from 'stripe';
import { control, draftWith, openInvoice, refusalOf, setFaults, signatureOf, useSimulator } from './support.ts';

/**
 * Facts about the real Stripe, each with its source: L = recorded from live sandbox answers at
 * 2026-08-26.dahlia, D = documentation, I = a public issue, S = the SDK’s typings. Where sources differ, the recording counts.
 */
describe('sourced facts', () => {
  const bench = useSimulator();
  const plain = { type: 'invalid_request_error', code: undefined, param: undefined, status: 400 };
  const pay = (id: string) => bench.stripe.invoices.pay(id, { paid_out_of_band: true });

  it('finalizing twice is a 400 without a code, told by its message (L)', async () => {
    const { id } = await openInvoice(bench.stripe);
    const refusal = await refusalOf(bench.stripe.invoices.finalizeInvoice(id));
    assert.deepEqual(signatureOf(refusal), plain);
    assert.match(refusal.message, /already finalized/);
  });

  it('add_lines on a non-draft is invoice_not_editable (L)', async () => {
    const { id } = await openInvoice(bench.stripe);
    const refusal = await refusalOf(bench.stripe.invoices.addLines(id, { lines: [{ amount: 1 }] }));
    assert.deepEqual(signatureOf(refusal), { ...plain, code: 'invoice_not_editable' });
  });

  it('other wrong-state refusals carry no code: void, delete, mark, pay, send, update (L)', async () => {
    const { stripe } = bench;
    const draft = await draftWith(stripe);
    const paid = await pay((await openInvoice(stripe)).id);
    const unpaid = await openInvoice(stripe);
    const calls: [string, () => Promise<unknown>][] = [
      ['void a draft', () => stripe.invoices.voidInvoice(draft.id)],
      ['void a paid one', () => stripe.invoices.voidInvoice(paid.id)],
      ['delete a paid one', () => stripe.invoices.del(paid.id)],
      ['mark a draft', () => stripe.invoices.markUncollectible(draft.id)],
      ['mark a paid one', () => stripe.invoices.markUncollectible(paid.id)],
      ['pay twice', () => pay(paid.id)],
      ['send a paid one', () => stripe.invoices.sendInvoice(paid.id)],
      ['pay without a method', () => stripe.invoices.pay(unpaid.id)],
    ];
    for (const [what, call] of calls) assert.deepEqual(signatureOf(await refusalOf(call())), plain, what);
    const update = await refusalOf(stripe.invoices.update(paid.id, { description: 'late' }));
    assert.deepEqual(signatureOf(update), { ...plain, param: 'description' });
  });

  it('metadata may still change on a paid invoice (L)', async () => {
    const { id } = await pay((await openInvoice(bench.stripe)).id);
    const updated = await bench.stripe.invoices.update(id, { metadata: { note: 'x' } });
    assert.deepEqual(updated.metadata, { note: 'x' });
  });

  it('an uncollectible invoice refuses to be voided (L, against D) and can be paid (D)', async () => {
    const { stripe } = bench;
    const { id } = await openInvoice(stripe);
    const marked = await stripe.invoices.markUncollectible(id);
    assert.equal(marked.status_details?.uncollectible?.reason, 'user_forgiven');
    assert.deepEqual(signatureOf(await refusalOf(stripe.invoices.voidInvoice(id))), plain);
    assert.deepEqual(signatureOf(await refusalOf(stripe.invoices.markUncollectible(id))), plain);
    assert.equal((await pay(id)).status, 'paid');
  });

  it('void is terminal and leaves the amounts as they were (L)', async () => {
    const { stripe } = bench;
    const { id } = await openInvoice(stripe);
    const voided = await stripe.invoices.voidInvoice(id);
    assert.deepEqual([voided.status, voided.total, voided.amount_due], ['void', 1000, 1000]);
    assert.ok(voided.status_transitions.voided_at, 'voided.status_transitions.voided_at');
    assert.deepEqual(signatureOf(await refusalOf(pay(id))), plain);
  });

  it('pay on a draft finalizes and collects in one call (L)', async () => {
    const { id } = await draftWith(bench.stripe);
    const paid = await pay(id);
    assert.equal(paid.status, 'paid');
    assert.ok(paid.number, 'paid.number');
    assert.equal(paid.status_transitions.finalized_at, paid.status_transitions.paid_at);
  });

  it('send on a draft finalizes (L); on an open invoice to be sent it changes nothing (L)', async () => {
    const { stripe } = bench;
    const { id: customer } = await stripe.customers.create({});
    const terms = { collection_method: 'send_invoice', days_until_due: 1 } as const;
    const { id } = await stripe.invoices.create({ customer, ...terms });
    await stripe.invoices.addLines(id, { lines: [{ amount: 1 }] });
    const sent = await stripe.invoices.sendInvoice(id);
    assert.equal(sent.status, 'open');
    assert.deepEqual({ ...(await stripe.invoices.sendInvoice(id)) }, { ...sent });
  });

  it('paying out of band leaves attempted false (L) and counts as paid (S)', async () => {
    const paid = await pay((await openInvoice(bench.stripe)).id);
    assert.equal(paid.attempted, false);
    assert.deepEqual([paid.amount_paid, paid.amount_remaining, paid.amount_paid_off_stripe], [1000, 0, 1000]);
  });

  it('automatically_finalizes_at is created + 3601 s when auto_advance is on, null when cleared (L)', async () => {
    const { stripe } = bench;
    const { id: customer } = await stripe.customers.create({});
    const plainDraft = await stripe.invoices.create({ customer });
    assert.deepEqual([plainDraft.auto_advance, plainDraft.automatically_finalizes_at], [false, null]);
    const draft = await stripe.invoices.create({ customer, auto_advance: true });
    assert.equal(draft.automatically_finalizes_at, draft.created + 3601);
    assert.equal(draft.next_payment_attempt, draft.created + 3600);
    const cleared = await stripe.invoices.update(draft.id, { auto_advance: false });
    assert.deepEqual([cleared.automatically_finalizes_at, cleared.next_payment_attempt], [null, null]);
  });

  it('amount and quantity exclude each other, and the amount is blamed (L)', async () => {
    const { id } = await draftWith(bench.stripe, []);
    const refusal = await refusalOf(bench.stripe.invoices.addLines(id, { lines: [{ amount: 1, quantity: 1 }] }));
    assert.deepEqual(signatureOf(refusal), { ...plain, param: 'lines[0][amount]' });
  });

  it('a new line is listed first (L)', async () => {
    const { stripe } = bench;
    const { id } = await draftWith(stripe, [{ amount: 1, description: 'first' }]);
    const after = await stripe.invoices.addLines(id, { lines: [{ amount: 1, description: 'second' }] });
    assert.deepEqual(
      after.lines.data.map(({ description }) => description),
      ['second', 'first'],
    );
  });

  it('a missing id in the path is a 404 whose param differs by endpoint (L)', async () => {
    const { invoices } = bench.stripe;
    const lines = { lines: [{ amount: 1 }] };
    const byParam: Record<string, (() => Promise<unknown>)[]> = {
      invoice: [
        () => invoices.retrieve('in_x'),
        () => invoices.del('in_x'),
        () => invoices.sendInvoice('in_x'),
        () => invoices.addLines('in_x', lines),
      ],
      id: [
        () => invoices.update('in_x', {}),
        () => invoices.pay('in_x'),
        () => invoices.finalizeInvoice('in_x'),
        () => invoices.voidInvoice('in_x'),
        () => invoices.markUncollectible('in_x'),
      ],
    };
    for (const [param, calls] of Object.entries(byParam)) {
      for (const call of calls) {
        assert.deepEqual(signatureOf(await refusalOf(call())), {
          ...plain,
          code: 'resource_missing',
          param,
          status: 404,
        });
      }
    }
  });

  it('a missing id in a parameter or cursor is a 400 (L)', async () => {
    const { invoices } = bench.stripe;
    const missing = (param: string) => ({ ...plain, code: 'resource_missing', param });
    assert.deepEqual(signatureOf(await refusalOf(invoices.create({ customer: 'cus_x' }))), missing('customer'));
    assert.deepEqual(signatureOf(await refusalOf(invoices.list({ customer: 'cus_x' }))), missing('customer'));
    const cursor = await refusalOf(invoices.list({ starting_after: 'in_x' }));
    assert.deepEqual(signatureOf(cursor), missing('starting_after'));
  });

  it('both cursors, or expanding a wrong field, is a 400 without a code (L)', async () => {
    const { stripe } = bench;
    const both = await refusalOf(stripe.invoices.list({ starting_after: 'in_a', ending_before: 'in_b' }));
    assert.deepEqual([both.statusCode, both.code], [400, undefined]);
    const customers = async () => (await stripe.customers.list()).data.length;
    const before = await customers();
    const wrong = await refusalOf(stripe.customers.create({ expand: ['invoices.data'] }));
    assert.deepEqual([wrong.statusCode, wrong.code], [400, undefined]);
    assert.equal(await customers(), before, 'refused before anything was written');
  });

  it('a zero invoice is paid at finalization, auto_advance or not (L)', async () => {
    const { stripe } = bench;
    for (const auto_advance of [true, false]) {
      const { id } = await draftWith(stripe, [{ amount: 700 }, { amount: -700 }]);
      const paid = await stripe.invoices.finalizeInvoice(id, { auto_advance });
      assert.deepEqual([paid.status, paid.total, paid.amount_due], ['paid', 0, 0]);
      assert.deepEqual([paid.attempted, paid.attempt_count], [true, 0]);
    }
  });

  it('numbers are one sequence a customer, shared by finalize, send and pay (L)', async () => {
    const { stripe } = bench;
    const customer = await stripe.customers.create({});
    const draft = async () => {
      const { id } = await stripe.invoices.create({ customer: customer.id });
      return (await stripe.invoices.addLines(id, { lines: [{ amount: 1 }] })).id;
    };
    const finished = [
      await stripe.invoices.finalizeInvoice(await draft()),
      await stripe.invoices.sendInvoice(await draft()),
      await pay(await draft()),
      await stripe.invoices.finalizeInvoice((await stripe.invoices.create({ customer: customer.id })).id),
    ];
    assert.deepEqual(
      finished.map(({ number }) => number),
      ['0001', '0002', '0003', '0004'].map((sequence) => `${customer.invoice_prefix}-${sequence}`),
    );
  });

  it('a number of our own stays, and takes none of the sequence (D)', async () => {
    const { stripe } = bench;
    const { id: customer } = await stripe.customers.create({});
    const { id } = await stripe.invoices.create({ customer, number: 'DB-2013-10-000017' });
    assert.equal((await stripe.invoices.finalizeInvoice(id)).number, 'DB-2013-10-000017');
    const after = await stripe.customers.retrieve(customer);
    assert.ok(!after.deleted, '!after.deleted');
    assert.equal(after.next_invoice_sequence, 1);
  });

  it('due dates: only with send_invoice, never in the past, and send_invoice needs one (L, I)', async () => {
    const { stripe } = bench;
    const { id: customer } = await stripe.customers.create({});
    const refusedWith = async (params: Stripe.InvoiceCreateParams) =>
      signatureOf(await refusalOf(stripe.invoices.create({ customer, ...params })));
    const send = { collection_method: 'send_invoice' } as const;
    assert.deepEqual(await refusedWith({ days_until_due: 30 }), plain);
    assert.deepEqual(await refusedWith(send), plain);
    assert.deepEqual(await refusedWith({ ...send, due_date: 1_383_264_000 }), { ...plain, param: 'due_date' });
    const both = { ...send, due_date: 4_000_000_000, days_until_due: 1 };
    assert.deepEqual(await refusedWith(both), { ...plain, param: 'due_date' });
    assert.equal(
      (await stripe.invoices.create({ customer, ...send, due_date: 4_000_000_000 })).due_date,
      4_000_000_000,
    );
  });

  it('a wrong status filter names the choices in Stripe’s order (L)', async () => {
    const refusal = await refusalOf(bench.stripe.invoices.list({ status: 'late' }));
    assert.equal(refusal.message, 'Invalid status: must be one of draft, open, void, paid, or uncollectible');
    assert.equal(refusal.code, undefined);
  });

  it('deleting a draft leaves nothing to retrieve (D)', async () => {
    const { stripe } = bench;
    const { id } = await draftWith(stripe);
    await stripe.invoices.del(id);
    assert.equal((await refusalOf(stripe.invoices.retrieve(id))).statusCode, 404);
    const state = await control<{ line: unknown[] }>(bench.simulator, 'GET', '/state?kind=line');
    assert.deepEqual(state.line, []);
  });

  it('a wrong key is a 401 that hides the key; no key too (D)', async () => {
    const { url } = bench.simulator;
    const answer = await fetch(`${url}/v1/account`, { headers: { authorization: 'Bearer sk_test_wrong00001111' } });
    assert.equal(answer.status, 401);
    const { error } = (await answer.json()) as { error: { type: string; message: string } };
    assert.equal(error.type, 'invalid_request_error');
    assert.ok(error.message.includes('sk_test_*********1111'), error.message);
    assert.equal((await fetch(`${url}/v1/account`)).status, 401);
  });

  it('every answer carries Request-Id and the version that was asked for (D)', async () => {
    const { lastResponse } = await bench.stripe.customers.create({});
    assert.match(lastResponse.requestId, /^req_/);
    assert.equal(lastResponse.apiVersion, '2026-10-28.endive');
  });

  it('the SDK alone retries a lock timeout that asks for it, under one key (S)', async () => {
    const { simulator, stripe } = bench;
    await setFaults(simulator, { kind: 'lock-timeout', times: 1 });
    const created = await stripe.customers.create({ name: 'A' }, { maxNetworkRetries: 1 });
    assert.equal(created.name, 'A');
  });
});
