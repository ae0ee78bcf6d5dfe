import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { taxIdTypes } from '../../src/billing/tax/tax-id-forms.ts';
import { taxIdKindName, taxIdKinds } from '../../src/dashboard/pages/account/names.ts';
import type { Mail } from '../../src/notify/mailer.ts';
import type { Customer } from '../../src/store/customers.ts';
import { addCustomer } from '../support/books.ts';
import { useDashboard } from './support/dashboard.ts';
import { looksRight } from './support/look.ts';

describe('The pages of the account', function () {
  this.timeout(120_000);
  const mails: Mail[] = [];
  const pages = useDashboard({
    access: {
      publicUrl: 'http://127.0.0.1:7070',
      mail: {
        mailer: {
          async send(mail) {
            mails.push(mail);
            return { outcome: 'sent' };
          },
        },
        sender: { name: 'Acme Billing', domain: 'acme.example' },
      },
    },
  });
  let customer: Customer;
  before(async () => {
    customer = await addCustomer(pages.database, 'B6');
  });

  it('change whom invoices are made out to', async () => {
    const page = await pages.visit('/account', { as: { customer: customer.id, role: 'billing' } });
    await page.getByText('none yet').waitFor();
    await looksRight(page, 'account');
    await page.getByRole('button', { name: 'Change', exact: true }).click();
    await page.getByRole('textbox', { name: /Name of the business/ }).fill('Heron Aviation <script>alert(1)</script>');
    await page.getByLabel('Street and number').fill('Queens Plaza 27\nFloor 3');
    await page.getByRole('textbox', { name: /^City/ }).fill('Long Island City');
    await page.getByRole('button', { name: /Country/ }).click();
    await page.getByRole('option', { name: 'United States' }).first().click();
    await page.getByRole('button', { name: 'Add somebody' }).click();
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Ada Fox');
    await page.getByRole('textbox', { name: /E-mail/ }).fill('ada@heron.example');
    await looksRight(page, 'account-form');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved. Your next invoice says so.').waitFor();
    await page.getByText('Heron Aviation <script>alert(1)</script>').waitFor();
    await page.getByText('Ada Fox <ada@heron.example>').waitFor();
    const { rows } = await pages.database.query<{ address: unknown }>(
      'SELECT address FROM customer_billing WHERE customer_id = $1',
      [customer.id],
    );
    assert.match(JSON.stringify(rows), /Queens Plaza 27","Floor 3/);
  });

  it('show a refusal at the field that it is about', async () => {
    const page = await pages.visit('/account', { as: { customer: customer.id }, refusals: [400, 422] });
    await page.getByRole('button', { name: 'Change', exact: true }).click();
    await page.getByLabel('Your order number').fill('x'.repeat(200));
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('alert').first().waitFor();
    assert.equal(await page.getByLabel('Your order number').getAttribute('aria-invalid'), 'true');
  });

  it('change the tax ids, and say from which invoice on they count', async () => {
    const page = await pages.visit('/account', { as: { customer: customer.id, role: 'billing' }, refusals: [422] });
    await page.getByText('none on record').waitFor();
    await page.getByText('Your next invoice carries the tax ids as they are then.').waitFor();
    await page.getByRole('button', { name: 'Change tax ids' }).click();
    await page.getByRole('button', { name: /Choose a kind.*Kind/ }).click();
    await page.getByRole('option', { name: 'European Union: VAT' }).click();
    const number = page.getByRole('textbox', { name: 'Number' });
    await number.fill('DE136695978');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('alert').getByText('The number is no VAT number').waitFor();
    assert.equal(await number.getAttribute('aria-invalid'), 'true');
    await looksRight(page, 'account-tax-ids');
    await number.fill('de 136 695 976');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved. Your next invoice carries them.').waitFor();
    await page.getByText('DE136695976', { exact: true }).waitFor();
    await page.getByText('European Union: VAT').waitFor();
    await page.getByRole('button', { name: 'Change tax ids' }).click();
    await page.getByRole('button', { name: 'Take DE136695976 away' }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('none on record').waitFor();
  });

  it('name every kind of tax id that is taken', () => {
    assert.deepEqual([...taxIdKinds].sort(), [...taxIdTypes].sort());
    assert.equal(taxIdKindName('ca_gst_hst'), 'Canada: GST HST');
  });

  it('say how one pays, and what one has', async () => {
    const page = await pages.visit('/account?tab=paying', { as: { customer: customer.id } });
    await page.getByRole('button', { name: 'Add a payment method' }).waitFor();
    await page.getByText('No wallet').waitFor();
    await looksRight(page, 'paying');
  });

  it('invite people, change them and take them away', async () => {
    const page = await pages.visit('/account?tab=people', { as: { customer: customer.id } });
    await page.getByRole('button', { name: 'Invite somebody' }).click();
    const dialog = page.getByRole('dialog', { name: 'Invite somebody' });
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Kim Moreau');
    await dialog.getByRole('textbox', { name: 'E-mail' }).fill('kim@heron.example');
    await dialog.getByRole('button', { name: 'Invite', exact: true }).click();
    const row = page.getByRole('row', { name: /Kim Moreau.*kim@heron\.example.*Member/ });
    await row.waitFor();
    assert.equal(mails.length, 1, 'Kim was invited');
    await looksRight(page, 'people');
    await page.getByRole('button', { name: 'Change Kim Moreau' }).click();
    await page.getByRole('button', { name: 'Take away' }).click();
    await page.getByText('Nobody has a sign-in of their own yet').waitFor();
  });

  it('hand out all that is kept, as a file', async () => {
    const page = await pages.visit('/account?tab=data', { as: { customer: customer.id } });
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download your data' }).click(),
    ]);
    const data = await readFile(await download.path(), 'utf8');
    assert.match(data, /Heron Aviation/);
  });

  it('let members and operators look, and change nothing', async () => {
    const member = await pages.visit('/account', { as: { customer: customer.id, role: 'member' } });
    await member.getByRole('heading', { name: 'On your invoices' }).waitFor();
    await member.getByText('Heron Aviation').waitFor();
    assert.equal(await member.getByRole('button', { name: 'Change' }).count(), 0);
    assert.equal(await member.getByRole('tab', { name: 'People' }).count(), 0);
    const operator = await pages.visit(`/operations/customers/${customer.id}/account`, { as: { operator: 'admin' } });
    await operator.getByText('Heron Aviation').waitFor();
    assert.equal(await operator.getByRole('button', { name: 'Change' }).count(), 0);
  });
});
