import assert from 'node:assert/strict';
import { noProgress } from '../../examples/airports/advance.ts';
import type { Api } from '../../examples/airports/api.ts';
import { bill } from '../../examples/airports/bill.ts';
import { airlines } from '../../examples/airports/businesses.ts';
import { silent } from '../../examples/airports/reporter.ts';
import { findClock } from '../../src/store/clocks.ts';
import { openWorld, type World } from '../support/world.ts';
import { assertGapless, invoicesOf } from './support/books.ts';
import { assertBilledRight, clockName, openSample, sampleClockId } from './support/sample.ts';
import { readWrites } from './support/stripe-journal.ts';

/**
 * The sample stopped three times on its way through January 2013, as by `npm start -- --until …`: in the open month, in
 * the review day of its drafts, and past both. Each start goes on where the one before stopped.
 */
describe('A demonstration that stops in a month and goes on', function () {
  this.timeout(120_000);
  let world: World;
  let api: Api;
  const billUntil = async (until: string) => await bill(api, airlines, { until: new Date(until), reporter: silent });
  const clockStands = async () => (await findClock(world.database, clockName))?.now.toISOString();

  before(async () => {
    world = await openWorld();
    [api] = await Promise.all([openSample(world), world.start('worker'), world.start('bridge')]);
  });
  after(async () => await world?.close());

  it('bills nothing by 20 January: the month is open', async () => {
    const done = await billUntil('2013-01-20T00:00:00Z');
    assert.deepEqual([done.customers, done.billedMonths, done.progress], [16, [], noProgress]);
    // Of January's 27,004 departures those before 20 January, 00:00 UTC.
    assert.deepEqual(done.events, { accepted: 16_453, duplicate: 0, conflict: 0, rejected: 0 });
    assert.equal(await clockStands(), '2013-01-20T00:00:00.000Z');
    assert.deepEqual(await invoicesOf(world.database, sampleClockId), []);
    assert.deepEqual(await readWrites(world), []);
  });

  it('has drafts on 2 February, 00:00 UTC, and Stripe hears nothing of them', async () => {
    const done = await billUntil('2013-02-02T00:00:00Z');
    assert.deepEqual([done.billedMonths, done.progress], [[], { ...noProgress, generated: 16 }]);
    // The other 10,551 of January, and 780 of February.
    assert.deepEqual(done.events, { accepted: 11_331, duplicate: 16_453, conflict: 0, rejected: 0 });
    const invoices = await invoicesOf(world.database, sampleClockId);
    assert.deepEqual([invoices.length, ...new Set(invoices.map(({ lifecycle }) => lifecycle))], [16, 'draft']);
    assert.deepEqual(await readWrites(world), []);
  });

  it('has billed the whole of January on 3 February, right to the cent', async () => {
    const done = await billUntil('2013-02-03T00:00:00Z');
    assert.deepEqual(done.billedMonths, ['2013-01']);
    assert.deepEqual(done.progress, { generated: 0, issued: 16, published: 16, synced: 16, parked: 0 });
    // 752 more of February, whose 1,532 of the first two days do not get onto January's bill.
    assert.deepEqual(done.events, { accepted: 752, duplicate: 27_784, conflict: 0, rejected: 0 });
    await assertGapless(world.database, sampleClockId, 'AIR');
    await assertBilledRight(world, ['2013-01']);
  });

  it('bills nothing when the same is asked again', async () => {
    const before = await readWrites(world);
    const done = await billUntil('2013-02-03T00:00:00Z');
    assert.deepEqual([done.billedMonths, done.progress, done.events.accepted], [['2013-01'], noProgress, 0]);
    assert.deepEqual(await readWrites(world), before);
  });

  it('says where the clock stands when it is to stop at an instant that is over', async () => {
    const notes: string[] = [];
    const reporter = { ...silent, note: (text: string) => notes.push(text) };
    const done = await bill(api, airlines, { until: new Date('2013-01-10T00:00:00Z'), reporter });
    assert.deepEqual([done.billedMonths, done.progress], [[], noProgress]);
    assert.deepEqual(notes, [
      'the clock stands at 2013-02-03T00:00:00.000Z, past the end asked for, and stays there',
      'the clock is there already',
    ]);
    assert.equal(await clockStands(), '2013-02-03T00:00:00.000Z');
  });
});
