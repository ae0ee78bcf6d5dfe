import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { reconcileSchedules, schedulesOf } from '../../src/temporal/schedules.ts';
import { scheduleIds } from '../../workflows/contract/ids.ts';
import { until } from '../broker/support.ts';
import { useNamespace } from '../support/temporal.ts';

const dayMs = 24 * 60 * 60 * 1_000;

describe('the Schedules', function () {
  this.timeout(60_000);
  const temporal = useNamespace();
  const wanted = schedulesOf(randomUUID());
  const reconcile = () => reconcileSchedules(temporal.client, wanted);
  const handleOf = (scheduleId: string) => temporal.client.schedule.getHandle(scheduleId);
  const describeAll = () => Promise.all(wanted.map(({ scheduleId }) => handleOf(scheduleId).describe()));

  it('are created by whoever comes first, two at once', async () => {
    const [one, other] = await Promise.all([reconcile(), reconcile()]);
    for (const [index, { scheduleId }] of wanted.entries()) {
      const outcomes = [one[index]?.outcome, other[index]?.outcome];
      assert.equal(outcomes.filter((outcome) => outcome === 'created').length, 1, `${scheduleId}: ${outcomes}`);
    }
  });

  it('start at nominal times in UTC, and make up for 35 days', async () => {
    const [monthly, daily] = await describeAll();
    for (const { spec, policies, state } of [monthly!, daily!]) {
      assert.equal(spec.timezone || 'UTC', 'UTC', 'none named is UTC');
      assert.equal(policies.catchupWindow, 35 * dayMs);
      assert.equal(policies.overlap, 'BUFFER_ALL');
      assert.equal(state.paused, false);
    }
    for (const at of monthly!.info.nextActionTimes) assert.match(at.toISOString(), /-01T13:00:00\.000Z$/);
    for (const at of daily!.info.nextActionTimes) assert.match(at.toISOString(), /T15:00:00\.000Z$/);
    const days = daily!.info.nextActionTimes.map((at) => at.getTime());
    assert.deepEqual(
      days,
      days.map((_, index) => days[0]! + index * dayMs),
      'every day once',
    );
  });

  it('bill what is no calendar month every full hour, one at a time, and make up for the last hour only', async () => {
    const { policies, info } = await handleOf(scheduleIds.hourlyInvoicing).describe();
    assert.deepEqual([policies.overlap, policies.catchupWindow], ['SKIP', 3_600_000]);
    const hours = info.nextActionTimes.map((at) => at.getTime());
    assert.deepEqual(
      hours,
      hours.map((_, index) => hours[0]! + index * 3_600_000),
    );
    for (const at of info.nextActionTimes) assert.match(at.toISOString(), /:00:00\.000Z$/);
  });

  it('roll usage up every minute, one at a time, and make up for nothing', async () => {
    const { spec, policies, info } = await handleOf(scheduleIds.usageRollup).describe();
    assert.deepEqual(
      spec.intervals?.map(({ every }) => every),
      [60_000],
    );
    assert.equal(policies.overlap, 'SKIP');
    assert.equal(policies.catchupWindow, 60_000);
    for (const at of info.nextActionTimes) assert.match(at.toISOString(), /:00\.000Z$/);
  });

  it('remove old usage every night, when all else is over', async () => {
    const { policies, info } = await handleOf(scheduleIds.usageRemoval).describe();
    assert.deepEqual([policies.overlap, policies.catchupWindow], ['SKIP', dayMs]);
    for (const at of info.nextActionTimes) assert.match(at.toISOString(), /T04:00:00\.000Z$/);
  });

  it('digest the audit chains every night, hours after midnight', async () => {
    const { policies, info } = await handleOf(scheduleIds.auditDigest).describe();
    assert.equal(policies.overlap, 'SKIP');
    for (const at of info.nextActionTimes) assert.match(at.toISOString(), /T02:00:00\.000Z$/);
  });

  it("sweep Stripe's events every minute, one at a time, and once at the start", async () => {
    const { spec, policies, info } = await handleOf(scheduleIds.stripeEventSweep).describe();
    assert.deepEqual(
      spec.intervals?.map(({ every }) => every),
      [60_000],
    );
    assert.deepEqual([policies.overlap, policies.catchupWindow], ['SKIP', 60_000]);
    await until(
      async () => (await handleOf(scheduleIds.stripeEventSweep).describe()).info.numActionsTaken >= 1,
      'the first sweep does not wait for the minute',
    );
    assert.equal(info.nextActionTimes.length > 0, true);
  });

  it('are not doubled by the next start', async () => {
    const before = await describeAll();
    assert.deepEqual(
      await reconcile(),
      wanted.map(({ scheduleId }) => ({ scheduleId, outcome: 'updated' })),
    );
    const after = await describeAll();
    for (const [index, schedule] of after.entries()) {
      assert.deepEqual(schedule.spec, before[index]?.spec);
      // The next minute may have begun meanwhile.
      const everyMinute: string[] = [scheduleIds.usageRollup, scheduleIds.stripeEventSweep];
      const isEveryMinute = everyMinute.includes(schedule.scheduleId);
      if (!isEveryMinute) assert.deepEqual(schedule.info.nextActionTimes, before[index]?.info.nextActionTimes);
    }
    const listed = async () => {
      const ids: string[] = [];
      for await (const { scheduleId } of temporal.client.schedule.list()) ids.push(scheduleId);
      return ids.sort();
    };
    const expected = Object.values(scheduleIds).sort();
    await until(async () => String(await listed()) === String(expected), 'there are those, and no others');
  });

  it('stay paused, with the note of whoever paused them', async () => {
    await handleOf(scheduleIds.dueInvoiceScan).pause('waits for the bank holiday');
    await reconcile();
    const { state } = await handleOf(scheduleIds.dueInvoiceScan).describe();
    assert.deepEqual([state.paused, state.note], [true, 'waits for the bank holiday']);
    await handleOf(scheduleIds.dueInvoiceScan).unpause('it is over');
    await reconcile();
    assert.equal((await handleOf(scheduleIds.dueInvoiceScan).describe()).state.paused, false);
  });

  it('are what the list says again after somebody has changed them', async () => {
    const handle = handleOf(scheduleIds.monthlyInvoicing);
    const before = await handle.describe();
    await handle.update((schedule) => ({
      ...schedule,
      spec: { calendars: [{ dayOfMonth: 5, hour: 3 }] },
      policies: { ...schedule.policies, catchupWindow: dayMs },
    }));
    assert.notDeepEqual((await handle.describe()).spec, before.spec);
    await reconcile();
    const after = await handle.describe();
    assert.deepEqual(after.spec, before.spec);
    assert.deepEqual(after.policies, before.policies);
    assert.deepEqual(after.action, before.action);
  });
});
