import assert from 'node:assert/strict';
import { type Business, flat, invoicesOf, openBusiness } from '../billing/business.ts';
import { useDashboard } from './support/dashboard.ts';
import { looksRight } from './support/look.ts';

describe('The words of a state', () => {
  const pages = useDashboard();
  let customer = '';
  let invoice = '';
  before(async () => {
    const business: Business = await openBusiness(pages.database);
    customer = await business.customer('B6', { plan: await business.plan('flat', [flat('100')]) });
    await business.invoice('2013-02-01T13:00:00Z');
    invoice = (await invoicesOf(pages.database, customer))[0]!.id;
  });

  it('open by the keyboard, answer four questions, and give the focus back', async () => {
    const page = await pages.visit(`/invoices/${invoice}`, { as: { customer } });
    const badge = page.getByRole('button', { name: 'Draft: what this means' });
    await badge.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Draft' });
    await dialog.waitFor();
    assert.deepEqual(await dialog.locator('dt').allTextContents(), [
      'What happened',
      'What it means for the bill',
      'What is being done',
      'What you can do',
    ]);
    const answers = await dialog.locator('dd').allTextContents();
    assert.match(answers[1] ?? '', /Nothing is to be paid yet\./);
    assert.doesNotMatch(answers.join(' '), /lifecycle|due scan|`/);
    await looksRight(page, 'words-customer');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    assert.equal(await badge.evaluate((button) => button === document.activeElement), true);
  });

  it('tell an operator what it is and what to do, and what the customer reads', async () => {
    const path = `/operations/customers/${customer}/invoices/${invoice}`;
    const page = await pages.visit(path, { as: { operator: 'viewer' } });
    await page.getByRole('button', { name: 'Draft: what this means' }).click();
    const dialog = page.getByRole('dialog', { name: 'Draft' });
    assert.match((await dialog.locator('dd').first().textContent()) ?? '', /Lifecycle draft: computed/);
    assert.equal(await dialog.getByText('Nothing is to be paid yet.').isVisible(), false);
    await dialog.getByText('What the customer reads').click();
    await dialog.getByText('Nothing is to be paid yet.').waitFor();
    await looksRight(page, 'words-operator');
  });
});
