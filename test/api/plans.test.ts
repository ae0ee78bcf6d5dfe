import assert from 'node:assert/strict';
import { badFiles, goodFile, type Written } from '../support/plan-files.ts';
import { assertProblem, useApi } from './support.ts';

describe('Plans through the API', () => {
  const api = useApi();
  const storedVersions = async () =>
    (await api.database.query('SELECT p.key, v.version FROM plan_versions v JOIN plans p ON p.id = v.plan_id')).rows;

  it('are compared, applied, and the second time unchanged', async () => {
    const before = await storedVersions();
    const diff = await api.post('/v1/plans/diff', goodFile());
    assert.deepEqual([diff.status, diff.body.changed], [200, true]);
    assert.deepEqual(await storedVersions(), before);

    const first = await api.post('/v1/plans/apply', goodFile());
    assert.deepEqual([first.status, first.body], [200, diff.body]);
    const second = await api.post('/v1/plans/apply', goodFile());
    assert.deepEqual([second.status, second.body.changed], [200, false]);
    const outcomes = second.body.plans.map(({ key, outcome, version }: Written) => [key, outcome, version]);
    assert.deepEqual(outcomes, [
      ['everything', 'unchanged', 1],
      ['two-currencies', 'unchanged', 1],
    ]);
  });

  it('become new versions, told field by field, with who did it in the audit log', async () => {
    await api.post('/v1/plans/apply', goodFile());
    const file = goodFile();
    file.plans[1].prices[0].amount = '12';
    delete file.plans[1].prices[1].currencies.EUR.maximumAmount;
    const { body } = await api.post('/v1/plans/apply', file);
    assert.deepEqual(body.plans[1], {
      ...{ key: 'two-currencies', outcome: 'new version', version: 2, onOlderVersions: 0 },
      differences: [
        { field: 'prices[base].amount', kind: 'changed', from: '10', to: '12' },
        { field: 'prices[calls].currencies.EUR.maximumAmount', kind: 'removed', from: '50' },
      ],
    });
    const { rows } = await api.database.query(
      `SELECT sequence, actor, detail FROM audit_log JOIN plans ON plans.id = subject_id
       WHERE key = 'two-currencies' ORDER BY sequence`,
    );
    assert.deepEqual(rows, [
      { sequence: 1, actor: 'api-key:tests', detail: { version: 1 } },
      { sequence: 2, actor: 'api-key:tests', detail: { version: 2 } },
    ]);
  });

  it('are taken as YAML too, as a file has them, and a mistake is told by its line', async () => {
    const send = (path: string, raw: string | Buffer) =>
      api.call('POST', path, { raw, headers: { 'content-type': 'application/yaml; charset=utf-8' } });
    const written = (amount: string) => `# What teams pay
plans:
  - key: written
    name: Written
    currency: USD
    interval: month
    prices:
      - { key: base, name: Base fee, model: flat, amount: "${amount}" }
`;
    const diff = await send('/v1/plans/diff', written('10'));
    assert.deepEqual([diff.status, diff.body.changed], [200, true]);
    assert.deepEqual((await send('/v1/plans/apply', written('10'))).body, diff.body);
    assert.equal((await api.get('/v1/plans/written')).body.plan.prices[0].amount, '10');

    const before = await storedVersions();
    for (const path of ['/v1/plans/diff', '/v1/plans/apply']) {
      const price = await send(path, written('ten'));
      assertProblem(price, 422, 'decimal-invalid', 'plans[0].prices[0].amount');
      assert.match(price.body.detail, /^Line 8: /);
      const broken = await send(path, 'plans:\n  - key: "written\n');
      assertProblem(broken, 400, 'request-invalid', 'body');
      assert.match(broken.body.detail, /^Line \d: This is not YAML that can be read: /);
      assertProblem(await send(path, Buffer.from([0xff, 0xfe])), 400, 'request-invalid', 'body');
      assertProblem(await send(path, ''), 400, 'request-invalid', 'body');
      assertProblem(await send(path, `# ${'x'.repeat(256 * 1_024)}`), 413, 'request-too-large', 'body');
      const list = '[*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]';
      const bomb = `a: &a [1]\nb: &b ${list}\nc: &c ${list.replaceAll('a', 'b')}\nd: ${list.replaceAll('a', 'c')}\n`;
      assert.match((await send(path, bomb)).body.detail, /alias/);
      const twice = await send(path, 'plans: []\nmeters: []\nplans: []\n');
      assert.match(twice.body.detail, /^Line 3: .*keys of a map have to differ/);
      // Each of these kept the parser busy for many seconds.
      const many = (one: (index: number) => string) => Array.from({ length: 12_000 }, (_, index) => one(index)).join();
      const keys = await send(path, `{${many((index) => `k${index}`)}}`);
      assert.match(keys.body.detail, /^Line 1: This is not known here/);
      for (const marks of [
        many(() => '*a').replace('*a', '&a []'),
        many(() => '!a a'),
        many((index) => `&a${index} 1`),
      ]) {
        assert.match((await send(path, `[${marks}]`)).body.detail, /more than 100 anchors, aliases and tags/);
      }
      const quoted = many(() => "'*a'").slice(0, 8_000);
      assert.doesNotMatch((await send(path, `[${quoted}`)).body.detail, /anchors/, 'text is no alias');
    }
    assert.deepEqual(await storedVersions(), before);
  });

  it('are read in each version, as a file has them', async () => {
    const file = goodFile();
    file.plans = [{ ...file.plans[1], key: 'kept' }];
    await api.post('/v1/plans/apply', file);
    const raised = structuredClone(file);
    raised.plans[0].prices[0].amount = '11';
    await api.post('/v1/plans/apply', raised);

    const latest = await api.get('/v1/plans/kept');
    // Currencies may be written in lower case, and are stored in upper case.
    assert.deepEqual(latest.body.plan, { ...raised.plans[0], currency: 'USD' });
    assert.equal(latest.body.version, 2);
    const versions = latest.body.versions.map(({ version, liveSubscriptions }: Written) => [
      version,
      liveSubscriptions,
    ]);
    assert.deepEqual(versions, [
      [2, 0],
      [1, 0],
    ]);
    const first = await api.get('/v1/plans/kept?version=1');
    assert.deepEqual([first.body.version, first.body.plan], [1, { ...file.plans[0], currency: 'USD' }]);

    assertProblem(await api.get('/v1/plans/kept?version=3'), 404, 'not-found', 'version');
    assertProblem(await api.get('/v1/plans/kept?version=0'), 400, 'request-invalid', 'version');
    assertProblem(await api.get('/v1/plans/none'), 404, 'not-found', 'key');

    const meters = (await api.get('/v1/meters')).body.data;
    const again = await api.post('/v1/plans/diff', { meters, plans: [latest.body.plan] });
    assert.equal(again.body.changed, false, 'what was read can be sent back');
  });

  it('are listed in the order of their keys, page by page, and so are meters', async () => {
    await api.post('/v1/plans/apply', goodFile());
    for (const [list, least] of [
      ['/v1/plans', 3],
      ['/v1/meters', 5],
    ] as const) {
      const whole = (await api.get(list)).body.data;
      assert.ok(whole.length >= least, `${list}: ${whole.length}`);
      const pages: Written[] = [];
      for (let cursor: string | null = ''; cursor !== null; ) {
        const { body } = await api.get(`${list}?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
        assert.ok(body.data.length <= 2 && pages.length <= whole.length, 'pages come to an end');
        pages.push(...body.data);
        cursor = body.nextCursor;
      }
      assert.deepEqual(pages, whole);
      const keys = whole.map(({ key }: Written) => key);
      assert.deepEqual(keys, keys.toSorted());
    }
    const { data } = (await api.get('/v1/meters')).body;
    const file = goodFile();
    for (const meter of file.meters) {
      assert.deepEqual(
        data.find(({ key }: Written) => key === meter.key),
        meter,
      );
    }
  });

  for (const { what, break: change, code, field, reason } of badFiles) {
    it(`are refused with ${what}, by both addresses, and nothing is changed`, async () => {
      const before = await storedVersions();
      const file = goodFile();
      // A plan that would be new shows that nothing of the file is applied.
      file.plans.push({ ...goodFile().plans[1], key: 'unheard-of' });
      change(file);
      for (const url of ['/v1/plans/diff', '/v1/plans/apply']) {
        const answer = await api.post(url, file);
        assertProblem(answer, 422, code, field);
        assert.match(answer.body.detail, reason);
      }
      assert.deepEqual(await storedVersions(), before);
    });
  }

  it('are refused when a stored meter is written otherwise, and when there is no object', async () => {
    await api.post('/v1/plans/apply', goodFile());
    const file = goodFile();
    file.meters[1].aggregation = 'max';
    const answer = await api.post('/v1/plans/apply', file);
    assertProblem(answer, 409, 'meter-changed', 'meters.bytes');
    assert.match(answer.body.detail, /aggregation is "sum" there and "max" here/);
    assertProblem(await api.post('/v1/plans/apply', []), 422, 'plan-invalid', 'body');
    assertProblem(await api.call('POST', '/v1/plans/apply'), 422, 'plan-invalid', 'body');
  });
});
