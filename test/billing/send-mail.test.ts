import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { addUser } from '../../src/auth/users.ts';
import { dismissMail, resendMail } from '../../src/billing/decide-mail.ts';
import { issueCreditNote } from '../../src/billing/issue-credit-note.ts';
import { keepSending } from '../../src/billing/keep-sending.ts';
import { type MailDependencies, sendMail } from '../../src/billing/send-mail.ts';
import { storeBillingProfile } from '../../src/billing/store-billing-profile.ts';
import type { FaultRule } from '../../src/mail-catcher/faults.ts';
import type { KeptMail } from '../../src/mail-catcher/inbox.ts';
import { type MailCatcher, startMailCatcher } from '../../src/mail-catcher/index.ts';
import { createSmtpMailer } from '../../src/notify/smtp-mailer.ts';
import { readAttention } from '../../src/store/attention.ts';
import { listMessages } from '../../src/store/message-views.ts';
import { giveUpClaims, readMailLagSeconds } from '../../src/store/messages.ts';
import { until } from '../broker/support.ts';
import { refusedWith } from '../store/refusals.ts';
import { openBooks } from '../support/books.ts';
import { chainOf } from '../support/chains.ts';
import { useTestDatabase } from '../support/database.ts';
import { comeToRest, mailsTold, pay, setPolicy, unpaidInvoice } from './dunning-support.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const from = { name: 'Acme Billing', address: 'billing@acme.example' };

/** Sends one mail, in a process that may be killed at a point of its way. */
const program = `
  const { openDatabase } = await import('./src/store/database.ts');
  const { createSmtpMailer } = await import('./src/notify/smtp-mailer.ts');
  const { sendMail } = await import('./src/billing/send-mail.ts');
  const database = openDatabase(process.env.URL, { maxConnections: 1 });
  const mailer = createSmtpMailer({ url: process.env.SMTP, from: ${JSON.stringify(from)} });
  const sender = { name: 'Acme Billing', domain: 'acme.example' };
  await sendMail({ database, mailer, sender, publicUrl: 'https://billing.example' });
  await database.close();
`;

describe('Mails', function () {
  this.timeout(60_000);
  const books = useTestDatabase();
  let catcher: MailCatcher;
  let dependencies: MailDependencies;
  let counter = 0;
  before(async () => {
    catcher = await startMailCatcher();
    await openBooks(books.database);
    await setPolicy(books.database, '3 remind', ['invoice-sent', 'payment-received']);
    const mailer = createSmtpMailer({ url: catcher.smtpUrl, from });
    const sender = { name: from.name, domain: 'acme.example' };
    dependencies = { database: books.database, mailer, sender, publicUrl: 'https://billing.example' };
  });
  after(() => catcher?.stop());
  afterEach(async () => {
    await fail();
    const { rows } = await books.database.query(`SELECT FROM messages WHERE state IN ('pending', 'sending')`);
    assert.equal(rows.length, 0, 'each test leaves an empty outbox');
  });

  const fail = (...rules: FaultRule[]) =>
    fetch(`${catcher.url}/api/faults`, { method: 'PUT', body: JSON.stringify(rules) });
  const mailsTo = async (address: string) =>
    (await (await fetch(`${catcher.url}/api/messages?to=${address}`)).json()) as KeptMail[];
  /** An invoice that has just come to rest, so that its customer is to get a mail. */
  const owe = async () => {
    counter += 1;
    const address = `pilot-${counter}@heron.example`;
    const { id } = await unpaidInvoice(books.database, '2013-02-01', address);
    const [message] = await listMessages(books.database, { invoiceId: id }, { after: undefined, limit: 1 });
    return { id, address, message: message!.id };
  };
  /** As time does it: what waits for its next try has waited. */
  const letTimePass = () => books.database.query(`UPDATE messages SET next_at = now() WHERE state = 'pending'`);
  const because = { reason: 'The mail server was mended.' };

  it('bring the customer the invoice, with the link and the amount', async () => {
    const { id, address } = await owe();
    assert.equal((await sendMail(dependencies))?.state, 'sent');
    assert.equal(await sendMail(dependencies), undefined, 'nothing else is owed');
    const [mail] = await mailsTo(address);
    assert.match(mail?.subject ?? '', /^Invoice SAMPLE-\d{6} from Acme Billing$/);
    assert.match(mail?.text ?? '', /over \$100\.00\. Please pay it by February 1, 2013\./);
    assert.match(mail?.messageId ?? '', /^<[0-9a-f-]{36}@acme\.example>$/);
    assert.deepEqual(await mailsTold(books.database, id), ['invoice-sent sent']);
    assert.ok((await chainOf(books.database, id)).some(({ action }) => action === 'mail sent'));
  });

  it('go to the other contacts and to the users who want them too, each once', async () => {
    const { id, address } = await owe();
    const { rows } = await books.database.query<{ customer: string }>(
      'SELECT customer_id AS customer FROM invoices WHERE id = $1',
      [id],
    );
    const customer = rows[0]?.customer ?? '';
    const contacts = [address, 'second@heron.example'].map((email) => ({ name: 'Contact', email }));
    await storeBillingProfile(books.database, customer, { contacts }, 'test');
    for (const [email, receivesInvoices] of [
      ['second@heron.example', true],
      ['third@heron.example', true],
      ['silent@heron.example', false],
    ] as const) {
      await addUser(books.database, customer, { email, name: 'User', role: 'billing', receivesInvoices }, 'test');
    }
    assert.equal((await sendMail(dependencies))?.state, 'sent');
    for (const [email, mails] of [
      [address, 1],
      ['second@heron.example', 1],
      ['third@heron.example', 1],
      ['silent@heron.example', 0],
    ] as const) {
      assert.equal((await mailsTo(email)).length, mails, email);
    }
    const [told] = (await chainOf(books.database, id)).filter(({ action }) => action === 'mail sent');
    assert.equal(told?.detail['recipients'], 3);
  });

  it('ask for what a credit note has left to pay, and thank nobody for what it has paid', async () => {
    const credit = async (invoiceId: string, amountMinor: number) => {
      const order = { requestId: `note ${amountMinor}`, giveBack: 'refund', reason: 'other', amountMinor } as const;
      await issueCreditNote(books.database, invoiceId, order, 'Ada');
    };
    // 100.00 less 30.00; then all of it.
    const { id, address } = await owe();
    await credit(id, 3_000);
    await sendMail(dependencies);
    assert.match((await mailsTo(address))[0]?.text ?? '', /over \$70\.00\. /);
    await credit(id, 7_000);
    await books.database.query(`UPDATE invoice_states SET payment = 'paid', paid_at = now() WHERE invoice_id = $1`, [
      id,
    ]);
    while ((await sendMail(dependencies)) !== undefined);
    assert.deepEqual(await mailsTold(books.database, id), [
      'invoice-sent sent',
      'payment-received skipped nothing-paid',
    ]);
  });

  it('of one invoice go out in the order in which they were owed, whatever waits for its next try', async () => {
    const { id, address } = await owe();
    await books.database.query(
      `INSERT INTO messages (id, key, kind, customer_id, invoice_id, ordinal)
       SELECT gen_random_uuid(), 'reminder of ' || id, 'reminder', customer_id, id, 1 FROM invoices WHERE id = $1`,
      [id],
    );
    // The invoice itself could not be sent yet, and is tried again later than the reminder is due.
    await books.database.query(
      `UPDATE messages SET created_at = created_at - interval '1 minute', next_at = now() + interval '1 hour'
       WHERE invoice_id = $1 AND kind = 'invoice-sent'`,
      [id],
    );
    assert.equal(await sendMail(dependencies), undefined, 'the reminder waits for it');
    await letTimePass();
    while ((await sendMail(dependencies)) !== undefined);
    assert.deepEqual(
      (await mailsTo(address)).reverse().map(({ subject }) => subject.replace(/SAMPLE-\d+/, 'N')),
      ['Invoice N from Acme Billing', 'Reminder: invoice N is not paid yet'],
    );
  });

  it('are sent once each by several who send at once', async () => {
    const owed: string[] = [];
    for (let count = 0; count < 12; count += 1) owed.push((await owe()).address);
    const sendAll = async () => {
      while ((await sendMail(dependencies)) !== undefined);
    };
    await Promise.all(Array.from({ length: 6 }, sendAll));
    for (const address of owed) assert.equal((await mailsTo(address)).length, 1, address);
  });

  it('wait longer each time while the server does not take them, and end with a person', async () => {
    const { id, address, message } = await owe();
    await fail({ kind: 'recipient-busy', to: address });
    const waits: number[] = [];
    for (let tries = 1; tries <= 3; tries += 1) {
      assert.equal((await sendMail(dependencies))?.state, 'pending');
      assert.equal(await sendMail(dependencies), undefined, 'not before its time');
      const { rows } = await books.database.query<{ ms: number }>(
        `SELECT extract(epoch FROM next_at - now()) * 1000 AS ms FROM messages WHERE id = $1`,
        [message],
      );
      waits.push(Number(rows[0]?.ms));
      await letTimePass();
    }
    assert.ok(waits[1]! > waits[0]! * 1.5 && waits[2]! > waits[1]! * 1.5, `${waits}`);
    assert.ok((await readMailLagSeconds(books.database)) > 0, 'the figures show that it waits');
    await books.database.query('UPDATE messages SET tries = 77 WHERE id = $1', [message]);
    assert.equal((await sendMail(dependencies))?.state, 'failed');
    assert.deepEqual(await mailsTold(books.database, id), ['invoice-sent failed 451 4.2.1']);
    await fail();
    await resendMail(books.database, message, because, 'test');
    assert.equal((await sendMail(dependencies))?.state, 'sent');
    assert.equal((await mailsTo(address)).length, 1);
  });

  it('are given to a person at once where no server will ever take them, and without the address in the books', async () => {
    const { id, address, message } = await owe();
    await fail({ kind: 'recipient-unknown', to: address });
    assert.equal((await sendMail(dependencies))?.state, 'failed');
    assert.deepEqual(await mailsTold(books.database, id), ['invoice-sent failed 550 5.1.1']);
    const before = (await readAttention(books.database)).failedMails;
    await dismissMail(books.database, message, because, 'test');
    assert.equal((await readAttention(books.database)).failedMails, before - 1);
    const told = JSON.stringify((await chainOf(books.database, id)).map(({ detail }) => detail));
    assert.ok(!told.includes('heron.example'), 'nothing personal in the chain');
    await assert.rejects(dismissMail(books.database, message, because, 'test'), { code: 'message-refused' });
  });

  it('have to have an address, and say nothing that is not so any more', async () => {
    const { id: nameless } = await unpaidInvoice(books.database, '2013-02-01');
    assert.deepEqual((await sendMail(dependencies))?.reason, 'no-address');
    const { id: paid } = await owe();
    await pay(books.database, paid);
    while ((await sendMail(dependencies)) !== undefined);
    assert.deepEqual(await mailsTold(books.database, nameless), ['invoice-sent failed no-address']);
    assert.deepEqual(await mailsTold(books.database, paid), ['invoice-sent skipped paid', 'payment-received sent']);
  });

  for (const [point, arrived] of [
    ['mail.claimed', 0],
    ['mail.answered', 1],
  ] as const) {
    it(`are not sent again by themselves when the process is killed at ${point}: a person decides`, async () => {
      const { id, address, message } = await owe();
      const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
        cwd: root,
        env: { ...process.env, URL: books.url, SMTP: catcher.smtpUrl, DURABILL_CRASH_AT: point },
        stdio: 'ignore',
      });
      assert.deepEqual(await once(child, 'exit'), [null, 'SIGKILL']);
      assert.equal((await mailsTo(address)).length, arrived);
      assert.equal(await sendMail(dependencies), undefined, 'it is claimed');
      assert.equal(await giveUpClaims(books.database, 600_000), 0, 'a claim is believed for a while');
      assert.equal(await giveUpClaims(books.database, 0), 1);
      assert.equal(await sendMail(dependencies), undefined, 'nobody sends it by itself');
      assert.deepEqual(await mailsTold(books.database, id), ['invoice-sent unknown process-ended']);
      assert.ok((await readAttention(books.database)).unknownMails > 0);
      await resendMail(books.database, message, because, 'test');
      assert.equal((await sendMail(dependencies))?.state, 'sent');
      const ids = (await mailsTo(address)).map(({ messageId }) => messageId);
      assert.equal(ids.length, arrived + 1);
      assert.equal(new Set(ids).size, 1, 'under the same Message-ID, by which a server may know it');
      await assert.rejects(resendMail(books.database, message, because, 'test'), { code: 'message-refused' });
    });
  }

  it('are unknown when the connection broke behind the text, and told when what came of them is heard late', async () => {
    const { id, address, message } = await owe();
    await fail({ kind: 'lost-answer', to: address });
    assert.equal((await sendMail(dependencies))?.state, 'unknown');
    assert.deepEqual(await mailsTold(books.database, id), ['invoice-sent unknown ECONNECTION']);
    await dismissMail(books.database, message, because, 'test');

    const slow = await owe();
    const late: MailDependencies = {
      ...dependencies,
      mailer: {
        async send() {
          assert.equal(await giveUpClaims(books.database, 0), 1);
          return { outcome: 'sent' };
        },
      },
    };
    await sendMail(late);
    assert.deepEqual(await mailsTold(books.database, slow.id), ['invoice-sent sent']);
  });

  it('go out by themselves while a process lives, and those under way are told before it ends', async () => {
    const states: string[] = [];
    const owed = [await owe(), await owe(), await owe()];
    const sending = keepSending(dependencies, {
      onMail: ({ state }) => states.push(state),
      onLost: () => assert.fail('none was lost'),
      onFailure: (error) => assert.fail(String(error)),
    });
    await until(async () => states.length === 3, 'three are sent');
    await sending.stop();
    for (const { address } of owed) assert.equal((await mailsTo(address)).length, 1);
    const unsent = await owe();
    assert.deepEqual(await mailsTold(books.database, unsent.id), ['invoice-sent pending']);
    await sendMail(dependencies);
  });

  it('are kept for ever, and what is sent stays sent: by raw SQL', async () => {
    const { id, message } = await owe();
    await sendMail(dependencies);
    const sql = (text: string) => books.database.query(text, [message]);
    await refusedWith(['DB011'], sql(`UPDATE messages SET state = 'pending', sent_at = NULL WHERE id = $1`), 'again');
    await refusedWith(['DB001'], sql('DELETE FROM messages WHERE id = $1'), 'forgotten');
    await comeToRest(books.database, id, 'unpaid', '2013-02-01');
    assert.deepEqual(await mailsTold(books.database, id), ['invoice-sent sent']);
  });
});
