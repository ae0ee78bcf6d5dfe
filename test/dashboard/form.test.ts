import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { Customer } from '../../src/store/customers.ts';
import { addCustomer } from '../support/books.ts';
import { useDashboard } from './support/dashboard.ts';

/** The one form that all pages have, as the billing details of a customer show it. */
describe('A form', function () {
  this.timeout(120_000);
  const pages = useDashboard();
  let customer: Customer;
  before(async () => {
    customer = await addCustomer(pages.database, 'B6');
  });

  const order = (page: Page) => page.getByLabel('Your order number');
  const save = (page: Page) => page.getByRole('button', { name: 'Save' });
  const saved = (page: Page) => page.getByText('Saved. Your next invoice says so.');

  /** Opens the form, and tells what is sent of it. */
  async function open(): Promise<{ page: Page; sent: string[] }> {
    const page = await pages.visit('/account', { as: { customer: customer.id }, refusals: [400, 422] });
    await page.getByRole('button', { name: 'Change', exact: true }).click();
    await order(page).waitFor();
    const sent: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'PUT') sent.push(String(request.postData()));
    });
    return { page, sent };
  }

  it('is sent again as it is after a refusal', async () => {
    const { page, sent } = await open();
    const problem = {
      ...{ type: 'about:blank', title: 'The request is not valid', status: 422, code: 'request-invalid' },
      ...{ field: 'purchaseOrder', detail: 'Not now.', mend: 'Try it again.', requestId: 'r1', instance: '/' },
    };
    await page.route(
      '**/billing',
      (route) => route.fulfill({ status: 422, contentType: 'application/problem+json', body: JSON.stringify(problem) }),
      { times: 1 },
    );
    await order(page).fill('PO-1');
    await save(page).click();
    await page.getByRole('alert').getByText('Not now.').waitFor();
    assert.equal(await order(page).getAttribute('aria-invalid'), 'true');
    await save(page).click();
    await saved(page).waitFor();
    assert.deepEqual([sent.length, sent[0]], [2, sent[1]]);
  });

  it('is sent by one press when a refused field was mended by typing', async () => {
    const { page, sent } = await open();
    await order(page).fill('x'.repeat(200));
    await save(page).click();
    await page.getByRole('alert').first().waitFor();
    assert.equal(await order(page).getAttribute('aria-invalid'), 'true');
    await order(page).press('ControlOrMeta+a');
    await order(page).pressSequentially('PO-2');
    assert.equal(await order(page).getAttribute('aria-invalid'), null, 'what is typed takes the refusal away');
    // By the mouse itself: a button that moves when the field is left is missed by whoever presses it.
    const box = await save(page).boundingBox();
    assert.ok(box);
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await saved(page).waitFor();
    assert.equal(sent.length, 2);
    assert.match(sent[1] ?? '', /"purchaseOrder":"PO-2"/);
  });

  it('sends nothing while a required field is empty, and says so there', async () => {
    const { page, sent } = await open();
    await page.getByRole('button', { name: 'Add somebody' }).click();
    const name = page.getByRole('textbox', { name: 'Name', exact: true });
    const email = page.getByRole('textbox', { name: 'E-mail' });
    await email.fill('ada@heron.example');
    await save(page).click();
    await page.getByText('Please fill out this field.').waitFor();
    assert.equal(await name.getAttribute('aria-invalid'), 'true');
    assert.equal(await email.getAttribute('aria-invalid'), null);
    assert.deepEqual(sent, []);
    await name.fill('Ada Fox');
    await save(page).click();
    await saved(page).waitFor();
    assert.equal(sent.length, 1);
  });
});
