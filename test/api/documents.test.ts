import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { flat, invoicesOf, openBusiness } from '../billing/business.ts';
import { readPdf, sha256 } from '../documents/support.ts';
import { assertProblem, noSyncs, useApi } from './support.ts';

describe('Documents', () => {
  const api = useApi({ syncs: { ...noSyncs, wake: async () => {} } });
  let issued = '';
  let number = '';
  let draft = '';

  before(async () => {
    const business = await openBusiness(api.database);
    const plan = await business.plan('base', [flat('100')]);
    const customer = await business.customer('深圳航空', { plan });
    await business.invoice('2013-02-01T13:00:00Z');
    await business.scan('2013-02-02T15:00:00Z');
    await business.invoice('2013-03-01T13:00:00Z');
    const [first, second] = await invoicesOf(api.database, customer);
    [issued, number, draft] = [first?.id ?? '', first?.number ?? '', second?.id ?? ''];
  });

  const pdf = (id: string, headers: Record<string, string> = {}) =>
    api.app.inject({ url: `/v1/invoices/${id}/pdf`, headers: { authorization: `Bearer ${api.key}`, ...headers } });

  it('are files that are named by their number and known by their hash', async () => {
    const answer = await pdf(issued);
    assert.equal(answer.statusCode, 200);
    assert.equal(answer.headers['content-type'], 'application/pdf');
    assert.equal(answer.headers['content-disposition'], `inline; filename="${number}.pdf"`);
    assert.equal(answer.headers['etag'], `"${sha256(answer.rawPayload)}"`);
    assert.equal(Number(answer.headers['content-length']), answer.rawPayload.length);
    const { pages } = await readPdf(answer.rawPayload);
    assert.match(pages[0] ?? '', new RegExp(`${number}.*深圳航空.*Amount due \\$100\\.00`, 's'));
    assert.deepEqual((await pdf(issued)).rawPayload, answer.rawPayload);
  });

  it('are not sent again to whoever has them', async () => {
    const { headers } = await pdf(issued);
    const etag = String(headers['etag']);
    for (const known of [etag, `"other", ${etag}`]) {
      const answer = await pdf(issued, { 'if-none-match': known });
      assert.deepEqual([answer.statusCode, answer.rawPayload.length, answer.headers['etag']], [304, 0, etag]);
    }
    assert.equal((await pdf(issued, { 'if-none-match': '"other"' })).statusCode, 200);
  });

  it('of drafts say that they are drafts', async () => {
    const answer = await pdf(draft);
    assert.equal(answer.statusCode, 200);
    assert.match(String(answer.headers['content-disposition']), /filename="draft-[0-9a-f-]+\.pdf"/);
    assert.match((await readPdf(answer.rawPayload)).pages[0] ?? '', /Draft/);
  });

  it('of credit notes are files too', async () => {
    const order = { requestId: 'all', reason: 'other', giveBack: 'credit' };
    const { id, number: noteNumber } = (await api.post(`/v1/invoices/${issued}/credit-notes`, order)).body;
    const answer = await api.app.inject({
      url: `/v1/credit-notes/${id}/pdf`,
      headers: { authorization: `Bearer ${api.key}` },
    });
    assert.equal(answer.headers['content-disposition'], `inline; filename="${noteNumber}.pdf"`);
    const { pages } = await readPdf(answer.rawPayload);
    assert.match(pages[0] ?? '', new RegExp(`Credit note.*${noteNumber}.*深圳航空.*\\$100\\.00`, 's'));
    for (const other of [randomUUID(), 'x']) {
      assertProblem(await api.get(`/v1/credit-notes/${other}/pdf`), 404, 'not-found', 'id');
    }
  });

  it('are not there for an invoice that nobody has', async () => {
    assertProblem(await api.get(`/v1/invoices/${randomUUID()}/pdf`), 404, 'not-found', 'id');
    assertProblem(await api.get('/v1/invoices/x/pdf'), 404, 'not-found', 'id');
  });
}).timeout(60_000);
