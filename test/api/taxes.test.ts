import assert from 'node:assert/strict';
import { signedIn } from './access-support.ts';
import { assertProblem, useApi } from './support.ts';

describe('Taxes by HTTP', () => {
  const api = useApi();
  const put = (url: string, body: object) => api.call('PUT', url, { body });
  const vat = { key: 'de-vat-19', name: 'VAT', percentage: '19', country: 'DE', taxType: 'vat' };

  before(async () => {
    await api.post('/v1/customers', { externalId: 'B6', name: 'JetBlue', currency: 'USD', zone: 'America/New_York' });
  });

  it('adds rates, answers them again, lists, reads and archives them', async () => {
    const { status, headers, body } = await api.post('/v1/tax-rates', vat);
    assert.deepEqual([status, headers['location']], [201, '/v1/tax-rates/de-vat-19']);
    const { id, createdAt, ...rest } = body;
    const said = { inclusive: false, compound: false, description: null, archivedAt: null };
    assert.deepEqual(rest, { ...vat, ...said });
    assert.match(`${id} ${createdAt}`, /^[0-9a-f-]{36} \d{4}-/);
    const again = await api.post('/v1/tax-rates', { ...vat, percentage: '19.00' });
    assert.deepEqual([again.status, again.body], [200, body]);
    assertProblem(await api.post('/v1/tax-rates', { ...vat, percentage: '16' }), 409, 'conflict', 'percentage');
    assertProblem(await api.post('/v1/tax-rates', { ...vat, key: 'exempt' }), 422, 'tax-invalid', 'key');
    assertProblem(await api.post('/v1/tax-rates', { ...vat, percentage: '119' }), 422, 'tax-invalid', 'percentage');
    assertProblem(await api.post('/v1/tax-rates', { ...vat, percentage: 19 }), 400, 'request-invalid', 'percentage');
    assertProblem(await api.post('/v1/tax-rates', { ...vat, name: 'V\0T' }), 422, 'tax-invalid', 'name');

    for (const key of ['a-old', 'z-last']) await api.post('/v1/tax-rates', { ...vat, key });
    const archived = await api.call('POST', '/v1/tax-rates/a-old/archive');
    assert.ok(archived.body.archivedAt);
    assert.deepEqual((await api.call('POST', '/v1/tax-rates/a-old/archive')).body, archived.body);
    const keysOf = ({ body: { data } }: { body: { data: { key: string }[] } }) => data.map(({ key }) => key);
    assert.deepEqual(keysOf(await api.get('/v1/tax-rates')), ['de-vat-19', 'z-last']);
    const first = await api.get('/v1/tax-rates?archived=yes&limit=2');
    assert.deepEqual(keysOf(first), ['a-old', 'de-vat-19']);
    const rest2 = await api.get(`/v1/tax-rates?archived=yes&limit=2&cursor=${first.body.nextCursor}`);
    assert.deepEqual([keysOf(rest2), rest2.body.nextCursor], [['z-last'], null]);
    assert.deepEqual((await api.get('/v1/tax-rates/de-vat-19')).body, body);
    assertProblem(await api.get('/v1/tax-rates/none'), 404, 'not-found', 'key');
    assertProblem(await api.call('POST', '/v1/tax-rates/none/archive'), 404, 'not-found', 'key');
  });

  it('says how a customer is taxed, by either id', async () => {
    const none = { status: 'taxable', reason: null, taxIds: [], defaultRates: null, changedAt: null };
    assert.deepEqual((await api.get('/v1/customers/B6/tax')).body, none);
    const reverse = {
      status: 'reverse_charge',
      reason: 'Reverse charge, Article 196 VAT Directive',
      taxIds: [{ type: 'eu_vat', value: 'de 136 695 976' }],
      defaultRates: ['de-vat-19'],
    };
    const set = await put('/v1/customers/B6/tax', reverse);
    assert.equal(set.status, 200);
    assert.deepEqual(set.body.taxIds, [{ type: 'eu_vat', value: 'DE136695976' }]);
    const { id } = (await api.get('/v1/customers/B6')).body;
    assert.deepEqual((await api.get(`/v1/customers/${id}/tax`)).body, set.body);
    const wrong = { ...reverse, taxIds: [{ type: 'eu_vat', value: 'DE136695978' }] };
    assertProblem(await put('/v1/customers/B6/tax', wrong), 422, 'tax-id-invalid', 'taxIds[0].value');
    assertProblem(await put('/v1/customers/B6/tax', { status: 'exempt' }), 422, 'tax-invalid', 'reason');
    const unknown = { status: 'taxable', defaultRates: ['pst'] };
    assertProblem(await put('/v1/customers/B6/tax', unknown), 422, 'tax-rate-unknown', 'defaultRates[0]');
    assertProblem(await put('/v1/customers/B6/tax', { status: 'free' }), 400, 'request-invalid', 'status');
    assertProblem(await put('/v1/customers/nobody/tax', reverse), 404, 'not-found', 'id');
    assertProblem(await api.get('/v1/customers/nobody/tax'), 404, 'not-found', 'id');
    const back = await put('/v1/customers/B6/tax', { status: 'taxable' });
    assert.deepEqual({ ...back.body, changedAt: null }, none);
  });

  it('lets a customer say its tax ids, and nothing else of how it is taxed', async () => {
    const { id } = (await api.get('/v1/customers/B6')).body;
    const rates = { status: 'taxable', defaultRates: ['de-vat-19'] };
    await put('/v1/customers/B6/tax', rates);
    const as = async (role: 'member' | 'billing', url: string, body: object) => {
      const headers = await signedIn(api.database, { customerId: id, userId: null, role });
      return await api.call('PUT', url, { body, headers, isKeyless: true });
    };
    const url = `/v1/customers/${id}/tax-ids`;
    const taxIds = [
      { type: 'eu_vat', value: 'de 136 695 976' },
      { type: 'us_ein', value: '91-1144442' },
    ];
    const kept = [{ type: 'eu_vat', value: 'DE136695976' }, taxIds[1]];
    const said = await as('billing', url, { taxIds });
    assert.deepEqual([said.status, said.body.taxIds, said.body.defaultRates], [200, kept, ['de-vat-19']]);
    assertProblem(await as('member', url, { taxIds: [] }), 403, 'scope-missing');
    assertProblem(await as('billing', `/v1/customers/${id}/tax`, rates), 404, 'not-found');
    const wrong = { taxIds: [taxIds[1], { type: 'eu_vat', value: 'DE136695978' }] };
    assertProblem(await as('billing', url, wrong), 422, 'tax-id-invalid', 'taxIds[1].value');
    const more = { taxIds, status: 'exempt' };
    assertProblem(await as('billing', url, more), 400, 'request-invalid', 'status');
    assert.deepEqual((await api.get(`/v1/customers/${id}/tax`)).body, said.body, 'a refusal changes nothing');
    const now = await api.get(url);
    assert.deepEqual(now.body, said.body);
    const etag = String(now.headers['etag']);
    const stale = {
      ...(await signedIn(api.database, { customerId: id, userId: null, role: 'billing' })),
      'if-match': '"other"',
    };
    assertProblem(
      await api.call('PUT', url, { body: { taxIds: [] }, headers: stale, isKeyless: true }),
      412,
      'precondition-failed',
      'if-match',
    );
    const fresh = { ...stale, 'if-match': etag };
    assert.equal((await api.call('PUT', url, { body: { taxIds }, headers: fresh, isKeyless: true })).status, 200);

    await as('billing', url, { taxIds });
    const { rows } = await api.database.query<{ actor: string; action: string; detail: object }>(
      `SELECT actor, action, detail FROM audit_log WHERE subject_id = $1 AND action LIKE 'tax%' ORDER BY sequence DESC`,
      [id],
    );
    const detail = { taxIdTypes: ['eu_vat', 'us_ein'] };
    assert.deepEqual(rows[0], { actor: `customer:${id}`, action: 'tax ids set', detail });
    assert.equal(rows.filter(({ action }) => action === 'tax ids set').length, 1, 'the same again is no change');
    assert.doesNotMatch(JSON.stringify(rows), /136695976|1144442/);
  });

  it('keeps a tax id on invoices that have no tax by reverse charge', async () => {
    const reverse = { status: 'reverse_charge', reason: 'Article 196 VAT Directive' };
    const taxIds = [{ type: 'eu_vat', value: 'DE136695976' }];
    await put('/v1/customers/B6/tax', { ...reverse, taxIds });
    const elsewhere = [{ type: 'us_ein', value: '12-3456789' }];
    for (const lost of [[], elsewhere]) {
      assertProblem(await put('/v1/customers/B6/tax-ids', { taxIds: lost }), 422, 'tax-invalid', 'taxIds');
    }
    const other = [{ type: 'eu_vat', value: 'ATU13585627' }];
    assert.deepEqual((await put('/v1/customers/B6/tax-ids', { taxIds: other })).body.taxIds, other);
    await put('/v1/customers/B6/tax', { status: 'taxable' });
  });

  it('chooses the settings of the deployment', async () => {
    const chosen = await put('/v1/settings/tax', { rounding: 'line', defaultRates: ['de-vat-19'] });
    assert.equal(chosen.status, 200);
    assert.deepEqual((await api.get('/v1/settings/tax')).body, chosen.body);
    const { changedAt, ...rest } = chosen.body;
    assert.ok(changedAt);
    assert.deepEqual(rest, { rounding: 'line', engine: 'table', defaultRates: ['de-vat-19'], isRoundingFixed: false });
    const unknown = { rounding: 'line', defaultRates: ['de-vat-19', 'pst'] };
    assertProblem(await put('/v1/settings/tax', unknown), 422, 'tax-rate-unknown', 'defaultRates[1]');
    const outside = await put('/v1/settings/tax', { rounding: 'line', engine: 'outside', defaultRates: [] });
    assert.equal(outside.body.engine, 'outside');
    const half = await put('/v1/settings/tax', { rounding: 'half', defaultRates: [] });
    assertProblem(half, 400, 'request-invalid', 'rounding');
  });

  it('plans name rates, and those that are not there are refused with the path', async () => {
    const price = { key: 'base', name: 'Base', model: 'flat', amount: '1', taxRates: ['de-vat-19'] };
    const plan = { key: 'taxed', name: 'Taxed', currency: 'USD', interval: 'month', prices: [price] };
    assert.equal((await api.post('/v1/plans/apply', { plans: [plan] })).status, 200);
    assert.deepEqual((await api.get('/v1/plans/taxed')).body.plan.prices, [price]);
    const other = { ...plan, prices: [{ ...price, taxRates: ['pst'] }] };
    const refused = await api.post('/v1/plans/diff', { plans: [other] });
    assertProblem(refused, 422, 'tax-rate-unknown', 'plans[0].prices[0].taxRates[0]');
  });
});
