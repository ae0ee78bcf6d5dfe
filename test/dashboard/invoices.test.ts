import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { flat, invoicesOf, openBusiness } from '../billing/business.ts';
import { useDashboard } from './support/dashboard.ts';
import { looksRight } from './support/look.ts';

/** 40 departures a month: a fee of 100, tiers of 2.50 for the first 25 and 1.25 above. */
const tiered = {
  key: 'landing',
  name: 'Departures',
  model: 'graduated',
  meter: 'departures',
  tiers: [
    { upTo: '25', unitAmount: '2.50' },
    { upTo: null, unitAmount: '1.25' },
  ],
};
const departures = 40;
// 25 × 2.50 = 62.50 and 15 × 1.25 = 18.75 make 81.25; with the fee 181.25.
const line = '$81.25';
const total = '$181.25';

describe('The pages of invoices', function () {
  this.timeout(90_000);
  const pages = useDashboard();
  let customer = '';
  let invoice = '';
  let draft = '';

  before(async function () {
    this.timeout(60_000);
    const business = await openBusiness(pages.database);
    const plan = await business.plan('airports', [flat('100'), tiered]);
    customer = await business.customer('Blue Heron Air', { plan });
    const fly = async (month: string) => {
      await business.invoice(`2013-${month}-28T00:00:00Z`);
      const flown = Array.from({ length: departures }, (_, index) => ({
        at: `2013-${month}-${String((index % 27) + 1).padStart(2, '0')}T${String(index % 24).padStart(2, '0')}:10:00Z`,
      }));
      await business.use('Blue Heron Air', flown);
    };
    await fly('01');
    await business.invoice('2013-02-01T13:00:00Z');
    await business.scan('2013-02-02T15:00:00Z');
    await fly('02');
    await business.invoice('2013-03-01T13:00:00Z');
    [invoice, draft] = (await invoicesOf(pages.database, customer)).map(({ id }) => id) as [string, string];
  });

  it('list what was billed below what is being billed', async () => {
    const page = await pages.visit('/invoices', { as: { customer } });
    await page.getByRole('heading', { name: 'Current period: March 2013' }).waitFor();
    const row = page.getByRole('row', { name: /January 2013/ });
    await row.getByText(total).waitFor();
    assert.equal(await page.getByRole('row').count(), 3);
    await looksRight(page, 'invoices');
    await page.getByRole('button', { name: /Show/ }).click();
    await page.getByRole('option', { name: 'Drafts' }).click();
    await page.waitForURL('**/invoices?show=draft');
    // Until then it is the list of all that is shown, or none.
    await row.waitFor({ state: 'detached' });
    await page.getByRole('row', { name: /February 2013/ }).waitFor();
    assert.equal(await page.getByRole('row').count(), 2);
  });

  it('open a line to its working and its events', async () => {
    const page = await pages.visit(`/invoices/${invoice}`, { as: { customer } });
    await page.getByRole('heading', { level: 1, name: /Invoice/ }).waitFor();
    await page
      .getByRole('row', { name: /Departures/ })
      .getByText(line)
      .waitFor();
    await looksRight(page, 'invoice');
    await page.getByRole('link', { name: 'Why this price? (Departures)' }).click();
    await page.getByRole('heading', { level: 1, name: 'Departures' }).waitFor();
    const working = page.getByRole('table', { name: 'Steps from the quantity to the amount' });
    await working.getByRole('row', { name: /the first 25.*25 × \$2\.50.*\$62\.50/ }).waitFor();
    await working.getByRole('row', { name: /above 25.*15 × \$1\.25.*\$18\.75/ }).waitFor();
    await page.getByText('40 events of this period add up to 40.').waitFor();
    await page.getByText('It all agrees').waitFor();
    const events = page.getByRole('table', { name: 'Events, the earliest first' });
    await events.getByRole('row').nth(25).waitFor();
    await page.getByRole('button', { name: 'Show more events' }).click();
    await events.getByRole('row').nth(departures).waitFor();
    await looksRight(page, 'line');
  });

  it('hand out the events of a line, and lead to each of them', async () => {
    const page = await pages.visit(`/invoices/${invoice}/lines/2`, { as: { customer } });
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'CSV', exact: true }).click(),
    ]);
    assert.equal(download.suggestedFilename(), 'line-events.csv');
    const rows = (await readFile(await download.path(), 'utf8')).trimEnd().split('\r\n');
    assert.equal(rows.length, 1 + departures);
    const [source = '', id = ''] = rows[1]?.split(',') ?? [];
    await page.getByRole('table', { name: 'Events, the earliest first' }).getByRole('link', { name: id }).click();
    await page.getByText(`What was reported as “${id}”`).waitFor();
    const events = page.getByRole('list', { name: 'Events', exact: true });
    await events.getByRole('button', { name: `Hide the event ${source} ${id}` }).waitFor();
    assert.equal(await events.getByRole('listitem').count(), 1);
    await looksRight(page, 'line-event');
  });

  it('say where an invoice stands by the words of the catalogue, with days as the reader writes them', async () => {
    const page = await pages.visit(`/invoices/${draft}`, { as: { customer }, locale: 'de-DE' });
    await page.getByRole('button', { name: 'Draft: what this means' }).waitFor();
    await page.getByText('It becomes final on 02.03.2013. Until then').waitFor();
    const text = (await page.getByRole('main').textContent()) ?? '';
    assert.doesNotMatch(text, /\d Mar 2013/, 'no day in a form of ours');
  });

  it('compute the invoice again while one looks', async () => {
    const page = await pages.visit(`/invoices/${invoice}?tab=proof`, { as: { customer } });
    await page.getByText('It all agrees').waitFor();
    await page.getByRole('row', { name: /Departures.*40.*agrees/ }).waitFor();
    await looksRight(page, 'proof');
    await page.getByRole('tab', { name: 'Payments and credits' }).click();
    await page.getByText('Became final as').waitFor();
    const [latest, earliest] = await page.getByRole('tabpanel').getByRole('listitem').allTextContents();
    assert.match(latest ?? '', /Became final as/);
    assert.match(earliest ?? '', /Drawn up from your usage/);
    await looksRight(page, 'money');
    await page.getByRole('tab', { name: 'Details' }).click();
    await page.getByRole('tabpanel').getByText('Blue Heron Air').waitFor();
    await looksRight(page, 'details');
  });

  it('give the document as a file', async () => {
    const page = await pages.visit(`/invoices/${invoice}`, { as: { customer } });
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'PDF', exact: true }).click(),
    ]);
    const bytes = await readFile(await download.path());
    assert.equal(bytes.subarray(0, 5).toString(), '%PDF-');
    assert.match(download.suggestedFilename(), /\.pdf$/);
  });

  it('are not there for another customer', async () => {
    const business = await openBusiness(pages.database);
    const plan = await business.plan('other', [flat('1')]);
    const other = await business.customer('Other', { plan });
    const page = await pages.visit(`/invoices/${invoice}`, { as: { customer: other }, refusals: [404] });
    await page.getByRole('alert').getByText('There is no invoice').waitFor();
    assert.equal(await page.getByText(total).count(), 0);
  });
});
