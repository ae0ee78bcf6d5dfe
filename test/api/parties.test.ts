import assert from 'node:assert/strict';
import { addCustomer } from '../support/books.ts';
import { assertProblem, useApi } from './support.ts';

const seller = {
  legalName: 'Airport Services Inc.',
  address: { lines: ['27-01 Queens Plaza N', 'Floor 6'], city: 'Long Island City', postalCode: '11101', country: 'US' },
  taxIds: [{ type: 'us_ein', value: '12-3456789' }],
  bankDetails: 'IBAN DE02 1203 0000 0000 2020 51',
};

describe('The API of parties', () => {
  const api = useApi();
  const put = (url: string, body: unknown) => api.call('PUT', url, { body });

  it('keeps every version of the seller, and makes none of the same again', async () => {
    const { status, body } = await api.get('/v1/settings/seller');
    assert.deepEqual([status, body], [204, null], 'nothing is said, and nothing is wrong');
    assertProblem(await api.get('/v1/settings/seller?version=1'), 404, 'not-found', 'version');
    const first = await put('/v1/settings/seller', seller);
    assert.equal(first.status, 200);
    assert.deepEqual(
      [first.body.version, first.body.language, first.body.footer, first.body.address.region, first.body.storedBy],
      [1, 'en', null, null, 'api-key:tests'],
    );
    assert.deepEqual((await put('/v1/settings/seller', seller)).body, first.body);
    const second = await put('/v1/settings/seller', { ...seller, footer: 'Thank you.', language: 'DE-at' });
    assert.deepEqual([second.body.version, second.body.language], [2, 'de-AT']);
    assert.equal((await api.get('/v1/settings/seller')).body.version, 2);
    assert.deepEqual((await api.get('/v1/settings/seller?version=1')).body, first.body);
    assertProblem(await api.get('/v1/settings/seller?version=3'), 404, 'not-found', 'version');
    await assert.rejects(
      api.database.query('UPDATE seller_settings SET legal_name = $1', ['Other']),
      /seller_settings/,
    );
    const { rows } = await api.database.query(
      `SELECT action, detail FROM audit_log WHERE subject_kind = 'seller' ORDER BY sequence`,
    );
    assert.deepEqual(rows, [
      { action: 'changed', detail: { version: 1 } },
      { action: 'changed', detail: { version: 2 } },
    ]);
  });

  it('refuses countries, languages and texts that are none', async () => {
    const nowhere = { ...seller, address: { ...seller.address, country: 'ZZ' } };
    assertProblem(await put('/v1/settings/seller', nowhere), 400, 'request-invalid', 'address.country');
    assertProblem(await put('/v1/settings/seller', { ...seller, language: 'x' }), 400, 'request-invalid', 'language');
    assertProblem(await put('/v1/settings/seller', { ...seller, footer: ' ' }), 400, 'request-invalid', 'footer');
    assertProblem(await put('/v1/settings/seller', { ...seller, footer: 'a\0' }), 400, 'request-invalid', 'footer');
  });

  it('keeps the billing profile of a customer, and nothing of it in the audit chain', async () => {
    const { id } = await addCustomer(api.database, 'B6');
    const empty = (await api.get('/v1/customers/B6/billing')).body;
    assert.deepEqual(empty, {
      customerId: id,
      legalName: null,
      address: null,
      language: null,
      purchaseOrder: null,
      memo: null,
      paymentTermsDays: 14,
      contacts: [],
    });
    const profile = {
      legalName: 'JetBlue Airways Corporation',
      address: { lines: ['Queens Plaza'], country: 'US' },
      language: 'es-us',
      purchaseOrder: 'PO-1',
      memo: 'For gate B6',
      paymentTermsDays: 30,
      contacts: [{ name: 'Ada Fox', email: 'ada@jetblue.example', role: 'Accounts payable' }],
    };
    const stored = await put('/v1/customers/B6/billing', profile);
    assert.deepEqual(
      [stored.body.language, stored.body.address.city, stored.body.paymentTermsDays],
      ['es-US', null, 30],
    );
    assert.deepEqual((await api.get(`/v1/customers/${id}/billing`)).body, stored.body);
    assert.deepEqual((await put('/v1/customers/B6/billing', profile)).body, stored.body);

    const { rows } = await api.database.query<{ action: string; detail: unknown }>(
      `SELECT action, detail FROM audit_log WHERE subject_kind = 'customer' AND subject_id = $1 AND sequence > 1`,
      [id],
    );
    const changed = ['address', 'contacts', 'language', 'legalName', 'memo', 'paymentTermsDays', 'purchaseOrder'];
    assert.deepEqual(rows, [{ action: 'billing profile changed', detail: { changed } }]);

    // What is left out is taken away, but for the days.
    const less = (await put('/v1/customers/B6/billing', { legalName: 'JetBlue' })).body;
    assert.deepEqual(less, { ...empty, legalName: 'JetBlue', paymentTermsDays: 30 });
    assertProblem(await put('/v1/customers/nobody/billing', profile), 404, 'not-found', 'id');
    assertProblem(await api.get('/v1/customers/nobody/billing'), 404, 'not-found', 'id');
    const noMail = { contacts: [{ name: 'Ada', email: 'ada at home' }] };
    assertProblem(await put('/v1/customers/B6/billing', noMail), 400, 'request-invalid', 'contacts[0].email');
    assertProblem(
      await put('/v1/customers/B6/billing', { paymentTermsDays: 366 }),
      400,
      'request-invalid',
      'paymentTermsDays',
    );
  });
});
