import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { flat, invoicesOf, openBusiness } from '../billing/business.ts';
import { openBrowser } from './support/chromium.ts';
import { useDashboard } from './support/dashboard.ts';
import { signIn } from './support/sign-in.ts';

/** What a first visit may carry over the network in all: scripts, styles, fonts and answers, as they are compressed. */
const mostKilobytes = 380;

/** A phone of the middle: a quarter of this machine's speed, and 9 Mbit/s with 60 ms to the server and back. */
const phone = { slowdown: 4, bytesPerSecond: 9_000_000 / 8, latencyMs: 60 };

type Weight = { page: string; files: number; kilobytes: number; interactiveMs: number };

/** With DURABILL_MEASURE=yes what is measured is printed, as in docs/dashboard.md. */
describe('A first visit', function () {
  this.timeout(120_000);
  const pages = useDashboard();
  const weights: Weight[] = [];
  let customer = '';
  let invoice = '';

  before(async () => {
    const business = await openBusiness(pages.database);
    customer = await business.customer('Blue Heron Air', { plan: await business.plan('fee', [flat('100')]) });
    await business.invoice('2013-02-01T13:00:00Z');
    invoice = (await invoicesOf(pages.database, customer))[0]!.id;
  });
  after(() => {
    if (process.env['DURABILL_MEASURE'] === 'yes') console.table(weights);
  });

  /** Opens a page as somebody who was never there, and waits until it shows what was asked for. */
  async function weigh(path: string, isShown: (page: Page) => Promise<void>): Promise<Weight> {
    const context = await (await openBrowser()).newContext({
      baseURL: pages.origin,
      viewport: { width: 390, height: 844 },
    });
    await signIn(context, pages.database, pages.origin, { customer });
    const page = await context.newPage();
    const network = await context.newCDPSession(page);
    let files = 0;
    let bytes = 0;
    network.on('Network.loadingFinished', ({ encodedDataLength }) => {
      files += 1;
      bytes += encodedDataLength;
    });
    await network.send('Network.enable');
    const { slowdown, bytesPerSecond, latencyMs } = phone;
    await network.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
    await network.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: latencyMs,
      downloadThroughput: bytesPerSecond,
      uploadThroughput: bytesPerSecond,
    });
    await page.goto(path);
    await isShown(page);
    const interactiveMs = Math.round(await page.evaluate(() => performance.now()));
    await page.waitForLoadState('networkidle');
    await context.close();
    return { page: path.replace(invoice, ':id'), files, kilobytes: Math.round(bytes / 1_024), interactiveMs };
  }

  const shown: [name: string, path: () => string, sign: (page: Page) => Promise<void>][] = [
    ['the sign-in', () => '/sign-in', (page) => page.getByRole('heading', { level: 1 }).waitFor()],
    ['the overview', () => '/', (page) => page.getByRole('heading', { level: 1 }).waitFor()],
    ['the invoices', () => '/invoices', (page) => page.getByRole('row', { name: /January 2013/ }).waitFor()],
    ['an invoice', () => `/invoices/${invoice}`, (page) => page.getByRole('row', { name: /Base fee/ }).waitFor()],
    ['the account', () => '/account', (page) => page.getByText('On your invoices').waitFor()],
  ];
  for (const [name, path, isShown] of shown) {
    it(`to ${name} carries no more than ${mostKilobytes} KB`, async () => {
      const weight = await weigh(path(), isShown);
      weights.push(weight);
      assert.ok(weight.files > 3 && weight.kilobytes > 50, 'the files were seen');
      assert.ok(weight.kilobytes <= mostKilobytes, `${weight.kilobytes} KB in ${weight.files} files`);
    });
  }
});
