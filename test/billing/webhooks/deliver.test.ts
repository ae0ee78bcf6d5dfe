import assert from 'node:assert/strict';
import { changeEndpoint } from '../../../src/billing/webhooks/change-endpoint.ts';
import { createEndpoint } from '../../../src/billing/webhooks/create-endpoint.ts';
import { deliver } from '../../../src/billing/webhooks/deliver.ts';
import { getDelivery } from '../../../src/billing/webhooks/get-delivery.ts';
import { keepDelivering } from '../../../src/billing/webhooks/keep-delivering.ts';
import { resendDelivery, resendSince } from '../../../src/billing/webhooks/resend.ts';
import { rotateSecret } from '../../../src/billing/webhooks/rotate-secret.ts';
import { sendTest } from '../../../src/billing/webhooks/send-test.ts';
import { longestMs, mostTries } from '../../../src/domain/webhook/retry.ts';
import { createWebhookSender, sendLimits, type WebhookSender } from '../../../src/notify/webhooks/sender.ts';
import { readAttention } from '../../../src/store/attention.ts';
import { claimDeliveries, forgetEvents, readWebhookLagSeconds } from '../../../src/store/webhook-deliveries.ts';
import { findEndpoint } from '../../../src/store/webhook-endpoints.ts';
import { until } from '../../broker/support.ts';
import { openBooks } from '../../support/books.ts';
import { chainOf } from '../../support/chains.ts';
import { useTestDatabase } from '../../support/database.ts';
import { claim, deliverAndDie } from './dying-sender.ts';
import { ok, type Receiver, startReceiver } from './receiver.ts';

const local = { allowsLoopback: true };

describe('Webhook deliveries', function () {
  this.timeout(60_000);
  const books = useTestDatabase();
  let receiver: Receiver;
  let sender: WebhookSender;
  before(async () => {
    await openBooks(books.database);
    sender = createWebhookSender(local, { limits: { ...sendLimits, answerMs: 1_000, bodyMs: 200 } });
  });
  beforeEach(async () => {
    receiver = await startReceiver();
    await books.database.query('DELETE FROM webhook_events');
    await books.database.query('DELETE FROM webhook_endpoints');
  });
  afterEach(() => receiver.stop());
  after(() => sender.close());

  const add = async (url = receiver.url) => {
    const endpoint = await createEndpoint(books.database, { customerId: null, url }, local, 'Ada');
    receiver.believes(endpoint.secret);
    return endpoint;
  };
  /** Makes one attempt at everything that is due. */
  const attemptAll = async () => {
    const claimed = await claimDeliveries(books.database, claim);
    return await Promise.all(claimed.map((one) => deliver({ database: books.database, sender }, one)));
  };
  /** As time does it: what waits for its next attempt has waited. */
  const letTimePass = () =>
    books.database.query(`UPDATE webhook_deliveries SET next_at = now() WHERE state = 'pending'`);

  it('are signed so that the package of Standard Webhooks believes them, and taken by a 2xx', async () => {
    const { id } = await add();
    const sent = await sendTest(books.database, id);
    const [outcome] = await attemptAll();
    assert.deepEqual([outcome?.state, outcome?.reason], ['delivered', null]);
    const [event] = receiver.received;
    assert.deepEqual(receiver.refused, []);
    assert.deepEqual([event?.id, event?.type, event?.data], [sent.eventId, 'webhook.test', { id, customerId: null }]);
    assert.equal(event?.timestamp, sent.event.timestamp.toISOString());
    assert.deepEqual(await attemptAll(), [], 'it is not sent again');
    const { state, attempts, log } = await getDelivery(books.database, id, sent.id);
    assert.deepEqual([state, attempts, log.map(({ status }) => status)], ['delivered', 1, [204]]);
  });

  it('are refused by a receiver that has another secret', async () => {
    const { id } = await add();
    receiver.believes(`whsec_${Buffer.from('another secret of 24 byte').toString('base64')}`);
    await sendTest(books.database, id);
    await attemptAll();
    assert.deepEqual([receiver.received.length, receiver.refused.length], [0, 1]);
  });

  it('are signed with both secrets for a day after one was changed', async () => {
    const first = await add();
    const second = await rotateSecret(books.database, first.id, 'Ada');
    assert.notEqual(second.secret, first.secret);
    for (const { secret } of [first, second]) {
      receiver.believes(secret);
      await sendTest(books.database, first.id);
      await attemptAll();
    }
    assert.deepEqual(
      receiver.received.map(({ signatures }) => signatures),
      [2, 2],
    );
    await books.database.query(`UPDATE webhook_endpoints SET previous_until = now() - interval '1 second'`);
    receiver.believes(first.secret);
    await sendTest(books.database, first.id);
    await attemptAll();
    assert.deepEqual([receiver.received.length, receiver.refused.length], [2, 1], 'the day is over');
    assert.equal((await findEndpoint(books.database, first.id))?.previousSecretUntil, null);
  });

  const faults: Record<string, [answer: Parameters<Receiver['answers']>[0], reason: string, status: number | null]> = {
    'an error of the receiver': [(response) => response.writeHead(500).end('no disk'), 'status-500', 500],
    'a refusal': [(response) => response.writeHead(401).end('who?'), 'status-401', 401],
    'a redirect, which is not followed': [
      (response) => response.writeHead(302, { location: 'http://127.0.0.1:1/elsewhere' }).end(),
      'redirected',
      302,
    ],
    'no answer': [() => {}, 'timeout', null],
    'a connection that is cut': [(response) => response.destroy(), 'connection-lost', null],
    'no HTTP': [(response) => response.socket?.end('220 mail.example ESMTP\r\n'), 'answer-unreadable', null],
  };
  for (const [fault, [answer, reason, status]] of Object.entries(faults)) {
    it(`wait and come again after ${fault}`, async () => {
      const { id } = await add();
      receiver.answers(answer);
      const sent = await sendTest(books.database, id);
      assert.deepEqual(
        (await attemptAll()).map((one) => [one.state, one.reason]),
        [['pending', reason]],
      );
      const waiting = await getDelivery(books.database, id, sent.id);
      assert.ok((waiting.nextAt ?? 0) > new Date(), 'it waits');
      assert.deepEqual([waiting.log[0]?.status, waiting.log[0]?.reason], [status, reason]);
      assert.deepEqual(await attemptAll(), [], 'nothing is due');
      receiver.answers(ok);
      await letTimePass();
      await attemptAll();
      assert.equal((await getDelivery(books.database, id, sent.id)).state, 'delivered');
      assert.deepEqual(new Set(receiver.received.map((one) => one.id)), new Set([sent.eventId]), 'under one id');
    });
  }

  it('wait after a connection that nobody takes', async () => {
    const { id } = await add('http://127.0.0.1:1/hooks');
    await sendTest(books.database, id);
    assert.equal((await attemptAll())[0]?.reason, 'connection-refused');
  });

  it('never reach an address of a private network, whatever was stored', async () => {
    const { id } = await add();
    for (const url of [
      'https://10.0.0.1/',
      'https://169.254.169.254/latest/meta-data/',
      'https://[::ffff:127.0.0.1]/',
    ]) {
      await books.database.query('UPDATE webhook_endpoints SET url = $1', [url]);
      await sendTest(books.database, id);
      assert.equal((await attemptAll())[0]?.reason, 'address-refused', url);
    }
    const strict = createWebhookSender({ allowsLoopback: false });
    const { reason } = await strict.send({ url: receiver.url, id: 'x', body: '{}', secrets: [] });
    assert.deepEqual([reason, receiver.refused.length], ['address-refused', 0], 'nor this machine, unless it is set');
    await strict.close();
  });

  it('keep the first KiB of an answer and hang up on one without end', async () => {
    const { id } = await add();
    receiver.answers((response) => {
      response.writeHead(200);
      const more = (): void => {
        while (response.writable && response.write('x\0'.repeat(32_768)));
        response.once('drain', more);
      };
      more();
    });
    const sent = await sendTest(books.database, id);
    assert.equal((await attemptAll())[0]?.state, 'delivered', 'the status was there');
    const { answer } = (await getDelivery(books.database, id, sent.id)).log[0] ?? {};
    assert.equal(answer, 'x\ufffd'.repeat(512));
    receiver.answers((response) => response.writeHead(200).write('begun'));
    await resendDelivery(books.database, id, sent.id);
    await attemptAll();
    assert.equal(
      (await getDelivery(books.database, id, sent.id)).log[0]?.answer,
      'begun',
      'nor wait for one that stops',
    );
  });

  it('fail after the last try, stay in the log, and go out again when a person says so', async () => {
    const { id } = await add();
    receiver.answers((response) => response.writeHead(503).end());
    const sent = await sendTest(books.database, id);
    for (let tries = 1; tries <= mostTries; tries += 1) {
      const [outcome] = await attemptAll();
      assert.equal(outcome?.state, tries < mostTries ? 'pending' : 'failed', `try ${tries}`);
      await letTimePass();
    }
    const failed = await getDelivery(books.database, id, sent.id);
    assert.deepEqual([failed.state, failed.reason, failed.log.length], ['failed', 'status-503', mostTries]);
    assert.ok((await findEndpoint(books.database, id))?.failingSince);
    receiver.answers(ok);
    assert.deepEqual(await resendSince(books.database, id, { since: failed.createdAt.toISOString() }), { count: 1 });
    assert.deepEqual(
      (await attemptAll()).map(({ state }) => state),
      ['delivered'],
    );
    assert.equal((await findEndpoint(books.database, id))?.failingSince, null, 'a success ends the failures');
    const later = new Date(failed.createdAt.getTime() + longestMs).toISOString();
    assert.deepEqual(await resendSince(books.database, id, { since: later }), { count: 0 });
  });

  it('end with an endpoint that has failed for five days, and an operator is told', async () => {
    const { id } = await add();
    receiver.answers((response) => response.writeHead(500).end());
    await sendTest(books.database, id);
    assert.equal((await attemptAll())[0]?.isGivenUp, false);
    await books.database.query(`UPDATE webhook_endpoints SET failing_since = now() - interval '5 days 1 second'`);
    const waiting = await sendTest(books.database, id);
    await letTimePass();
    const [claimed, ...others] = await claimDeliveries(books.database, claim);
    assert.deepEqual(others, [], 'one of each endpoint at a time');
    assert.equal((await deliver({ database: books.database, sender }, claimed!)).isGivenUp, true);
    const endpoint = await findEndpoint(books.database, id);
    assert.deepEqual([endpoint?.state, endpoint?.disabledBecause], ['disabled', 'failing']);
    assert.equal(
      (await getDelivery(books.database, id, waiting.id)).reason,
      'endpoint-disabled',
      'nothing waits for it',
    );
    assert.equal((await readAttention(books.database)).webhookEndpoints, 1);
    assert.deepEqual(
      (await chainOf(books.database, id)).map(({ action }) => action),
      ['created', 'disabled'],
    );
    await assert.rejects(sendTest(books.database, id), { code: 'webhook-endpoint-refused' });
    await changeEndpoint(books.database, id, { state: 'enabled' }, local, 'Ada');
    assert.equal((await readAttention(books.database)).webhookEndpoints, 0);
    receiver.answers(ok);
    await sendTest(books.database, id);
    assert.equal((await attemptAll())[0]?.state, 'delivered');
  });

  it('end at once with an endpoint that answers 410', async () => {
    const { id } = await add();
    receiver.answers((response) => response.writeHead(410).end());
    await sendTest(books.database, id);
    const [outcome] = await attemptAll();
    assert.deepEqual([outcome?.state, outcome?.reason, outcome?.isGivenUp], ['failed', 'gone', true]);
    assert.equal((await findEndpoint(books.database, id))?.disabledBecause, 'gone');
  });

  it('do not end with an endpoint whose old address is gone, once somebody has given it another', async () => {
    const { id } = await add();
    receiver.answers((response) => response.writeHead(410).end());
    await sendTest(books.database, id);
    const [moved] = await claimDeliveries(books.database, claim);
    const url = `${receiver.url}/elsewhere`;
    await changeEndpoint(books.database, id, { url }, local, 'Ada');
    assert.equal((await deliver({ database: books.database, sender }, moved!)).isGivenUp, false);

    await sendTest(books.database, id);
    const [restarted] = await claimDeliveries(books.database, claim);
    for (const state of ['disabled', 'enabled'] as const) {
      await changeEndpoint(books.database, id, { state }, local, 'Ada');
    }
    assert.equal((await deliver({ database: books.database, sender }, restarted!)).isGivenUp, false);
    assert.equal((await findEndpoint(books.database, id))?.state, 'enabled');
  });

  for (const point of ['webhook.claimed', 'webhook.answered']) {
    it(`come again under the same id when the sender is killed at ${point}`, async () => {
      const { id } = await add();
      const sent = await sendTest(books.database, id);
      assert.equal(await deliverAndDie(books.url, point), 'SIGKILL');
      assert.equal(receiver.received.length, point === 'webhook.claimed' ? 0 : 1);
      assert.deepEqual(await attemptAll(), [], 'until its lease ends it may be on its way');
      await letTimePass();
      assert.deepEqual(
        (await attemptAll()).map(({ state }) => state),
        ['delivered'],
      );
      assert.deepEqual(new Set(receiver.received.map((one) => one.id)), new Set([sent.eventId]));
      const { attempts, log } = await getDelivery(books.database, id, sent.id);
      assert.deepEqual([attempts, log.map(({ attempt }) => attempt)], [2, [2]], 'of the first nobody knows');
    });
  }

  it('of one endpoint that hangs do not delay those of others', async () => {
    const hanging = await startReceiver();
    const held: (() => void)[] = [];
    hanging.answers((response) => held.push(() => response.writeHead(200).end()));
    const slow = await createEndpoint(books.database, { customerId: null, url: hanging.url }, local, 'Ada');
    for (let count = 0; count < 50; count += 1) await sendTest(books.database, slow.id);
    const quick = await add();
    const patient = createWebhookSender(local);
    const outcomes: string[] = [];
    const sending = keepDelivering(
      { database: books.database, sender: patient },
      { onDelivery: ({ endpoint }) => outcomes.push(endpoint), onFailure: assert.fail },
    );
    for (let count = 0; count < 10; count += 1) await sendTest(books.database, quick.id);
    await until(() => receiver.received.length === 10, 'the quick one has all of its own');
    assert.ok(held.length <= 4, `${held.length} of the slow one are under way`);
    assert.ok(!outcomes.includes(slow.id));
    hanging.answers(ok);
    for (const answer of held) answer();
    await until(() => outcomes.filter((id) => id === slow.id).length === 50, 'the slow one has all of its own');
    await sending.stop();
    await patient.close();
    await hanging.stop();
  });

  it('are told in seconds that the oldest has been due, and forgotten after 30 days', async () => {
    const { id } = await add();
    assert.equal(await readWebhookLagSeconds(books.database), 0);
    await sendTest(books.database, id);
    await books.database.query(`UPDATE webhook_deliveries SET next_at = now() - interval '61 minutes'`);
    assert.ok((await readWebhookLagSeconds(books.database)) >= 3_600);
    assert.equal(await forgetEvents(books.database, 30, 10), 0);
    await books.database.query(`UPDATE webhook_events SET happened_at = now() - interval '31 days'`);
    assert.equal(await forgetEvents(books.database, 30, 10), 1);
    assert.deepEqual(await attemptAll(), []);
  });
});
