import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';
import type { BrowserContext, Page } from 'playwright-core';
import { buildApi } from '../../../src/api/app.ts';
import type { ApiDeps } from '../../../src/api/deps.ts';
import type { Database } from '../../../src/store/database.ts';
import { noticeOf } from '../../../src/targets/stripe/notice.ts';
import { noSyncs, withoutWebhooks } from '../../api/support.ts';
import { openBooks } from '../../support/books.ts';
import { useTestDatabase } from '../../support/database.ts';
import { openBrowser } from './chromium.ts';
import { widths } from './look.ts';
import { signIn, type Who } from './sign-in.ts';

/** The built pages; `npm test` has built those of the sources. */
export const builtPages = fileURLToPath(new URL('../../../dist/dashboard', import.meta.url));

export type VisitOptions = {
  /** Signed in as this one; nobody unless said. */
  as?: Who;
  /** The language and the ways of writing of whoever looks; those of the United States unless said. */
  locale?: string;
  /** Other origins that the page may go to, such as the simulator's hosted pages. */
  origins?: readonly string[];
  /** Statuses of refused calls that this test provokes. */
  refusals?: readonly number[];
};

export type Visits = {
  /** Opens a page in a browser of its own. */
  visit(path: string, options?: VisitOptions): Promise<Page>;
  /** Closes all that were opened, and tells what none of them may do. */
  close(): Promise<string[]>;
};

/**
 * Looks at the pages at an origin. Whatever a page may not do is told at the end: requests to anywhere else, errors on
 * its console, breaches of its policy, exceptions, dialogs of the browser.
 */
export function openVisits(where: { origin: string; database: Database }): Visits {
  const contexts: BrowserContext[] = [];
  const faults: string[] = [];
  return {
    async visit(path, { as, locale = 'en-US', origins = [], refusals = [] } = {}) {
      const browser = await openBrowser();
      const context = await browser.newContext({
        baseURL: where.origin,
        viewport: widths.desktop,
        locale,
        timezoneId: 'America/New_York',
        reducedMotion: 'reduce',
        acceptDownloads: true,
      });
      contexts.push(context);
      context.setDefaultTimeout(15_000);
      const allowed = [where.origin, ...origins];
      await context.route('**/*', async (route) => {
        const { origin, protocol } = new URL(route.request().url());
        if (allowed.includes(origin) || protocol === 'data:' || protocol === 'blob:') return await route.fallback();
        faults.push(`${path} asks ${origin}`);
        await route.abort();
      });
      context.on('weberror', (error) => faults.push(`${path} throws ${String(error.error())}`));
      context.on('dialog', (dialog) => {
        faults.push(`${path} opens a dialog: ${dialog.message()}`);
        void dialog.dismiss();
      });
      context.on('console', (message) => {
        if (message.type() !== 'error' && message.type() !== 'warning') return;
        const status = Number(/the server responded with a status of (\d+)/.exec(message.text())?.[1]);
        if (!refusals.includes(status)) faults.push(`${path} says on its console: ${message.text()}`);
      });
      if (as !== undefined) await signIn(context, where.database, where.origin, as);
      const page = await context.newPage();
      await page.goto(path);
      return page;
    },
    async close() {
      await Promise.all(contexts.splice(0).map((context) => context.close()));
      return faults.splice(0);
    },
  };
}

/**
 * The API with the built pages over small books (`openBooks`), for one `describe`. After each test its pages are closed,
 * and a fault of one of them fails the test.
 */
export function useDashboard(overrides: Partial<ApiDeps> = {}) {
  const books = useTestDatabase();
  let app: FastifyInstance | undefined;
  let visits: Visits | undefined;
  let origin = '';

  before(async function () {
    // A machine without Chromium gets it here.
    this.timeout(600_000);
    await openBooks(books.database);
    app = buildApi({
      database: books.database,
      startRun: () => Promise.reject(new Error('No run is expected.')),
      startReconciliation: () => Promise.reject(new Error('No reconciliation is expected.')),
      syncs: noSyncs,
      noticeOf,
      health: async () => ({ postgresql: 'up', rabbitmq: 'up', temporal: 'up' }),
      ...withoutWebhooks,
      dashboard: { folder: builtPages },
      ...overrides,
    });
    origin = await app.listen({ host: '127.0.0.1', port: 0 });
    visits = openVisits({ origin, database: books.database });
    await openBrowser();
  });
  afterEach(async () => {
    assert.deepEqual(await visits?.close(), []);
  });
  after(async () => {
    await app?.close();
  });

  return {
    get database() {
      return books.database;
    },
    get origin() {
      return origin;
    },
    async visit(path: string, options?: VisitOptions): Promise<Page> {
      assert.ok(visits, 'The pages are opened before the tests.');
      return await visits.visit(path, options);
    },
  };
}
