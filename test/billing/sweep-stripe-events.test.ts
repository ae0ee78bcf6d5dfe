import assert from 'node:assert/strict';
import { readDueEvents } from '../../src/store/stripe-events.ts';
import { control } from '../stripe-simulator/support.ts';
import { useTarget } from '../targets/support.ts';
import { type Events, openEvents, readOutcomes } from './events.ts';

/** Only what the sweep itself stores is in these books: no event is taken up. */
describe('the sweep of events', () => {
  const target = useTarget();
  let events: Events;
  before(() => {
    events = openEvents(target.database, target.simulator);
  });

  const createCustomers = async (count: number) => {
    for (let index = 0; index < count; index += 1) await target.stripe.customers.create({ name: `${index}` });
  };
  const countStored = async () => (await readOutcomes(target.database)).length;
  const watermark = async () => {
    const { rows } = await target.database.query<{ watermarkAt: Date; sweptAt: Date }>(
      'SELECT watermark_at AS "watermarkAt", swept_at AS "sweptAt" FROM event_sweeps',
    );
    return rows[0];
  };
  const newest = async () => (await target.stripe.events.list({ limit: 1 })).data[0]!;

  it('begins 30 days back, and stands there where nothing has happened', async () => {
    const startedMs = Date.now();
    assert.deepEqual(await events.sweepPages(null, 10), { cursor: null, stored: 0 });
    const { watermarkAt, sweptAt } = (await watermark())!;
    assert.ok(sweptAt.getTime() >= startedMs, 'swept since the test began');
    const daysBack = (sweptAt.getTime() - watermarkAt.getTime()) / 86_400_000;
    assert.ok(daysBack > 29.9 && daysBack <= 30, `${daysBack} days`);
  });

  // 230 events are pages of 100, 100 and 30.
  it('goes on from page to page, and moves its watermark when all are stored', async () => {
    await createCustomers(230);
    const before = await watermark();
    const first = await events.sweepPages(null, 1);
    assert.deepEqual([first.stored, await countStored(), await watermark()], [100, 100, before]);
    await createCustomers(3);
    const second = await events.sweepPages(first.cursor, 1);
    assert.deepEqual([second.stored, await watermark()], [100, before]);
    const third = await events.sweepPages(second.cursor, 1);
    assert.deepEqual([third.cursor, third.stored, await countStored()], [null, 30, 230]);
    assert.ok((await watermark())!.watermarkAt > before!.watermarkAt);
    assert.equal((await events.sweepPages(null, 10)).stored, 3, 'what came meanwhile is for the next one');
    const { created } = await newest();
    assert.deepEqual((await watermark())!.watermarkAt, new Date(created * 1_000));
    assert.equal((await events.sweepPages(null, 10)).stored, 0);
  });

  it('that was cut off between two pages reads again what it has not told, and stores nothing twice', async () => {
    await createCustomers(150);
    const cut = await events.sweepPages(null, 1);
    assert.equal(cut.stored, 100);
    assert.equal((await events.sweepPages(null, 10)).stored, 50);
    assert.equal((await events.sweepPages(cut.cursor, 10)).stored, 0);
  });

  it('does not go back behind what a later one has seen', async () => {
    const early = (await events.sweepPages(null, 1)).cursor;
    assert.equal(early === null, false, 'the overlap has more than a page');
    await control(target.simulator, 'POST', '/clock', { advanceSeconds: 3_600 });
    await createCustomers(1);
    await events.sweepPages(null, 10);
    const after = await watermark();
    await events.sweepPages(early, 10);
    assert.deepEqual((await watermark())!.watermarkAt, after!.watermarkAt);
  });

  it('forgets what was settled long ago, and what waits or is parked never', async () => {
    const accountId = await events.account.accountId();
    const [waiting, parked, settled] = await readDueEvents(target.database, accountId, 3);
    const settle = async (eventId: string, outcome: string) =>
      await target.database.query(
        `UPDATE stripe_events SET due_at = NULL, outcome = $2, processed_at = now() - interval '46 days' WHERE event_id = $1`,
        [eventId, outcome],
      );
    await target.database.query(`UPDATE stripe_events SET received_at = now() - interval '46 days'`);
    await settle(parked!.eventId, 'parked');
    await settle(settled!.eventId, 'not ours');
    const before = await countStored();
    // Past the overlap, so that the sweep itself does not bring it back.
    await control(target.simulator, 'POST', '/clock', { advanceSeconds: 3_600 });
    await createCustomers(1);
    await events.sweepPages(null, 10);
    assert.equal(await countStored(), before);
    const { rows } = await target.database.query<{ id: string }>(
      'SELECT event_id AS id FROM stripe_events WHERE event_id = ANY ($1) ORDER BY 1',
      [[waiting!.eventId, parked!.eventId, settled!.eventId]],
    );
    assert.deepEqual(
      rows.map(({ id }) => id),
      [waiting!.eventId, parked!.eventId].sort(),
    );
  });
});
