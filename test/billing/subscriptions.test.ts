import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { cancelSubscription } from '../../src/billing/cancel-subscription.ts';
import { changePlan } from '../../src/billing/change-plan.ts';
import { createSubscription } from '../../src/billing/create-subscription.ts';
import { extendPeriods } from '../../src/billing/extend-periods.ts';
import { findNextDue } from '../../src/billing/find-next-due.ts';
import { generateInvoices } from '../../src/billing/generate-invoices.ts';
import { pauseSubscription } from '../../src/billing/pause-subscription.ts';
import { resumeSubscription } from '../../src/billing/resume-subscription.ts';
import { showSubscription } from '../../src/billing/show-subscription.ts';
import { DurabillError } from '../../src/errors/error.ts';
import { moveTestClock } from '../../src/store/due-work.ts';
import { openRun } from '../../src/store/runs.ts';
import { useTestDatabase } from '../support/database.ts';
import { untilWaiting } from '../support/locks.ts';
import { type Business, flat, invoicesOf, openBusiness, throughPages } from './business.ts';

/** The clock of each business stands at 1 January 2013 in UTC; its plans are over 100.00 and 200.00 a month. */
describe('Subscriptions', () => {
  const books = useTestDatabase();
  let business: Business;
  let [small, large, customerId] = ['', '', ''];

  beforeEach(async () => {
    business = await openBusiness(books.database);
    small = await business.plan('small', [flat('100')]);
    large = await business.plan('large', [flat('200')]);
    customerId = await business.customer('B6', { plan: await business.plan('other', [flat('1')]) });
  });

  const create = async (more: Partial<Parameters<typeof createSubscription>[1]> = {}) =>
    await createSubscription(
      books.database,
      { customer: customerId, plan: small, startsAt: '2013-01-01T00:00:00Z', ...more },
      'test',
    );
  const cancel = (id: string, order: object) => cancelSubscription(books.database, { id, ...order }, 'test');
  const pause = (id: string, order: object = {}) => pauseSubscription(books.database, { id, ...order }, 'test');
  const resume = (id: string, order: object = {}) => resumeSubscription(books.database, { id, ...order }, 'test');
  const change = (id: string, order: object) => changePlan(books.database, { id, ...order }, 'test');
  const extend = (until: string) =>
    extendPeriods(books.database, { clockId: business.clockId, until: new Date(until) });
  const moveTo = (at: string) => moveTestClock(books.database, business.clockId, new Date(at));
  const show = async (id: string) => {
    const shown = await showSubscription(books.database, id);
    assert.ok(shown, 'the subscription is there');
    return shown;
  };
  const day = (at: Date | null | undefined) => at?.toISOString().replace('T00:00:00.000Z', '');
  /** Begin, end and plan of its periods, in their order. */
  const periods = async (id: string) =>
    (await show(id)).periods
      .map(({ startAt, endAt, plan }) => `${day(startAt)} ${day(endAt)} ${plan.split('-')[0]}`)
      .reverse();

  const refused = async (attempt: Promise<unknown>, code: string, field: string, reason: RegExp) =>
    await assert.rejects(attempt, (error: DurabillError) => {
      assert.ok(error instanceof DurabillError, String(error));
      assert.deepEqual([error.code, error.field], [code, field], error.message);
      assert.match(error.message, reason);
      return true;
    });

  it('are known again by their request, or by customer, plan, group and start', async () => {
    const { id, created } = await create();
    assert.equal(created, true);
    assert.deepEqual(await create(), { id, created: false });
    await refused(create({ trialDays: 7 }), 'conflict', 'trialDays', /another value/);
    await refused(create({ anchor: 'anniversary' }), 'conflict', 'anchor', /another value/);
    const { id: now } = await create({ startsAt: undefined as never, requestId: 'one' });
    await moveTo('2013-01-05T00:00:00Z');
    const again = { startsAt: undefined as never, requestId: 'one' };
    assert.deepEqual(await create(again), { id: now, created: false });
    await refused(create({ ...again, plan: large }), 'conflict', 'requestId', /has the id "one"/);
    await refused(create({ startsAt: undefined as never }), 'request-invalid', 'requestId', /twice/);
  });

  it('are refused with the field at fault', async () => {
    await refused(create({ plan: 'none' }), 'plan-unknown', 'plan', /no plan "none"/);
    await refused(create({ planVersion: 2 }), 'plan-unknown', 'planVersion', /the latest is 1/);
    await refused(create({ customer: 'nobody' }), 'not-found', 'customer', /no customer/);
    await refused(create({ startsAt: '2013-02-30T00:00:00Z' }), 'request-invalid', 'startsAt', /not an instant/);
    await refused(create({ anchorAt: '2013-01-31T00:00:00Z' }), 'request-invalid', 'anchorAt', /anniversary/);
    const euros = await business.plan('euros', [flat('1')], 'EUR');
    await refused(create({ plan: euros }), 'currency-mismatch', 'plan', /is in EUR/);
    await refused(cancel(randomUUID(), { when: 'now' }), 'not-found', 'id', /no subscription/);
    const { id } = await create();
    await refused(cancel(id, {}), 'request-invalid', 'when', /nowhere/);
    await refused(cancel(id, { when: 'now', at: '2013-02-01T00:00:00Z' }), 'request-invalid', 'when', /twice/);
    await refused(change(id, { when: 'now', plan: euros }), 'currency-mismatch', 'plan', /is in EUR/);
    const backwards = { at: '2013-02-10T00:00:00Z', until: '2013-02-10T00:00:00Z' };
    await refused(pause(id, backwards), 'subscription-refused', 'until', /before it begins/);
    await refused(resume(id, { at: '2013-01-01T00:00:00Z' }), 'subscription-refused', 'at', /not paused/);
  });

  it('are refused where they reach so far back that no run could lay them out', async () => {
    await moveTo('2026-01-01T00:00:00Z');
    const weekly = await business.plan('weekly', [flat('1')], 'USD', { interval: 'week' });
    const long = create({ plan: weekly, startsAt: '2000-01-03T00:00:00Z' });
    await assert.rejects(long, { code: 'period-span-too-long' });
  });

  it('take the currencies that a plan has besides its own', async () => {
    const amounts = { key: 'base', name: 'Base fee', model: 'flat', amount: '1', currencies: { USD: { amount: '2' } } };
    const both = await business.plan('both', [amounts], 'EUR', { currencies: ['USD'] });
    assert.equal((await create({ plan: both })).created, true);
  });

  it('do a change once, and answer its repetition', async () => {
    const { id } = await create();
    assert.deepEqual(await pause(id, { requestId: 'p' }), { id, changed: true });
    assert.deepEqual(await pause(id), { id, changed: false });
    await moveTo('2013-01-05T00:00:00Z');
    assert.equal((await resume(id)).changed, true);
    assert.equal((await resume(id)).changed, false);
    // The answer to the pause was lost, and it is asked for again when it is long over.
    assert.deepEqual(await pause(id, { requestId: 'p' }), { id, changed: false });
    assert.deepEqual(
      (await show(id)).pauses.map(({ startsAt, endsAt }) => [day(startsAt), day(endsAt)]),
      [['2013-01-01', '2013-01-05']],
    );
    await refused(cancel(id, { when: 'now', requestId: 'p' }), 'conflict', 'requestId', /Another request/);
    assert.equal((await change(id, { plan: small, when: 'now' })).changed, false);
    assert.equal((await cancel(id, { when: 'period_end' })).changed, true);
    assert.equal((await cancel(id, { when: 'period_end' })).changed, false);
    const { rows } = await books.database.query<{ action: string; actor: string }>(
      `SELECT action, actor FROM audit_log WHERE subject_kind = 'subscription' AND subject_id = $1 ORDER BY sequence`,
      [id],
    );
    assert.deepEqual(
      rows.map(({ action, actor }) => `${action} ${actor}`),
      ['created test', 'paused test', 'resumed test', 'cancelled test'],
    );
  });

  it('are told with their state and their next renewal', async () => {
    const { id } = await create({ trialDays: 14 });
    const standing = async () => {
      const { state, nextRenewalAt, plan } = await show(id);
      return `${state} ${day(nextRenewalAt)} ${plan.split('-')[0]}`;
    };
    assert.equal(await standing(), 'trialing 2013-01-15 small');
    await moveTo('2013-01-15T00:00:00Z');
    assert.equal(await standing(), 'active 2013-02-01 small');
    await change(id, { plan: large, when: 'renewal' });
    await pause(id, { at: '2013-02-10T00:00:00Z', until: '2013-02-20T00:00:00Z' });
    await moveTo('2013-02-10T00:00:00Z');
    assert.equal(await standing(), 'paused 2013-03-01 large');
    await cancel(id, { at: '2013-02-25T00:00:00Z' });
    assert.equal(await standing(), 'paused undefined large');
    await moveTo('2013-02-25T00:00:00Z');
    assert.equal(await standing(), 'ended undefined large');
    await refused(pause(id), 'subscription-refused', 'at', /It ends at/);
    await refused(cancel(id, { when: 'never' }), 'subscription-refused', 'when', /It ended/);
  });

  it('bring periods that are laid out ahead to each change, and back', async () => {
    const { id } = await create();
    await extend('2013-04-15T00:00:00Z');
    const months = ['2013-01-01 2013-02-01', '2013-02-01 2013-03-01', '2013-03-01 2013-04-01', '2013-04-01 2013-05-01'];
    const whole = months.map((month) => `${month} small`);
    assert.deepEqual(await periods(id), whole);
    await cancel(id, { when: 'period_end' });
    assert.deepEqual(await periods(id), [whole[0]]);
    await cancel(id, { when: 'never' });
    await extend('2013-04-15T00:00:00Z');
    assert.deepEqual(await periods(id), whole);
    await pause(id, { at: '2013-02-11T00:00:00Z', until: '2013-03-21T00:00:00Z' });
    const paused = ['2013-02-01 2013-02-11 small', '2013-03-21 2013-04-01 small'];
    assert.deepEqual(await periods(id), [whole[0], ...paused, whole[3]]);
    await resume(id, { at: '2013-02-11T00:00:00Z' });
    assert.deepEqual(await periods(id), whole);
    await change(id, { plan: large, at: '2013-03-01T00:00:00Z' });
    assert.deepEqual(await periods(id), [...whole.slice(0, 2), `${months[2]} large`, `${months[3]} large`]);
    // What was to come then gives way to a change before it.
    await change(id, { plan: large, at: '2013-02-01T00:00:00Z' });
    assert.deepEqual(await periods(id), [whole[0], ...months.slice(1).map((month) => `${month} large`)]);
    assert.equal((await show(id)).phases.length, 2);
  });

  it('keep what is billed as it is, and refuse what would change it', async () => {
    const { id } = await create();
    await business.invoice('2013-02-01T13:00:00Z');
    await refused(cancel(id, { at: '2013-01-20T00:00:00Z' }), 'subscription-refused', 'at', /billed until 2013-02-01/);
    await refused(pause(id, { at: '2013-01-31T00:00:00Z' }), 'subscription-refused', 'at', /billed until/);
    await change(id, { plan: large, when: 'now' });
    assert.deepEqual(await periods(id), [
      '2013-01-01 2013-02-01 small',
      '2013-02-01 2013-02-01T13:00:00.000Z small',
      '2013-02-01T13:00:00.000Z 2013-03-01 large',
    ]);
  });

  it('keep the day of billing in an upgrade, and begin a new one with a cycle of another length', async () => {
    const { id } = await create({ startsAt: '2013-01-10T00:00:00Z', anchor: 'anniversary' });
    const yearly = await business.plan('yearly', [flat('900')], 'USD', { interval: 'year' });
    await moveTo('2013-01-20T00:00:00Z');
    await change(id, { plan: large, when: 'now' });
    assert.deepEqual(await periods(id), ['2013-01-10 2013-01-20 small', '2013-01-20 2013-02-10 large']);
    await change(id, { plan: yearly, at: '2013-02-01T00:00:00Z' });
    await extend('2013-02-01T00:00:00Z');
    assert.deepEqual((await periods(id)).slice(1), ['2013-01-20 2013-02-01 large', '2013-02-01 2014-02-01 yearly']);
  });

  it('make room for each other when they are changed many times at once', async () => {
    const { id } = await create();
    await extend('2013-06-30T00:00:00Z');
    const pauses = ['02', '03', '04', '05', '06'].map((month) => ({
      at: `2013-${month}-10T00:00:00Z`,
      until: `2013-${month}-20T00:00:00Z`,
    }));
    const done = await Promise.all(pauses.map((order) => pause(id, order)));
    assert.deepEqual(new Set(done.map(({ changed }) => changed)), new Set([true]));
    const expected = ['02', '03', '04', '05', '06'].flatMap((month, index) => {
      const next = `2013-0${index + 3}-01`;
      return [`2013-${month}-01 2013-${month}-10 small`, `2013-${month}-20 ${next} small`];
    });
    assert.deepEqual(await periods(id), ['2013-01-01 2013-02-01 small', ...expected]);
    const same = { at: '2013-01-10T00:00:00Z', until: '2013-01-20T00:00:00Z', requestId: 'same' };
    const twice = await Promise.all([pause(id, same), pause(id, same)]);
    assert.deepEqual(twice.map(({ changed }) => changed).sort(), [false, true]);
  });

  it('are laid out by the timeline that a change leaves, when a run waits for it', async () => {
    const { id } = await create();
    let extending: Promise<void> | undefined;
    await books.database.transaction(async (sql) => {
      await sql.query(`UPDATE subscriptions SET ends_at = '2013-02-10T00:00:00Z' WHERE id = $1`, [id]);
      extending = extend('2013-06-30T00:00:00Z');
      await untilWaiting(books.database, 1);
    });
    await extending;
    assert.deepEqual(await periods(id), ['2013-01-01 2013-02-01 small', '2013-02-01 2013-02-10 small']);
  });

  it('are billed as a change leaves them, when the run waits for it', async () => {
    const { id } = await create();
    await extend('2013-01-31T00:00:00Z');
    let billing: Promise<unknown> | undefined;
    await books.database.transaction(async (sql) => {
      await sql.query(`UPDATE periods SET end_at = '2013-01-11T00:00:00Z' WHERE subscription_id = $1`, [id]);
      billing = business.invoice('2013-02-01T13:00:00Z');
      await untilWaiting(books.database, 1);
    });
    await billing;
    const cut = (await invoicesOf(books.database, customerId)).find(
      ({ periodEndAt }) => day(periodEndAt) === '2013-01-11',
    );
    // 100.00 × 10 / 31 = 32.258…
    assert.equal(cut?.totalMinor, 32_26n);
  });

  it('are billed by the hour unless they are calendar months, on a clock that stops at full hours', async () => {
    const { database } = books;
    const clockId = business.clockId;
    const { id } = await create({ startsAt: '2013-01-01T10:17:00Z', anchor: 'anniversary' });
    await cancel(id, { at: '2013-02-20T00:00:00Z' });
    const next = async (until: string) => {
      const due = await findNextDue(database, clockId, new Date(until));
      return due && `${due.kind} ${due.at.toISOString()}`;
    };
    await business.invoice('2013-02-01T11:00:00Z');
    // Its month ended at 10:17, and can be billed an hour later: the run of 12:00 is the first that bills it.
    assert.equal(await next('2013-02-01T11:59:59Z'), undefined);
    assert.equal(await next('2013-02-01T12:00:00Z'), 'invoicing 2013-02-01T12:00:00.000Z');
    await moveTo('2013-02-01T14:00:00Z');
    const cutoffAt = new Date('2013-02-01T14:00:00Z');
    const run = { id: randomUUID(), clockId, cutoffAt, startedAt: cutoffAt };
    await openRun(database, { ...run, kind: 'hourly-invoicing', workflowId: 'test' });
    const bill = async (isHourly: boolean) =>
      await throughPages((after) =>
        generateInvoices(database, { ...run, isHourly }, { after, limit: 10 }, business.checks),
      );
    assert.equal((await bill(true)).generated, 1, 'the month that began at 10:17, and not the calendar month');
    assert.equal((await bill(true)).generated ?? 0, 0);
    assert.equal((await bill(false)).generated, 1, 'the monthly run takes the calendar month');
  });
});
