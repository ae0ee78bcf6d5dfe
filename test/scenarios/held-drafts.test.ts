import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { applyPlans } from '../../src/billing/apply-plans.ts';
import { recordUsage } from '../../src/billing/record-usage.ts';
import { releaseDraft } from '../../src/billing/release-draft.ts';
import { parsePlanFile } from '../../src/domain/rating/plan.ts';
import { insertDecision } from '../../src/store/decisions.ts';
import { readSyncState } from '../../src/store/sync.ts';
import { syncInvoiceId } from '../../workflows/contract/ids.ts';
import { until } from '../broker/support.ts';
import { openWorld, type World } from '../support/world.ts';
import { type BilledInvoice, invoicesOf } from './support/books.ts';
import { runAt } from './support/runs.ts';
import { openSmallBusiness, recordCalls } from './support/small-business.ts';

/**
 * Three customers pay 20.00 USD a month and 0.50 for each call. The operator holds what is above 5,000.00.
 *
 *               January             February            March
 *   steady      10 calls   25.00    10 calls   25.00    10 calls      25.00
 *   jumping     10 calls   25.00    10 calls   25.00    960 calls    500.00, twenty times 25.00
 *   unpriced    10 calls   25.00    10 calls   25.00    10 calls      25.00, and 3 uploads that no price bills
 *
 * In April `jumping` makes 10,000 calls: 5,020.00, above the bound, and 27 times the average of 25, 25 and 500.
 */
describe('Drafts that are held before they become final', function () {
  this.timeout(120_000);
  const clock = 'checks';
  const customers = ['steady', 'jumping', 'unpriced'];
  let world: World;
  let clockId = '';

  before(async () => {
    world = await openWorld();
    world.env['DURABILL_HOLD_TOTAL_ABOVE'] = 'USD:5000';
    await world.start('worker');
    ({ clockId } = await openSmallBusiness(world.database, { clock, numberPrefix: 'CHECK', customers }));
    // A meter that exists, for plans of other customers.
    const uploads = { key: 'uploads', name: 'Uploads', eventType: 'upload', aggregation: 'count' };
    const price = { key: 'uploads', name: 'Uploads', model: 'per_unit', meter: 'uploads', unitAmount: '1' };
    const other = { key: 'other', name: 'Other', currency: 'USD', interval: 'month', prices: [price] };
    await applyPlans(world.database, parsePlanFile({ meters: [uploads], plans: [other] }), 'test');
    await call('2013-01', { steady: 10, jumping: 10, unpriced: 10 });
    await invoicing('2013-02-01T13:00:00Z');
    await scan('2013-02-02T15:00:00Z');
    await call('2013-02', { steady: 10, jumping: 10, unpriced: 10 });
    await invoicing('2013-03-01T13:00:00Z');
    await scan('2013-03-02T15:00:00Z');
    await call('2013-03', { steady: 10, jumping: 960, unpriced: 10 });
    const upload = (index: number) => ({
      id: `upload ${index}`,
      customer: 'unpriced',
      type: 'upload',
      occurredAt: '2013-03-07T00:00:00Z',
    });
    const uploaded = await recordUsage(world.database, [1, 2, 3].map(upload));
    assert.deepEqual(
      uploaded.map(({ status }) => status),
      Array(3).fill('accepted'),
    );
  });
  after(async () => await world?.close());

  /** Calls of one day, all of which have to be taken. */
  const call = async (month: string, counts: Record<string, number>, day = '05') => {
    for (const [customer, count] of Object.entries(counts)) {
      const statuses = await recordCalls(world.database, { customer, from: `${month}-${day}T00:00:00Z`, count });
      assert.deepEqual(new Set(statuses), new Set(['accepted']), `${customer} ${month}-${day}`);
    }
  };
  const invoicing = (nominal: string) => runAt(world, 'monthlyInvoicing', clock, { nominal });
  const scan = (nominal: string) => runAt(world, 'dueInvoiceScan', clock, { nominal });
  const invoiceOf = async (customer: string, month: string): Promise<BilledInvoice> => {
    const found = (await invoicesOf(world.database, clockId)).filter(
      (one) => one.customer === customer && one.periodStartAt.toISOString().startsWith(month),
    );
    assert.equal(found.length, 1, `${customer} in ${month}`);
    return found[0]!;
  };
  const release = async (invoiceId: string) => {
    const { parkingNumber } = (await readSyncState(world.database, invoiceId))!;
    const decisionId = randomUUID();
    const answer = { invoiceId, decisionId, parkingNumber, actor: 'Ada', reason: 'They launched a product.' };
    await world.database.transaction(async (sql) => {
      await insertDecision(sql, { ...answer, id: decisionId, kind: 'release', correctionId: null });
      await releaseDraft(sql, answer);
    });
  };

  it('issues two calm months as ever', async () => {
    const invoices = await invoicesOf(world.database, clockId);
    assert.deepEqual(
      invoices.map(({ lifecycle, totalMinor }) => [lifecycle, totalMinor]),
      Array(6).fill(['issued', 2_500n]),
    );
  });

  it('holds the jump and the usage without a price on 1 April, and makes the third draft', async () => {
    const counts = await invoicing('2013-04-01T13:00:00Z');
    assert.deepEqual([counts['generated'], counts['held']], [3, 2]);
    const jumping = await invoiceOf('jumping', '2013-03');
    assert.deepEqual([jumping.lifecycle, jumping.totalMinor], ['held', 50_000n]);
    assert.equal(
      jumping.failureReason,
      'The subtotal of USD 500.00 is 20.0 times the average of USD 25.00 of the last 2 periods; more than 10 times is held.',
    );
    const unpriced = await invoiceOf('unpriced', '2013-03');
    assert.deepEqual([unpriced.lifecycle, unpriced.totalMinor], ['held', 2_500n]);
    assert.equal(
      unpriced.failureReason,
      'The period has 3 events of "upload", which a meter counts and no price bills.',
    );
    assert.equal((await invoiceOf('steady', '2013-03')).lifecycle, 'draft');
  });

  it('wakes the sync of each held draft, so that it shows in the Web UI', async () => {
    for (const customer of ['jumping', 'unpriced']) {
      const { id } = await invoiceOf(customer, '2013-03');
      const handle = world.temporal.client.workflow.getHandle(syncInvoiceId(id));
      const isThere = () =>
        handle.describe().then(
          () => true,
          () => false,
        );
      await until(isThere, `the sync of ${customer}'s draft`);
    }
  });

  it('leaves both to the operator on 2 April, and issues the third', async () => {
    const counts = await scan('2013-04-02T15:00:00Z');
    assert.deepEqual([counts['issued'], counts['held']], [1, 0]);
    assert.equal((await invoiceOf('steady', '2013-03')).lifecycle, 'issued');
  });

  it('issues both on 3 April, after they were released', async () => {
    for (const customer of ['jumping', 'unpriced']) await release((await invoiceOf(customer, '2013-03')).id);
    const counts = await scan('2013-04-03T15:00:00Z');
    assert.deepEqual([counts['issued'], counts['held']], [2, 0]);
    const jumping = await invoiceOf('jumping', '2013-03');
    assert.deepEqual([jumping.lifecycle, jumping.totalMinor, jumping.failureReason], ['issued', 50_000n, null]);
  });

  it('holds what is above the bound on 1 May, again after more usage than was released, and then issues it', async () => {
    for (let day = 1; day <= 10; day += 1) {
      await call('2013-04', { jumping: 1_000 }, String(day).padStart(2, '0'));
    }
    assert.equal((await invoicing('2013-05-01T13:00:00Z'))['held'], 1);
    const { id, failureReason } = await invoiceOf('jumping', '2013-04');
    // (25 + 25 + 500) / 3 = 183.33; 5,020 / 183.33 = 27.38.
    assert.equal(
      failureReason,
      'The subtotal of USD 5,020.00 is above the bound of USD 5,000.00. ' +
        'The subtotal of USD 5,020.00 is 27.3 times the average of USD 183.33 of the last 3 periods; more than 10 times is held.',
    );
    await release(id);
    // Two more calls of April come during the review day: a dollar more than Ada has seen.
    await call('2013-04', { jumping: 2 }, '20');
    assert.equal((await scan('2013-05-02T15:00:00Z'))['held'], 1);
    const again = await invoiceOf('jumping', '2013-04');
    assert.deepEqual([again.lifecycle, again.totalMinor], ['held', 502_100n]);
    await release(id);
    assert.equal((await scan('2013-05-03T15:00:00Z'))['issued'], 1);
    assert.equal((await invoiceOf('jumping', '2013-04')).totalMinor, 502_100n);
  });
});
