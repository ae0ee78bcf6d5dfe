import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { finishRun, openRun } from '../../src/store/runs.ts';
import { assertProblem, useApi } from './support.ts';

describe('Clocks', () => {
  const api = useApi();
  const clock = (rest: Record<string, unknown> = {}) => ({
    name: 'year-end',
    startsAt: '2013-12-01T00:00:00-05:00',
    numberPrefix: 'YE',
    ...rest,
  });

  it('are created once and answered again, however far they have moved', async () => {
    const first = await api.post('/v1/clocks', clock());
    assert.equal(first.status, 201);
    assert.equal(first.headers['location'], '/v1/clocks/year-end');
    assert.deepEqual([first.body.kind, first.body.now], ['test', '2013-12-01T05:00:00.000Z']);
    await api.database.query(`UPDATE clocks SET now_at = '2014-01-01Z' WHERE name = 'year-end'`);
    const again = await api.post('/v1/clocks', clock());
    assert.deepEqual([again.status, again.body.now], [200, '2014-01-01T00:00:00.000Z']);
    assert.deepEqual((await api.get('/v1/clocks/year-end')).body, again.body);
  });

  it('contradict other clocks of their name or prefix', async () => {
    assertProblem(await api.post('/v1/clocks', clock({ numberPrefix: 'YE2' })), 409, 'conflict', 'numberPrefix');
    assertProblem(await api.post('/v1/clocks', clock({ name: 'second' })), 409, 'conflict', 'numberPrefix');
    assertProblem(
      await api.post('/v1/clocks', clock({ startsAt: '2015-01-01T00:00:00Z' })),
      409,
      'conflict',
      'startsAt',
    );
    assertProblem(await api.post('/v1/clocks', clock({ name: 'real', numberPrefix: 'R' })), 409, 'conflict', 'name');
  });

  it('need a name, a prefix and an instant that can be used', async () => {
    assertProblem(await api.post('/v1/clocks', clock({ name: 'a/b' })), 400, 'request-invalid', 'name');
    assertProblem(await api.post('/v1/clocks', clock({ numberPrefix: 'ye' })), 400, 'request-invalid', 'numberPrefix');
    assertProblem(await api.post('/v1/clocks', clock({ startsAt: '2013-12-01' })), 400, 'request-invalid', 'startsAt');
    assertProblem(await api.get('/v1/clocks/sundial'), 404, 'not-found', 'name');
  });
});

describe('Runs', () => {
  const api = useApi();

  it('are started for a clock at an instant', async () => {
    const { status, headers, body } = await api.post('/v1/runs', {
      kind: 'advance',
      clock: 'sample',
      at: '2013-02-03T00:00:00Z',
    });
    assert.equal(status, 202);
    assert.equal(headers['location'], `/v1/runs/${body.id}`);
    assert.deepEqual(
      [body.kind, body.clock, body.at, body.alreadyStarted],
      ['advance', 'sample', '2013-02-03T00:00:00.000Z', false],
    );
    const { body: clock } = await api.get('/v1/clocks/sample');
    assert.deepEqual(api.started, [{ kind: 'advance', clockId: clock.id, at: new Date('2013-02-03T00:00:00Z') }]);
  });

  it('are refused where they would bill what is not over, or move the real clock', async () => {
    const count = api.started.length;
    const start = (kind: string, clock: string, at: string) => api.post('/v1/runs', { kind, clock, at });
    assertProblem(await start('invoicing', 'sample', '2013-01-01T05:00:00.001Z'), 422, 'run-refused', 'at');
    assertProblem(await start('due-scan', 'real', '2099-01-01T00:00:00Z'), 422, 'run-refused', 'at');
    assertProblem(await start('advance', 'real', '2013-02-03T00:00:00Z'), 422, 'run-refused', 'clock');
    assertProblem(await start('advance', 'sundial', '2013-02-03T00:00:00Z'), 422, 'clock-unknown', 'clock');
    assertProblem(await start('advance', 'nul\0', '2013-02-03T00:00:00Z'), 400, 'request-invalid', 'clock');
    assertProblem(await start('advance', 'sample', '2018-01-01T05:00:00.001Z'), 422, 'run-refused', 'at');
    assertProblem(await start('advance', 'sample', '2013-01-01T04:59:59.999Z'), 422, 'run-refused', 'at');
    assertProblem(await start('advance', 'sample', 'tomorrow'), 400, 'request-invalid', 'at');
    assertProblem(await start('payday', 'sample', '2013-02-03T00:00:00Z'), 400, 'request-invalid', 'kind');
    assert.equal(api.started.length, count);
    assert.equal((await start('invoicing', 'sample', '2013-01-01T05:00:00Z')).status, 202);
  });

  it('tell how far they are, and are listed the latest first', async () => {
    const { body: clock } = await api.get('/v1/clocks/sample');
    const open = (cutoffAt: Date) =>
      openRun(api.database, { id: randomUUID(), clockId: clock.id, kind: 'invoicing', cutoffAt, workflowId: 'w' });
    const first = await open(new Date('2013-02-01T13:00:00Z'));
    await open(new Date('2013-03-01T13:00:00Z'));
    const last = await open(new Date('2013-04-01T13:00:00Z'));
    await api.database.query('UPDATE billing_runs SET opened_at = cutoff_at');
    await finishRun(api.database, first.id, { invoices: 16, parked: 0 });

    const { body } = await api.get(`/v1/runs/${first.id}`);
    assert.deepEqual(body.progress, { invoices: 16, parked: 0 });
    assert.notEqual(body.finishedAt, null);
    assert.deepEqual([body.clock, body.cutoffAt], ['sample', '2013-02-01T13:00:00.000Z']);

    const page = (await api.get('/v1/runs?limit=2&clock=sample&kind=invoicing')).body;
    assert.equal(page.data[0].id, last.id);
    assert.equal(page.data[0].state, 'running', 'its workflow says so');
    const rest = (await api.get(`/v1/runs?limit=2&cursor=${page.nextCursor}`)).body;
    const told = rest.data.map((run: { id: string; state: string }) => [run.id, run.state]);
    assert.deepEqual([told, rest.nextCursor], [[[first.id, 'finished']], null]);
    assert.deepEqual((await api.get('/v1/runs?kind=due-scan')).body.data, []);
    assertProblem(await api.get(`/v1/runs/${randomUUID()}`), 404, 'not-found', 'id');
    assertProblem(await api.get('/v1/runs/latest'), 404, 'not-found', 'id');
  });

  it('are not made again where the clock has been advanced to that instant', async () => {
    await api.post('/v1/clocks', { name: 'again', startsAt: '2013-01-01T00:00:00Z', numberPrefix: 'AGAIN' });
    const goal = new Date('2013-02-01T00:00:00Z');
    const order = { kind: 'advance', clock: 'again', at: goal.toISOString() };
    const count = api.started.length;
    const first = (await api.post('/v1/runs', order)).body;
    const run = { id: first.id, clockId: api.started.at(-1)!.clockId, kind: 'advance' as const, cutoffAt: goal };
    await openRun(api.database, { ...run, workflowId: first.workflowId });
    await api.database.query(`UPDATE clocks SET now_at = $1 WHERE name = 'again'`, [goal]);
    assert.equal((await api.post('/v1/runs', order)).status, 202);
    assert.equal(api.started.length, count + 2, 'one that is on the way is found, or goes on');
    await finishRun(api.database, run.id, {});
    for (const now of [goal, new Date('2013-03-01T00:00:00Z')]) {
      await api.database.query(`UPDATE clocks SET now_at = $1 WHERE name = 'again'`, [now]);
      const again = await api.post('/v1/runs', order);
      assert.deepEqual([again.status, again.body], [202, { ...first, alreadyStarted: true }]);
    }
    assert.equal(api.started.length, count + 2);
  });
});
