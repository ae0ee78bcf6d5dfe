import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { parse as parseYaml } from 'yaml';
import { advanceTo } from '../../examples/airports/advance.ts';
import type { Api } from '../../examples/airports/api.ts';
import { airlines, billedBy } from '../../examples/airports/businesses.ts';
import { months } from '../../examples/airports/events.ts';
import { createBusiness, loadMonth } from '../../examples/airports/load.ts';
import { createApiKey } from '../../src/auth/api-keys.ts';
import { readPdf } from '../documents/support.ts';
import { invoicesOf } from '../scenarios/support/books.ts';
import { clockName, openSample, sampleClockId } from '../scenarios/support/sample.ts';
import { computeAgain, type ExpectedLine } from '../scenarios/support/second-computation.ts';
import { readJournal, stripeCopies } from '../scenarios/support/stripe-journal.ts';
import { openWorld, type World } from '../support/world.ts';
import { openVisits, type Visits } from './support/dashboard.ts';

/** What one place says of an invoice, in minor units: its total, and its lines in order where it tells them. */
type Told = { total: bigint; lines: bigint[] };

/**
 * Ten months of the sample: 160 invoices of 16 airlines. Each is looked at in six places, which have to say the same to the
 * cent: the second computation in SQL, which knows nothing of Durabill, the API, the pages of its customer (the list and
 * the invoice itself), a preview of the plan's prices with the quantities of the second computation, the PDF, and the
 * copy at Stripe.
 */
describe('The numbers of the whole sample', function () {
  this.timeout(20 * 60_000);
  let world: World;
  let api: Api;
  let visits: Visits;
  let origin = '';
  let secret = '';
  let expected: Map<string, ExpectedLine[]>;

  before(async () => {
    world = await openWorld();
    [api] = await Promise.all([openSample(world), world.start('worker'), world.start('bridge')]);
    await createBusiness(api, airlines);
    // Month by month, as it happened: what lies far ahead of the clock is not taken.
    for (const month of months) {
      const { accepted, ...others } = await loadMonth(api, airlines, month);
      assert.deepEqual([accepted > 0, others], [true, { duplicate: 0, conflict: 0, rejected: 0 }]);
      await advanceTo(api, clockName, billedBy(month));
    }
    expected = groupBy(await computeAgain(world.databaseUrl, months), keyOf);
    origin = `http://127.0.0.1:${world.env['DURABILL_API_PORT']}`;
    secret = (await createApiKey(world.database, { name: 'reader', scopes: ['invoices:read'] })).secret;
    visits = openVisits({ origin, database: world.database });
  });
  after(async () => await world?.close());

  /** Of what the document says between its first line and its sums: the amounts of the lines, in their order. */
  const pdf = async (id: string, wanted: readonly bigint[]): Promise<Told> => {
    const answer = await fetch(`${origin}/v1/invoices/${id}/pdf`, { headers: { authorization: `Bearer ${secret}` } });
    assert.equal(answer.status, 200);
    const text = (await readPdf(new Uint8Array(await answer.arrayBuffer()))).pages.join(' ');
    const [, body = '', total = ''] = /^(.*) Subtotal .*? Total (\$[\d,.]+) /s.exec(text) ?? [];
    const amounts = [...body.matchAll(/\$[\d,]+\.\d{2}(?!\d)/g)].map(([one]) => minorOf(one));
    return { total: minorOf(total), lines: inOrder(amounts, wanted) };
  };

  it('are the same in every place, to the cent', async () => {
    const invoices = await invoicesOf(world.database, sampleClockId);
    assert.equal(invoices.length, 160);
    const prices = await plansPrices();
    const copies = new Map(stripeCopies(await readJournal(world)).map((copy) => [copy.invoiceId, copy]));
    const differing: string[] = [];
    for (const [customerId, own] of groupBy(invoices, (invoice) => invoice.customerId)) {
      const page = await visits.visit('/invoices', { as: { customer: customerId } });
      const listed = await readList(page);
      assert.equal(listed.size, own.length);
      for (const { id, customer, periodStartAt } of own) {
        const lines = expected.get(`${customer} ${periodStartAt.toISOString().slice(0, 7)}`) ?? [];
        const amounts = lines.map(({ amountMinor }) => amountMinor);
        const wanted: Told = { total: amounts.reduce((sum, one) => sum + one, 0n), lines: amounts };
        const told: Record<string, Told | undefined> = {
          api: toldBy(await api.get<Answer>(`/v1/invoices/${id}`)),
          page: await readPage(page, id),
          preview: toldBy(await api.post<Answer>('/v1/invoices/preview', previewOf(prices, lines))),
          list: listed.has(id) ? { total: listed.get(id) as bigint, lines: amounts } : undefined,
          stripe: stripeOf(copies.get(id)),
          pdf: await pdf(id, amounts),
        };
        for (const [place, found] of Object.entries(told)) {
          if (textOf(found, place) !== textOf(wanted, place)) {
            differing.push(
              `${customer} ${periodStartAt.toISOString()} ${place}: ${textOf(found, place)}, not ${textOf(wanted, place)}`,
            );
          }
        }
      }
      assert.deepEqual(await visits.close(), []);
    }
    assert.deepEqual(differing, []);
  });
});

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

type Answer = { totalMinor: number; lines: { amountMinor: number }[] };
const toldBy = ({ totalMinor, lines }: Answer): Told => ({
  total: BigInt(totalMinor),
  lines: lines.map(({ amountMinor }) => BigInt(amountMinor)),
});

const keyOf = ({ customer, month }: ExpectedLine) => `${customer} ${month}`;

/** Lines over nothing are not on every copy, and Stripe keeps an order of its own. */
function textOf(told: Told | undefined, place: string): string {
  if (told === undefined) return 'nothing';
  const { total, lines } = told;
  const some = lines.filter((one) => one !== 0n);
  return place === 'stripe' ? `${total} of ${some.sort((a, b) => Number(a - b))}` : `${total} of ${some}`;
}

function stripeOf(copy: { totalMinor: bigint; lineAmountsMinor: bigint[] } | undefined): Told | undefined {
  return copy && { total: copy.totalMinor, lines: copy.lineAmountsMinor };
}

/** What is found of the wanted amounts in their order: a document has others between them, such as the prices of tiers. */
function inOrder(amounts: readonly bigint[], wanted: readonly bigint[]): bigint[] {
  let from = 0;
  return wanted.filter((one) => {
    const at = amounts.indexOf(one, from);
    if (at !== -1) from = at + 1;
    return at !== -1;
  });
}

/** `$1,234.50` as 123450: dollars have two decimals, and every amount here is in dollars. */
function minorOf(text: string): bigint {
  const [, minus, digits = ''] = /^(-?)\$([\d,]+\.\d{2})$/.exec(text.trim()) ?? [];
  assert.ok(digits, `"${text}" is an amount`);
  return BigInt(`${minus}${digits.replaceAll(/[,.]/g, '')}`);
}

/** The amounts of the customer's list of invoices, by the invoice's id. */
async function readList(page: Page): Promise<Map<string, bigint>> {
  const table = page.getByRole('table', { name: 'Invoices, the newest first' });
  await table.waitFor();
  const rows = await table
    .locator('tbody tr')
    .evaluateAll((found) =>
      found.map((row) => [row.querySelector('a')?.getAttribute('href') ?? '', row.lastElementChild?.textContent ?? '']),
    );
  return new Map(rows.map(([href, amount]) => [href?.split('/').at(-1) ?? '', minorOf(amount ?? '')]));
}

/** What the page of an invoice says, reached as a person reaches it, and left the same way. */
async function readPage(page: Page, id: string): Promise<Told> {
  await page.locator(`a[href="/invoices/${id}"]`).click();
  const table = page.getByRole('table', { name: 'Lines of the invoice' });
  await table.waitFor();
  const lines = await table.locator('tbody td[data-label="Amount"]').allTextContents();
  const total = await page
    .locator('dl > div', { has: page.locator('dt', { hasText: /^Total$/ }) })
    .locator('dd')
    .last()
    .textContent();
  await page.getByRole('link', { name: 'All invoices' }).click();
  await page.getByRole('table', { name: 'Invoices, the newest first' }).waitFor();
  return { total: minorOf(total ?? ''), lines: lines.map(minorOf) };
}

type PlanPrice = { key: string; meter?: string; filter?: object };

async function plansPrices(): Promise<PlanPrice[]> {
  const file = parseYaml(await readFile(new URL('../../plans/airports.yaml', import.meta.url), 'utf8'));
  return file.plans.find(({ key }: { key: string }) => key === airlines.plan).prices;
}

/** The plan's prices, each with the quantity that the second computation has measured for it. */
function previewOf(prices: readonly PlanPrice[], lines: readonly ExpectedLine[]) {
  return {
    currency: 'USD',
    prices: prices.map(({ meter, filter: _, ...price }) => {
      const quantity = lines.find(({ priceKey }) => priceKey === price.key)?.quantity ?? '0';
      return meter === undefined ? price : { ...price, usage: { quantity } };
    }),
  };
}
