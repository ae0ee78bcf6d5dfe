import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { type MailCatcher, type MailCatcherOptions, startMailCatcher } from '../../src/mail-catcher/index.ts';

describe('The mail catcher', () => {
  let folder = '';
  const running: MailCatcher[] = [];
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'durabill-mail-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  afterEach(async () => {
    for (const catcher of running.splice(0)) await catcher.stop();
  });

  const start = async (options: MailCatcherOptions = {}) => {
    const catcher = await startMailCatcher(options);
    running.push(catcher);
    return catcher;
  };
  const send = async (catcher: MailCatcher, to: string | string[], subject: string, html = '<b>hi</b>') => {
    const transport = createTransport(catcher.smtpUrl);
    await transport.sendMail({ from: 'a@acme.example', to, subject, text: 'hi', html });
    transport.close();
  };
  const subjects = async (catcher: MailCatcher, query = '') => {
    const answer = await fetch(`${catcher.url}/api/messages${query}`);
    return ((await answer.json()) as { subject: string }[]).map(({ subject }) => subject);
  };

  it('shows what it has taken, the latest first, and by who gets it', async () => {
    const catcher = await start();
    await send(catcher, ['one@heron.example', 'two@heron.example'], 'first');
    await send(catcher, 'two@heron.example', 'second');
    assert.deepEqual(await subjects(catcher), ['second', 'first']);
    assert.deepEqual(await subjects(catcher, '?to=ONE@heron.example'), ['first']);
    assert.deepEqual(await subjects(catcher, '?to=three@heron.example'), []);
  });

  it('keeps in its file what it has said to have, over a restart and a line that a kill cut short', async () => {
    const file = join(folder, 'mails.ndjson');
    const first = await start({ file });
    await send(first, 'one@heron.example', 'Grüße ✓');
    await first.stop();
    appendFileSync(file, '{"id":"cut sho');
    assert.deepEqual(await subjects(await start({ file })), ['Grüße ✓']);
  });

  it('shows mails of anybody as pages that can run nothing', async () => {
    const catcher = await start();
    await send(catcher, 'one@heron.example', '<script>alert(1)</script>', '<script>alert(2)</script>');
    const inbox = await (await fetch(catcher.url)).text();
    assert.ok(!inbox.includes('<script'), 'escaped');
    const [, path] = /href="(\/messages\/[\w-]+)"/.exec(inbox) ?? [];
    const page = await fetch(`${catcher.url}${path}`);
    assert.ok(!(await page.text()).includes('<script'), 'escaped');
    const html = await fetch(`${catcher.url}${path}/html`);
    assert.match(html.headers.get('content-security-policy') ?? '', /^sandbox; default-src 'none'/);
    assert.match(await (await fetch(`${catcher.url}${path}/raw`)).text(), /^From: a@acme\.example/m);
    assert.equal((await fetch(`${catcher.url}/messages/none`)).status, 404);
  });

  it('refuses rules of faults that are none, and says what they are', async () => {
    const catcher = await start();
    for (const rules of [{}, [{ kind: 'fire' }], [{ kind: 'refused', times: 0 }], [{ kind: 'refused', to: 1 }]]) {
      const answer = await fetch(`${catcher.url}/api/faults`, { method: 'PUT', body: JSON.stringify(rules) });
      assert.equal(answer.status, 400);
    }
  });
});
