import assert from 'node:assert/strict';
import { Secret, TOTP } from 'otpauth';
import type { Page } from 'playwright-core';
import { createOperator, inviteOperator } from '../../src/auth/operators.ts';
import { addUser } from '../../src/auth/users.ts';
import type { KeptMail } from '../../src/mail-catcher/inbox.ts';
import { type MailCatcher, startMailCatcher } from '../../src/mail-catcher/index.ts';
import { createSmtpMailer } from '../../src/notify/smtp-mailer.ts';
import { until } from '../broker/support.ts';
import { addCustomer } from '../support/books.ts';
import { useDashboard } from './support/dashboard.ts';
import { looksRight } from './support/look.ts';

const from = { name: 'Acme Billing', address: 'billing@acme.example' };
const password = 'a sentence that only Ada says';

describe('The pages to sign in', function () {
  this.timeout(400_000);
  let catcher: MailCatcher;
  const pages = useDashboard({
    access: {
      publicUrl: 'http://billing.example',
      mail: {
        mailer: { send: (mail) => createSmtpMailer({ url: catcher.smtpUrl, from }).send(mail) },
        sender: { name: from.name, domain: 'acme.example' },
      },
    },
  });
  let b6 = '';
  let aa = '';
  before(async () => {
    catcher = await startMailCatcher();
    b6 = (await addCustomer(pages.database, 'B6')).id;
    aa = (await addCustomer(pages.database, 'AA')).id;
  });
  after(() => catcher?.stop());

  const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor();
  const mailsTo = async (address: string) =>
    (await (await fetch(`${catcher.url}/api/messages?to=${address}`)).json()) as KeptMail[];
  /** The path of the link in the mail: this test's pages are not at the address that is public. */
  async function linkTo(email: string): Promise<string> {
    await until(async () => (await mailsTo(email)).length > 0, 'the mail');
    const [mail] = await mailsTo(email);
    const [, path = ''] = /http:\/\/billing\.example(\/sign-in\/link#dbl_[\w-]{43})/.exec(mail?.text ?? '') ?? [];
    assert.notEqual(path, '');
    return path;
  }
  async function askForLink(page: Page, email: string) {
    await page.getByLabel('Your e-mail address').fill(email);
    await page.getByRole('button', { name: 'Send me a link' }).click();
    await heading(page, 'Look into your mailbox');
  }

  it('let a customer in by a mailed link, and out again', async () => {
    const email = 'kim@jetblue.example';
    await addUser(pages.database, b6, { email, name: 'Kim Moreau', role: 'admin' }, 'test');
    const page = await pages.visit('/account', { refusals: [401] });
    await heading(page, 'Sign in');
    await looksRight(page, 'sign-in');
    await askForLink(page, email);
    await looksRight(page, 'sign-in-sent');
    const link = await linkTo(email);
    await page.goto(link);
    await heading(page, 'Welcome');
    await looksRight(page, 'sign-in-link');
    // To open the page, and to open it again, has not used the link up.
    await page.reload();
    await page.getByRole('button', { name: 'Sign in' }).click();
    await heading(page, 'Overview');
    assert.ok(!page.url().includes('dbl_'), 'the link is not in the address any more');
    await page.getByText('Kim Moreau').first().waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await heading(page, 'Sign in');
    await page.goto('/invoices');
    await heading(page, 'Sign in');
    await page.goBack();
  });

  it('say that a link is used up, and lead to a new one', async () => {
    const page = await pages.visit(`/sign-in/link#dbl_${'A'.repeat(43)}`, { refusals: [410] });
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    await looksRight(page, 'sign-in-link-used');
    await page.getByRole('link', { name: 'Ask for a new link' }).click();
    await heading(page, 'Sign in');
  });

  it('let one address choose between its customers', async () => {
    const email = 'both@group.example';
    await addUser(pages.database, b6, { email, name: 'Bo', role: 'member' }, 'test');
    await addUser(pages.database, aa, { email, name: 'Bo', role: 'member' }, 'test');
    const page = await pages.visit('/sign-in');
    await askForLink(page, email);
    await page.goto(await linkTo(email));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await heading(page, 'Whose bills do you want to see?');
    await looksRight(page, 'sign-in-choices');
    await page.getByRole('button', { name: 'Airline AA' }).click();
    await heading(page, 'Overview');
    const session = await page.evaluate(async () => await (await fetch('/v1/session')).json());
    assert.equal(session.customerId, aa);
  });

  it('let an operator in by password and code, who sets the code up', async () => {
    const email = 'ada@acme.example';
    await createOperator(pages.database, { email, name: 'Ada Byron', role: 'admin', password }, 'test');
    const page = await pages.visit('/operations/security', { refusals: [401] });
    await heading(page, 'Sign in as an operator');
    await looksRight(page, 'sign-in-operator');
    const typePassword = async (text: string) => {
      await page.getByLabel('E-mail address').fill(email);
      await page.getByLabel('Password').fill(text);
      await page.getByRole('button', { name: 'Sign in' }).click();
    };
    await typePassword('not this sentence, surely');
    await page.getByRole('alert').waitFor();
    await typePassword(password);
    await heading(page, 'Your account');
    await looksRight(page, 'security');

    await page.getByLabel('Your password, once more').fill(password);
    await page.getByRole('button', { name: 'Set up codes' }).click();
    await page.getByRole('img', { name: 'Code for your authenticator' }).waitFor();
    await looksRight(page, 'security-codes');
    const secret = (await page.locator('code').textContent()) ?? '';
    const codeAt = (timestamp: number) =>
      new TOTP({ secret: Secret.fromBase32(secret), digits: 6, period: 30 }).generate({ timestamp });
    await page.getByLabel('The code that it shows').fill(codeAt(Date.now()));
    await page.getByRole('button', { name: 'Put codes in force' }).click();
    await page.getByText('Keep these recovery codes').waitFor();
    const recovery =
      (await page
        .getByRole('listitem')
        .filter({ hasText: /^\w{4}(-\w{4}){3}$/ })
        .first()
        .textContent()) ?? '';
    await looksRight(page, 'security-recovery');

    await page.getByRole('button', { name: 'Sign out' }).click();
    await heading(page, 'Sign in');
    await page.goto('/sign-in/operator');
    await typePassword(password);
    await heading(page, 'One more step');
    await looksRight(page, 'sign-in-code');
    await page.getByLabel('Code').fill(recovery);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL('**/operations');
  });

  it('let an operator who was invited choose a password', async () => {
    const order = { email: 'grace@acme.example', name: 'Grace', role: 'viewer' } as const;
    const { id } = await createOperator(pages.database, order, 'test');
    const { secret } = await inviteOperator(pages.database, id, 'test');
    const page = await pages.visit(`/sign-in/invite#${secret}`, { refusals: [422] });
    await page.getByLabel('Password').fill('too short');
    await page.getByRole('button', { name: 'Choose it' }).click();
    await page.getByText('at least 12 are needed').first().waitFor();
    await looksRight(page, 'sign-in-invite');
    // Who leaves the field has answered what was said of it.
    await page.getByLabel('Password').fill(password);
    await page.getByLabel('Password').press('Tab');
    await page.locator('input:invalid').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Choose it' }).click();
    await heading(page, 'That is your password');
    await page.getByRole('link', { name: 'Go on to sign in' }).click();
    await heading(page, 'Sign in as an operator');
  });

  it('lead to pages of this site only', async () => {
    for (const next of ['https://evil.example/', '//evil.example', '/\\evil.example', '/operations']) {
      const page = await pages.visit(`/sign-in?next=${encodeURIComponent(next)}`, { as: { customer: b6 } });
      await heading(page, 'Overview');
      assert.equal(new URL(page.url()).pathname, '/', next);
    }
    const page = await pages.visit('/sign-in?next=%2Faccount', { as: { customer: b6 } });
    await heading(page, 'Account');
  });
});
