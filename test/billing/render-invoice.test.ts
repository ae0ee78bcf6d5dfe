import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { invoiceIdOf, lineIdOf } from '../../src/billing/ids.ts';
import { renderInvoice } from '../../src/billing/render-invoice.ts';
import { storeBillingProfile } from '../../src/billing/store-billing-profile.ts';
import { storeSeller } from '../../src/billing/store-seller.ts';
import type { InvoiceBill } from '../../src/store/bill-parts.ts';
import { insertDrafts } from '../../src/store/invoice-facts.ts';
import { openRun } from '../../src/store/runs.ts';
import { readPdf, sha256 } from '../documents/support.ts';
import { useTestDatabase } from '../support/database.ts';
import { type Business, flat, invoicesOf, openBusiness, perDeparture } from './business.ts';

const seller = {
  legalName: 'Airport Services Inc.',
  address: { lines: ['1 Queens Plaza'], city: 'New York', region: 'NY', postalCode: '11101', country: 'US' },
  taxIds: [{ type: 'us_ein', value: '12-3456789' }],
};

describe('The document of an invoice', () => {
  const books = useTestDatabase();
  let business: Business;
  let customerId = '';
  let id = '';

  // January 2013: 100.00 and 3 departures at 2.50, 107.50 in all.
  beforeEach(async () => {
    business = await openBusiness(books.database);
    await storeSeller(books.database, seller, 'test');
    const plan = await business.plan('base', [flat('100'), perDeparture('2.50')]);
    customerId = await business.customer('LH', { plan, zone: 'Europe/Berlin', startsAt: '2012-12-31T23:00:00Z' });
    await storeBillingProfile(
      books.database,
      customerId,
      {
        legalName: 'Lufthansa AG',
        address: { lines: ['Venloer Straße 151'], city: 'Köln', postalCode: '50672', country: 'DE' },
        language: 'de-DE',
        memo: 'Wie besprochen',
      },
      'test',
    );
    await business.use(
      'LH',
      ['10', '11', '12'].map((day) => ({ at: `2013-01-${day}T12:00:00Z` })),
    );
    await business.invoice('2013-02-01T13:00:00Z');
    id = (await invoicesOf(books.database, customerId))[0]?.id ?? '';
  });

  const issue = () => business.scan('2013-02-02T15:00:00Z');
  const render = async () => {
    const rendered = await renderInvoice(books.database, id, 'test');
    assert.ok(rendered);
    assert.equal(rendered.hash, sha256(rendered.bytes));
    return { ...rendered, page: (await readPdf(rendered.bytes)).pages[0] ?? '' };
  };
  const kept = async () =>
    (
      await books.database.query(`SELECT encode(hash, 'hex') AS hash FROM invoice_documents WHERE invoice_id = $1`, [
        id,
      ])
    ).rows;
  const state = (change: string) =>
    books.database.query(`UPDATE invoice_states SET ${change} WHERE invoice_id = $1`, [id]);

  it('of a draft is marked, is made anew and is not kept', async () => {
    const { page, fileName } = await render();
    assert.match(page, /Entwurf/);
    assert.match(page, /Zu zahlen 107,50 \$/);
    assert.equal(fileName, `draft-${id}.pdf`);
    assert.deepEqual(await kept(), []);
  });

  it('says what was issued, in the words of its customer', async () => {
    await issue();
    const { page, fileName } = await render();
    const [{ number } = { number: null }] = await invoicesOf(books.database, customerId);
    for (const text of [
      `Rechnungsnummer ${number} Rechnungsdatum 2. Feb. 2013`,
      'Airport Services Inc.',
      'New York, NY 11101',
      'Lufthansa AG',
      '50672 Köln',
      'Deutschland',
      'Departures',
      '3 2,50 $ 7,50 $',
      'Base fee 1 100,00 $',
      'Gesamtbetrag 107,50 $',
      'Wie besprochen',
      // Berlin's January, and 2 February + 14 days.
      '1.–31. Jan. 2013',
      '107,50 $ zahlbar bis 16. Feb. 2013',
    ]) {
      assert.ok(page.includes(text), `"${text}" is not in: ${page}`);
    }
    assert.doesNotMatch(page, /Entwurf/);
    assert.equal(fileName, `${number}.pdf`);
  });

  it('is the same bytes for ever, and told of once in the audit chain', async () => {
    await issue();
    const first = await render();
    await storeSeller(books.database, { ...seller, legalName: 'Other Inc.' }, 'test');
    const again = await render();
    assert.deepEqual(again.bytes, first.bytes);
    assert.deepEqual(await kept(), [{ hash: first.hash }]);
    const { rows } = await books.database.query(
      `SELECT actor, detail FROM audit_log WHERE subject_id = $1 AND action = 'document made'`,
      [id],
    );
    assert.deepEqual(rows, [
      { actor: 'test', detail: { kind: 'invoice', hash: first.hash, bytes: first.bytes.length } },
    ]);
  });

  it('is one for all who ask for it at once', async () => {
    await issue();
    const all = await Promise.all([1, 2, 3, 4, 5].map(() => renderInvoice(books.database, id, 'test')));
    assert.equal(new Set(all.map((one) => one?.hash)).size, 1);
    assert.equal((await kept()).length, 1);
    const { rowCount } = await books.database.query(
      `SELECT FROM audit_log WHERE subject_id = $1 AND action = 'document made'`,
      [id],
    );
    assert.equal(rowCount, 1);
  });

  it('has one for each state that it shows, and those before stay', async () => {
    await issue();
    const open = await render();
    await state(`payment = 'paid', amount_paid_minor = 10750, paid_at = '2013-02-10T23:30:00Z'`);
    const paid = await render();
    // Half past eleven in the evening in UTC is the next day in Berlin.
    assert.match(paid.page, /107,50 \$ bezahlt am 11\. Feb\. 2013/);
    await state(`payment = 'unpaid', amount_paid_minor = 0, paid_at = NULL`);
    assert.deepEqual((await render()).bytes, open.bytes, 'a payment that was taken back');
    await state(`lifecycle = 'void'`);
    const voided = await render();
    assert.match(voided.page, /Storniert.*Nichts zu zahlen/s);
    assert.deepEqual(new Set((await kept()).map(({ hash }) => hash)), new Set([open.hash, paid.hash, voided.hash]));
  });

  it('has everything between the charges and the total', async () => {
    const bill: InvoiceBill = {
      subtotalMinor: 10_000n,
      discountMinor: 1_000n,
      taxMinor: 1_710n,
      inclusiveTaxMinor: 0n,
      carriedMinor: 0n,
      creditMinor: 710n,
      totalMinor: 10_000n,
      taxRounding: 'invoice',
      discounts: [{ redemptionId: null, key: 'winter', name: 'Winter 10 %', amountMinor: 1_000n, working: {} }],
      taxes: [
        {
          key: 'ust',
          name: 'USt',
          percentage: '19',
          isInclusive: false,
          country: 'DE',
          taxableMinor: 9_000n,
          amountMinor: 1_710n,
          reason: null,
        },
      ],
      lineTaxes: [],
      credits: [{ id: randomUUID(), source: 'wallet', accountId: null, name: 'Guthaben Gold', amountMinor: 710n }],
    };
    await draft({ bill, lineTax: { key: 'ust', taxableMinor: 9_000n, amountMinor: 1_710n } });
    const { page } = await render();
    // 100.00 − 10.00 = 90.00; 19 % on it 17.10; 107.10 in all; 7.10 from the wallet.
    assert.match(
      page,
      /Zwischensumme 100,00 \$ Winter 10 % −10,00 \$ USt 19 % 17,10 \$ Gesamtbetrag 107,10 \$ Guthaben Gold −7,10 \$ Zu zahlen 100,00 \$/,
    );
    assert.match(page, /Fee.*19 % 100,00 \$/);
  });

  /** Makes `id` a draft of February 2013 with one line. */
  async function draft({
    bill,
    lineTax,
  }: {
    bill: InvoiceBill;
    lineTax: Omit<InvoiceBill['lineTaxes'][number], 'lineId'>;
  }) {
    const { clockId } = business;
    const [periodStartAt, periodEndAt] = [new Date('2013-01-31T23:00:00Z'), new Date('2013-02-28T23:00:00Z')];
    const key = { customerId, currency: 'USD', billingGroup: '', periodStartAt, periodEndAt, purpose: 'final' };
    const cutoffAt = new Date('2013-03-01T13:00:00Z');
    const order = { id: randomUUID(), clockId, kind: 'invoicing' as const, cutoffAt, workflowId: 'test' };
    const run = await openRun(books.database, order);
    id = invoiceIdOf(key, 1);
    const line = {
      id: lineIdOf(id, 1),
      invoiceId: id,
      position: 1,
      subscriptionId: null,
      priceId: null,
      priceKey: 'fee',
      description: 'Fee',
      meterKey: null,
      quantity: null,
      billableQuantity: null,
      exactAmount: '100',
      amountMinor: bill.subtotalMinor,
      discountMinor: bill.discountMinor,
      taxMinor: bill.taxMinor,
      inclusiveTaxMinor: 0n,
      eventCount: 0n,
      skippedCount: 0n,
      working: [],
      group: null,
      periodId: null,
    };
    const dates = { cutoffAt, dueAt: new Date(cutoffAt.getTime() + 86_400_000), usageCutAt: cutoffAt };
    const whole = { ...bill, lineTaxes: [{ ...lineTax, lineId: line.id }] };
    await books.database.transaction((sql) =>
      insertDrafts(sql, [
        {
          ...key,
          id,
          revision: 1,
          clockId,
          zone: 'Europe/Berlin',
          runId: run.id,
          ...dates,
          bill: whole,
          lines: [line],
        },
      ]),
    );
  }

  it('is not there for an invoice that was skipped, or that nobody has', async () => {
    const plan = await business.plan('free', [perDeparture('1')]);
    const idle = await business.customer('idle', { plan });
    await business.invoice('2013-02-01T13:00:00Z');
    await issue();
    const [skipped] = await invoicesOf(books.database, idle);
    assert.equal(skipped?.lifecycle, 'skipped');
    await assert.rejects(renderInvoice(books.database, skipped?.id ?? '', 'test'), { code: 'document-absent' });
    assert.equal(await renderInvoice(books.database, randomUUID(), 'test'), undefined);
  });

  it('is never changed, by raw SQL neither, and its hash is that of its bytes', async () => {
    await issue();
    const { hash } = await render();
    for (const statement of [
      `UPDATE documents SET media_type = 'application/pdf'`,
      'DELETE FROM documents',
      'TRUNCATE documents CASCADE',
      `UPDATE invoice_documents SET state = '{}'`,
      'DELETE FROM invoice_documents',
      'TRUNCATE invoice_documents',
    ]) {
      await assert.rejects(books.database.query(statement), { code: 'DB001' }, statement);
    }
    await assert.rejects(
      books.database.query(
        `INSERT INTO documents (hash, media_type, bytes) VALUES (sha256('a'), 'application/pdf', 'b'::bytea)`,
      ),
      /documents_check/,
    );
    assert.equal(hash.length, 64);
  });
}).timeout(60_000);
