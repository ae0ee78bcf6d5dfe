import assert from 'node:assert/strict';
import { applyPlans } from '../../src/billing/apply-plans.ts';
import { createCustomer } from '../../src/billing/create-customer.ts';
import { diffPlans, hasChanges } from '../../src/billing/diff-plans.ts';
import { parsePlanFile } from '../../src/domain/rating/plan.ts';
import { openBooks } from '../support/books.ts';
import { useTestDatabase } from '../support/database.ts';
import { goodFile, type Written } from '../support/plan-files.ts';

describe('diffPlans', () => {
  const books = useTestDatabase();
  before(() => openBooks(books.database));

  const diff = (file: Written) => diffPlans(books.database, parsePlanFile(file));
  const apply = (file: Written) => applyPlans(books.database, parsePlanFile(file), 'test');
  const rowsOfPlans = async () => (await books.database.query('SELECT FROM plan_versions')).rowCount;

  it('says of every plan and meter what applying it would do, and does nothing', async () => {
    const before = await rowsOfPlans();
    const change = await diff(goodFile());
    assert.deepEqual(
      change.plans.map(({ key, outcome, version }) => [key, outcome, version]),
      [
        ['everything', 'created', 1],
        ['two-currencies', 'created', 1],
      ],
    );
    assert.deepEqual(
      change.meters.map(({ outcome }) => outcome),
      ['created', 'created', 'created', 'created'],
    );
    assert.equal(await rowsOfPlans(), before);
    assert.deepEqual(await apply(goodFile()), change, 'applying does what was said');
  });

  it('finds nothing in what was applied, whatever model and field it has', async () => {
    await apply(goodFile());
    const change = await diff(goodFile());
    assert.equal(hasChanges(change), false, JSON.stringify(change));
  });

  it('compares with the latest version, field by field', async () => {
    await apply(goodFile());
    const changed = goodFile();
    changed.plans[0].prices[1].unitAmount = '0.003';
    changed.plans[0].trialDays = 30;
    const { plans } = await diff(changed);
    assert.deepEqual(plans[0], {
      ...{ key: 'everything', version: 2, outcome: 'new version', onOlderVersions: 0 },
      differences: [
        { field: 'trialDays', kind: 'changed', from: 14, to: 30 },
        { field: 'prices[calls].unitAmount', kind: 'changed', from: '0.002', to: '0.003' },
      ],
    });
    assert.equal(plans[1]?.outcome, 'unchanged');
  });

  it('counts the subscriptions that stay behind: those that have not ended on the clock of their customer', async () => {
    const plan = (amount: string) => ({
      plans: [
        {
          ...{ key: 'counted', name: 'Counted', currency: 'USD', interval: 'month' },
          prices: [{ key: 'base', name: 'Base', model: 'flat', amount }],
        },
      ],
    });
    await apply(plan('1'));
    // The test clock stands at 1 January 2013, so that what ends in 2014 is live there and has ended on the real one.
    for (const [externalId, clock] of [
      ['one', 'sample'],
      ['two', 'sample'],
      ['three', 'real'],
    ] as const) {
      const subscription = { plan: 'counted', startsAt: '2012-06-01T00:00:00Z' };
      const customer = { externalId, name: externalId, currency: 'USD', zone: 'UTC', clock, subscription };
      await createCustomer(books.database, customer, 'test');
    }
    await books.database.query(
      `UPDATE subscriptions SET ends_at = '2014-01-01T00:00:00Z' FROM customers c
       WHERE c.id = customer_id AND c.external_id <> 'one'`,
    );
    assert.equal((await diff(plan('1'))).plans[0]?.onOlderVersions, 0, 'they are on the version that stays the latest');
    assert.equal((await diff(plan('2'))).plans[0]?.onOlderVersions, 2);
    assert.equal((await apply(plan('2'))).plans[0]?.onOlderVersions, 2);
    assert.equal((await apply(plan('3'))).plans[0]?.onOlderVersions, 2);
    assert.equal((await diff(plan('3'))).plans[0]?.onOlderVersions, 2, 'told of an unchanged plan, too');
  });
});
