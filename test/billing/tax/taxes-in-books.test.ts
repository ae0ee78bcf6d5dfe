import assert from 'node:assert/strict';
import { applyPlans } from '../../../src/billing/apply-plans.ts';
import { diffPlans } from '../../../src/billing/diff-plans.ts';
import { archiveTaxRate } from '../../../src/billing/tax/archive-tax-rate.ts';
import { chooseTaxSettings } from '../../../src/billing/tax/choose-tax-settings.ts';
import { createTaxRate } from '../../../src/billing/tax/create-tax-rate.ts';
import { setCustomerTax, showCustomerTax } from '../../../src/billing/tax/set-customer-tax.ts';
import { readTaxTerms } from '../../../src/billing/terms/taxes.ts';
import { parsePlanFile } from '../../../src/domain/rating/plan.ts';
import type { Sql } from '../../../src/store/database.ts';
import { readLines } from '../../../src/store/invoice-facts.ts';
import { issueDrafts } from '../../../src/store/invoice-issue.ts';
import { refusedWith } from '../../store/refusals.ts';
import { useTestDatabase } from '../../support/database.ts';
import { flat, invoicesOf, openBusiness } from '../business.ts';

describe('Taxes in the books', () => {
  const books = useTestDatabase();
  const rate = (key: string, percentage: string, more: object = {}) =>
    createTaxRate(books.database, { key, name: key.toUpperCase(), percentage, ...more }, 'test');
  const choose = (rounding: 'invoice' | 'line', defaultRates: string[] = []) =>
    chooseTaxSettings(books.database, { rounding, defaultRates }, 'test');
  const told = async (kind: string) => {
    const { rows } = await books.database.query<{ action: string; detail: object }>(
      `SELECT action, detail FROM audit_log WHERE subject_kind = $1 ORDER BY at, sequence`,
      [kind],
    );
    return rows;
  };

  before(async () => {
    await rate('vat', '19', { country: 'DE', taxType: 'vat' });
    await rate('reduced', '7');
    await rate('old', '16');
    await rate('city', '1.55', { compound: true });
  });

  it('add a rate once, also when it is asked for many times at once, and never change one', async () => {
    const asked = await Promise.all(Array.from({ length: 8 }, () => rate('gst', '5.00')));
    assert.equal(asked.filter(({ created }) => created).length, 1);
    assert.deepEqual(new Set(asked.map(({ rate: { percentage } }) => percentage)), new Set(['5']));
    await assert.rejects(rate('gst', '7'), { code: 'conflict', field: 'percentage' });
    await assert.rejects(rate('gst', '5', { inclusive: true }), { code: 'conflict', field: 'inclusive' });
    const created = (await told('tax-rate')).filter(({ detail }) => (detail as { key: string }).key === 'gst');
    assert.deepEqual(created, [
      { action: 'created', detail: { key: 'gst', percentage: '5', inclusive: false, compound: false } },
    ]);

    const { database } = books;
    const change = (what: string) => database.query(`UPDATE tax_rates SET ${what} WHERE key = 'gst'`);
    for (const what of [
      'percentage = 7',
      `name = 'VAT'`,
      'is_inclusive = true',
      'percentage = 7, archived_at = now()',
    ]) {
      await refusedWith(['DB001'], change(what), what);
    }
    await refusedWith(['DB001'], database.query(`DELETE FROM tax_rates WHERE key = 'gst'`), 'DELETE');
    await refusedWith(['DB001'], database.query('TRUNCATE tax_rates'), 'TRUNCATE');
    await archiveTaxRate(database, 'gst', 'test');
    await archiveTaxRate(database, 'gst', 'test');
    await refusedWith(['DB001'], change('archived_at = NULL'), 'back from the archive');
    assert.deepEqual(
      (await told('tax-rate')).filter(({ action }) => action === 'archived'),
      [{ action: 'archived', detail: { key: 'gst' } }],
    );
    await assert.rejects(archiveTaxRate(database, 'pst', 'test'), { code: 'not-found', field: 'key' });
  });

  it('are on a line by its price, else by the customer, else by the deployment', async () => {
    const { database } = books;
    await choose('line', ['vat', 'city']);
    const business = await openBusiness(database);
    const plan = await business.plan('three', [
      { ...flat('10'), key: 'usual' },
      { ...flat('20'), key: 'own', taxRates: ['reduced'] },
      { ...flat('30'), key: 'none', taxRates: [] },
    ]);
    const ids = new Map<string, string>();
    for (const name of ['plain', 'ours', 'free', 'abroad']) ids.set(name, await business.customer(name, { plan }));
    await setCustomerTax(database, ids.get('ours')!, { status: 'taxable', defaultRates: ['old'] }, 'test');
    await setCustomerTax(database, ids.get('free')!, { status: 'taxable', defaultRates: [] }, 'test');
    const abroad = {
      status: 'reverse_charge',
      reason: 'Article 196',
      taxIds: [{ type: 'eu_vat', value: 'ATU13585627' }],
    };
    await setCustomerTax(database, ids.get('abroad')!, abroad as Parameters<typeof setCustomerTax>[2], 'test');
    await business.invoice('2013-02-01T13:00:00Z');

    const invoices = await invoicesOf(database, business.clockId);
    const lines = await readLines(
      database,
      invoices.map(({ id }) => id),
    );
    const bills = invoices.map(({ id, customerId }) => ({ invoiceId: id, customerId, lines: lines.get(id) ?? [] }));
    const terms = await database.transaction((sql) => readTaxTerms(sql, bills));
    const ratesOf = (name: string) => {
      const bill = bills.find(({ customerId }) => customerId === ids.get(name))!;
      const tax = terms.get(bill.invoiceId)!;
      return bill.lines.map((line) => tax.ratesOf(line).map(({ key }) => key));
    };
    const termsOf = (name: string) =>
      terms.get(bills.find(({ customerId }) => customerId === ids.get(name))!.invoiceId)!.terms;
    assert.deepEqual(ratesOf('plain'), [['vat', 'city'], ['reduced'], []]);
    assert.deepEqual(ratesOf('ours'), [['old'], ['reduced'], []]);
    assert.deepEqual(ratesOf('free'), [[], ['reduced'], []]);
    assert.deepEqual(termsOf('plain'), { rounding: 'line', status: 'taxable', reason: null });
    assert.deepEqual(termsOf('abroad'), { rounding: 'line', status: 'reverse_charge', reason: 'Article 196' });
    // A line that no price made, such as what is carried over by a correction, has the customer's.
    const { invoiceId } = bills.find(({ customerId }) => customerId === ids.get('ours'))!;
    const unpriced = terms.get(invoiceId)!.ratesOf({ id: 'x', priceId: null });
    assert.deepEqual(
      unpriced.map(({ key }) => key),
      ['old'],
    );
    assert.deepEqual([...(await readTaxTerms(database, []))], []);
  });

  it('say how a customer is taxed, all of it at once, and keep numbers out of the audit chain', async () => {
    const { database } = books;
    const business = await openBusiness(database);
    const id = await business.customer('charity', { plan: await business.plan('one', [flat('1')]) });
    const nothing = { status: 'taxable', reason: null, defaultRates: null, changedAt: null, taxIds: [] };
    assert.deepEqual(await showCustomerTax(database, id), nothing);
    const taxIds = [
      { type: 'us_ein', value: '91-1144442' },
      { type: 'eu_vat', value: 'DE136695976' },
    ];
    const set = await setCustomerTax(database, id, { status: 'exempt', reason: 'Section 501(c)(3)', taxIds }, 'test');
    assert.deepEqual([set.status, set.reason, set.defaultRates], ['exempt', 'Section 501(c)(3)', null]);
    assert.deepEqual(set.taxIds, taxIds);
    const all = JSON.stringify(await told('customer'));
    assert.match(all, /"taxIdTypes":\["us_ein","eu_vat"\]/);
    assert.doesNotMatch(all, /1144442|136695976|501/);

    const back = await setCustomerTax(database, id, { status: 'taxable', defaultRates: ['vat'] }, 'test');
    assert.deepEqual([back.status, back.reason, back.defaultRates, back.taxIds], ['taxable', null, ['vat'], []]);
    const refused = (input: object, code: string, field: string) =>
      assert.rejects(setCustomerTax(database, id, input as typeof back, 'test'), { code, field });
    await refused({ status: 'exempt' }, 'tax-invalid', 'reason');
    await refused({ status: 'taxable', reason: 'Why not' }, 'tax-invalid', 'reason');
    await refused({ status: 'taxable', defaultRates: ['pst'] }, 'tax-rate-unknown', 'defaultRates[0]');
    await refused({ status: 'taxable', defaultRates: ['vat', 'vat'] }, 'tax-invalid', 'defaultRates[1]');
    await refused(
      { status: 'taxable', taxIds: [{ type: 'eu_vat', value: 'DE1' }] },
      'tax-id-invalid',
      'taxIds[0].value',
    );
    await assert.rejects(showCustomerTax(database, 'nobody'), { code: 'not-found', field: 'id' });
    assert.deepEqual((await showCustomerTax(database, id)).defaultRates, ['vat'], 'a refusal changes nothing');
  });

  it('end up with one of two profiles that are set at once, whole', async () => {
    const { database } = books;
    const business = await openBusiness(database);
    const id = await business.customer('twice', { plan: await business.plan('one', [flat('1')]) });
    const ein = [{ type: 'us_ein', value: '91-1144442' }];
    const vat = [{ type: 'eu_vat', value: 'DE136695976' }];
    for (let round = 0; round < 5; round += 1) {
      await Promise.all([
        setCustomerTax(database, id, { status: 'exempt', reason: 'A', taxIds: ein }, 'test'),
        setCustomerTax(database, id, { status: 'reverse_charge', reason: 'B', taxIds: vat }, 'test'),
      ]);
      const { status, reason, taxIds } = await showCustomerTax(database, id);
      assert.deepEqual([reason, taxIds], status === 'exempt' ? ['A', ein] : ['B', vat]);
    }
  });

  it('are named by plans only where they are there, and archived ones stay where they are', async () => {
    const { database } = books;
    const plan = (taxRates: string[], amount = '1') => {
      const prices = [
        { ...flat('1'), key: 'first' },
        { ...flat(amount), key: 'second', taxRates },
      ];
      return parsePlanFile({ plans: [{ key: 'taxed', name: 'Taxed', currency: 'USD', interval: 'month', prices }] });
    };
    const unknown = { code: 'tax-rate-unknown', field: 'plans[0].prices[1].taxRates[1]' };
    await assert.rejects(applyPlans(database, plan(['vat', 'pst']), 'test'), unknown);
    await assert.rejects(diffPlans(database, plan(['vat', 'pst'])), unknown);
    await rate('leaving', '3');
    await applyPlans(database, plan(['leaving']), 'test');
    await archiveTaxRate(database, 'leaving', 'test');
    const { plans } = await applyPlans(database, plan(['leaving'], '2'), 'test');
    assert.equal(plans[0]!.outcome, 'new version');
    await assert.rejects(choose('line', ['leaving']), { code: 'tax-rate-unknown', field: 'defaultRates[0]' });
  });

  it('keep the rounding from the first invoice on, also against who issues it at the same moment', async () => {
    const { database } = books;
    await choose('line', ['vat']);
    await choose('invoice', ['vat']);
    const business = await openBusiness(database);
    await business.customer('first', { plan: await business.plan('one', [flat('1')]) });
    await business.invoice('2013-02-01T13:00:00Z');
    const [draft] = await invoicesOf(database, business.clockId);
    // Somebody issues it: they have read the rounding, and whoever wants to change it waits for their commit.
    const issuing = await database.pool.connect();
    await issuing.query('BEGIN');
    await readTaxTerms(issuing as Sql, []);
    await issueDrafts(issuing as Sql, business.clockId, [draft!.id]);
    let isDone = false;
    const refused = assert.rejects(choose('line'), { code: 'tax-rounding-fixed', field: 'rounding' }).finally(() => {
      isDone = true;
    });
    const waiting = `SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`;
    while ((await database.query(waiting)).rowCount === 0) assert.equal(isDone, false, 'it did not wait');
    await issuing.query('COMMIT');
    issuing.release();
    await refused;

    assert.equal((await choose('invoice', [])).isRoundingFixed, true, 'the rates can be chosen at any time');
    const raw = database.query(`UPDATE tax_settings SET rounding = 'line'`);
    await refusedWith(['DB001'], raw, 'the rounding by raw SQL');
    await refusedWith(['DB001'], database.query('DELETE FROM tax_settings'), 'DELETE');
  });
});
