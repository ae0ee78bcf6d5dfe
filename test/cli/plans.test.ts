import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { applyPlans } from '../../src/billing/apply-plans.ts';
import { runDurabill } from '../../src/cli/program.ts';
import { parsePlanFile } from '../../src/domain/rating/plan.ts';
import { openDatabase } from '../../src/store/database.ts';
import { useTestDatabase } from '../support/database.ts';
import { badFiles, goodFile, type Written } from '../support/plan-files.ts';

const calls = { key: 'calls', name: 'Calls', eventType: 'api.call', aggregation: 'count' };
const small = (key: string, amount = '10', meter: object = calls) => ({
  meters: [meter],
  plans: [
    {
      ...{ key, name: 'Small', currency: 'USD', interval: 'month' },
      prices: [
        { key: 'base', name: 'Base', model: 'flat', amount },
        { key: 'calls', name: 'Calls', model: 'per_unit', meter: 'calls', unitAmount: '0.01' },
      ],
    },
  ],
});

describe('durabill plans', () => {
  const books = useTestDatabase();
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plans-'));
    await mkdir(join(folder, 'plans'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const write = (name: string, content: Written) =>
    writeFile(join(folder, 'plans', name), typeof content === 'string' ? content : stringify(content));
  const storedVersions = async () => (await books.database.query('SELECT FROM plan_versions')).rowCount;

  async function durabill(...args: string[]) {
    const said: string[] = [];
    const complained: string[] = [];
    let code = -1;
    await runDurabill(args, {
      openBooks: () => openDatabase(books.url, { maxConnections: 1 }),
      actor: 'shell:tester',
      from: folder,
      say: (text) => said.push(text),
      askSecret: async () => undefined,
      complain: (text) => complained.push(text),
      end: (given) => {
        code = given;
      },
    });
    return { code, said: said.join('\n'), complained: complained.join('\n') };
  }

  it('tells what would be created, creates it, and then finds nothing to do', async () => {
    await write('a.yaml', small('first'));
    await write('b.yaml', small('second'));
    const diff = await durabill('plans', 'diff');
    assert.deepEqual(diff, {
      code: 2,
      said: [
        'meter calls: would be created',
        'plan first: would be created as version 1, with 2 prices',
        'plan second: would be created as version 1, with 2 prices',
      ].join('\n'),
      complained: '',
    });
    const apply = await durabill('plans', 'apply');
    assert.equal(apply.code, 0);
    assert.equal(apply.said, diff.said.replaceAll('would be created', 'created'));
    assert.deepEqual(await durabill('plans', 'diff'), {
      code: 0,
      said: 'plan first: unchanged, version 1\nplan second: unchanged, version 1',
      complained: '',
    });
    const { rows } = await books.database.query(
      `SELECT DISTINCT actor FROM audit_log JOIN plans ON plans.id = subject_id WHERE key IN ('first', 'second')`,
    );
    assert.deepEqual(rows, [{ actor: 'shell:tester' }]);
  });

  it('tells a new version field by field, and how many subscriptions stay on older ones', async () => {
    const before = goodFile();
    before.plans = [{ ...before.plans[0], key: 'told' }];
    await applyPlans(books.database, parsePlanFile(structuredClone(before)), 'test');
    await books.database.query(
      `WITH clock AS (
         INSERT INTO clocks (id, name, kind, number_prefix) VALUES (gen_random_uuid(), 'real', 'real', 'INV') RETURNING id),
       customer AS (
         INSERT INTO customers (id, external_id, clock_id, currency, zone)
         SELECT gen_random_uuid(), 'one', id, 'USD', 'UTC' FROM clock RETURNING id),
       subscription AS (
         INSERT INTO subscriptions (id, customer_id, plan_version_id, starts_at)
         SELECT gen_random_uuid(), c.id, v.id, '2026-01-01T00:00:00Z' FROM customer c, plan_versions v
         JOIN plans p ON p.id = v.plan_id WHERE p.key = 'told' RETURNING *)
       INSERT INTO subscription_phases (subscription_id, starts_at, plan_version_id)
       SELECT id, starts_at, plan_version_id FROM subscription`,
    );
    const [plan] = before.plans;
    plan.trialDays = 30;
    plan.prices[1].unitAmount = '0.003';
    plan.prices[2].tiers[2].upTo = '5000';
    plan.prices[2].tiers.push({ upTo: null, unitAmount: '0.05' });
    const [room] = plan.prices.splice(11, 1);
    plan.prices.push({ key: 'support', name: 'Support', model: 'flat', amount: '99' });
    await write('told.yaml', before);

    const { code, said } = await durabill('plans', 'diff', 'plans/told.yaml');
    assert.equal(code, 2);
    const differences = [
      '  ~ trialDays: 14 → 30',
      '  ~ prices[calls].unitAmount: 0.002 → 0.003',
      '  ~ prices[stored].tiers[2].upTo: null → 5000',
      '  + prices[stored].tiers[3]: {"upTo":null,"unitAmount":"0.05"}',
      '  + prices[support]: {"key":"support","name":"Support","model":"flat","amount":"99"}',
      '  1 live subscription stays on older versions',
    ];
    const lines = said.split('\n');
    assert.equal(lines[0], 'plan told: would become version 2');
    const removed = lines.find((line) => line.startsWith('  - prices[room]: '));
    assert.deepEqual(JSON.parse(String(removed).slice('  - prices[room]: '.length)), room);
    assert.deepEqual(
      lines.slice(1).filter((line) => line !== removed),
      differences,
    );

    const applied = await durabill('plans', 'apply', 'plans/told.yaml');
    assert.equal(applied.code, 0);
    assert.match(applied.said, /^plan told: is now version 2\n[\s\S]*1 live subscription stays on older versions$/);
  });

  it('tells the same as one line of JSON', async () => {
    await write('json.yaml', small('json'));
    await durabill('plans', 'apply');
    await write('json.yaml', small('json', '12'));
    const { code, said } = await durabill('plans', 'diff', '--json');
    assert.equal(code, 2);
    assert.deepEqual(JSON.parse(said), {
      changed: true,
      meters: [{ key: 'calls', outcome: 'unchanged' }],
      plans: [
        {
          ...{ key: 'json', version: 2, outcome: 'new version', onOlderVersions: 0 },
          differences: [{ field: 'prices[base].amount', kind: 'changed', from: '10', to: '12' }],
        },
      ],
    });
  });

  for (const { what, break: change, code, field, reason } of badFiles) {
    it(`refuses ${what} with file, line, field, reason and mend, and changes nothing`, async () => {
      const before = await storedVersions();
      const file = goodFile();
      change(file);
      await write('good.yaml', small('beside', '10', goodFile().meters[0]));
      await write('bad.yaml', file);
      for (const command of ['diff', 'apply']) {
        const { code: ended, said, complained } = await durabill('plans', command, '--json');
        assert.equal(ended, 1);
        const [fault, ...others] = JSON.parse(said).errors;
        assert.deepEqual([fault.file, fault.code, fault.field], ['plans/bad.yaml', code, field]);
        assert.match(fault.reason, reason);
        assert.deepEqual(others, []);
        assert.equal(
          complained,
          `plans/bad.yaml:${fault.line}: ${field}: ${fault.reason}\n  ${fault.mend}\nNothing was changed.`,
        );
      }
      assert.equal(await storedVersions(), before);
    });
  }

  it('leads to the line of the field, or of what lacks it', async () => {
    const text = [
      'meters:',
      '  - { key: calls, name: Calls, eventType: api.call, aggregation: count }',
      'plans:',
      '  - key: lines',
      '    name: Lines',
      '    currency: USD',
      '    interval: month',
      '    prices:',
      '      - key: base',
      '        name: Base',
      '        model: flat',
      '        amount: "10"',
      '      - { key: calls, name: Calls, model: volume, meter: calls, filter: { a.b: ["x", 1] },',
      '          tiers: [{ upTo: "10", unitAmount: "1" },',
      '                  { upTo: null, unitAmount: "1" }] }',
    ];
    const faultOf = async (line: number, changed: string) => {
      await write('lines.yaml', [...text.slice(0, line - 1), changed, ...text.slice(line)].join('\n'));
      return (await durabill('plans', 'diff')).complained.split(': ')[0];
    };
    // The text as it is has a number among the values of a filter, in line 13.
    assert.equal(await faultOf(1, 'meters:'), 'plans/lines.yaml:13');
    text[12] = text[12]!.replace(', 1]', ']');
    assert.equal(await faultOf(6, '    currency: USDT'), 'plans/lines.yaml:6');
    assert.equal(await faultOf(12, '        amount: -10'), 'plans/lines.yaml:12');
    assert.equal(await faultOf(12, ''), 'plans/lines.yaml:9', 'the price that has no amount');
    assert.equal(await faultOf(12, '        amuont: "10"'), 'plans/lines.yaml:12');
    assert.equal(await faultOf(14, '          tiers: [{ upTo: null, unitAmount: "1" },'), 'plans/lines.yaml:14');
    assert.equal(await faultOf(3, 'plan:'), 'plans/lines.yaml:3');
    assert.equal(await faultOf(5, '    name: [Lines'), 'plans/lines.yaml:6', 'the line that goes on in a list');
    assert.equal(await faultOf(5, '    key: again'), 'plans/lines.yaml:5', 'a key that is there twice');
  });

  it('takes several files as one set: a meter alike in all, a plan in one, and every faulty file is told', async () => {
    await write('a.yaml', small('set-a'));
    await write('b.yaml', small('set-b', '10', { ...calls, aggregation: 'sum', property: 'n' }));
    await write('c.yaml', small('set-a'));
    await write('d.yaml', 'plans: {');
    const { code, said } = await durabill('plans', 'apply', '--json');
    assert.equal(code, 1);
    const faults = JSON.parse(said).errors.map(({ file, field, reason }: Written) => [file, field, reason]);
    assert.deepEqual(faults.slice(0, 2), [
      [
        'plans/b.yaml',
        'meters[0].aggregation',
        'The meter "calls" is in another file of the set too, with another aggregation.',
      ],
      ['plans/c.yaml', 'plans[0].key', 'The plan "set-a" is in another file of the set too.'],
    ]);
    assert.equal(faults[2][0], 'plans/d.yaml');
    assert.match(faults[2][2], /^This is not YAML that can be read: /);
    const { rowCount } = await books.database.query(`SELECT FROM plans WHERE key LIKE 'set-%'`);
    assert.equal(rowCount, 0);
  });

  it('names the place in the files at which a stored meter is written otherwise', async () => {
    await write('a.yaml', small('metered'));
    await durabill('plans', 'apply');
    await write('a.yaml', small('metered', '10', { ...calls, eventType: 'api.request' }));
    const { code, complained } = await durabill('plans', 'diff');
    assert.equal(code, 1);
    assert.match(
      complained,
      /^plans\/a\.yaml:2: meters\.calls: .*eventType is "api\.call" there and "api\.request" here/,
    );
  });

  it('says which file is not there, too large or a bomb, and when there is none', async () => {
    assert.match(
      (await durabill('plans', 'diff')).complained,
      /^plans: There is no file that ends with \.yaml in it\./,
    );
    const away = await durabill('plans', 'diff', 'plans/none.yaml');
    assert.deepEqual([away.code, away.complained.split('\n')[0]], [1, 'plans/none.yaml: It is not there.']);
    await write('large.yaml', `# ${'x'.repeat(4 * 1_024 * 1_024)}`);
    assert.match((await durabill('plans', 'diff')).complained, /^plans\/large\.yaml: It is larger than 4 MiB\./);
    const bomb = [
      'a: &a [x, x]',
      ...'bcdefghi'.split('').map((name, index) => {
        const before = String.fromCharCode(97 + index);
        return `${name}: &${name} [${Array(9).fill(`*${before}`).join(', ')}]`;
      }),
    ];
    await write('large.yaml', bomb.join('\n'));
    assert.match((await durabill('plans', 'diff')).complained, /^plans\/large\.yaml: Excessive alias count/);
  });

  it('explains itself, its exit codes included, and refuses what it does not know with 1', async () => {
    const help = await durabill('plans', 'diff', '--help');
    assert.equal(help.code, 0);
    assert.match(
      help.said,
      /Usage: durabill plans diff .*\n[\s\S]*Exit code: 0 nothing differs, 2 something differs, 1 /,
    );
    assert.equal((await durabill('plans', 'diff', '--fast')).code, 1);
    assert.equal((await durabill('plants')).code, 1);
    assert.match((await durabill('plans', '--help')).said, /diff[\s\S]*apply/);
  });

  it('is a program that reads paths from where it is called', async function () {
    this.timeout(60_000);
    await write('program.yaml', small('program'));
    const file = fileURLToPath(new URL('../../src/bin/durabill.mjs', import.meta.url));
    const run = (args: string[], url: string) =>
      new Promise<{ code: number; out: string }>((resolve) => {
        const { npm_package_name: _npm, npm_lifecycle_event: _script, ...env } = process.env;
        const options = { cwd: folder, env: { ...env, DATABASE_URL: url } };
        execFile(process.execPath, [file, 'plans', ...args], options, (error, stdout, stderr) =>
          resolve({ code: Number(error?.code ?? 0), out: `${stdout}${stderr}` }),
        );
      });
    const diff = await run(['diff'], books.url);
    assert.equal(diff.code, 2, diff.out);
    assert.match(diff.out, /^meter calls: would be created\n|^plan program: would be created as version 1/);
    const away = await run(['apply', 'plans/program.yaml'], 'postgres://nobody@127.0.0.1:1/none');
    assert.equal(away.code, 1);
    assert.match(away.out, /^It was not done: /);
    assert.doesNotMatch(away.out, /^\s+at /m);
  });
});
