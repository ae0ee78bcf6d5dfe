import assert from 'node:assert/strict';
import { createOperator } from '../../../src/auth/operators.ts';
import type { UserRole } from '../../../src/auth/roles.ts';
import { addUser } from '../../../src/auth/users.ts';
import { sendMail } from '../../../src/billing/send-mail.ts';
import { storeBillingProfile } from '../../../src/billing/store-billing-profile.ts';
import { changeEndpoint } from '../../../src/billing/webhooks/change-endpoint.ts';
import { createEndpoint } from '../../../src/billing/webhooks/create-endpoint.ts';
import { deleteEndpoint } from '../../../src/billing/webhooks/delete-endpoint.ts';
import { deliver } from '../../../src/billing/webhooks/deliver.ts';
import { resendSince } from '../../../src/billing/webhooks/resend.ts';
import { sendTest } from '../../../src/billing/webhooks/send-test.ts';
import type { KeptMail } from '../../../src/mail-catcher/inbox.ts';
import { type MailCatcher, startMailCatcher } from '../../../src/mail-catcher/index.ts';
import { createSmtpMailer } from '../../../src/notify/smtp-mailer.ts';
import { createWebhookSender, type WebhookSender } from '../../../src/notify/webhooks/sender.ts';
import { listMessages } from '../../../src/store/message-views.ts';
import { claimDeliveries } from '../../../src/store/webhook-deliveries.ts';
import { findEndpoint } from '../../../src/store/webhook-endpoints.ts';
import { addCustomer, openBooks } from '../../support/books.ts';
import { chainOf } from '../../support/chains.ts';
import { useTestDatabase } from '../../support/database.ts';
import { issueInvoice } from '../../targets/support.ts';
import { claim, deliverAndDie } from './dying-sender.ts';
import { ok, type Receiver, startReceiver } from './receiver.ts';

const local = { allowsLoopback: true };
const from = { name: 'Acme Billing', address: 'billing@acme.example' };

describe('The owner of a webhook endpoint that fails', function () {
  this.timeout(60_000);
  const books = useTestDatabase();
  let receiver: Receiver;
  let sender: WebhookSender;
  let catcher: MailCatcher;
  let tests = 0;
  const named = (name: string) => `${name}-${tests}@heron.example`;

  before(async () => {
    await openBooks(books.database);
    catcher = await startMailCatcher();
    sender = createWebhookSender(local);
  });
  beforeEach(async () => {
    tests += 1;
    receiver = await startReceiver();
    receiver.answers((response) => response.writeHead(503).end());
    await books.database.query('DELETE FROM webhook_events');
    await books.database.query('DELETE FROM webhook_endpoints');
  });
  afterEach(() => receiver.stop());
  after(async () => {
    await sender.close();
    await catcher.stop();
  });

  const addUsers = async (customerId: string, ...users: [name: string, role: UserRole][]) => {
    for (const [name, role] of users) {
      await addUser(books.database, customerId, { email: named(name), name, role }, 'test');
    }
    return customerId;
  };
  const customerWith = async (...users: [name: string, role: UserRole][]) =>
    await addUsers((await addCustomer(books.database, `heron-${tests}`)).id, ...users);
  const add = async (customerId: string | null) => {
    const url = `${receiver.url}?token=a-secret`;
    return await createEndpoint(books.database, { customerId, url }, local, 'test');
  };
  /** As time does it: what waits for its next attempt has waited, and the first failure was so long ago. */
  const letPass = async (days: number) => {
    await books.database.query(`UPDATE webhook_deliveries SET next_at = now() WHERE state = 'pending'`);
    await books.database.query(`UPDATE webhook_endpoints SET failing_since = now() - $1 * interval '1 day'`, [days]);
  };
  const attemptAll = async () => {
    for (const one of await claimDeliveries(books.database, claim)) {
      await deliver({ database: books.database, sender }, one);
    }
  };
  /** An attempt fails, then another one after so many days of failures. */
  const failFor = async (endpointId: string, days: number) => {
    await sendTest(books.database, endpointId);
    await attemptAll();
    await letPass(days);
    await attemptAll();
  };
  const sendAll = async () => {
    const mailer = createSmtpMailer({ url: catcher.smtpUrl, from });
    const ours = { name: from.name, domain: 'acme.example' };
    const dependencies = { database: books.database, mailer, sender: ours, publicUrl: 'https://billing.example' };
    while ((await sendMail(dependencies)) !== undefined);
  };
  const mailsTo = async (name: string) =>
    (await (await fetch(`${catcher.url}/api/messages?to=${named(name)}`)).json()) as KeptMail[];
  const mailsOf = async (endpointId: string) =>
    (await listMessages(books.database, {}, { after: undefined, limit: 100 }))
      .filter((message) => message.endpointId === endpointId)
      .map(({ kind, state, reason }) => [kind, state, ...(reason === null ? [] : [reason])].join(' '));

  it('is warned once, after the first day of failures: the admins of the customer, in their language', async () => {
    const customer = await customerWith(['Ada', 'admin'], ['Bo', 'billing'], ['Mo', 'member'], ['Al', 'admin']);
    await storeBillingProfile(books.database, customer, { language: 'de-AT' }, 'test');
    const { id } = await add(customer);
    await failFor(id, 0.9);
    assert.deepEqual(await mailsOf(id), [], 'not within the first day');
    await letPass(1.1);
    await attemptAll();
    await books.database.query(`UPDATE webhook_deliveries SET next_at = now() WHERE state = 'pending'`);
    await attemptAll();
    await sendAll();
    assert.deepEqual(await mailsOf(id), ['webhook-failing sent']);
    const [mail, ...more] = await mailsTo('Ada');
    assert.deepEqual(more, []);
    assert.match(mail?.subject ?? '', /^Webhooks an 127\.0\.0\.1:\d+ schlagen fehl$/);
    assert.match(mail?.text ?? '', /Letzte Antwort: Status 503/);
    assert.match(mail?.text ?? '', new RegExp(`https://billing\\.example/developers/webhooks/${id}`));
    assert.doesNotMatch(mail?.text ?? '', /a-secret/);
    assert.equal((await mailsTo('Al')).length, 1);
    assert.deepEqual([...(await mailsTo('Bo')), ...(await mailsTo('Mo'))], []);
    const { mailState, mailedAt, state } = (await findEndpoint(books.database, id))!;
    assert.deepEqual([state, mailState, mailedAt !== null], ['enabled', 'sent', true]);
    assert.deepEqual(
      (await chainOf(books.database, id)).map(({ action }) => action),
      ['created', 'mail sent'],
    );
  });

  it('is warned anew of failures that begin after a success', async () => {
    const { id } = await add(await customerWith(['Ada', 'admin']));
    for (const days of [1.1, 1.2]) {
      receiver.answers((response) => response.writeHead(500).end());
      await failFor(id, days);
      await sendAll();
      receiver.answers(ok);
      await books.database.query(`UPDATE webhook_deliveries SET next_at = now() WHERE state = 'pending'`);
      await attemptAll();
      assert.equal((await findEndpoint(books.database, id))?.mailState, null, 'it works');
    }
    assert.deepEqual(await mailsOf(id), ['webhook-failing sent', 'webhook-failing sent']);
  });

  it('is told once that it is given up: of one of the business the operators who are admins', async () => {
    for (const [name, role] of [
      ['Olga', 'admin'],
      ['Otto', 'finance'],
    ] as const) {
      await createOperator(
        books.database,
        { email: named(name), name, role, password: 'correct horse battery' },
        'test',
      );
    }
    const { id } = await add(null);
    await failFor(id, 5.1);
    await sendAll();
    await attemptAll();
    await sendAll();
    assert.deepEqual(await mailsOf(id), ['webhook-given-up sent']);
    const [mail, ...more] = await mailsTo('Olga');
    assert.deepEqual(more, []);
    assert.match(mail?.subject ?? '', /^Webhooks to 127\.0\.0\.1:\d+ are switched off$/);
    assert.match(mail?.text ?? '', /Nothing but failures have come back since .+ UTC\./);
    assert.match(mail?.text ?? '', /each is kept for 30 days, to be sent again/);
    assert.match(mail?.text ?? '', new RegExp(`https://billing\\.example/operations/developers/webhooks/${id}`));
    assert.deepEqual(await mailsTo('Otto'), []);
    assert.equal((await findEndpoint(books.database, id))?.mailState, 'sent');
  });

  it('is told at once of a 410, and loses nothing of what happens until it is enabled again', async () => {
    const bill = (month: 'November' | 'December') =>
      issueInvoice(books.database, { externalId: 'heron', amountsMinor: [100n], month });
    const { customerId } = await bill('November');
    await addUsers(customerId, ['Ada', 'admin']);
    const endpoint = await add(customerId);
    const { id } = endpoint;
    receiver.answers((response) => response.writeHead(410).end());
    await sendTest(books.database, id);
    await attemptAll();
    await sendAll();
    assert.deepEqual(await mailsOf(id), ['webhook-given-up sent']);
    assert.match((await mailsTo('Ada'))[0]?.text ?? '', /answered that it is gone \(410\)/);
    const { disabledAt } = (await findEndpoint(books.database, id))!;
    await bill('December');
    await attemptAll();
    assert.equal(receiver.received.length, 0, 'nothing is sent to it meanwhile');
    await changeEndpoint(books.database, id, { state: 'enabled' }, local, 'test');
    receiver.answers(ok);
    receiver.believes(endpoint.secret);
    const { count } = await resendSince(books.database, id, { since: disabledAt!.toISOString() });
    assert.equal(count, 2, 'drafted and issued');
    while (receiver.received.length < count) await attemptAll();
    assert.deepEqual(receiver.received.map(({ type }) => type).sort(), ['invoice.drafted', 'invoice.issued']);
  });

  it('is told nothing that is not so any more, and an operator sees whom no mail can reach', async () => {
    const mended = await add(await customerWith(['Ada', 'admin']));
    await failFor(mended.id, 5.1);
    await changeEndpoint(books.database, mended.id, { state: 'enabled' }, local, 'test');
    await sendAll();
    assert.deepEqual(await mailsOf(mended.id), ['webhook-given-up skipped endpoint-changed']);
    const removed = await add(mended.customerId);
    await failFor(removed.id, 1.1);
    await deleteEndpoint(books.database, removed.id, 'test');
    await sendAll();
    assert.deepEqual(await mailsOf(removed.id), ['webhook-failing skipped endpoint-changed']);
    assert.deepEqual(await mailsTo('Ada'), []);
    tests += 1;
    const unread = await add(await customerWith(['Bo', 'billing']));
    await failFor(unread.id, 5.1);
    await sendAll();
    assert.deepEqual(await mailsOf(unread.id), ['webhook-given-up failed no-address']);
    assert.deepEqual(await mailsTo('Bo'), []);
  });

  for (const [point, isGivenUp] of [
    ['webhook.answered', false],
    ['webhook.settled', true],
  ] as const) {
    it(`is told once when the process is killed at ${point}`, async () => {
      const { id } = await add(await customerWith(['Ada', 'admin']));
      await sendTest(books.database, id);
      await attemptAll();
      await letPass(5.1);
      assert.equal(await deliverAndDie(books.url, point), 'SIGKILL');
      assert.deepEqual(await mailsOf(id), isGivenUp ? ['webhook-given-up pending'] : []);
      assert.equal((await findEndpoint(books.database, id))?.state, isGivenUp ? 'disabled' : 'enabled');
      await letPass(5.1);
      await attemptAll();
      await sendAll();
      assert.deepEqual(await mailsOf(id), ['webhook-given-up sent']);
      assert.equal((await mailsTo('Ada')).length, 1);
    });
  }
});
