import assert from 'node:assert/strict';
import Stripe from 'stripe';
import { bindAccount } from '../../src/store/customer-mappings.ts';
import { createWebhookReader } from '../../src/targets/stripe/webhook.ts';
import { assertProblem, useApi } from './support.ts';

const secret = 'whsec_first00000000000000';
const address = '/v1/webhooks/stripe';

describe('POST /v1/webhooks/stripe', () => {
  const woken: string[] = [];
  const api = useApi({
    readStripeDelivery: createWebhookReader([secret]),
    wakeStripeEvents: (accountId) => void woken.push(accountId),
  });
  beforeEach(() => {
    woken.length = 0;
  });

  const eventOf = (id: string, changes: object = {}) =>
    JSON.stringify(
      {
        id,
        object: 'event',
        type: 'invoice.paid',
        created: Math.floor(Date.now() / 1_000),
        livemode: false,
        request: { id: null, idempotency_key: null },
        data: { object: { id: 'in_1Abc', object: 'invoice', customer_email: 'ada@example.com' } },
        ...changes,
      },
      null,
      2,
    );
  const sign = (payload: string, by = secret, timestamp = Math.floor(Date.now() / 1_000)) =>
    Stripe.webhooks.generateTestHeaderString({ payload, secret: by, timestamp });
  /** Sends as Stripe does: no key of ours, but a signature. */
  const deliver = (payload: string, signature: string | null = sign(payload)) =>
    api.call('POST', address, {
      raw: Buffer.from(payload),
      headers: {
        authorization: '',
        'content-type': 'application/json; charset=utf-8',
        ...(signature !== null && { 'stripe-signature': signature }),
      },
    });
  const stored = async () => {
    const { rows } = await api.database.query<{ line: string }>(
      `SELECT event_id || ' ' || source || ' ' || coalesce(outcome, 'waits') AS line FROM stripe_events ORDER BY 1`,
    );
    return rows.map(({ line }) => line);
  };

  it('has events sent again while the database is bound to no account', async () => {
    assertProblem(await deliver(eventOf('evt_early')), 503, 'unavailable');
    assert.deepEqual([await stored(), woken], [[], []]);
    await bindAccount(api.database, { target: 'stripe', accountId: 'acct_1', livemode: false });
  });

  it('stores an event once, answers, and has it taken up', async () => {
    const first = await deliver(eventOf('evt_1'));
    assert.deepEqual([first.status, first.body, woken], [200, { status: 'stored' }, ['acct_1']]);
    const again = await deliver(eventOf('evt_1'));
    assert.deepEqual([again.status, again.body], [200, { status: 'known' }]);
    assert.deepEqual(await stored(), ['evt_1 webhook waits']);
  });

  it('stores an event once that comes ten times at the same moment', async () => {
    const payload = eventOf('evt_burst');
    const answers = await Promise.all(Array.from({ length: 10 }, () => deliver(payload)));
    const statuses = answers.map(({ body }) => body.status).sort();
    assert.deepEqual(statuses, [...Array<string>(9).fill('known'), 'stored']);
    assert.deepEqual((await stored()).filter((line) => line.startsWith('evt_burst')).length, 1);
  });

  it('refuses what is forged, stale, ahead of its time, unsigned or touched, says why, and stores nothing', async () => {
    const before = await stored();
    const payload = eventOf('evt_forged');
    const now = Math.floor(Date.now() / 1_000);
    const refused: [string, string | null, RegExp][] = [
      [payload, null, /not signed/],
      [payload, sign(payload, 'whsec_another0000000000'), /No signature fits/],
      [`${payload} `, sign(payload), /No signature fits/],
      [payload, sign(payload, secret, now - 400), /300 s old/],
      [payload, sign(payload, secret, now + 400), /300 s ahead/],
      [payload, 'nonsense', /cannot be read/],
    ];
    for (const [body, signature, reason] of refused) {
      const answer = await deliver(body, signature);
      assertProblem(answer, 400, 'webhook-refused', 'stripe-signature');
      assert.match(answer.body.detail, reason);
    }
    assert.deepEqual([await stored(), woken], [before, []]);
  });

  it('keeps events of unknown types, of the other mode and of other accounts, and has nothing done about them', async () => {
    for (const [id, changes] of [
      ['evt_x1', { type: 'moon.risen', data: { object: { phase: 'full' } } }],
      ['evt_x2', { livemode: true }],
      ['evt_x3', { account: 'acct_connected' }],
    ] as const) {
      const answer = await deliver(eventOf(id, changes));
      assert.deepEqual([answer.status, answer.body], [200, { status: 'ignored' }]);
    }
    const lines = (await stored()).filter((line) => line.startsWith('evt_x'));
    assert.deepEqual(lines, ['evt_x1 webhook ignored', 'evt_x2 webhook other mode', 'evt_x3 webhook other account']);
    assert.deepEqual(woken, []);
  });

  it('takes a key for no signature, and a body that is large but no larger', async () => {
    const payload = eventOf('evt_key');
    const withKey = await api.call('POST', address, { raw: Buffer.from(payload) });
    assertProblem(withKey, 400, 'webhook-refused', 'stripe-signature');
    const large = eventOf('evt_large', { padding: 'x'.repeat(900_000) });
    assert.equal((await deliver(large)).status, 200);
    const tooLarge = eventOf('evt_too_large', { padding: 'x'.repeat(1_100_000) });
    assertProblem(await deliver(tooLarge), 413, 'request-too-large', 'body');
    const xml = await api.call('POST', address, { raw: '<a/>', headers: { 'content-type': 'text/xml' } });
    assertProblem(xml, 415, 'media-type-unsupported', 'content-type');
  });

  it('keeps no content of an event', async () => {
    const { rows } = await api.database.query<{ row: string }>('SELECT e::text AS row FROM stripe_events e');
    for (const { row } of rows) assert.doesNotMatch(row, /ada|@|padding|phase/);
  });

  it('leaves every other address as it was: parsed as JSON, and for keys only', async () => {
    const answer = await api.call('POST', '/v1/customers', { raw: '{', headers: { 'stripe-signature': 'x' } });
    assertProblem(answer, 400, 'request-invalid', 'body');
    assertProblem(await api.call('GET', '/v1/customers', { headers: { authorization: '' } }), 401, 'key-invalid');
  });
});
