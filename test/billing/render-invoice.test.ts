import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createCoupon } from '../../src/billing/create-coupon.ts';
import { redeemCoupon } from '../../src/billing/redeem-coupon.ts';
import { renderInvoice } from '../../src/billing/render-invoice.ts';
import { storeBillingProfile } from '../../src/billing/store-billing-profile.ts';
import { storeSeller } from '../../src/billing/store-seller.ts';
import { createTaxRate } from '../../src/billing/tax/create-tax-rate.ts';
import { setCustomerTax } from '../../src/billing/tax/set-customer-tax.ts';
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
    assert.deepEqual(rows, [{ actor: 'test', detail: { stamp: null, hash: first.hash, bytes: first.bytes.length } }]);
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

  it('has everything between the charges and the total, and the tax id of its customer as it was at the issue', async () => {
    await createTaxRate(books.database, { key: 'ust', name: 'USt', percentage: '19' }, 'test');
    const taxIds = [{ type: 'eu_vat', value: 'DE123456788' }];
    await setCustomerTax(books.database, customerId, { status: 'taxable', defaultRates: ['ust'], taxIds }, 'test');
    const coupon = { key: 'winter', name: 'Winter 10 %', duration: 'forever' as const, percentage: '10' };
    await createCoupon(books.database, coupon, 'test');
    await redeemCoupon(books.database, { customer: customerId, coupon: 'winter' }, 'test');
    await issue();
    await setCustomerTax(books.database, customerId, { status: 'taxable', defaultRates: null, taxIds: [] }, 'test');
    const { page } = await render();
    // 107.50 − 10.75 = 96.75; 19 % on it is 18.3825, rounded to 18.38; 115.13 in all.
    const sums =
      'Zwischensumme 107,50 $ Winter 10 % −10,75 $ USt 19 % 18,38 $ Gesamtbetrag 115,13 $ Zu zahlen 115,13 $';
    assert.ok(page.includes(sums), page);
    assert.ok(page.includes('USt 19 % 96,75 $ 18,38 $'), page);
    assert.match(page, /Base fee Rabatt −10,00 \$ 1 19 % 100,00 \$/);
    assert.ok(page.includes('USt-IdNr.: DE123456788'), page);
  });

  it('says why nothing is taxed', async () => {
    const reason = 'Artikel 196 MwStSystRL';
    await setCustomerTax(books.database, customerId, { status: 'reverse_charge', reason, taxIds: [] }, 'test');
    await issue();
    const { page } = await render();
    assert.match(page, /Steuerschuldnerschaft des Leistungsempfängers \(Reverse Charge\)\. Artikel 196 MwStSystRL/);
    assert.match(page, /Zwischensumme 107,50 \$ Gesamtbetrag 107,50 \$/);
    assert.doesNotMatch(page, /0 %/);
  });

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
