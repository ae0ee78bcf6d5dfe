import assert from 'node:assert/strict';
import { setInvoiceTerms } from '../../src/billing/set-invoice-terms.ts';
import { storeBillingProfile } from '../../src/billing/store-billing-profile.ts';
import { storeSeller } from '../../src/billing/store-seller.ts';
import { readParties } from '../../src/store/invoice-parties.ts';
import { findInvoice } from '../../src/store/whole-invoice.ts';
import { useTestDatabase } from '../support/database.ts';
import { type Business, flat, invoicesOf, openBusiness } from './business.ts';

const seller = { legalName: 'Airport Services Inc.', address: { lines: ['Queens Plaza'], country: 'US' } };

describe('The parties and terms of an invoice', () => {
  const books = useTestDatabase();
  let business: Business;
  let customerId = '';

  beforeEach(async () => {
    business = await openBusiness(books.database);
    const plan = await business.plan('base', [flat('100')]);
    customerId = await business.customer('QF', { plan, zone: 'Australia/Sydney' });
    await business.invoice('2013-02-01T13:00:00Z');
  });

  const draft = async () => {
    const [first] = await invoicesOf(books.database, customerId);
    assert.ok(first);
    return first.id;
  };
  const partiesOf = async (id: string) => {
    const found = await readParties(books.database, id);
    assert.ok(found);
    return found;
  };

  it('follow the profile until the issue, and then stay', async () => {
    await storeSeller(books.database, seller, 'test');
    const id = await draft();
    await storeBillingProfile(
      books.database,
      customerId,
      { legalName: 'Qantas Airways Ltd', memo: 'As agreed', purchaseOrder: 'PO-1', paymentTermsDays: 30 },
      'test',
    );
    const before = await partiesOf(id);
    assert.deepEqual(
      [before.isFrozen, before.buyer.legalName, before.memo, before.purchaseOrder, before.paymentTermsDays],
      [false, 'Qantas Airways Ltd', 'As agreed', 'PO-1', 30],
    );
    // The memo of this one is taken away, its terms are a week; the order stays the customer's.
    await setInvoiceTerms(books.database, { invoiceId: id, memo: '', paymentTermsDays: 7 }, 'test');

    await business.scan('2013-02-02T15:00:00Z');
    await storeSeller(books.database, { ...seller, legalName: 'Other Inc.' }, 'test');
    await storeBillingProfile(books.database, customerId, { legalName: 'Other Ltd', language: 'ja' }, 'test');
    const after = await partiesOf(id);
    assert.equal(after.isFrozen, true);
    assert.equal(after.seller?.legalName, 'Airport Services Inc.');
    assert.deepEqual(
      [
        after.buyer.name,
        after.buyer.legalName,
        after.language,
        after.memo,
        after.purchaseOrder,
        after.paymentTermsDays,
      ],
      ['QF', 'Qantas Airways Ltd', 'en', null, 'PO-1', 7],
    );
    // Issued at 15:00 UTC on the 2nd, which is 02:00 on the 3rd in Sydney; 3 February + 7 days = 10 February.
    const whole = await findInvoice(books.database, id);
    assert.equal(whole?.invoice.paymentDueOn, '2013-02-10');
    assert.equal(whole?.invoice.issuedAt?.toISOString(), '2013-02-02T15:00:00.000Z');
    assert.equal(whole?.invoice.dueAt.toISOString(), '2013-02-02T13:00:00.000Z');
    assert.equal(whole?.invoice.paidAt, null);
    assert.equal(whole?.invoice.periodStartAt.toISOString(), '2013-01-01T00:00:00.000Z');
  });

  it('are refused of an invoice that is issued, by the order and by the database', async () => {
    const id = await draft();
    await business.scan('2013-02-02T15:00:00Z');
    await assert.rejects(setInvoiceTerms(books.database, { invoiceId: id, memo: 'Late' }, 'test'), {
      code: 'terms-refused',
    });
    await assert.rejects(setInvoiceTerms(books.database, { invoiceId: customerId, memo: 'x' }, 'test'), {
      code: 'not-found',
    });
    for (const statement of [
      `UPDATE invoice_parties SET memo = 'Other' WHERE invoice_id = '${id}'`,
      `DELETE FROM invoice_parties WHERE invoice_id = '${id}'`,
      `INSERT INTO invoice_terms (invoice_id, memo) VALUES ('${id}', 'Late')`,
    ]) {
      await assert.rejects(books.database.query(statement), /its facts never change/, statement);
    }
    await assert.rejects(books.database.query('TRUNCATE invoice_parties'), /TRUNCATE on invoice_parties is refused/);
  });

  it('of a customer without a profile are its name, and the seller where there is one', async () => {
    const id = await draft();
    await business.scan('2013-02-02T15:00:00Z');
    const { buyer, paymentTermsDays, isFrozen } = await partiesOf(id);
    assert.deepEqual(buyer, { name: 'QF', legalName: null, email: null, address: null, taxIds: [], contacts: [] });
    assert.deepEqual([paymentTermsDays, isFrozen], [14, true]);
    assert.equal((await findInvoice(books.database, id))?.invoice.paymentDueOn, '2013-02-17');
  });

  it('are told in the audit chain by their names only', async () => {
    const id = await draft();
    await setInvoiceTerms(books.database, { invoiceId: id, memo: 'Ada Fox called', purchaseOrder: 'PO-2' }, 'test');
    await setInvoiceTerms(books.database, { invoiceId: id, memo: 'Ada Fox called' }, 'test');
    const { rows } = await books.database.query<{ detail: unknown }>(
      `SELECT detail FROM audit_log WHERE subject_id = $1 AND action = 'terms changed'`,
      [id],
    );
    assert.deepEqual(rows, [{ detail: { changed: ['memo', 'purchaseOrder'] } }]);
    // Null is what the customer's invoices say again.
    await setInvoiceTerms(books.database, { invoiceId: id, memo: null }, 'test');
    assert.deepEqual([(await partiesOf(id)).memo, (await partiesOf(id)).purchaseOrder], [null, 'PO-2']);
  });
});
