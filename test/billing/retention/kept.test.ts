import assert from 'node:assert/strict';
import { applyPlans } from '../../../src/billing/apply-plans.ts';
import { proveInvoice } from '../../../src/billing/prove-invoice.ts';
import { recordUsage } from '../../../src/billing/record-usage.ts';
import { reissueInvoice } from '../../../src/billing/reissue-invoice.ts';
import { planUsageRemoval } from '../../../src/billing/retention/plan-usage-removal.ts';
import { requestVoid } from '../../../src/billing/void-invoice.ts';
import { parsePlanFile } from '../../../src/domain/rating/plan.ts';
import { readAttention } from '../../../src/store/attention.ts';
import { moveTestClock } from '../../../src/store/due-work.ts';
import { tamper } from '../../support/tamper.ts';
import { useTarget } from '../../targets/support.ts';
import { type Business, flat, invoicesOf, meters, openBusiness, perDeparture } from '../business.ts';
import { correct, eventOf, fly } from '../corrections/support.ts';
import { statuses } from '../support.ts';
import { close, eventsOf, keepFor, night, proofsOf, requireHolding } from './support.ts';

/** One departure a month at 1.50, and what is in the way of its removal. */
describe('What keeps raw usage longer than its policy', function () {
  this.timeout(120_000);
  const target = useTarget();
  let business: Business;
  let customer = '';
  let plan = '';
  let stories = 0;
  const id = (name: string) => `${name}-${stories}`;
  const day = (month: string, of = '05') => `${month}-${of}T10:00:00Z`;

  beforeEach(async () => {
    stories += 1;
    await keepFor(target.database, null);
    business = await openBusiness(target.database);
    plan = await business.plan('use', [perDeparture('1.5')]);
    customer = await business.customer('B6', { plan });
    await fly(target.database, [
      { id: id('january'), customer, at: day('2013-01') },
      { id: id('february'), customer, at: day('2013-02') },
    ]);
  });

  const there = async () => Object.keys(await eventsOf(target.database, customer));
  const both = ['departure 2013-01', 'departure 2013-02'];
  const clockTo = (at: string) => moveTestClock(target.database, business.clockId, new Date(at));
  /** Why each month of this customer stays, and `null` for what goes: others of the file are kept out of it. */
  const planned = async () => {
    const { months } = await planUsageRemoval(target.database);
    return months.flatMap(({ month, customers, keptBy }) => [
      ...keptBy
        .filter((one) => one.customerId === customer)
        .map(({ kind, subjectId }) => [month, kind, subjectId] as const),
      ...(customers > 0 ? [[month, null, null] as const] : []),
    ]);
  };
  const invoice = async (month: number) => (await invoicesOf(target.database, customer))[month - 1]!;

  it('is a period that nobody has billed', async () => {
    await close(business, target, 1);
    await keepFor(target.database, 3);
    // February is not even laid out: the runs were late. January was issued on 2 February, three months before 2 May, 15:00.
    await clockTo('2013-05-02T14:59:59Z');
    assert.deepEqual(
      (await planned()).map(([month, kind]) => [month, kind]),
      [['2013-01', 'policy']],
    );
    await night(target.database);
    assert.deepEqual(await there(), both);
    await clockTo('2013-09-01T00:00:00Z');
    assert.deepEqual(
      (await planned()).map(([month, kind]) => [month, kind]),
      [
        ['2013-01', null],
        ['2013-02', 'period-unbilled'],
      ],
    );
    await night(target.database);
    assert.deepEqual(await there(), ['departure 2013-02']);
  });

  it('is an invoice that is a draft, held, or not at rest', async () => {
    await keepFor(target.database, 3);
    await business.invoice('2013-02-01T13:00:00Z');
    await clockTo('2013-09-01T00:00:00Z');
    const { id: first } = await invoice(1);
    const keptBy = async () => (await planned())[0];
    assert.deepEqual(await keptBy(), ['2013-01', 'invoice-draft', first]);
    await business.scan('2013-09-02T15:00:00Z', { limits: { maxLines: 0 } });
    assert.deepEqual(await keptBy(), ['2013-01', 'invoice-held', first]);
    await target.database.query(`UPDATE invoice_states SET lifecycle = 'draft' WHERE invoice_id = $1`, [first]);
    await business.scan('2013-09-03T15:00:00Z');
    assert.deepEqual(await keptBy(), ['2013-01', 'invoice-not-at-rest', first]);
    await night(target.database);
    assert.deepEqual(await there(), both);
    await target.bring(first);
    assert.deepEqual(await keptBy(), ['2013-01', 'policy', first]);
    await clockTo('2013-12-03T15:00:00Z');
    await night(target.database);
    assert.deepEqual(await there(), ['departure 2013-02']);
    requireHolding(await proofsOf(target.database, customer));
  });

  it('is an order to bill it again', async () => {
    for (const month of [1, 2]) await close(business, target, month);
    await clockTo('2013-09-01T00:00:00Z');
    await keepFor(target.database, 3);
    const { id: first } = await invoice(1);
    const order = { invoiceId: first, reason: 'By other prices.' };
    await requestVoid(target.database, order, 'Ada');
    await reissueInvoice(target.database, order, 'Ada');
    await target.bring(first);
    assert.deepEqual((await planned())[0], ['2013-01', 'reissue-waiting', first]);
    await night(target.database);
    assert.deepEqual(await there(), both);
  });

  it('is late usage that nobody has billed, until somebody has', async () => {
    for (const month of [1, 2]) await close(business, target, month);
    await fly(target.database, [{ id: id('late'), customer, at: day('2013-01', '20') }]);
    await clockTo('2013-09-01T00:00:00Z');
    await close(business, target, 9);
    await clockTo('2014-02-01T00:00:00Z');
    await keepFor(target.database, 3);
    assert.deepEqual((await night(target.database)).blocked, 1);
    assert.equal((await eventsOf(target.database, customer))['departure 2013-01'], 2);
    const { months } = await planUsageRemoval(target.database);
    const reasons = months[0]!.keptBy.filter((one) => one.customerId === customer);
    assert.deepEqual(
      reasons.map(({ kind, reason }) => [kind, reason]),
      [['late-usage', 'Late usage of 1 of its lines, USD 1.50 in all, is not billed.']],
    );
    assert.ok((await readAttention(target.database)).keptUsage >= 1);
    const outcome = await correct(target.database, { lateUsage: { customer } });
    assert.deepEqual(outcome.differences, [{ currency: 'USD', amountMinor: 150 }]);
    await night(target.database);
    assert.deepEqual(await there(), []);
    requireHolding(await proofsOf(target.database, customer));
  });

  it('is a proof that does not hold', async () => {
    for (const month of [1, 2]) await close(business, target, month);
    await clockTo('2013-09-01T00:00:00Z');
    await tamper(target.database, `UPDATE usage_events SET properties = '{"miles": 1}' WHERE event_id = $1`, [
      id('january'),
    ]);
    await keepFor(target.database, 3);
    await night(target.database);
    assert.deepEqual(await there(), both);
    const { months } = await planUsageRemoval(target.database);
    const [kept] = months[0]!.keptBy.filter((one) => one.customerId === customer);
    assert.deepEqual([kept?.kind, kept?.subjectId], ['proof', (await invoice(1)).id]);
    assert.match(kept?.reason ?? '', /1 events of "departure" were hashed again, and 1 of them do not say/);
    const { rows } = await target.database.query('SELECT FROM usage_records WHERE invoice_id = $1', [
      (await invoice(1)).id,
    ]);
    assert.equal(rows.length, 0, 'nothing is recorded of what does not hold');
  });

  it('is a meter that reads all history, and that alone', async () => {
    // 4 seats are taken in January and never given back: 10.00 each, in every month. Departures are 1.50.
    const key = `seats-${stories}`;
    const carrying = {
      key,
      name: 'Seats',
      eventType: `seats-${stories}`,
      aggregation: 'latest',
      property: 'taken',
      carries: true,
    };
    const prices = [perDeparture('1.5'), { key: 'seats', name: 'Seats', model: 'seats', meter: key, unitAmount: '10' }];
    const file = {
      meters: [...meters, carrying],
      plans: [{ key, name: key, currency: 'USD', interval: 'month', prices }],
    };
    await applyPlans(target.database, parsePlanFile(file), 'test');
    const seated = await business.customer('DL', { plan: key });
    await business.use('DL', [
      { at: day('2013-01', '01').replace('T10', 'T00'), type: carrying.eventType, properties: { taken: 4 } },
      { at: day('2013-01') },
    ]);
    for (let month = 1; month <= 7; month += 1) await close(business, target, month);
    await business.use('DL', [{ at: day('2013-08') }]);
    await close(business, target, 8);
    await keepFor(target.database, 3);
    await night(target.database);
    assert.deepEqual(await eventsOf(target.database, seated), {
      'departure 2013-08': 1,
      [`${carrying.eventType} 2013-01`]: 1,
    });
    assert.ok((await planUsageRemoval(target.database)).keptTypes.includes(carrying.eventType));
    await close(business, target, 9);
    const totals = (await invoicesOf(target.database, seated)).map(({ totalMinor }) => Number(totalMinor));
    assert.deepEqual(totals, [41_50, 40_00, 40_00, 40_00, 40_00, 40_00, 40_00, 41_50, 40_00]);
    requireHolding(await proofsOf(target.database, seated));

    // Too late for another one over a type of which something is gone.
    const late = { ...carrying, key: `${key}-late`, eventType: 'departure' };
    await assert.rejects(
      applyPlans(target.database, parsePlanFile({ ...file, meters: [...file.meters, late] }), 'test'),
      {
        code: 'usage-removed',
        field: `meters.${late.key}`,
      },
    );
  });

  it('reaches to the end of a period that began before: its rest is closed with it', async () => {
    // Tokyo's February began on 31 January, 15:00 in UTC, and ended on 28 February, 15:00.
    const tokyo = await business.customer('NH', { plan, zone: 'Asia/Tokyo', startsAt: '2012-12-31T15:00:00Z' });
    const at = (instant: string, name: string) => eventOf({ id: id(name), customer: tokyo, at: instant });
    const events = [
      at('2013-01-31T14:59:59Z', 'tokyo-january'),
      at('2013-01-31T15:00:00Z', 'tokyo-first'),
      at('2013-02-10T00:00:00Z', 'tokyo-second'),
      at('2013-02-28T15:00:00Z', 'tokyo-march'),
    ];
    assert.deepEqual(statuses(await recordUsage(target.database, events)), new Array(4).fill('accepted'));
    for (const month of [1, 2, 3, 4]) await close(business, target, month);
    await keepFor(target.database, 3);
    // March was issued on 2 April. On 5 June the policy keeps from 1 March on, and of what it does not keep that of February
    // was issued on 2 March: it goes, and with it the first hours of March in Tokyo, which are still on the last of February.
    await clockTo('2013-06-05T00:00:00Z');
    await night(target.database);
    assert.deepEqual(await eventsOf(target.database, tokyo), { 'departure 2013-02': 2 });
    await clockTo('2013-07-02T15:00:00Z');
    await night(target.database);
    assert.deepEqual(await eventsOf(target.database, tokyo), {});
    requireHolding(await proofsOf(target.database, tokyo));
    const proof = await proveInvoice(target.database, (await invoicesOf(target.database, tokyo))[1]!.id);
    assert.equal(proof!.lines[0]!.evidence!.events, 2n);

    const sent = await recordUsage(target.database, [
      at('2013-03-31T14:59:59Z', 'closed'),
      at('2013-03-31T15:00:00Z', 'open'),
    ]);
    assert.deepEqual(statuses(sent), ['rejected', 'accepted']);
  });

  it('is the wish to keep all of it again', async () => {
    for (const month of [1, 2]) await close(business, target, month);
    await clockTo('2013-09-01T00:00:00Z');
    await keepFor(target.database, 3);
    await keepFor(target.database, null);
    await night(target.database);
    assert.deepEqual(await there(), both);
    assert.deepEqual(await planUsageRemoval(target.database), {
      usageMonths: null,
      keptTypes: (await planUsageRemoval(target.database)).keptTypes,
      months: [],
    });
    const asIf = await planUsageRemoval(target.database, 3);
    assert.equal(asIf.usageMonths, 3);
    assert.ok(asIf.months.some(({ month }) => month === '2013-01'));
  });

  it('is nothing else: use that nobody was subscribed for goes by its age', async () => {
    const other = await openBusiness(target.database);
    const guest = await other.customer('guest', {
      plan: await other.plan('base', [flat('1')]),
      startsAt: '2013-09-01T00:00:00Z',
    });
    await other.use('guest', [{ at: day('2013-01') }]);
    await moveTestClock(target.database, other.clockId, new Date('2013-09-01T00:00:00Z'));
    await other.use('guest', [{ at: day('2013-06') }]);
    await keepFor(target.database, 3);
    await night(target.database);
    assert.deepEqual(await eventsOf(target.database, guest), { 'departure 2013-06': 1 });
  });
});
