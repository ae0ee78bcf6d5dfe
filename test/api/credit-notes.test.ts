import assert from 'node:assert/strict';
import { createApiKey } from '../../src/auth/api-keys.ts';
import { type Business, flat, invoicesOf, openBusiness } from '../billing/business.ts';
import { assertProblem, noSyncs, useApi } from './support.ts';

/** An invoice over 100.00 that is issued and not paid. */
describe('Credit notes by HTTP', () => {
  const woken: string[] = [];
  const api = useApi({
    syncs: {
      ...noSyncs,
      wake: async (invoiceId) => void woken.push(invoiceId),
    },
  });
  let business: Business;
  let at = '';
  let invoiceId = '';
  let externalId = '';

  before(async () => {
    business = await openBusiness(api.database);
    const id = await business.customer('B6', { plan: await business.plan('base', [flat('100')]) });
    externalId = (await api.get(`/v1/customers/${id}`)).body.externalId;
    await business.invoice('2013-02-01T13:00:00Z');
    await business.scan('2013-02-02T15:00:00Z');
    invoiceId = (await invoicesOf(api.database, id))[0]?.id as string;
    at = `/v1/invoices/${invoiceId}/credit-notes`;
  });
  beforeEach(() => woken.splice(0));

  const half = { requestId: 'half', lines: [{ position: 1, amountMinor: 5_000 }], giveBack: 'refund', reason: 'other' };

  it('are previewed, issued, answered again, and wake the sync', async () => {
    const { lines, giveBack } = half;
    const previewed = await api.post(`${at}/preview`, { lines, giveBack });
    assert.deepEqual([previewed.status, previewed.body.total, previewed.body.dueMinor], [200, 'USD 50.00', 5_000]);
    assert.deepEqual((await api.get(at)).body, { data: [] });
    assert.deepEqual(woken, []);
    const made = await api.post(at, half);
    assert.equal(made.status, 201);
    assert.equal(made.headers['location'], `/v1/credit-notes/${made.body.id}`);
    assert.deepEqual(
      [made.body.number, made.body.issuedAt, made.body.invoiceId, made.body.customerExternalId],
      [`${business.numberPrefix}-CN-000001`, '2013-02-02T15:00:00.000Z', invoiceId, externalId],
    );
    for (const [field, value] of Object.entries(previewed.body)) assert.deepEqual(made.body[field], value, field);
    const again = await api.post(at, half);
    assert.deepEqual([again.status, again.body], [200, made.body]);
    assert.deepEqual(woken, [invoiceId, invoiceId]);
    assertProblem(await api.post(at, { ...half, reason: 'duplicate' }), 409, 'conflict', 'requestId');
    assert.deepEqual((await api.get(`/v1/credit-notes/${made.body.id}`)).body, made.body);
  });

  it('are listed by invoice, by customer, and page by page', async () => {
    await api.post(at, {
      requestId: 'a tenth',
      amountMinor: 1_000,
      giveBack: 'credit',
      reason: 'duplicate',
      memo: 'Sorry.',
    });
    const { data } = (await api.get(at)).body;
    assert.deepEqual(
      data.map(({ number, totalMinor, memo }: Record<string, unknown>) => [number, totalMinor, memo]),
      [
        [`${business.numberPrefix}-CN-000001`, 5_000, null],
        [`${business.numberPrefix}-CN-000002`, 1_000, 'Sorry.'],
      ],
    );
    const first = await api.get(`/v1/credit-notes?customer=${externalId}&limit=1`);
    const next = await api.get(`/v1/credit-notes?customer=${externalId}&limit=1&cursor=${first.body.nextCursor}`);
    const ids = [...first.body.data, ...next.body.data].map(({ id }) => id);
    assert.deepEqual(ids.sort(), data.map(({ id }: { id: string }) => id).sort());
    assert.equal(next.body.nextCursor, null);
    assertProblem(await api.get('/v1/credit-notes?customer=nobody'), 404, 'not-found', 'customer');
  });

  it('are refused with the field at fault', async () => {
    const refused = async (
      change: object,
      field: string,
      [status, code] = [422, 'credit-note-refused'] as [number, string],
    ) => {
      const answer = await api.post(at, { requestId: 'no', giveBack: 'refund', reason: 'other', ...change });
      assertProblem(answer, status, code, field);
    };
    await refused({ amountMinor: 4_001 }, 'amountMinor');
    await refused({ amountMinor: 1, lines: [{ position: 1 }] }, 'amountMinor');
    await refused({ lines: [{ position: 2 }] }, 'lines[0].position');
    await refused({ lines: [{ position: 1 }, { position: 1 }] }, 'lines[1].position');
    await refused({ lines: [{ position: 1, amountMinor: 4_001 }] }, 'lines[0].amountMinor');
    await refused({ lines: [{ position: 1, amountMinor: 1, quantity: '1' }] }, 'lines[0].quantity');
    await refused({ lines: [{ position: 1, quantity: 'two' }] }, 'lines[0].quantity', [422, 'decimal-invalid']);
    await refused({ amountMinor: 0 }, 'amountMinor', [400, 'request-invalid']);
    await refused({ giveBack: 'cash' }, 'giveBack', [400, 'request-invalid']);
    await refused({ requestId: 'a\0b' }, 'requestId', [400, 'request-invalid']);
    await refused({ memo: 'a\0b' }, 'memo', [400, 'request-invalid']);
    assertProblem(await api.post('/v1/invoices/none/credit-notes', half), 404, 'not-found', 'id');
    assertProblem(await api.get('/v1/invoices/none/credit-notes'), 404, 'not-found', 'id');
    assertProblem(await api.get('/v1/credit-notes/none'), 404, 'not-found', 'id');
    assert.equal((await api.get(at)).body.data.length, 2);
  });

  it('are kept from keys that may only read', async () => {
    const { secret } = await createApiKey(api.database, { name: 'reader', scopes: ['invoices:read'] });
    const headers = { authorization: `Bearer ${secret}` };
    const body = { amountMinor: 1, giveBack: 'refund' };
    assert.equal((await api.call('POST', `${at}/preview`, { headers, body })).status, 200);
    assertProblem(await api.call('POST', at, { headers, body: half }), 403, 'scope-missing');
  });
});
