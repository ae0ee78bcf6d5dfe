import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import type { DeadLetterBox } from '../../src/billing/operations/dead-letters.ts';
import { previewUsageCorrection } from '../../src/billing/preview-usage-correction.ts';
import { storeSeller } from '../../src/billing/store-seller.ts';
import { failureWords } from '../../src/errors/words/failures.ts';
import { recordReconciliation } from '../../src/store/reconciliations.ts';
import { noSyncs } from '../api/support.ts';
import { flat, invoicesOf, openBusiness, perDeparture } from '../billing/business.ts';
import { useDashboard } from './support/dashboard.ts';
import { looksRight } from './support/look.ts';

type Letter = Awaited<ReturnType<DeadLetterBox['list']>>[number];

/** Days of January and February on which something departs. */
const days = (month: number, count: number) =>
  Array.from({ length: count }, (_, index) => ({
    at: `2013-0${month}-${String((index % 27) + 1).padStart(2, '0')}T12:00:00Z`,
  }));

describe("The operators' pages", function () {
  this.timeout(300_000);
  const letters: Letter[] = [];
  const box: DeadLetterBox = {
    count: async () => letters.length,
    list: async () => [...letters],
    async requeue(chosen) {
      const gone = letters.filter(({ id }) => chosen === 'all' || chosen.includes(id));
      letters.splice(0, letters.length, ...letters.filter((one) => !gone.includes(one)));
      return { requeued: gone.length, kept: [], missing: [] };
    },
    discard: async () => ({ discarded: 0, missing: [] }),
  };
  const pages = useDashboard({
    deadLetters: box,
    syncs: { ...noSyncs, wake: async () => undefined },
    workflows: {
      urlOf: (id) => `http://temporal.example/namespaces/durabill/workflows/${encodeURIComponent(id)}`,
      listUrl: 'http://temporal.example/namespaces/durabill/workflows',
      stateOf: async () => 'running',
    },
  });
  const ids = {
    customer: '',
    held: '',
    parked: '',
    issued: '',
    draft: '',
    run: '',
    correction: '',
    reconciliation: '',
  };
  /** As the sync stores it where it parks: what it is, Stripe's own code, what to do. */
  const refused = failureWords['contact-data'];
  /** Of the business, which is the nth of this process. */
  const names = { plan: '', numberPrefix: '' };

  async function visit(
    path: string,
    title: string,
    operator: 'viewer' | 'support' | 'finance' | 'admin' = 'admin',
    refusals: readonly number[] = [],
  ) {
    const page = await pages.visit(path, { as: { operator }, refusals });
    await page.getByRole('heading', { level: 1, name: title }).waitFor();
    await settled(page);
    return page;
  }

  /** Nothing is being fetched any more. */
  async function settled(page: Page) {
    await page.waitForLoadState('networkidle');
    await page.locator('[role=status]', { hasText: 'Loading' }).first().waitFor({ state: 'detached' });
  }

  it('say that nothing waits, on a calm day', async () => {
    const page = await visit('/operations', 'Today', 'viewer');
    await page.getByText('Nothing waits for you.').waitFor();
    await looksRight(page, 'operations-calm');
  });

  it('say that nobody bills yet, and store who does', async () => {
    const page = await visit('/operations/settings', 'Settings');
    await page.getByText('Nobody has said yet who bills.').waitFor();
    await page.getByRole('button', { name: 'Change' }).click();
    const dialog = page.getByRole('dialog', { name: 'Change who bills?' });
    await dialog.getByRole('textbox', { name: 'Legal name' }).fill('Airport Services GmbH');
    await dialog.getByRole('textbox', { name: 'Street, one line each' }).fill('Flughafenstraße 1');
    await dialog.getByRole('textbox', { name: 'Why' }).fill('The first one.');
    await dialog.getByRole('button', { name: 'Store' }).click();
    await dialog.getByText('Please select an item in the list.').waitFor();
    await looksRight(page, 'settings-seller');
    await dialog.getByRole('button', { name: /Country/ }).click();
    await page.getByRole('option', { name: 'Germany' }).click();
    await dialog.getByRole('button', { name: 'Store' }).click();
    await page.getByText('It is stored.').waitFor();
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByText('Flughafenstraße 1, DE').waitFor();
  });

  describe('with work to do', () => {
    before(async () => {
      const { database } = pages;
      const business = await openBusiness(database);
      const plan = await business.plan('metered', [flat('20'), perDeparture('2.50')]);
      Object.assign(names, { plan, numberPrefix: business.numberPrefix });
      ids.customer = await business.customer('JetBlue Airways', { plan });
      await business.customer('Delta Air Lines', { plan });
      await business.use('JetBlue Airways', days(1, 20));
      await business.use('Delta Air Lines', days(1, 30));
      await business.invoice('2013-02-01T13:00:00Z');
      await business.scan('2013-02-02T15:00:00Z');
      await business.use('JetBlue Airways', days(2, 900));
      await business.use('Delta Air Lines', days(2, 31));
      await business.invoice('2013-03-01T13:00:00Z', { limits: { totalAboveMinor: new Map([['USD', 100_000n]]) } });
      const invoices = await invoicesOf(database, business.clockId);
      ids.held = invoices.find(({ lifecycle }) => lifecycle === 'held')?.id ?? '';
      ids.draft = invoices.find(({ lifecycle }) => lifecycle === 'draft')?.id ?? '';
      ids.parked =
        invoices.find(({ lifecycle, customerId }) => lifecycle === 'issued' && customerId === ids.customer)?.id ?? '';
      ids.issued =
        invoices.find(({ lifecycle, customerId }) => lifecycle === 'issued' && customerId !== ids.customer)?.id ?? '';
      await database.query(
        `UPDATE invoice_states SET sync = 'parked', parked_at = now() - interval '2 hours', parking_number = 1, sync_attempts = 9,
           failure_code = 'email_invalid', failure_reason = $2
         WHERE invoice_id = $1`,
        [ids.parked, `${refused.engineer} email_invalid at email (request req_1). ${refused.operator}`],
      );
      await database.query(
        `INSERT INTO sync_attempts (invoice_id, attempt, started_at, ended_at, outcome, code, reason)
         SELECT $1, n, now() - interval '3 hours' + n * interval '1 minute', now(), 'failed', 'contact-data', 'Invalid email address: bills@'
         FROM generate_series(1, 9) n`,
        [ids.parked],
      );
      const { rows: runs } = await database.query<{ id: string }>('SELECT id FROM billing_runs LIMIT 1');
      ids.run = runs[0]?.id ?? '';
      await database.query(
        `UPDATE billing_runs SET progress = '{"held": 1, "generated": 1204, "parkedPeriods": 0, "periods": 1206}'`,
      );
      const sent = { id: 'JetBlue Airways departure 2013-02-01T12:00:00Z 0' };
      const { rows: events } = await database.query<{ source: string }>(
        'SELECT source FROM event_keys WHERE event_id = $1',
        [sent.id],
      );
      ids.correction = (
        await previewUsageCorrection(
          database,
          {
            changes: [
              {
                action: 'deprecate',
                id: sent.id,
                source: events[0]?.source ?? '',
                customer: ids.customer,
              },
            ],
            reason: 'The gate sent it twice.',
          },
          'operator:olga@business.example',
        )
      ).id;
      ids.reconciliation = randomUUID();
      await recordReconciliation(database, {
        id: ids.reconciliation,
        kind: 'on-demand',
        fromAt: null,
        toAt: null,
        askedBy: 'operator:olga@business.example',
        workflowId: `reconciliation/${ids.reconciliation}`,
      });
      await database.query(
        `UPDATE reconciliations SET started_at = now(), finished_at = now(), counts = '{"invoices": 1204, "alerted": 1}'`,
      );
      await database.query(
        `INSERT INTO reconciliation_differences (id, run_id, last_run_id, kind, invoice_id, remote_id, ours, theirs, action, state)
         VALUES (gen_random_uuid(), $1, $1, 'amount', $2, 'in_1Q2w3E', '{"totalMinor": "7000", "currency": "USD"}',
           '{"totalMinor": "6500", "currency": "USD", "status": "open"}', 'alert', 'alerted')`,
        [ids.reconciliation, ids.parked],
      );
      await database.query(
        `INSERT INTO messages (id, key, kind, customer_id, invoice_id, state, attempts, reason, sent_at)
         VALUES (gen_random_uuid(), 'one', 'invoice-sent', $1, $2, 'failed', 5, '550 5.1.1', NULL),
           (gen_random_uuid(), 'two', 'payment-received', $1, $2, 'sent', 1, NULL, now())`,
        [ids.customer, ids.parked],
      );
      await database.query(
        `INSERT INTO messages (id, key, kind, customer_id, endpoint_id, last_answer, failing_since, state, sent_at)
         VALUES (gen_random_uuid(), 'three', 'webhook-given-up', $1, gen_random_uuid(), 'status-503', now(), 'sent', now())`,
        [ids.customer],
      );
      await database.query(
        `INSERT INTO usage_sources (source, event_count, last_occurred_at, last_received_at)
         VALUES ('gate-1', 2050, now() - interval '3 days', now() - interval '3 days')`,
      );
      await storeSeller(
        database,
        { legalName: 'Airport Services Inc.', address: { lines: ['1 Runway Road'], city: 'New York', country: 'US' } },
        'operator:olga@business.example',
      );
      letters.push({
        id: '3f1c9a0b7d2e4f66',
        reason: 'The invoice is unknown.',
        queue: 'durabill.invoice-due',
        messageId: null,
        message: { version: 1, invoiceId: ids.parked, priority: 'normal' },
        body: `{"version":1,"invoiceId":"${ids.parked}","priority":"normal"}`,
        deadSince: new Date(Date.now() - 3_600_000),
        requeues: 0,
      });
    });

    it('name what waits, the most urgent first, and lead there', async () => {
      const page = await visit('/operations', 'Today');
      const items = await page.getByRole('main').getByRole('listitem').allInnerTexts();
      const order = [
        'dead letter',
        'invoice is parked',
        'difference to Stripe',
        'draft is held',
        'mail has failed',
        'source',
      ];
      assert.deepEqual(
        items.map((text) => order.findIndex((words) => text.includes(words))),
        [0, 1, 2, 3, 4, 5],
        items.join('\n'),
      );
      await looksRight(page, 'operations-today');
      await page.getByRole('link', { name: /draft is held/ }).click();
      await page.getByRole('heading', { level: 1, name: 'Drafts in review' }).waitFor();
    });

    const looks: [name: string, path: () => string, title: string | (() => string)][] = [
      ['runs', () => '/operations/runs', 'Runs'],
      ['run', () => `/operations/runs/${ids.run}`, 'Invoicing'],
      ['drafts', () => '/operations/drafts', 'Drafts in review'],
      ['in-review', () => '/operations/drafts?tab=review', 'Drafts in review'],
      ['held', () => `/operations/invoices/${ids.held}`, 'Draft of February 2013'],
      ['parked', () => '/operations/parked', 'Parked invoices'],
      ['parked-one', () => `/operations/invoices/${ids.parked}`, () => names.numberPrefix],
      ['invoices', () => '/operations/invoices', 'Invoices'],
      ['credit', () => `/operations/invoices/${ids.issued}/credit`, () => `Credit note of ${names.numberPrefix}`],
      ['customers', () => '/operations/customers', 'Customers'],
      ['manage', () => `/operations/manage/${ids.customer}`, 'JetBlue Airways'],
      ['manage-subscriptions', () => `/operations/manage/${ids.customer}?tab=subscriptions`, 'JetBlue Airways'],
      ['manage-dunning', () => `/operations/manage/${ids.customer}?tab=dunning`, 'JetBlue Airways'],
      ['corrections', () => '/operations/corrections', 'Corrections'],
      ['correction', () => `/operations/corrections/${ids.correction}`, 'Correction of usage'],
      ['new-correction', () => '/operations/corrections/new', 'Correct usage'],
      ['plans', () => '/operations/plans', 'Plans'],
      ['plans-change', () => '/operations/plans?tab=change', 'Plans'],
      ['plan', () => `/operations/plans/${names.plan}`, () => names.plan],
      ['dead-letters', () => '/operations/dead-letters', 'Dead letters'],
      ['reconciliation', () => '/operations/reconciliation', 'Reconciliation'],
      ['reconciliation-one', () => `/operations/reconciliation/${ids.reconciliation}`, 'Comparison on demand'],
      ['messages', () => '/operations/messages', 'Messages'],
      ['pauses', () => '/operations/pauses', 'Pauses'],
      ['audit', () => '/operations/audit', 'Audit trail'],
      ['settings', () => '/operations/settings', 'Settings'],
      ['settings-tax', () => '/operations/settings?tab=tax', 'Settings'],
      ['settings-operators', () => '/operations/settings?tab=operators', 'Settings'],
      ['manage-users', () => `/operations/manage/${ids.customer}?tab=users`, 'JetBlue Airways'],
      ['settings-dunning', () => '/operations/settings?tab=dunning', 'Settings'],
    ];
    for (const [name, path, title] of looks) {
      it(`look right on desk and phone, in light and dark: ${name}`, async () => {
        const heading = typeof title === 'string' ? title : title();
        await looksRight(await visit(path(), heading), `operations-${name}`);
      });
    }

    it('tell the figures of a run as the work goes, and what each means, zero or not', async () => {
      const page = await visit(`/operations/runs/${ids.run}`, 'Invoicing');
      const progress = page.locator('section', { has: page.getByRole('heading', { name: 'Progress' }) });
      const names = await progress.locator('dt').allTextContents();
      assert.deepEqual(names.slice(0, 4), ['Periods', 'Generated', 'Parked periods', 'Held']);
      const parked = progress.locator('dl', { hasText: 'Parked periods' });
      assert.deepEqual(await parked.locator('dd').allTextContents(), [
        '0',
        'Periods that could not be billed. The next invoicing run tries them again.',
      ]);
    });

    it('say in which zone their times are, and write them in it', async () => {
      const runs = await visit('/operations/runs', 'Runs');
      await runs.getByText('Times in America/New_York.').waitFor();
      await runs.getByRole('row', { name: /Invoicing.* Mar 1, 2013, 8:00\sAM/ }).waitFor();
      await runs.getByText('What the figures mean').click();
      await runs.getByText('Drafts that became final invoices.').waitFor();
      const one = await visit(`/operations/runs/${ids.run}`, 'Invoicing');
      await one.getByText('Times in America/New_York.').waitFor();
      const audit = await visit('/operations/audit?from=2013-01-01', 'Audit trail');
      await audit.getByText('Times in America/New_York.').waitFor();
      await audit
        .getByText(/by operator:olga/)
        .first()
        .waitFor();
      const invoice = await visit(`/operations/invoices/${ids.held}`, 'Draft of February 2013');
      await invoice.getByText('Days are in UTC, the customer’s time zone.').waitFor();
    });

    it('show how many invoices an advance still waits for', async () => {
      const { rows } = await pages.database.query<{ id: string }>(
        `INSERT INTO billing_runs (id, clock_id, kind, cutoff_at, started_at, workflow_id, progress)
         SELECT gen_random_uuid(), clock_id, 'advance', cutoff_at, started_at, 'advance/test', '{"parked": 1, "published": 40, "synced": 9}'
         FROM billing_runs WHERE id = $1 RETURNING id`,
        [ids.run],
      );
      const page = await visit(`/operations/runs/${rows[0]?.id}`, 'Advance of a clock');
      await page.getByText('10 of 40 sent invoices are at rest.').waitFor();
      assert.equal(await page.getByRole('progressbar').evaluate((bar) => (bar as HTMLProgressElement).position), 0.25);
      await looksRight(page, 'operations-run-advance');
    });

    it('ask why before anything is changed, show what became of it, and lead to the audit entry', async () => {
      const page = await visit('/operations/dead-letters', 'Dead letters');
      await page.getByRole('button', { name: 'Put back' }).click();
      const dialog = page.getByRole('dialog', { name: 'Put this letter back?' });
      await dialog.waitFor();
      await looksRight(page, 'operations-dialog');
      await dialog.getByRole('button', { name: 'Put back' }).click();
      assert.equal(letters.length, 1, 'nothing is done without a reason');
      await dialog.getByLabel('Why').fill('The bridge knows it by now.');
      await dialog.getByRole('button', { name: 'Put back' }).click();
      const done = page.getByRole('dialog', { name: 'Done' });
      await done.getByText('1 letter is back in the queue.').waitFor();
      assert.equal(letters.length, 0);
      await page.getByText('There are no dead letters.').waitFor();
      await done.getByRole('link', { name: 'Audit entry' }).click();
      await page.getByText('“The bridge knows it by now.”').waitFor();
      await page.getByRole('button', { name: 'Verify this chain' }).click();
      await page.getByText('The chain holds').waitFor();
    });

    it('say once why an invoice is parked, and what to press', async () => {
      const page = await visit(`/operations/invoices/${ids.parked}`, names.numberPrefix);
      const why = page.locator('section', { has: page.getByRole('heading', { name: 'Why it is parked' }) });
      await why.getByText(`${refused.engineer} email_invalid at email (request req_1).`, { exact: true }).waitFor();
      await why.getByText(refused.operator, { exact: true }).waitFor();
      const told = (await why.textContent()) ?? '';
      assert.equal(told.split(refused.engineer).length, 2, told);
      assert.equal(told.split('press "Fix and try again"').length, 2, told);
      await page.getByRole('button', { name: 'Fix and try again' }).waitFor();
    });

    it('let each role do what is its own, and say why a button is off', async () => {
      const may = async (role: 'viewer' | 'support' | 'finance' | 'admin') => {
        const page = await visit(`/operations/invoices/${ids.parked}`, names.numberPrefix, role);
        const buttons = { retry: 'Try again', giveUp: 'Give up' };
        return await Promise.all(
          Object.values(buttons).map((name) => page.getByRole('button', { name, exact: true }).isEnabled()),
        );
      };
      assert.deepEqual(await may('viewer'), [false, false]);
      assert.deepEqual(await may('support'), [true, false]);
      assert.deepEqual(await may('finance'), [true, true]);
      const page = await visit('/operations/pauses', 'Pauses', 'finance');
      await page.getByTitle('The role “finance” may look at this, and not change it.').waitFor();
    });

    it('issue a credit note: by line, by amount and in full, seen before it is issued', async () => {
      const support = await visit(`/operations/invoices/${ids.issued}`, names.numberPrefix, 'support');
      assert.equal(await support.getByRole('link', { name: 'Credit note' }).count(), 0);

      const page = await visit(`/operations/invoices/${ids.issued}`, names.numberPrefix, 'finance', [422]);
      await page.getByRole('link', { name: 'Credit note' }).click();
      await page.getByRole('heading', { level: 1, name: 'Credit note of' }).waitFor();
      const preview = page.getByRole('button', { name: 'Preview' });
      const credited = page.getByRole('main').getByText('Credited', { exact: true }).locator('..');
      const choose = async (label: string) => {
        await page.getByRole('button', { name: /What is taken back/ }).click();
        await page.getByRole('option', { name: label }).click();
      };

      // 20.00 a month and 30 departures at 2.50.
      await preview.click();
      await credited.getByText('$95.00').waitFor();
      await choose('An amount');
      await credited.waitFor({ state: 'detached' });
      await page.getByLabel('Amount in USD').fill('95.01');
      await preview.click();
      await page
        .getByText(/USD 95\.01 is more than the USD 95\.00 that is left/)
        .first()
        .waitFor();
      await page.getByLabel('Amount in USD').fill('9.50');
      await preview.click();
      await credited.getByText('$9.50').waitFor();
      await choose('Lines');
      await page.getByRole('table', { name: 'Lines to take back' }).getByText('Departures').click();
      await page.getByLabel('In USD of Departures').fill('7.505');
      await preview.click();
      await page.getByText('“7.505” is no amount in USD.').first().waitFor();
      await page.getByLabel('In USD of Departures').fill('7.50');
      await preview.click();
      await credited.getByText('$7.50').waitFor();
      await looksRight(page, 'operations-credit-previewed');

      await page.getByRole('button', { name: 'Issue the credit note' }).click();
      const dialog = page.getByRole('dialog', { name: /^Credit / });
      await dialog.getByText('$7.50').first().waitFor();
      await dialog.getByLabel('A sentence for the customer').fill('Three flights were counted twice.');
      await dialog.getByLabel('Why').fill('The gate counted twice.');
      await looksRight(page, 'operations-credit-dialog');
      await dialog.getByRole('button', { name: 'Issue' }).click();
      const done = page.getByRole('dialog', { name: 'Done' });
      await done.getByText(/The credit note .+ is issued\./).waitFor();
      await done.getByText('Less is to be paid').waitFor();
      await looksRight(page, 'operations-credit-done');
      await done.getByRole('link', { name: 'See the invoice' }).click();
      await page.getByRole('heading', { level: 1, name: new RegExp(`^${names.numberPrefix}`) }).waitFor();
      await page.getByRole('row', { name: /Three flights were counted twice\..*\$7\.50/ }).waitFor();

      const { rows } = await pages.database.query(
        `SELECT total_minor::int AS total, n.reason, memo, a.detail->>'reason' AS why, a.detail->>'reasonOnNote' AS on_note
         FROM credit_notes n JOIN audit_log a ON a.subject_id = n.invoice_id AND a.action = 'credit note issued'
         WHERE n.invoice_id = $1`,
        [ids.issued],
      );
      assert.deepEqual(rows, [
        {
          total: 750,
          reason: 'order_change',
          memo: 'Three flights were counted twice.',
          why: 'The gate counted twice.',
          on_note: 'order_change',
        },
      ]);
    });

    it('lead from an event to its correction, filled in, and tell who has applied it and why', async () => {
      const { rows } = await pages.database.query<{ id: string; source: string }>(
        `SELECT event_id AS id, source FROM event_keys WHERE event_id = 'JetBlue Airways departure 2013-02-02T12:00:00Z 1'`,
      );
      const event = rows[0] ?? { id: '', source: '' };
      const search = new URLSearchParams({
        ...{ event: event.id, source: event.source },
        ...{ from: '2013-02-01T00:00:00Z', to: '2013-03-01T00:00:00Z' },
      });
      const path = `/operations/customers/${ids.customer}/usage/events?${search}`;
      const link = { name: 'Correct this event' };
      const viewer = await visit(path, 'Events', 'viewer');
      await viewer.getByText('Sent by').waitFor();
      assert.equal(await viewer.getByRole('link', link).count(), 0);

      const page = await visit(path, 'Events', 'finance');
      await page.getByRole('link', link).waitFor();
      await looksRight(page, 'operations-event');
      await page.getByRole('link', link).click();
      await page.getByRole('heading', { level: 1, name: 'Correct usage' }).waitFor();
      assert.equal(await page.getByLabel('Id of the event').inputValue(), event.id);
      assert.equal(await page.getByLabel('Source').inputValue(), event.source);
      assert.match(await page.getByLabel('Customer').inputValue(), /^JetBlue Airways/);
      assert.equal(await page.getByLabel('When it happened').inputValue(), '2013-02-02T12:00:00.000Z');
      assert.deepEqual(JSON.parse(await page.getByLabel('All its properties, as JSON').inputValue()), {});
      await looksRight(page, 'operations-correction-filled');
      await page.getByRole('button', { name: /Change an event/ }).click();
      await page.getByRole('option', { name: /Take an event out/ }).click();
      await page.getByLabel('Why').fill('The gate sent it twice.');
      await page.getByRole('button', { name: 'Preview' }).click();
      await page.getByRole('heading', { level: 1, name: 'Correction of usage' }).waitFor();
      await page.getByRole('button', { name: 'Apply' }).click();
      const dialog = page.getByRole('dialog', { name: 'Apply this correction?' });
      await dialog.getByLabel('Why').fill('Agreed with the airline.');
      await dialog.getByRole('button', { name: 'Apply' }).click();
      await page.getByRole('dialog', { name: 'Done' }).getByRole('button', { name: 'Go on' }).click();
      const ended = page.locator('section', { has: page.getByRole('heading', { name: 'Who has applied it' }) });
      await ended.getByText(/^operator:finance-/).waitFor();
      await ended.getByText('“Agreed with the airline.”').waitFor();
      await looksRight(page, 'operations-correction-applied');
    });

    it("write each operator's first look at a customer into the audit trail, and find customers", async () => {
      const page = await visit('/operations/customers', 'Customers', 'support');
      await page.getByLabel('Search').fill('delta');
      await page.getByRole('link', { name: 'JetBlue Airways', exact: true }).waitFor({ state: 'detached' });
      await page.getByRole('link', { name: 'Delta Air Lines', exact: true }).waitFor();
      await page.getByLabel('Search').fill('jetblue');
      await page.getByRole('link', { name: /As they see it.*JetBlue/ }).click();
      await page.getByText('You see what JetBlue Airways sees.').waitFor();
      await settled(page);
      await page.reload();
      await page.getByText('You see what JetBlue Airways sees.').waitFor();
      await settled(page);
      const { rows } = await pages.database.query<{ actor: string }>(
        `SELECT actor FROM audit_log WHERE subject_id = $1 AND action = 'pages viewed' AND actor LIKE 'operator:support-%'`,
        [ids.customer],
      );
      assert.deepEqual(
        rows.map(({ actor }) => actor.replace(/-[0-9a-f]{8}@/, '@')),
        ['operator:support@business.example'],
      );
    });

    it('show what a file of plans would change before it is applied, and the line of a mistake', async () => {
      const page = await visit('/operations/plans?tab=change', 'Plans', 'admin', [422]);
      const file = (amount: string) => `meters: []
plans:
  - key: ${names.plan}
    name: metered
    currency: USD
    interval: month
    prices:
      - { key: base, name: Base fee, model: flat, amount: "${amount}" }
`;
      const plans = page.getByLabel('Meters and plans, as YAML or JSON');
      await plans.fill(file('a lot'));
      await page.getByRole('button', { name: 'Compare' }).click();
      await page
        .getByText(/^Line 8: /)
        .first()
        .waitFor();
      await page
        .locator('input[type=file]')
        .setInputFiles({ name: 'team.yaml', mimeType: 'application/yaml', buffer: Buffer.from(file('25')) });
      await page.waitForFunction(() => document.querySelector('textarea')?.value.includes('"25"'));
      await page.getByRole('button', { name: 'Compare' }).click();
      await page.getByText(`${names.plan}, version 2`).waitFor();
      await page.getByRole('row', { name: /prices\[base\]\.amount/ }).waitFor();
      await page.getByRole('button', { name: 'Apply' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Why').fill('Agreed with sales.');
      await dialog.getByRole('button', { name: 'Apply' }).click();
      await page.getByRole('dialog', { name: 'Done' }).getByText('The plans are in the books.').waitFor();
      const { rows } = await pages.database.query(
        `SELECT detail->>'reason' AS reason FROM audit_log WHERE subject_kind = 'plan' AND action = 'version applied'
         ORDER BY at DESC LIMIT 1`,
      );
      assert.deepEqual(rows, [{ reason: 'Agreed with sales.' }]);
    });
  });
});
