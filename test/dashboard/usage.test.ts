import assert from 'node:assert/strict';
import { offerPlan } from '../../src/billing/offer-plan.ts';
import { addPendingItem } from '../../src/billing/pending-item-orders.ts';
import { rollUpUsage } from '../../src/billing/roll-up-usage.ts';
import { moveTestClock } from '../../src/store/due-work.ts';
import { type Business, flat, openBusiness, perDeparture, perMile } from '../billing/business.ts';
import { useDashboard } from './support/dashboard.ts';
import { axe, looksRight } from './support/look.ts';

/**
 * A customer in New York with September billed and October open: 25.00, 0.50 a departure, 0.01 a mile. September had 30
 * departures of 100 miles; October has 20 until the 20th, and of these 8 after the 10th.
 */
describe('The pages of what is to be paid', function () {
  this.timeout(120_000);
  const pages = useDashboard();
  let business: Business;
  let customer: string;

  const departures = (month: string, days: number, extra = {}) =>
    Array.from({ length: days }, (_, index) => ({
      at: `2013-${month}-${String(index + 1).padStart(2, '0')}T16:00:00Z`,
      properties: { origin: ['JFK', 'LGA', 'EWR'][index % 3], miles: 100, ...extra },
    }));

  before(async () => {
    business = await openBusiness(pages.database);
    const miles = { ...perMile('0.01'), name: 'Miles' };
    const plan = await business.plan('airline', [flat('25'), perDeparture('0.50'), miles]);
    const jet = await business.plan('jet', [flat('40'), { ...perDeparture('0.25'), key: 'each-departure' }]);
    await offerPlan(pages.database, { key: jet, offered: true }, 'test');
    customer = await business.customer('B6', { plan, zone: 'America/New_York', startsAt: '2013-09-01T04:00:00Z' });
    await moveTestClock(pages.database, business.clockId, new Date('2013-09-30T00:00:00Z'));
    await business.use('B6', departures('09', 30));
    await business.invoice('2013-10-01T13:00:00Z');
    await business.scan('2013-10-02T15:00:00Z');
    await business.use('B6', departures('10', 20));
    const item = { customer, requestId: 'gate', description: 'Gate change', amount: '7.50' };
    await addPendingItem(pages.database, item, 'test');
    await rollUpUsage(pages.database);
    await moveTestClock(pages.database, business.clockId, new Date('2013-10-21T04:00:00Z'));
  });

  it('show the expected bill, what it is made of, and why it differs', async () => {
    const page = await pages.visit('/', { as: { customer } });
    // 25.00 + 20 × 0.50 + 2,000 × 0.01 + 7.50
    const total = page.getByTestId('expected-total');
    await total.waitFor();
    assert.equal(await total.textContent(), '$62.50');
    const charges = page.getByRole('list', { name: 'Charges', exact: true });
    assert.match((await charges.textContent()) ?? '', /Gate change\$7\.50/);
    // By 21 September, 00:00, there had been 20 departures too: only the gate change is new.
    const why = page.getByRole('list', { name: 'Why' });
    await why.waitFor();
    assert.equal(await why.textContent(), 'Charges for one bill only+$7.50');
    await page.getByText('The period ends').waitFor();
    await page.getByRole('link', { name: 'September 2013' }).waitFor();
    await looksRight(page, 'overview');
  });

  it('compare with the whole last bill where that is asked for', async () => {
    const page = await pages.visit('/?compare=last-bill', { as: { customer } });
    const why = page.getByRole('list', { name: 'Why' });
    await why.waitFor();
    // September: 30 × 0.50 + 3,000 × 0.01, 15.00 more than October so far; and the gate change.
    assert.equal(await why.textContent(), 'You used less-$15.00Charges for one bill only+$7.50');
  });

  it('grow as events come in', async () => {
    const grows = await business.customer('DL', {
      plan: await business.plan('small', [perDeparture('1')]),
      startsAt: '2013-10-01T00:00:00Z',
    });
    const page = await pages.visit('/', { as: { customer: grows } });
    const total = page.getByTestId('expected-total');
    await total.waitFor();
    assert.equal(await total.textContent(), '$0.00');
    await business.use('DL', departures('10', 3));
    await page.reload();
    await total.filter({ hasText: '$3.00' }).waitFor();
  });

  it('lead from a charge to its usage, from there to a day, and to its events', async () => {
    const page = await pages.visit('/', { as: { customer } });
    await page.getByRole('link', { name: 'Usage of Departures' }).click();
    await page.getByRole('heading', { level: 2, name: 'Departures' }).waitFor();
    const numbers = page.getByRole('table', { name: 'Usage over time' }).last();
    await numbers.waitFor();
    assert.equal(await numbers.getByRole('row').count(), 21);
    await looksRight(page, 'usage');
    await page.getByRole('link', { name: '1 events of Sun, Oct 20' }).click();
    await page.getByRole('heading', { level: 1, name: 'Events' }).waitFor();
    const events = page.getByRole('list', { name: 'Events' });
    await events.waitFor();
    assert.equal(await events.getByRole('listitem').count(), 1);
    await events.getByRole('button', { name: /^Show the event/ }).click();
    assert.match((await events.textContent()) ?? '', /origin(JFK|LGA|EWR)/);
    await looksRight(page, 'usage-events');
  });

  it('have fields of one height, and a chart to point at', async () => {
    const page = await pages.visit('/usage?meter=departures', { as: { customer } });
    const chart = page.locator('.recharts-surface').first();
    await chart.waitFor();
    const fields = page.getByRole('region', { name: 'What is shown' }).locator('button, input[type=date]');
    const heights = await fields.evaluateAll((found) => found.map((one) => one.getBoundingClientRect().height));
    assert.deepEqual([heights.length, new Set(heights).size], [6, 1], String(heights));
    await chart.hover();
    await page
      .locator('.recharts-tooltip-wrapper')
      .getByText(/^\w{3}, Oct 1\d$/)
      .waitFor();
    await axe(page);
  });

  it('split usage by a property, look closer at a value, and export it', async () => {
    const page = await pages.visit('/usage?meter=miles&groupBy=origin&compare=yes', { as: { customer } });
    const groups = page.getByRole('table', { name: 'Usage by origin' });
    await groups.waitFor();
    await page.getByRole('button', { name: 'origin Split by' }).waitFor();
    await page.getByText('Total', { exact: true }).first().waitFor();
    // 20 departures from three airports: 7, 7 and 6.
    assert.deepEqual(
      (await groups.getByRole('row').allTextContents()).slice(1).map((text) => text.replace('Only this', '')),
      ['JFK7007', 'LGA7007', 'EWR6006'],
    );
    const downloading = page.waitForEvent('download');
    await page.getByRole('link', { name: 'CSV' }).click();
    assert.equal((await downloading).suggestedFilename(), 'usage.csv');
    await groups.getByRole('button', { name: 'Only this: JFK' }).click();
    await page.waitForURL(/only=origin%3DJFK/);
    await page.getByRole('button', { name: 'Take the filter away: only origin=JFK' }).waitFor();
    await page.getByText('700', { exact: true }).first().waitFor();
  });

  it('work out what more usage would cost, at an address that can be sent', async () => {
    const page = await pages.visit('/what-if', { as: { customer } });
    const field = page.getByRole('textbox', { name: 'More of: Departures' });
    await field.fill('1000');
    const total = page.getByTestId('supposed-total');
    // 62.50 + 1,000 × 0.50
    await total.filter({ hasText: '$562.50' }).waitFor();
    await looksRight(page, 'what-if');
    const again = await pages.visit(new URL(page.url()).pathname + new URL(page.url()).search, { as: { customer } });
    await again.getByTestId('supposed-total').filter({ hasText: '$562.50' }).waitFor();
  });

  it('work out more usage by another plan, and say at a field what is wrong there', async () => {
    const page = await pages.visit('/what-if', { as: { customer }, refusals: [400] });
    const departures = page.getByRole('textbox', { name: 'More of: Departures' });
    await departures.fill('abc');
    await page.getByText('This is not a number, so that it is left out.').waitFor();
    assert.equal(await departures.getAttribute('aria-invalid'), 'true');
    const total = page.getByTestId('supposed-total');
    await total.filter({ hasText: '$62.50' }).waitFor();
    await looksRight(page, 'what-if-wrong');
    await departures.fill('100');
    await page.getByRole('button', { name: /Plan/ }).click();
    await page.getByRole('option', { name: 'jet' }).click();
    // 40.00 + 120 × 0.25 + 7.50: its price of departures has another key.
    await total.filter({ hasText: '$77.50' }).waitFor();
    assert.equal(await departures.getAttribute('aria-invalid'), null);
    const miles = page.getByRole('textbox', { name: 'More of: Miles' });
    await miles.fill('5');
    await page.getByText('No price of a period that goes on measures it.').first().waitFor();
    await page.waitForFunction(() => document.querySelectorAll('[aria-invalid=true]').length === 1);
    assert.equal(await miles.getAttribute('aria-invalid'), 'true');
    await looksRight(page, 'what-if-refused');
    await miles.fill('');
    await total.filter({ hasText: '$77.50' }).waitFor();
  });

  it('say on the account from which invoice on a tax id counts', async () => {
    const page = await pages.visit('/account', { as: { customer } });
    await page
      .getByText('A change counts from the invoice for October 2013 on, which becomes final on Nov 2, 2013.')
      .waitFor();
  });

  it('are the same for an operator, who looks on', async () => {
    const at = `/operations/customers/${customer}`;
    const page = await pages.visit(at, { as: { operator: 'viewer' } });
    assert.equal(await page.getByTestId('expected-total').textContent(), '$62.50');
    await page.getByRole('link', { name: 'See usage' }).click();
    await page.waitForURL(`**${at}/usage`);
    await page.getByRole('heading', { level: 2, name: 'Departures' }).waitFor();
  });

  it('say what is missing where there is nothing', async () => {
    const empty = await business.customer('ZZ', {
      plan: await business.plan('later', [flat('1')]),
      startsAt: '2014-06-01T00:00:00Z',
    });
    const page = await pages.visit('/', { as: { customer: empty } });
    await page.getByText('Nothing is to be billed at the moment').waitFor();
    await looksRight(page, 'overview-empty');
  });
});
