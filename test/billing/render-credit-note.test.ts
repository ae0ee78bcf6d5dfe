import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createCoupon } from '../../src/billing/create-coupon.ts';
import { issueCreditNote } from '../../src/billing/issue-credit-note.ts';
import { redeemCoupon } from '../../src/billing/redeem-coupon.ts';
import { renderCreditNote } from '../../src/billing/render-credit-note.ts';
import { renderInvoice } from '../../src/billing/render-invoice.ts';
import { storeSeller } from '../../src/billing/store-seller.ts';
import { createTaxRate } from '../../src/billing/tax/create-tax-rate.ts';
import { setCustomerTax } from '../../src/billing/tax/set-customer-tax.ts';
import { readPdf, sha256 } from '../documents/support.ts';
import { useTestDatabase } from '../support/database.ts';
import { flat, invoicesOf, openBusiness, perDeparture } from './business.ts';

describe('The document of a credit note', () => {
  const books = useTestDatabase();
  let invoiceId = '';
  let noteId = '';

  // January 2013: 100.00 and 3 departures at 2.50, 107.50 − 10 % = 96.75 and 19 % on it, 18.3825, rounded to 18.38.
  before(async () => {
    const business = await openBusiness(books.database);
    await storeSeller(
      books.database,
      { legalName: 'Airport Services Inc.', address: { lines: ['1 Queens Plaza'], country: 'US' } },
      'test',
    );
    const plan = await business.plan('base', [flat('100'), perDeparture('2.50')]);
    const customer = await business.customer('Blue Meridian', { plan });
    await createTaxRate(books.database, { key: 'vat', name: 'VAT', percentage: '19' }, 'test');
    await setCustomerTax(books.database, customer, { status: 'taxable', defaultRates: ['vat'], taxIds: [] }, 'test');
    const coupon = { key: 'winter', name: 'Winter', duration: 'forever' as const, percentage: '10' };
    await createCoupon(books.database, coupon, 'test');
    await redeemCoupon(books.database, { customer, coupon: 'winter' }, 'test');
    await business.use(
      'Blue Meridian',
      ['10', '11', '12'].map((day) => ({ at: `2013-01-${day}T12:00:00Z` })),
    );
    await business.invoice('2013-02-01T13:00:00Z');
    await business.scan('2013-02-02T15:00:00Z');
    invoiceId = (await invoicesOf(books.database, customer))[0]?.id ?? '';
    // One of the three departures: 2.50 − 0.25 = 2.25 and 19 % on it, 0.4275.
    const { id } = await issueCreditNote(
      books.database,
      invoiceId,
      {
        requestId: 'once',
        reason: 'duplicate',
        memo: 'Counted twice',
        giveBack: 'credit',
        lines: [{ position: 2, quantity: '1' }],
      },
      'test',
    );
    noteId = id;
  });

  const render = async () => {
    const rendered = await renderCreditNote(books.database, noteId, 'test');
    assert.ok(rendered);
    return { ...rendered, page: (await readPdf(rendered.bytes)).pages[0] ?? '' };
  };

  it('says what is given back of which invoice, and how', async () => {
    const { page, fileName, hash, bytes } = await render();
    const { rows } = await books.database.query<{ number: string; invoice: string; total: bigint; tax: bigint }>(
      `SELECT n.number, i.number AS invoice, n.total_minor AS total, n.tax_minor AS tax
       FROM credit_notes n JOIN invoices i ON i.id = n.invoice_id WHERE n.id = $1`,
      [noteId],
    );
    const [note] = rows;
    assert.equal(fileName, `${note?.number}.pdf`);
    assert.equal(hash, sha256(bytes));
    // 2.25 + 0.43 = 2.68, which lowers what is to be paid.
    assert.deepEqual([note?.total, note?.tax], [268n, 43n]);
    for (const text of [
      'Credit note',
      `Credit note number ${note?.number}`,
      `${note?.invoice} (Feb 2, 2013)`,
      'Reason Duplicate',
      'Counted twice',
      'Airport Services Inc.',
      'Blue Meridian',
      '$2.68 credited',
      'Departures Discount −$0.25 1 19% $2.50',
      'Subtotal $2.50 Discount −$0.25 VAT 19% $0.43 Total $2.68 Taken off what is due $2.68',
      'VAT 19% $2.25 $0.43',
    ]) {
      assert.ok(page.includes(text), `"${text}" is not in: ${page}`);
    }
  });

  it('is one for all who ask for it, for ever, and is told of once', async () => {
    const all = await Promise.all([1, 2, 3, 4].map(() => renderCreditNote(books.database, noteId, 'test')));
    assert.equal(new Set(all.map((one) => one?.hash)).size, 1);
    const { rowCount } = await books.database.query(
      `SELECT FROM audit_log WHERE subject_id = $1 AND action = 'document made' AND detail ->> 'creditNoteId' = $2`,
      [invoiceId, noteId],
    );
    assert.equal(rowCount, 1);
    await assert.rejects(books.database.query('DELETE FROM credit_note_documents'), { code: 'DB001' });
  });

  it('leaves the document of its invoice as it is', async () => {
    const rendered = await renderInvoice(books.database, invoiceId, 'test');
    assert.match((await readPdf(rendered?.bytes ?? new Uint8Array())).pages[0] ?? '', /Amount due \$115\.13/);
  });

  it('is not there for a note that nobody has', async () => {
    assert.equal(await renderCreditNote(books.database, randomUUID(), 'test'), undefined);
  });
}).timeout(60_000);
