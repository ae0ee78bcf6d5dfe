import assert from 'node:assert/strict';
import Stripe from 'stripe';
import { isDurabillError } from '../../src/errors/error.ts';
import { eventTypes } from '../../src/stripe-simulator/events/types.ts';
import { sweptTypes, useOf, webhookTypes } from '../../src/targets/stripe/event-types.ts';
import { createWebhookReader, toleranceSeconds } from '../../src/targets/stripe/webhook.ts';

const secret = 'whsec_first00000000000000';
const rolled = 'whsec_second0000000000000';
/** 1 January 2013, 12:00 UTC. */
const now = Date.UTC(2013, 0, 1, 12) / 1_000;
const invoiceId = '7b1f6a52-5f0e-5b1c-9b57-0d3a1a3c2b11';

type Shape = Record<string, unknown>;

function eventOf(changes: Shape = {}, object: Shape = {}): string {
  const event = {
    id: 'evt_1Paid',
    object: 'event',
    type: 'invoice.paid',
    created: now - 2,
    livemode: false,
    request: { id: null, idempotency_key: null },
    data: { object: { id: 'in_1Abc', object: 'invoice', metadata: { durabill_invoice: invoiceId }, ...object } },
    ...changes,
  };
  return JSON.stringify(event, null, 2);
}

const signed = (payload: string, signing: { by?: string; at?: number } = {}) =>
  Stripe.webhooks.generateTestHeaderString({ payload, secret: signing.by ?? secret, timestamp: signing.at ?? now });

const read = createWebhookReader([secret], () => now * 1_000);

function refusalOf(body: string, signature: string | undefined, reader = read): string {
  try {
    reader(Buffer.from(body), signature);
  } catch (error) {
    assert.ok(isDurabillError(error, 'webhook-refused'), String(error));
    assert.equal(error.entry.status, 400);
    return error.message;
  }
  assert.fail('the delivery was expected to be refused');
}

describe('a webhook of Stripe', () => {
  it('is read off its raw bytes, ids and instants only', () => {
    const key = 'durabill/acct_1/invoice/x/create/1';
    const payload = eventOf({ request: { id: 'req_1', idempotency_key: key } }, { customer_email: 'ada@example.com' });
    assert.deepEqual(read(Buffer.from(payload), signed(payload)), {
      eventId: 'evt_1Paid',
      type: 'invoice.paid',
      createdAt: new Date('2013-01-01T11:59:58Z'),
      livemode: false,
      accountId: null,
      objectKind: 'invoice',
      objectId: 'in_1Abc',
      remoteInvoiceId: 'in_1Abc',
      namedInvoiceId: invoiceId,
      idempotencyKey: key,
      use: 'invoice',
    });
  });

  it('names the invoice of an object that has one, and keeps no key of another program', () => {
    const object = { id: 'cn_1', object: 'credit_note', invoice: 'in_7', metadata: { durabill_invoice: invoiceId } };
    const payload = eventOf({ type: 'credit_note.created', request: { idempotency_key: 'ada@example.com' } }, object);
    const { objectKind, remoteInvoiceId, namedInvoiceId, idempotencyKey } = read(Buffer.from(payload), signed(payload));
    assert.deepEqual(
      { objectKind, remoteInvoiceId, namedInvoiceId, idempotencyKey },
      { objectKind: 'credit_note', remoteInvoiceId: 'in_7', namedInvoiceId: null, idempotencyKey: null },
    );
  });

  it('of a type that nobody knows is read like any other, also without an object that has an id', () => {
    const payload = eventOf({ type: 'moon.risen', data: { object: { phase: 'full' } } });
    const event = read(Buffer.from(payload), signed(payload));
    assert.deepEqual([event.use, event.objectKind, event.objectId], [null, 'unknown', null]);
    const inherited = eventOf({ type: 'constructor' });
    assert.equal(read(Buffer.from(inherited), signed(inherited)).use, null);
  });

  it('is refused where it is not signed, or by another, or its body was touched', () => {
    const payload = eventOf();
    assert.match(refusalOf(payload, undefined), /not signed/);
    assert.match(refusalOf(payload, signed(payload, { by: rolled })), /No signature fits/);
    assert.match(refusalOf(JSON.stringify(JSON.parse(payload)), signed(payload)), /No signature fits/);
    assert.match(refusalOf(payload, 'v1=abc'), /cannot be read/);
    assert.match(refusalOf(payload, signed(payload).replace('v1=', 'v0=')), /cannot be read/);
    assert.match(refusalOf('', signed(payload)), /No signature fits/);
  });

  // 300 s are good, 301 s are not, on either side of now.
  it('is refused when its time is further from ours than the tolerance, either way', () => {
    const payload = eventOf();
    for (const at of [now - toleranceSeconds, now + toleranceSeconds]) {
      assert.equal(read(Buffer.from(payload), signed(payload, { at })).eventId, 'evt_1Paid');
    }
    assert.match(refusalOf(payload, signed(payload, { at: now - toleranceSeconds - 1 })), /300 s old/);
    assert.match(refusalOf(payload, signed(payload, { at: now + toleranceSeconds + 1 })), /300 s ahead/);
    const twice = `t=${now},${signed(payload, { at: now + toleranceSeconds + 1 })}`;
    assert.match(refusalOf(payload, twice), /300 s ahead/, 'whichever of two stamps is believed');
  });

  it('is taken under either secret while one is rolled, and afterwards under the new one only', () => {
    const payload = eventOf();
    const both = createWebhookReader([rolled, secret], () => now * 1_000);
    for (const by of [secret, rolled]) {
      assert.equal(both(Buffer.from(payload), signed(payload, { by })).eventId, 'evt_1Paid');
    }
    const two = `${signed(payload)},${signed(payload, { by: rolled }).split(',')[1]}`;
    const afterwards = createWebhookReader([rolled], () => now * 1_000);
    assert.equal(afterwards(Buffer.from(payload), two).eventId, 'evt_1Paid', 'Stripe signs with both meanwhile');
    assert.match(refusalOf(payload, signed(payload), afterwards), /No signature fits/);
    const old = signed(payload, { at: now - 301 });
    assert.match(refusalOf(payload, old, both), /300 s old/, 'the reason is that of the secret that fits');
  });

  it('is refused when what was signed is no snapshot event', () => {
    for (const payload of [
      'no JSON',
      'null',
      '[]',
      '{}',
      JSON.stringify({ id: 'evt_1', object: 'v2.core.event', type: 'v1.invoice.paid', created: '2013-01-01' }),
      eventOf({ id: 'evt 1' }),
      eventOf({ created: 'now' }),
      eventOf({ type: 'a b' }),
    ]) {
      assert.match(refusalOf(payload, signed(payload)), /no snapshot event|no event with an id/, payload);
    }
  });

  // A list of one text reads like that text, and 1e300 is a whole number to a machine that computes with doubles.
  it('is refused when its fields only look like what they should be', () => {
    const odd: Shape[] = [
      { id: ['evt_1Paid'] },
      { id: { toString: 'evt_1Paid' } },
      { type: ['invoice.paid'] },
      { created: -1 },
      { created: 253_402_300_800 },
      { account: ['acct_1'] },
      { account: { id: 'acct_1' } },
      { account: 'acct 1' },
    ];
    const payloads = [...odd.map((changes) => eventOf(changes)), eventOf().replace(`${now - 2},`, '1e300,')];
    assert.match(payloads.at(-1)!, /"created": 1e300,/);
    for (const payload of payloads) {
      assert.match(refusalOf(payload, signed(payload)), /no event with an id, a type, a time and an account/, payload);
    }
  });

  it('is read to the last second of the year 9999, and without a key that is none of ours', () => {
    const last = eventOf({ created: 253_402_300_799, account: 'acct_1' });
    const { createdAt, accountId } = read(Buffer.from(last), signed(last));
    assert.deepEqual([createdAt.toISOString(), accountId], ['9999-12-31T23:59:59.000Z', 'acct_1']);
    for (const key of [
      7,
      ['durabill/x'],
      { startsWith: 'durabill/' },
      'durabill/\u0000',
      'durabill/a b',
      'durabill/',
    ]) {
      const payload = eventOf({ request: { id: 'req_1', idempotency_key: key } });
      assert.equal(read(Buffer.from(payload), signed(payload)).idempotencyKey, null, JSON.stringify(key));
    }
  });

  it('is put off, not refused, where no secret is known', () => {
    const payload = eventOf();
    const without = createWebhookReader([]);
    assert.throws(
      () => without(Buffer.from(payload), signed(payload)),
      (error) => isDurabillError(error, 'unavailable') && /STRIPE_WEBHOOK_SECRET/.test(error.mend),
    );
  });
});

describe('the types of events', () => {
  it('are ones that Stripe has, each with a use; the sweep asks for 20 at most', () => {
    assert.ok(sweptTypes.length <= 20 && new Set(sweptTypes).size === sweptTypes.length);
    for (const type of [...sweptTypes, ...webhookTypes]) {
      assert.ok(eventTypes.has(type), `${type} is an event of Stripe`);
      assert.notEqual(useOf(type), null, type);
    }
    for (const type of ['invoice.created', 'invoice.finalized', 'customer.created'] as const) {
      assert.ok(sweptTypes.includes(type), `${type} tells of our own keys`);
    }
  });
});
