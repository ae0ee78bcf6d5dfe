import assert from 'node:assert/strict';
import type Stripe from 'stripe';
import { clientOf, control, draftWith, openInvoice, refusalOf, setFaults, useSimulator } from './support.ts';

async function eventsOf(stripe: Stripe, params: Stripe.EventListParams = {}): Promise<Stripe.Event[]> {
  const { data } = await stripe.events.list({ limit: 100, ...params });
  return data;
}

/** What happened, oldest first. */
async function typesOf(stripe: Stripe, params: Stripe.EventListParams = {}): Promise<string[]> {
  return (await eventsOf(stripe, params)).map(({ type }) => type).reverse();
}

describe('events', () => {
  const bench = useSimulator();

  it('tell the life of a customer, the deleted one as it last was', async () => {
    const { stripe } = bench;
    const { id } = await stripe.customers.create({ name: 'Blue Heron Air', metadata: { tier: 'a' } });
    await stripe.customers.update(id, { name: 'Grey Heron Air', metadata: { tier: 'b', region: 'north' } });
    await stripe.customers.update(id, { name: 'Grey Heron Air' });
    await stripe.customers.del(id);
    const [deleted, updated, created] = await eventsOf(stripe);
    assert.ok(created?.type === 'customer.created' && updated?.type === 'customer.updated');
    assert.ok(deleted?.type === 'customer.deleted');
    assert.equal(created.data.object.name, 'Blue Heron Air');
    assert.equal(created.data.previous_attributes, undefined);
    assert.equal(updated.data.object.name, 'Grey Heron Air');
    assert.deepEqual(updated.data.previous_attributes, {
      name: 'Blue Heron Air',
      metadata: { tier: 'a', region: null },
    });
    assert.equal(deleted.data.object.name, 'Grey Heron Air');
    assert.equal(deleted.data.object.deleted, undefined);
    assert.equal((await eventsOf(stripe)).length, 3, 'an update that changes nothing has no event');
  });

  it('tell the steps of an invoice, one request often by several events', async () => {
    const { stripe } = bench;
    const draft = await draftWith(stripe);
    await stripe.invoices.finalizeInvoice(draft.id);
    await stripe.invoices.voidInvoice(draft.id);
    assert.deepEqual(await typesOf(stripe, { type: 'invoice.*' }), [
      'invoice.created',
      'invoice.updated',
      'invoice.updated',
      'invoice.finalized',
      'invoice.updated',
      'invoice.voided',
    ]);
    const [voided, , finalized, opened] = await eventsOf(stripe, { type: 'invoice.*' });
    assert.ok(voided?.type === 'invoice.voided' && finalized?.type === 'invoice.finalized');
    assert.ok(opened?.type === 'invoice.updated');
    assert.equal(finalized.data.object.status, 'open', 'the snapshot is of then, not of now');
    assert.equal(finalized.data.previous_attributes, undefined);
    const { status, number, status_transitions } = opened.data.previous_attributes ?? {};
    assert.deepEqual({ status, number }, { status: 'draft', number: null });
    assert.deepEqual(status_transitions, { finalized_at: null }, 'of a group only what changed');
  });

  // Section 5: invoice.paid also covers money received elsewhere, payment_succeeded does not.
  it('invoice.paid comes with every way of paying, payment_succeeded only with a payment at Stripe', async () => {
    const { stripe } = bench;
    const open = await openInvoice(stripe);
    await stripe.invoices.pay(open.id, { paid_out_of_band: true });
    const types = ['invoice.paid', 'invoice.payment_succeeded'];
    assert.deepEqual(await typesOf(stripe, { types }), ['invoice.paid']);
    await openInvoice(stripe, []);
    assert.deepEqual(await typesOf(stripe, { types }), ['invoice.paid', ...types], 'nothing due: paid at once');
  });

  it('sent, uncollectible and deleted are told too', async () => {
    const { stripe } = bench;
    const { id: customer } = await stripe.customers.create({});
    const params = { customer, collection_method: 'send_invoice', days_until_due: 30 } as const;
    const draft = await stripe.invoices.create(params);
    await stripe.invoices.addLines(draft.id, { lines: [{ amount: 5 }] });
    await stripe.invoices.sendInvoice(draft.id);
    await stripe.invoices.sendInvoice(draft.id);
    await stripe.invoices.markUncollectible(draft.id);
    const other = await stripe.invoices.create(params);
    await stripe.invoices.del(other.id);
    const types = ['invoice.finalized', 'invoice.sent', 'invoice.marked_uncollectible', 'invoice.deleted'];
    assert.deepEqual(await typesOf(stripe, { types }), ['invoice.finalized', 'invoice.sent', ...types.slice(1)]);
    const [deleted] = await eventsOf(stripe, { type: 'invoice.deleted' });
    assert.ok(deleted?.type === 'invoice.deleted');
    assert.equal(deleted.data.object.id, other.id);
    assert.equal(deleted.data.object.status, 'draft');
  });

  it('carry the request that made them', async () => {
    const { stripe } = bench;
    const { id, lastResponse } = await stripe.customers.create({}, { idempotencyKey: 'k' });
    await stripe.customers.create({}, { idempotencyKey: 'k' });
    const events = await eventsOf(stripe);
    assert.equal(events.length, 1, 'a replay changes nothing');
    const [event] = events;
    assert.deepEqual(event?.request, { id: lastResponse.requestId, idempotency_key: 'k' });
    assert.deepEqual(
      { object: event?.object, version: event?.api_version, livemode: event?.livemode, left: event?.pending_webhooks },
      { object: 'event', version: '2026-10-28.endive', livemode: false, left: 0 },
    );
    const again = await stripe.events.retrieve(event?.id ?? '');
    assert.deepEqual({ ...again }, { ...event });
    assert.equal((again.data.object as Stripe.Customer).id, id);
  });

  it('tell the object as it is stored, whatever the answer was made to show', async () => {
    const { stripe } = bench;
    const { id: customer } = await stripe.customers.create({});
    const plain = await stripe.invoices.create({ customer });
    const expanded = await stripe.invoices.create({ customer, expand: ['customer'] });
    const [second, first] = await eventsOf(stripe, { type: 'invoice.created' });
    assert.deepEqual(first?.data.object, JSON.parse(JSON.stringify(plain)));
    assert.deepEqual(second?.data.object, { ...JSON.parse(JSON.stringify(expanded)), customer });
  });

  it('a refused request has none, a stored 500 only when it was committed', async () => {
    const { stripe, simulator } = bench;
    await refusalOf(stripe.customers.create({ email: 'nobody' }));
    await refusalOf(stripe.invoices.create({ customer: 'cus_none' }));
    await setFaults(simulator, { kind: 'error-500-stored', commit: false, times: 1 });
    await refusalOf(stripe.customers.create({}));
    assert.deepEqual(await typesOf(stripe), []);
    await setFaults(simulator, { kind: 'error-500-stored', operation: 'customers.create' });
    await refusalOf(stripe.customers.create({}));
    assert.deepEqual(await typesOf(stripe), ['customer.created']);
  });

  it('are listed newest first, by pages, types and times, for 30 days', async () => {
    const { stripe, simulator } = bench;
    for (const name of ['a', 'b', 'c']) await stripe.customers.create({ name });
    const namesOf = (events: Stripe.Event[]) => events.map(({ data }) => (data.object as Stripe.Customer).name);
    const page = await stripe.events.list({ limit: 2 });
    assert.deepEqual([namesOf(page.data), page.has_more], [['c', 'b'], true]);
    const rest = await stripe.events.list({ limit: 2, starting_after: page.data[1]?.id ?? '' });
    assert.deepEqual([namesOf(rest.data), rest.has_more], [['a'], false]);
    const back = await stripe.events.list({ ending_before: rest.data[0]?.id ?? '' });
    assert.deepEqual(namesOf(back.data), ['c', 'b']);

    await control(simulator, 'POST', '/clock', { advanceSeconds: 20 * 86_400 });
    const { created } = await stripe.customers.create({ name: 'd' });
    assert.deepEqual(namesOf(await eventsOf(stripe, { created: { gte: created } })), ['d']);
    assert.deepEqual(namesOf(await eventsOf(stripe, { created: { lt: created } })), ['c', 'b', 'a']);
    assert.deepEqual(await eventsOf(stripe, { delivery_success: false }), []);
    await control(simulator, 'POST', '/clock', { advanceSeconds: 11 * 86_400 });
    assert.deepEqual(namesOf(await eventsOf(stripe)), ['d']);
    const gone = await refusalOf(stripe.events.retrieve(rest.data[0]?.id ?? ''));
    assert.deepEqual([gone.statusCode, gone.code], [404, 'resource_missing']);
  });

  it('a list takes type or types, of these at most 20', async () => {
    const { stripe } = bench;
    const both = await refusalOf(stripe.events.list({ type: 'invoice.paid', types: ['invoice.paid'] }));
    const many = await refusalOf(stripe.events.list({ types: Array<string>(21).fill('invoice.paid') }));
    assert.deepEqual([both.param, many.param], ['types', 'types']);
  });
});

describe('events and the journal in memory', () => {
  const bench = useSimulator({ journalLimit: 10 });

  it('forget the oldest together', async () => {
    const stripe = clientOf(bench.simulator);
    const { id } = await stripe.customers.create({});
    const [first] = await eventsOf(stripe);
    for (let turn = 0; turn < 111; turn += 1) await stripe.customers.update(id, { description: `${turn}` });
    const gone = await refusalOf(stripe.events.retrieve(first?.id ?? ''));
    assert.equal(gone.statusCode, 404);
    const [latest, ...others] = await eventsOf(stripe);
    assert.equal(others.length, 11);
    assert.equal((latest?.data.object as Stripe.Customer | undefined)?.description, '110');
  });
});
