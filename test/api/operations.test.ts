import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createApiKey } from '../../src/auth/api-keys.ts';
import { scopes } from '../../src/auth/scopes.ts';
import type { DeadLetterBox } from '../../src/billing/operations/dead-letters.ts';
import type { WorkflowState } from '../../src/billing/operations/read-summary.ts';
import { appendAudit } from '../../src/store/audit.ts';
import { addCustomer } from '../support/books.ts';
import { assertProblem, useApi } from './support.ts';

type Letter = Awaited<ReturnType<DeadLetterBox['list']>>[number];

const letter = (id: string, more: Partial<Letter> = {}): Letter => ({
  id,
  reason: 'The invoice is unknown.',
  queue: 'durabill.invoice-due',
  messageId: null,
  message: null,
  body: '{}',
  deadSince: new Date('2026-11-01T00:00:00Z'),
  requeues: 0,
  ...more,
});

/** Letters in memory, as RabbitMQ keeps them; none answers while it is away. */
function createBox() {
  const box = { letters: [] as Letter[], isAway: false, requeued: [] as string[] };
  const present = () => {
    if (box.isAway) throw new Error('connect ECONNREFUSED amqp://durabill:secret@127.0.0.1');
    return box.letters;
  };
  const without = (chosen: readonly string[] | 'all') => {
    const gone = present().filter(({ id }) => chosen === 'all' || chosen.includes(id));
    box.letters = box.letters.filter((one) => !gone.includes(one));
    return gone;
  };
  const port: DeadLetterBox = {
    count: async () => present().length,
    list: async (limit) => present().slice(0, limit),
    async requeue(chosen) {
      const gone = without(chosen);
      box.requeued.push(...gone.map(({ id }) => id));
      return { requeued: gone.length, kept: [], missing: [] };
    },
    discard: async (chosen) => ({ discarded: without(chosen).length, missing: [] }),
  };
  return { box, port };
}

describe('What waits for a person', () => {
  const { box, port } = createBox();
  const temporal = { state: 'running' as WorkflowState, isAway: false };
  const workflows = {
    urlOf: (id: string) => `http://temporal.example/namespaces/durabill/workflows/${encodeURIComponent(id)}`,
    listUrl: 'http://temporal.example/namespaces/durabill/workflows',
    async stateOf() {
      if (temporal.isAway) throw new Error('Temporal is away');
      return temporal.state;
    },
  };
  const api = useApi({ deadLetters: port, workflows });
  const summary = async () => (await api.get('/v1/operations/summary')).body;
  const clockId = async () => (await api.get('/v1/clocks/sample')).body.id;

  it('is nothing on a calm day', async () => {
    const { waiting, unknown, temporalUrl } = await summary();
    assert.deepEqual([waiting, unknown, temporalUrl], [[], [], workflows.listUrl]);
  });

  it('is counted by kind and reason, with its oldest, the most urgent first', async () => {
    box.letters = [letter('one'), letter('two', { deadSince: new Date('2026-10-01T00:00:00Z') })];
    await api.post('/v1/pauses', { reason: 'An incident.' });
    await api.database.query(
      `INSERT INTO usage_sources (source, event_count, last_occurred_at, last_received_at) VALUES
         ('meterd', 5, now(), now() - interval '2 days'), ('fresh', 5, now(), now()), ('old', 5, now(), now() - interval '90 days')`,
    );
    const { waiting } = await summary();
    assert.deepEqual(
      waiting.map((one: { kind: string; code: string | null; count: number }) => [one.kind, one.code, one.count]),
      [
        ['pause', 'operator', 1],
        ['dead-letter', null, 2],
        ['silent-source', 'meterd', 1],
      ],
    );
    assert.equal(waiting[1].oldestAt, '2026-10-01T00:00:00.000Z');
    await api.post('/v1/pauses/end', { reason: 'Over.' });
    box.letters = [];
  });

  it('includes runs that have ended without finishing, as Temporal tells', async () => {
    const { body } = await api.post('/v1/runs', { kind: 'advance', clock: 'sample', at: '2013-02-03T00:00:00Z' });
    await api.database.query(
      `INSERT INTO billing_runs (id, clock_id, kind, cutoff_at, started_at, workflow_id)
       VALUES ($1, $2, 'advance', '2013-02-03Z', now(), 'advance-clock/x')`,
      [body.id, await clockId()],
    );
    const failedRuns = async () =>
      (await summary()).waiting.filter(({ kind }: { kind: string }) => kind === 'failed-run');
    const state = async () => (await api.get(`/v1/runs/${body.id}`)).body.state;
    assert.deepEqual([await failedRuns(), await state()], [[], 'running']);
    temporal.state = 'failed';
    assert.deepEqual([(await failedRuns())[0].code, await state()], ['advance', 'failed']);
    temporal.isAway = true;
    assert.deepEqual([(await summary()).unknown, await state()], [['failed-run'], 'unknown']);
    await api.database.query('UPDATE billing_runs SET finished_at = now() WHERE id = $1', [body.id]);
    assert.equal(await state(), 'finished');
    temporal.isAway = false;
    const listed = (await api.get('/v1/runs')).body.data[0];
    assert.equal(listed.workflowUrl, `${workflows.listUrl}/advance-clock%2Fx`);
  });

  it('says what could not be looked at', async () => {
    box.isAway = true;
    assert.deepEqual((await summary()).unknown, ['dead-letter']);
    const answer = await api.get('/v1/dead-letters');
    assertProblem(answer, 503, 'unavailable');
    assert.doesNotMatch(JSON.stringify(answer.body), /secret/);
    box.isAway = false;
  });

  it('lists dead letters, puts back those that are named or all, and throws away, each told with its reason', async () => {
    box.letters = [letter('a'), letter('b'), letter('c')];
    const { body } = await api.get('/v1/dead-letters?limit=2');
    assert.deepEqual([body.total, body.data.length, body.data[0].invoiceId], [3, 2, null]);

    const replay = { ids: ['a', 'gone'], reason: 'The bridge knows it by now.' };
    const report = (await api.post('/v1/dead-letters/replay', replay)).body;
    assert.deepEqual([report.requeued, report.missing, box.requeued], [1, ['gone'], ['a']]);
    const thrown = (await api.post('/v1/dead-letters/discard', { ids: ['b'], reason: 'A test.' })).body;
    assert.deepEqual([thrown.discarded, box.letters.map(({ id }) => id)], [1, ['c']]);
    assert.equal((await api.post('/v1/dead-letters/replay', { all: true, reason: 'All.' })).body.requeued, 1);

    const told = (await api.get('/v1/audit?subjectKind=dead-letter')).body.data;
    assert.deepEqual(
      told.map((one: { action: string; actor: string; detail: { letterId: string; reason: string } }) => [
        one.action,
        one.detail.letterId,
        one.detail.reason,
        one.actor,
      ]),
      [
        ['dead letter replay ordered', 'c', 'All.', 'api-key:tests'],
        ['dead letter discard ordered', 'b', 'A test.', 'api-key:tests'],
        ['dead letter replay ordered', 'a', 'The bridge knows it by now.', 'api-key:tests'],
      ],
    );
  });

  it('takes no order for dead letters that is not clear, or has no reason', async () => {
    box.letters = [letter('a')];
    const replay = (body: unknown) => api.post('/v1/dead-letters/replay', body);
    assertProblem(await replay({ reason: 'Why.' }), 400, 'request-invalid', 'ids');
    assertProblem(await replay({ ids: ['a'], all: true, reason: 'Why.' }), 400, 'request-invalid', 'ids');
    assertProblem(await replay({ ids: ['a'] }), 400, 'request-invalid', 'reason');
    assertProblem(await replay({ ids: ['a'], reason: '  ' }), 400, 'request-invalid', 'reason');
    assert.equal(box.letters.length, 1);
  });
});

describe('The audit trail', () => {
  const api = useApi();
  const actions = (data: { action: string }[]) => data.map(({ action }) => action);

  it('is read by subject, actor, action and time, page by page without a gap', async () => {
    const ids = [randomUUID(), randomUUID()];
    for (let round = 0; round < 5; round += 1) {
      await appendAudit(
        api.database,
        ids.map((subjectId, index) => ({
          subjectKind: 'test',
          subjectId,
          actor: index === 0 ? 'sync' : 'operator:ada@example.com',
          action: `round ${round}`,
          detail: {},
        })),
      );
    }
    const all = (await api.get('/v1/audit?subjectKind=test')).body.data;
    assert.equal(all.length, 10);
    assert.deepEqual(actions(all).slice(0, 3), ['round 4', 'round 4', 'round 3']);
    const seen: { subjectId: string; sequence: number }[] = [];
    for (let cursor = ''; ; ) {
      const { body } = await api.get(`/v1/audit?subjectKind=test&limit=3${cursor}`);
      seen.push(...body.data);
      if (body.nextCursor === null) break;
      cursor = `&cursor=${body.nextCursor}`;
    }
    assert.deepEqual(seen, all);

    const by = async (query: string) => (await api.get(`/v1/audit?subjectKind=test&${query}`)).body.data.length;
    assert.equal(await by(`subject=${ids[0]}`), 5);
    assert.equal(await by('actor=sync'), 5);
    assert.equal(await by('action=round 2'.replace(' ', '%20')), 2);
    assert.equal(await by('by=people'), 5);
    assert.equal(await by('by=machines&action=round%200'), 1);
    assert.equal(await by(`from=${new Date(Date.now() + 60_000).toISOString()}`), 0);
    assert.equal(await by(`to=${new Date(Date.now() + 60_000).toISOString()}`), 10);
  });

  it('goes on behind the links that a page has looked at, when what it looks for is rare', async () => {
    const subjectId = randomUUID();
    await appendAudit(api.database, [
      { subjectKind: 'rare', subjectId, actor: 'sync', action: 'the rare one', detail: {} },
    ]);
    // Twenty thousand links and one: more than a page looks at.
    await api.database.query(
      `INSERT INTO audit_log (subject_kind, subject_id, sequence, at, actor, action, detail, previous_hash, hash)
       SELECT 'many', gen_random_uuid(), 1, now() + interval '1 second', 'sync', 'common', '{}', NULL, '\\x00'
       FROM generate_series(1, 20001)`,
    );
    const first = (await api.get('/v1/audit?action=the%20rare%20one')).body;
    assert.deepEqual([first.data.length, typeof first.nextCursor], [0, 'string']);
    const second = (await api.get(`/v1/audit?action=the%20rare%20one&cursor=${first.nextCursor}`)).body;
    assert.deepEqual([actions(second.data), second.nextCursor], [['the rare one'], null]);
  });

  it('refuses cursors and ids that are none', async () => {
    assertProblem(await api.get('/v1/audit?cursor=WyJ4Il0'), 400, 'request-invalid', 'cursor');
    assertProblem(await api.get('/v1/audit?subject=nobody'), 404, 'not-found', 'subject');
    assertProblem(await api.get('/v1/audit?from=yesterday'), 400, 'request-invalid', 'from');
  });

  it('computes a chain again', async () => {
    const customer = await addCustomer(api.database, 'AU');
    const url = `/v1/audit/customer/${customer.id}/verification`;
    const { holds, links } = (await api.get(url)).body;
    assert.deepEqual([holds, links], [true, 1]);
    await api.database.query('ALTER TABLE audit_log DISABLE TRIGGER audit_log_fixed');
    await api.database.query(`UPDATE audit_log SET actor = 'nobody' WHERE subject_id = $1`, [customer.id]);
    await api.database.query('ALTER TABLE audit_log ENABLE TRIGGER audit_log_fixed');
    assert.deepEqual((await api.get(url)).body.fault, { sequence: 1, fault: 'changed' });
    assertProblem(await api.get(`/v1/audit/customer/${randomUUID()}/verification`), 404, 'not-found', 'id');
  });

  it('has the reason that came beside a request in every link that it writes', async () => {
    const reason = 'Grüße: der Kunde bat darum';
    const body = { externalId: 'RS', name: 'Reason', currency: 'USD', zone: 'UTC', clock: 'sample' };
    const headers = { 'durabill-reason': encodeURIComponent(reason) };
    const { body: customer } = await api.post('/v1/customers', body, headers);
    const [told] = (await api.get(`/v1/audit?subject=${customer.id}`)).body.data;
    assert.equal(told.detail.reason, reason);
    const bad = { 'durabill-reason': '%E0%A4%A' };
    assertProblem(await api.post('/v1/customers', body, bad), 400, 'request-invalid', 'durabill-reason');
    assertProblem(
      await api.post('/v1/customers', body, { 'durabill-reason': '%20' }),
      400,
      'request-invalid',
      'reason',
    );
    const run = { kind: 'advance', clock: 'sample', at: '2013-02-03T00:00:00Z' };
    const started = await api.post('/v1/runs', run, { 'durabill-reason': 'now' });
    const [order] = (await api.get(`/v1/audit?subject=${started.body.id}`)).body.data;
    assert.deepEqual([order.action, order.actor, order.detail.reason], ['ordered', 'api-key:tests', 'now']);
  });
});

describe('Looking for customers', () => {
  const api = useApi();

  it('finds them by external id, name, address and number of an invoice, page by page', async () => {
    for (const [externalId, name, email] of [
      ['B6', 'JetBlue Airways', 'billing@jetblue.example'],
      ['DL', 'Delta', 'bills@delta.example'],
      ['JET2', 'Second Wind', 'post@second.example'],
      ['X%', 'Percent', 'per@cent.example'],
    ]) {
      await api.post('/v1/customers', { externalId, name, email, currency: 'USD', zone: 'UTC', clock: 'sample' });
    }
    const found = async (query: string) =>
      (await api.get(`/v1/customers?search=${query}`)).body.data.map((one: { externalId: string }) => one.externalId);
    assert.deepEqual(await found('jet'), ['B6', 'JET2']);
    assert.deepEqual(await found('BILLS@'), ['DL']);
    assert.deepEqual(await found('%25'), ['X%']);
    assert.deepEqual(await found('nobody'), []);
    const first = (await api.get('/v1/customers?search=jet&limit=1')).body;
    const rest = (await api.get(`/v1/customers?search=jet&limit=1&cursor=${first.nextCursor}`)).body;
    assert.deepEqual([rest.data[0].externalId, rest.nextCursor], ['JET2', null]);
  });

  it('notes the first look of each viewer at a customer', async () => {
    const customer = await addCustomer(api.database, 'VW');
    const look = (key = api.key) =>
      api.post('/v1/operations/customer-views', { customer: 'VW' }, { authorization: `Bearer ${key}` });
    assert.deepEqual((await look()).body, { customerId: customer.id, isFirst: true });
    assert.equal((await look()).body.isFirst, false);
    const other = await createApiKey(api.database, { name: 'second', scopes });
    assert.equal((await look(other.secret)).body.isFirst, true);
    const told = (await api.get(`/v1/audit?subject=${customer.id}&action=pages%20viewed`)).body.data;
    assert.deepEqual(
      told.map(({ actor }: { actor: string }) => actor),
      ['api-key:second', 'api-key:tests'],
    );
    assertProblem(await api.post('/v1/operations/customer-views', { customer: 'none' }), 404, 'not-found', 'customer');
  });
});

describe('Clocks', () => {
  const api = useApi();

  it('are listed by name', async () => {
    const names = async (query = '') =>
      (await api.get(`/v1/clocks${query}`)).body.data.map(({ name }: { name: string }) => name);
    assert.deepEqual(await names(), ['real', 'sample']);
    const first = (await api.get('/v1/clocks?limit=1')).body;
    assert.deepEqual(await names(`?limit=1&cursor=${first.nextCursor}`), ['sample']);
  });
});
