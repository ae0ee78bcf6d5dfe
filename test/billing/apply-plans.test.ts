import assert from 'node:assert/strict';
import { applyPlans } from '../../src/billing/apply-plans.ts';
import { planVersionIdOf } from '../../src/billing/ids.ts';
import { parsePlanFile } from '../../src/domain/rating/plan.ts';
import { isDurabillError } from '../../src/errors/error.ts';
import { useTestDatabase } from '../support/database.ts';

const departures = { key: 'departures', name: 'Departures', eventType: 'departure', aggregation: 'count' };
const fileOf = (key: string, unitAmount = '18.75', meter: Record<string, unknown> = departures) =>
  parsePlanFile({
    meters: [meter],
    plans: [
      {
        ...{ key, name: 'Airline', currency: 'USD', interval: 'month' },
        prices: [
          { key: 'base', name: 'Base fee', model: 'flat', amount: '100' },
          { key: 'landing', name: 'Departures', model: 'per_unit', meter: meter['key'], unitAmount },
        ],
      },
    ],
  });

describe('applyPlans', () => {
  const books = useTestDatabase();
  const apply = async (...file: Parameters<typeof fileOf>) => {
    const { plans } = await applyPlans(books.database, fileOf(...file), 'test');
    return plans.map(({ key, version, outcome }) => ({ key, version, outcome }));
  };
  const versionsOf = async (key: string) => {
    const { rows } = await books.database.query<{ version: number; amounts: string[] }>(
      `SELECT v.version, array_agg(coalesce(p.terms ->> 'amount', p.terms ->> 'unitAmount') ORDER BY p.position) AS amounts
       FROM plans JOIN plan_versions v ON v.plan_id = plans.id JOIN prices p ON p.plan_version_id = v.id
       WHERE plans.key = $1 GROUP BY v.version ORDER BY v.version`,
      [key],
    );
    return rows;
  };

  it('creates a plan with its prices in their order, and finds it unchanged the next time', async () => {
    assert.deepEqual(await apply('airline'), [{ key: 'airline', version: 1, outcome: 'created' }]);
    assert.deepEqual(await apply('airline'), [{ key: 'airline', version: 1, outcome: 'unchanged' }]);
    assert.deepEqual(await versionsOf('airline'), [{ version: 1, amounts: ['100', '18.75'] }]);
  });

  it('makes a changed plan a new version beside the old one, which keeps its prices', async () => {
    await apply('raised');
    assert.deepEqual(await apply('raised', '19'), [{ key: 'raised', version: 2, outcome: 'new version' }]);
    assert.deepEqual(await versionsOf('raised'), [
      { version: 1, amounts: ['100', '18.75'] },
      { version: 2, amounts: ['100', '19'] },
    ]);
    const back = await apply('raised');
    assert.deepEqual(back, [{ key: 'raised', version: 3, outcome: 'new version' }], 'only the latest is compared with');
  });

  it('tells of each version in the audit log of the plan', async () => {
    await apply('told');
    await apply('told', '19');
    await apply('told', '19');
    const { rows } = await books.database.query(
      `SELECT sequence, actor, detail FROM audit_log JOIN plans ON plans.id = subject_id WHERE key = 'told' ORDER BY sequence`,
    );
    assert.deepEqual(rows, [
      { sequence: 1, actor: 'test', detail: { version: 1 } },
      { sequence: 2, actor: 'test', detail: { version: 2 } },
    ]);
  });

  it('tells who made a meter, once', async () => {
    const file = fileOf('with-meter', '1', { ...departures, key: 'take-offs' });
    const first = await applyPlans(books.database, file, 'test');
    assert.deepEqual(first.meters, [{ key: 'take-offs', outcome: 'created' }]);
    const second = await applyPlans(books.database, file, 'somebody else');
    assert.deepEqual(second.meters, [{ key: 'take-offs', outcome: 'unchanged' }]);
    const { rows } = await books.database.query(
      `SELECT actor, action FROM audit_log JOIN meters ON meters.id = subject_id WHERE key = 'take-offs'`,
    );
    assert.deepEqual(rows, [{ actor: 'test', action: 'created' }]);
  });

  const meter = { ...departures, key: 'miles', aggregation: 'sum', property: 'miles', filter: { origin: ['JFK'] } };
  const changes: Record<string, Record<string, unknown>> = {
    'another event type': { eventType: 'arrival' },
    'another aggregation': { aggregation: 'max' },
    'another property': { property: 'kilometres' },
    'another filter': { filter: { origin: ['JFK', 'LGA'] } },
    'no filter': { filter: undefined },
    'windows of a day': { window: 'day', over: 'max' },
    'carrying on': { carries: true },
    'leaving out negatives': { negatives: 'skipped' },
  };
  for (const [what, change] of Object.entries(changes)) {
    it(`refuses ${what} for a meter that is stored, and leaves everything as it was`, async () => {
      await apply('metered', '1', meter);
      const changed = Object.fromEntries(
        Object.entries({ ...meter, ...change }).filter(([, value]) => value !== undefined),
      );
      await assert.rejects(apply('metered', '2', changed), (error: unknown) => {
        assert.ok(isDurabillError(error, 'meter-changed'), String(error));
        assert.equal(error.field, 'meters.miles');
        assert.match(
          error.message,
          /^The meter "miles" is already stored with another definition: \S+ is .+ there and /,
        );
        return true;
      });
      assert.equal((await versionsOf('metered')).length, 1);
    });
  }

  it('takes a meter under a better name as the same one', async () => {
    await apply('named', '1', meter);
    const [outcome] = await apply('named', '1', { ...meter, name: 'Miles flown' });
    assert.equal(outcome?.outcome, 'unchanged');
  });

  it('takes a meter that says what it would do anyway as the same one', async () => {
    await apply('plain', '1', meter);
    const [outcome] = await apply('plain', '1', { ...meter, carries: false, negatives: 'taken' });
    assert.equal(outcome?.outcome, 'unchanged');
  });

  it('lets copies that apply the same file at once agree on one version', async () => {
    const outcomes = (await Promise.all(Array.from({ length: 8 }, () => apply('at-once')))).flat();
    assert.deepEqual(outcomes.map(({ outcome }) => outcome).sort(), ['created', ...Array(7).fill('unchanged')]);
    assert.deepEqual(await versionsOf('at-once'), [{ version: 1, amounts: ['100', '18.75'] }]);
  });

  it('lets copies that apply different contents at once make one version of each', async () => {
    const amounts = ['1', '2', '3', '4'];
    await Promise.all(amounts.map((amount) => apply('contended', amount)));
    const versions = await versionsOf('contended');
    assert.deepEqual(
      versions.map(({ version }) => version),
      [1, 2, 3, 4],
    );
    assert.deepEqual(versions.map((version) => version.amounts[1]).sort(), amounts);
  });

  it('gives plans, versions and meters ids that a restored database would give them again', async () => {
    await apply('derived');
    const { rows } = await books.database.query<{ id: string }>(
      `SELECT v.id FROM plan_versions v JOIN plans ON plans.id = v.plan_id WHERE plans.key = 'derived'`,
    );
    assert.deepEqual(rows, [{ id: planVersionIdOf('derived', 1) }]);
  });
});
