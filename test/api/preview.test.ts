import assert from 'node:assert/strict';
import { previewExamples } from '../../src/api/schemas/preview-examples.ts';
import { previewInvoice } from '../../src/billing/preview/preview-invoice.ts';
import { assertProblem, useApi } from './support.ts';

describe('POST /v1/invoices/preview', () => {
  const api = useApi();
  const preview = (body: unknown) => api.post('/v1/invoices/preview', body);

  it('prices what is sent over HTTP, and writes nothing', async () => {
    const rows = async () => {
      const counts = ['invoices', 'invoice_lines', 'customers', 'subscriptions', 'prices'].map(
        (table) => `(SELECT count(*) FROM ${table}) AS ${table}`,
      );
      return (await api.database.query(`SELECT ${counts.join(', ')}`)).rows;
    };
    const before = await rows();
    const address = await api.app.listen({ host: '127.0.0.1', port: 0 });
    for (const { value } of Object.values(previewExamples)) {
      const answer = await fetch(`${address}/v1/invoices/preview`, {
        method: 'POST',
        headers: { authorization: `Bearer ${api.key}`, 'content-type': 'application/json' },
        body: JSON.stringify(value),
      });
      assert.equal(answer.status, 200);
      assert.deepEqual(await answer.json(), JSON.parse(JSON.stringify(previewInvoice(value))));
    }
    assert.deepEqual(await rows(), before);
  });

  it('answers in the form that the document says', async () => {
    for (const { value } of Object.values(previewExamples)) assert.equal((await preview(value)).status, 200);
  });

  it('names the field at fault', async () => {
    const flat = { model: 'flat', amount: '1' };
    const one = (price: object) => preview({ currency: 'USD', prices: [price] });
    assertProblem(await one({ ...flat, ammount: '1' }), 422, 'price-invalid', 'prices[0].ammount');
    assertProblem(await one({ ...flat, amount: 1 }), 422, 'decimal-invalid', 'prices[0].amount');
    assertProblem(await one({ ...flat, period: {} }), 422, 'preview-invalid', 'prices[0].period.startAt');
    assertProblem(await preview({ currency: 'USD', prices: [] }), 422, 'preview-invalid', 'prices');
    assertProblem(await preview([]), 422, 'preview-invalid', 'body');
  });

  it('shows its examples by name', async () => {
    const { paths } = (await api.app.inject('/openapi.json')).json();
    const { examples, schema } = paths['/v1/invoices/preview'].post.requestBody.content['application/json'];
    assert.deepEqual(examples, previewExamples);
    assert.equal(schema.example, undefined);
  });
});
