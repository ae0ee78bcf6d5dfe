import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { beginPause, endPause } from '../../src/store/pauses.ts';
import { beginReconciliation, finishReconciliation } from '../../src/store/reconciliations.ts';
import { assertProblem, useApi } from './support.ts';

describe('Reconciliations', () => {
  const api = useApi();
  const order = (body: Record<string, unknown> = {}) => api.post('/v1/reconciliations', body);

  it('are started on demand, over a window or over everything', async () => {
    const { status, headers, body } = await order({ from: '2013-02-01T00:00:00Z', to: '2013-03-01T00:00:00Z' });
    assert.equal(status, 202);
    assert.equal(headers['location'], `/v1/reconciliations/${body.id}`);
    const { body: read } = await api.get(`/v1/reconciliations/${body.id}`);
    assert.deepEqual(
      [read.kind, read.askedBy, read.fromAt, read.toAt, read.startedAt, read.counts],
      ['on-demand', 'api-key:tests', '2013-02-01T00:00:00.000Z', '2013-03-01T00:00:00.000Z', null, {}],
    );
    const all = (await order()).body;
    assert.equal((await api.get(`/v1/reconciliations/${all.id}`)).body.fromAt, null);
  });

  it('are refused for a window that is none, and while another one is under way', async () => {
    assertProblem(await order({ from: 'yesterday' }), 400, 'request-invalid', 'from');
    assertProblem(
      await order({ from: '2013-03-01T00:00:00Z', to: '2013-03-01T00:00:00Z' }),
      400,
      'request-invalid',
      'to',
    );
    assertProblem(await order({ kind: 'nightly' }), 400, 'request-invalid', 'kind');
    const { id } = (await order()).body;
    await beginReconciliation(api.database, id);
    assertProblem(await order(), 409, 'reconciliation-refused');
    await finishReconciliation(api.database, id, { invoices: 3 });
    assert.equal((await order()).status, 202);
    const { body } = await api.get(`/v1/reconciliations/${id}`);
    assert.deepEqual([body.counts, body.finishedAt === null], [{ invoices: 3 }, false]);
  });

  it('adopt only after a restore, and compare only before or after it', async () => {
    assertProblem(await order({ kind: 'adoption' }), 409, 'reconciliation-refused', 'kind');
    await beginPause(api.database, { kind: 'restore', reason: 'An unknown key.', begunBy: 'test' });
    assertProblem(await order(), 409, 'reconciliation-refused', 'kind');
    assertProblem(await order({ kind: 'adoption', to: '2013-03-01T00:00:00Z' }), 400, 'request-invalid', 'to');
    assert.equal((await order({ kind: 'adoption' })).status, 202);
    await endPause(api.database, { kind: 'restore', endedBy: 'test', reason: 'It was a test.' });
  });

  it('are listed the latest first, and tell their differences in pages, by kind and state', async () => {
    const { id } = (await order()).body;
    const { data } = (await api.get('/v1/reconciliations?limit=1')).body;
    assert.deepEqual([data.length, data[0].id], [1, id]);
    for (const [kind, state] of [
      ['amount', 'alerted'],
      ['number', 'alerted'],
      ['status', 'repairing'],
    ]) {
      await api.database.query(
        `INSERT INTO reconciliation_differences (id, run_id, last_run_id, kind, invoice_id, remote_id, ours, theirs, action, state)
         VALUES (gen_random_uuid(), $1, $1, $2, gen_random_uuid(), 'in_1', '{"totalMinor": "201"}', '{"totalMinor": "200"}',
           'alert', $3)`,
        [id, kind, state],
      );
    }
    const url = `/v1/reconciliations/${id}/differences`;
    const first = (await api.get(`${url}?limit=2`)).body;
    const rest = (await api.get(`${url}?limit=2&cursor=${first.nextCursor}`)).body;
    assert.deepEqual([first.data.length, rest.data.length, rest.nextCursor], [2, 1, null]);
    assert.equal(new Set([...first.data, ...rest.data].map((one: { id: string }) => one.id)).size, 3);
    const numbers = (await api.get(`${url}?kind=number&state=alerted`)).body.data;
    assert.deepEqual(
      numbers.map((one: { kind: string; ours: unknown; theirs: unknown }) => [one.kind, one.ours, one.theirs]),
      [['number', { totalMinor: '201' }, { totalMinor: '200' }]],
    );
    assertProblem(await api.get(`/v1/reconciliations/${randomUUID()}/differences`), 404, 'not-found', 'id');
    assertProblem(await api.get('/v1/reconciliations/last'), 404, 'not-found', 'id');
  });
});
