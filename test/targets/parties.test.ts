import assert from 'node:assert/strict';
import { orderOneOff } from '../../src/billing/order-one-off.ts';
import { storeBillingProfile } from '../../src/billing/store-billing-profile.ts';
import { storeSeller } from '../../src/billing/store-seller.ts';
import { setCustomerTax, setTaxIds } from '../../src/billing/tax/set-customer-tax.ts';
import { issueDrafts } from '../../src/store/invoice-issue.ts';
import { freezeParties } from '../../src/store/invoice-parties.ts';
import { addCustomer } from '../support/books.ts';
import { useTarget } from './support.ts';

describe('the parties of an invoice at Stripe', () => {
  const target = useTarget();

  /** Orders an invoice, issues it and brings it to Stripe. @returns it and its customer as Stripe has them */
  async function bill(customer: string, requestId: string, more: object = {}) {
    const lines = [{ description: 'Set-up', amount: '10' }];
    const { id } = await orderOneOff(
      target.database,
      { customer, requestId, lines, reason: 'Agreed', ...more },
      'test',
    );
    const { rows } = await target.database.query<{ clockId: string }>(
      'SELECT clock_id AS "clockId" FROM invoices WHERE id = $1',
      [id],
    );
    await target.database.transaction(async (sql) => {
      await freezeParties(sql, [id]);
      await issueDrafts(sql, rows[0]!.clockId, [id]);
    });
    assert.deepEqual(await target.bring(id), { state: 'synced' });
    const mapped = await target.database.query<{ remoteId: string }>(
      'SELECT remote_id AS "remoteId" FROM invoice_mappings WHERE invoice_id = $1',
      [id],
    );
    const invoice = await target.stripe.invoices.retrieve(mapped.rows[0]!.remoteId, { expand: ['customer'] });
    const remote = invoice.customer;
    assert.ok(typeof remote === 'object' && remote !== null && !remote.deleted);
    return { invoice, customer: remote };
  }

  it('are told with the customer, anew when they have changed, and taken away', async () => {
    await addCustomer(target.database, 'B6');
    const address = { lines: ['27-01 Queens Plaza N', 'Floor 6', 'Door 2'], city: 'Long Island City', country: 'US' };
    await storeBillingProfile(target.database, 'B6', { address, language: 'es' }, 'test');
    const first = await bill('B6', 'first');
    assert.deepEqual(first.customer.address, {
      line1: '27-01 Queens Plaza N',
      line2: 'Floor 6, Door 2',
      city: 'Long Island City',
      postal_code: null,
      state: null,
      country: 'US',
    });
    assert.deepEqual(first.customer.preferred_locales, ['es']);
    assert.deepEqual(
      [first.invoice.description, first.invoice.custom_fields, first.invoice.footer],
      [null, null, null],
    );

    await storeBillingProfile(
      target.database,
      'B6',
      { address: { ...address, lines: ['Gate 4'] }, language: 'es' },
      'test',
    );
    assert.equal((await bill('B6', 'second')).customer.address?.line1, 'Gate 4');
    await storeBillingProfile(target.database, 'B6', {}, 'test');
    assert.equal((await bill('B6', 'third')).customer.address, null);
  });

  it('are told with the tax ids of the customer, anew when it has others, and taken away', async () => {
    await addCustomer(target.database, 'LH');
    const taxIds = [
      { type: 'eu_vat', value: 'DE136695976' },
      { type: 'us_ein', value: '91-1144442' },
    ];
    await setTaxIds(target.database, 'LH', taxIds, 'test');
    const told = async (requestId: string) => (await bill('LH', requestId)).customer.metadata;
    const first = await told('first');
    assert.equal(first['durabill_tax_ids'], 'eu_vat DE136695976, us_ein 91-1144442');
    await setCustomerTax(target.database, 'LH', { status: 'taxable', taxIds: taxIds.slice(1) }, 'test');
    assert.deepEqual(await told('second'), { ...first, durabill_tax_ids: 'us_ein 91-1144442' });
    await setTaxIds(target.database, 'LH', [], 'test');
    const { durabill_tax_ids: _, ...others } = first;
    assert.deepEqual(await told('third'), others);
    const { rows } = await target.database.query<{ detail: unknown }>('SELECT detail FROM audit_log');
    assert.doesNotMatch(JSON.stringify(rows), /136695976|1144442/);
  });

  it('are told with what the invoice says, as long as Stripe has room for it', async () => {
    await addCustomer(target.database, 'UA');
    const seller = { legalName: 'Airport Inc.', address: { lines: ['Gate 1'], country: 'US' }, footer: 'Thank you.' };
    await storeSeller(target.database, seller, 'test');
    const { invoice } = await bill('UA', 'first', {
      memo: 'é'.repeat(2_000),
      purchaseOrder: 'PO-1',
      paymentTermsDays: 5,
    });
    assert.equal(invoice.description, 'é'.repeat(1_500));
    assert.deepEqual(invoice.custom_fields, [{ name: 'Purchase order', value: 'PO-1' }]);
    assert.equal(invoice.footer, 'Thank you.');
    // What a history keeps for ever says none of it.
    const { rows } = await target.database.query<{ detail: unknown }>('SELECT detail FROM audit_log');
    assert.doesNotMatch(JSON.stringify(rows), /éé|PO-1|Thank you|Queens/);
  });
});
