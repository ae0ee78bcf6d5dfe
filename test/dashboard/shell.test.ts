import assert from 'node:assert/strict';
import type { Customer } from '../../src/store/customers.ts';
import { addCustomer } from '../support/books.ts';
import { useDashboard } from './support/dashboard.ts';
import { looksRight, widths } from './support/look.ts';

describe('The shell of the pages', () => {
  const pages = useDashboard();
  let customer: Customer;
  before(async () => {
    customer = await addCustomer(pages.database, 'B6');
  });

  it('leads from page to page by the keyboard, and moves the focus to the heading of each', async () => {
    const page = await pages.visit('/', { as: { customer: customer.id } });
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Skip to the page');
    await page.getByRole('link', { name: 'Invoices', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Invoices' }).waitFor();
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Invoices');
    assert.equal(await page.title(), 'Invoices · Billing');
    assert.equal(await page.getByRole('link', { name: 'Invoices', exact: true }).getAttribute('aria-current'), 'page');
  });

  it('is right on desk and phone, in light and dark', async () => {
    const page = await pages.visit('/account', { as: { customer: customer.id } });
    await page.getByRole('heading', { level: 1, name: 'Account' }).waitFor();
    await looksRight(page, 'shell');
    await page.setViewportSize(widths.phone);
    await page.getByRole('button', { name: 'Menu' }).click();
    await page.getByRole('dialog', { name: 'Menu' }).getByRole('link', { name: 'Developers' }).click();
    await page.getByRole('heading', { level: 1, name: 'Developers' }).waitFor();
    assert.equal(await page.getByRole('dialog').count(), 0);
  });

  it('keeps the colours that are chosen', async () => {
    const page = await pages.visit('/', { as: { customer: customer.id } });
    const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const light = await background();
    await page.getByRole('radio', { name: 'Dark' }).click();
    const dark = await background();
    assert.notEqual(dark, light);
    await page.reload();
    await page.getByRole('heading', { level: 1 }).waitFor();
    assert.equal(await background(), dark);
  });

  it('shows an operator the pages of a customer, and says so', async () => {
    const page = await pages.visit(`/operations/customers/${customer.id}/invoices`, { as: { operator: 'viewer' } });
    await page.getByText('You see what Airline B6 sees.').waitFor();
    await page.getByRole('link', { name: 'Usage', exact: true }).click();
    await page.waitForURL(`**/operations/customers/${customer.id}/usage`);
  });

  it('says that an address leads nowhere, with the status 404', async () => {
    const page = await pages.visit('/no/such/page', { as: { customer: customer.id }, refusals: [404] });
    await page.getByRole('heading', { level: 1, name: 'There is no such page' }).waitFor();
    const answer = await fetch(`${pages.origin}/no/such/page`, { headers: { accept: 'text/html' } });
    assert.equal(answer.status, 404);
  });
});
