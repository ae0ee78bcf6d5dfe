import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import type { FaultRule } from '../../src/mail-catcher/faults.ts';
import type { KeptMail } from '../../src/mail-catcher/inbox.ts';
import { type MailCatcher, startMailCatcher } from '../../src/mail-catcher/index.ts';
import type { Mail } from '../../src/notify/mailer.ts';
import { createSmtpMailer } from '../../src/notify/smtp-mailer.ts';

const from = { name: 'Acme Ünlimited', address: 'billing@acme.example' };
const impatient = { connect: 2_000, greeting: 1_000, silence: 1_000 };
let counter = 0;
const mailTo = (address: string): Mail => {
  counter += 1;
  const messageId = `mail-${counter}@acme.example`;
  return {
    messageId,
    to: { name: 'Blå Häger', address },
    subject: 'Zahlung ✓',
    text: 'Grüße\n.\nEnde',
    html: '<p>Grüße</p>',
    language: 'de',
  };
};

describe('The mailer', () => {
  let catcher: MailCatcher;
  before(async () => {
    catcher = await startMailCatcher();
  });
  after(() => catcher?.stop());
  afterEach(() => fail());

  const mailer = () => createSmtpMailer({ url: catcher.smtpUrl, from, limitsMs: impatient });
  const fail = async (...rules: FaultRule[]) => {
    const answer = await fetch(`${catcher.url}/api/faults`, { method: 'PUT', body: JSON.stringify(rules) });
    assert.equal(answer.status, 200);
  };
  const mailsTo = async (address: string) =>
    (await (await fetch(`${catcher.url}/api/messages?to=${address}`)).json()) as KeptMail[];

  it('hands a mail over as it is, in both forms, with its id and who sends it', async () => {
    const mail = mailTo('one@heron.example');
    assert.deepEqual(await mailer().send(mail), { outcome: 'sent' });
    const [kept, ...more] = await mailsTo('one@heron.example');
    assert.equal(more.length, 0);
    assert.equal(kept?.subject, 'Zahlung ✓');
    assert.equal(kept.text.trim(), 'Grüße\n.\nEnde');
    assert.match(kept.html ?? '', /<p>Grüße<\/p>/);
    assert.equal(kept.messageId, `<${mail.messageId}>`);
    assert.equal(kept.from, 'billing@acme.example');
    assert.equal(kept.headers['auto-submitted'], 'auto-generated');
  });

  it('says when it may be tried again, and when never, without the address', async () => {
    await fail(
      { kind: 'recipient-busy', to: 'busy@heron.example' },
      { kind: 'recipient-unknown', to: 'gone@heron.example' },
    );
    assert.deepEqual(await mailer().send(mailTo('busy@heron.example')), { outcome: 'later', reason: '451 4.2.1' });
    assert.deepEqual(await mailer().send(mailTo('gone@heron.example')), { outcome: 'refused', reason: '550 5.1.1' });
    await fail({ kind: 'refused' });
    assert.deepEqual(await mailer().send(mailTo('spam@heron.example')), { outcome: 'refused', reason: '554 5.7.1' });
    for (const address of ['busy', 'gone', 'spam']) assert.deepEqual(await mailsTo(`${address}@heron.example`), []);
  });

  it('does not know when the connection breaks after the text began, whether or not the server has it', async () => {
    await fail({ kind: 'lost-answer', to: 'had@heron.example' }, { kind: 'cut-off', to: 'not@heron.example' });
    assert.equal((await mailer().send(mailTo('had@heron.example'))).outcome, 'unknown');
    assert.equal((await mailer().send(mailTo('not@heron.example'))).outcome, 'unknown');
    assert.equal((await mailsTo('had@heron.example')).length, 1);
    assert.equal((await mailsTo('not@heron.example')).length, 0);
  });

  it('knows that nothing was sent while no server answers, or one that says nothing', async () => {
    const silent = createServer((socket: Socket) => socket.resume());
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as { port: number };
    const at = (url: string) => createSmtpMailer({ url, from, limitsMs: impatient });
    assert.equal((await at(`smtp://127.0.0.1:${port}`).send(mailTo('a@heron.example'))).outcome, 'later');
    silent.close();
    assert.deepEqual(await at(`smtp://127.0.0.1:${port}`).send(mailTo('a@heron.example')), {
      outcome: 'later',
      reason: 'ECONNREFUSED',
    });
  });

  it('refuses what is no address without asking anybody', async () => {
    const delivery = await mailer().send(mailTo('eve@heron.example>\r\nRCPT TO:<all@heron.example'));
    assert.equal(delivery.outcome, 'refused');
    assert.deepEqual(await mailsTo('all@heron.example'), []);
  });
});
