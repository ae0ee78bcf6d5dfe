import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { addUser } from '../../src/auth/users.ts';
import { applyPlans } from '../../src/billing/apply-plans.ts';
import { addPendingItem } from '../../src/billing/pending-item-orders.ts';
import { recordUsage } from '../../src/billing/record-usage.ts';
import { setInvoiceTerms } from '../../src/billing/set-invoice-terms.ts';
import { storeBillingProfile } from '../../src/billing/store-billing-profile.ts';
import { createWallet } from '../../src/billing/wallets/create-wallet.ts';
import { parsePlanFile } from '../../src/domain/rating/plan.ts';
import { invoicesOf, meters, openBusiness, perDeparture } from '../billing/business.ts';
import { useDashboard } from './support/dashboard.ts';

/** Runs if any page takes it for markup, an address or a template; the harness fails on dialogs, errors and requests elsewhere. */
const hostile = (field: string) =>
  `<script>alert('${field}')</script><img src=x onerror="alert('${field}')">"'><svg onload=alert(1)>{{7*7}}\${alert(1)}`;
const short = (field: string) => `<img src=x onerror=alert('${field}')>`;

const addresses = JSON.parse(
  readFileSync(new URL('../../src/dashboard/addresses.json', import.meta.url), 'utf8'),
) as string[];

describe('The pages, read by those whom they are not for and fed by those who mean harm', function () {
  this.timeout(300_000);
  const pages = useDashboard();
  let customer = '';
  let stranger = '';
  let invoice = '';

  before(async () => {
    const business = await openBusiness(pages.database);
    const plan = await business.plan('hostile', [perDeparture('2')]);
    const named = parsePlanFile({
      meters,
      plans: [
        {
          ...{ key: plan, name: hostile('plan'), currency: 'USD', interval: 'month' },
          prices: [{ key: 'landing', name: hostile('price'), model: 'per_unit', meter: 'departures', unitAmount: '2' }],
        },
      ],
    });
    await applyPlans(pages.database, named, 'test');
    customer = await business.customer('Zorglub', { plan });
    stranger = await business.customer('Stranger', { plan });
    const { rows } = await pages.database.query<{ externalId: string }>(
      'SELECT external_id AS "externalId" FROM customers WHERE id = $1',
      [customer],
    );
    const event = {
      id: short('event'),
      source: short('source'),
      type: 'departure',
      occurredAt: '2013-01-10T00:00:00Z',
    };
    const properties = { gate: hostile('property'), origin: short('origin') };
    await recordUsage(pages.database, [{ ...event, customer: rows[0]?.externalId ?? '', properties }]);
    const profile = {
      legalName: short('legalName'),
      address: { lines: [hostile('street')], city: short('city'), postalCode: '10115', country: 'DE' },
      purchaseOrder: short('order'),
      memo: hostile('memo'),
      contacts: [{ name: hostile('contact'), email: 'a@b.example', role: short('role') }],
    };
    await storeBillingProfile(pages.database, customer, profile, 'test');
    await pages.database.query('UPDATE customer_contacts SET name = $2 WHERE customer_id = $1', [
      customer,
      hostile('name'),
    ]);
    await business.invoice('2013-02-01T13:00:00Z');
    invoice = (await invoicesOf(pages.database, customer))[0]?.id ?? '';
    await setInvoiceTerms(pages.database, { invoiceId: invoice, memo: hostile('terms') }, 'test');
    await createWallet(pages.database, { customer, name: short('wallet') }, 'test');
    const item = { customer, requestId: 'one', description: hostile('charge'), amount: '1.00', reason: hostile('why') };
    await addPendingItem(pages.database, item, 'test');
    const person = { email: 'kim@b.example', name: hostile('user'), role: 'admin' } as const;
    await addUser(pages.database, customer, person, 'test');
  });

  const own = () => [
    ...addresses.filter((address) => !/sign-in|operations|[:*]/.test(address)),
    `/invoices/${invoice}`,
  ];

  it('run nothing of what stands in any field of a customer', async () => {
    const page = await pages.visit('/', { as: { customer }, refusals: [404] });
    for (const address of own()) {
      await page.goto(address);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.waitForLoadState('networkidle');
      // What was meant as markup has made no element.
      assert.equal(await page.locator('script:not([src]), img[src="x"], svg[onload]').count(), 0, address);
    }
    const operator = await pages.visit('/operations', { as: { operator: 'admin' }, refusals: [404] });
    for (const address of own().map((each) => `/operations/customers/${customer}${each === '/' ? '' : each}`)) {
      await operator.goto(address);
      await operator.getByRole('heading', { level: 1 }).waitFor();
      await operator.waitForLoadState('networkidle');
      assert.equal(await operator.locator('script:not([src]), img[src="x"], svg[onload]').count(), 0, address);
    }
  });

  it('show a second customer nothing of the first by any address', async () => {
    const page = await pages.visit('/', { as: { customer: stranger }, refusals: [404] });
    const seen: string[] = [];
    page.on('response', (response) => {
      if (response.status() === 200 && response.url().includes('/v1/')) {
        void response.text().then(
          (text) => seen.push(text),
          () => undefined,
        );
      }
    });
    for (const address of [
      `/invoices/${invoice}`,
      `/operations/customers/${customer}`,
      `/operations/customers/${customer}/invoices/${invoice}`,
    ]) {
      await page.goto(address);
      await page.getByRole('heading', { level: 1 }).or(page.getByRole('alert')).first().waitFor();
      await page.waitForLoadState('networkidle');
      const text = (await page.locator('body').textContent()) ?? '';
      assert.doesNotMatch(text, /Zorglub|'(?:name|legalName|street|memo|terms|user|charge)'/, address);
    }
    assert.ok(seen.length > 0, 'the pages have asked');
    for (const text of seen) assert.ok(!text.includes(customer) && !text.includes(invoice), text.slice(0, 200));
    const bare = await page.evaluate(
      async (ids) => await Promise.all(ids.map(async (id) => (await fetch(`/v1/invoices/${id}`)).status)),
      [invoice, '00000000-0000-4000-8000-000000000000'],
    );
    assert.deepEqual(bare, [404, 404]);
  });
});
