import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { backOff, park } from '../../src/store/sync.ts';
import { claimSlot, claimSlots, type SlotClaim, type WantedSlot } from '../../src/store/sync-slots.ts';
import { countOutage, endOutage, failuresOfOutage } from '../../src/store/target-outages.ts';
import { flat, invoicesOf, issuedInvoices, openBusiness } from '../billing/business.ts';
import { useTestDatabase } from '../support/database.ts';

describe('claimSlot', () => {
  const books = useTestDatabase();
  let ids: string[];

  const claim = async (invoiceId: string, slots: number, priority: 'normal' | 'high' = 'normal') =>
    (await claimSlot(books.database, { invoiceId, priority, slots })).outcome;
  const claimAll = (invoiceIds: readonly string[], slots: number, priority: 'normal' | 'high' = 'normal') =>
    Promise.all(invoiceIds.map((id) => claim(id, slots, priority)));
  const tally = (outcomes: readonly SlotClaim['outcome'][]) => {
    const counts: Record<string, number> = {};
    for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
    return counts;
  };
  const open = async () => {
    const { rows } = await books.database.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM invoice_states WHERE sync = 'syncing'`,
    );
    return rows[0]!.count;
  };
  const set = (id: string, change: string) =>
    books.database.query(`UPDATE invoice_states SET ${change} WHERE invoice_id = $1`, [id]);

  before(async function () {
    this.timeout(60_000);
    ids = await issuedInvoices(books.database, 50);
  });
  beforeEach(async () => {
    await books.database.query(
      `UPDATE invoice_states SET sync = 'queued', parked_at = NULL WHERE lifecycle = 'issued'`,
    );
  });

  it('never opens more than there are, however many claim at once, and keeps a tenth for high priority', async () => {
    assert.deepEqual(tally(await claimAll(ids, 20)), { claimed: 18, full: 32 });
    assert.equal(await open(), 18);
    // The high ones are among those that were refused.
    const refused: string[] = [];
    for (const id of ids) if ((await claim(id, 20)) === 'full') refused.push(id);
    assert.deepEqual(tally(await claimAll(refused.slice(0, 10), 20, 'high')), { claimed: 2, full: 8 });
    assert.equal(await open(), 20);
  });

  it('takes normal and high together only up to the last slot', async () => {
    const mixed = ids.map((id, index) => claim(id, 10, index % 2 === 0 ? 'high' : 'normal'));
    await Promise.all(mixed);
    assert.equal(await open(), 10);
  });

  it('writes nothing, not even a lock, for one that no slot is free for', async () => {
    const [first = '', second = ''] = ids;
    const lockOf = async (id: string) =>
      (await books.database.query(`SELECT xmin, xmax FROM invoice_states WHERE invoice_id = $1`, [id])).rows[0];
    assert.equal(await claim(first, 1), 'claimed');
    const before = await lockOf(second);
    assert.equal(await claim(second, 1), 'full');
    assert.deepEqual(await lockOf(second), before);
  });

  it('lets a message that comes again proceed, without a second slot', async () => {
    const [first = '', second = ''] = ids;
    assert.equal(await claim(first, 1), 'claimed');
    assert.equal(await claim(first, 1), 'open');
    assert.equal(await claim(second, 1), 'full');
    assert.equal(await open(), 1);
  });

  it('gives the one slot of an invoice to one of many claims at once', async () => {
    const outcomes = await claimAll(Array(20).fill(ids[0]), 10);
    assert.deepEqual(tally(outcomes), { claimed: 1, open: 19 });
  });

  const ends: Record<string, (id: string) => Promise<unknown>> = {
    'is synced': (id) => set(id, `sync = 'synced'`),
    'backs off': (id) => backOff(books.database, id, new Date()),
    'is parked': (id) => park(books.database, id, 'test', 'A test parked it.'),
  };
  for (const [what, end] of Object.entries(ends)) {
    it(`frees the slot when the invoice ${what}`, async () => {
      const [first = '', second = ''] = ids;
      await claim(first, 1);
      await end(first);
      assert.equal(await claim(second, 1), 'claimed');
      await set(first, `parked_at = NULL, sync = 'synced'`);
    });
  }

  it('keeps one usable slot for normal invoices however few there are', async () => {
    assert.deepEqual(tally(await claimAll(ids.slice(0, 5), 1)), { claimed: 1, full: 4 });
  });

  it('gives an invoice that comes back from a rest a slot only when one is free', async () => {
    const [first = '', second = ''] = ids;
    await set(first, `sync = 'backing_off'`);
    const back = () => claimSlot(books.database, { invoiceId: first, slots: 1, fromRest: true });
    await claim(second, 1);
    assert.equal((await back()).outcome, 'full');
    assert.equal(await open(), 1);
    await set(second, `sync = 'synced'`);
    assert.equal((await back()).outcome, 'claimed');
  });

  it('says what else it found', async () => {
    const [synced = '', parked = '', backing = '', voided = ''] = await issuedInvoices(books.database, 4);
    await set(synced, `sync = 'synced'`);
    await set(parked, `sync = 'parked', parked_at = now()`);
    await set(backing, `sync = 'backing_off'`);
    await set(voided, `lifecycle = 'void', sync = 'none'`);
    assert.deepEqual(await claimAll([synced, parked, backing, voided], 10), ['settled', 'settled', 'open', 'settled']);
    assert.deepEqual(await claimSlot(books.database, { invoiceId: randomUUID(), priority: 'high', slots: 1 }), {
      outcome: 'unknown',
    });
  });

  it('claims nothing for a draft', async () => {
    const business = await openBusiness(books.database);
    const id = await business.customer('B6', { plan: await business.plan('base', [flat('1')]) });
    await business.invoice('2013-02-01T13:00:00Z');
    const [draft] = await invoicesOf(books.database, id);
    assert.equal(await claim(draft!.id, 10), 'settled');
    assert.equal((await invoicesOf(books.database, id))[0]?.sync, 'none');
  });

  it('tells what the workflow’s summary needs', async () => {
    const [id = ''] = ids;
    const { invoice } = await claimSlot(books.database, { invoiceId: id, priority: 'normal', slots: 5 });
    const { rows } = await books.database.query(
      `SELECT i.number, i.currency, i.customer_id AS "customerId", i.clock_id AS "clockId",
              i.total_minor AS "totalMinor", c.external_id AS "externalId"
       FROM invoices i JOIN customers c ON c.id = i.customer_id WHERE i.id = $1`,
      [id],
    );
    assert.deepEqual(invoice, rows[0]);
  });

  describe('for several at once', () => {
    const outcomes = async (wanted: readonly WantedSlot[], slots: number) =>
      (await claimSlots(books.database, wanted, { slots })).map(({ outcome }) => outcome);

    it('answers in the order of asking, and serves high priority first', async () => {
      const wanted = ids.slice(0, 12).map((invoiceId, index) => ({
        invoiceId,
        priority: index >= 10 ? ('high' as const) : ('normal' as const),
      }));
      // Of 10 slots 9 are for all. Both high ones go first and take two of them, so seven are left for the ten others.
      assert.deepEqual(await outcomes(wanted, 10), [
        ...Array(7).fill('claimed'),
        ...Array(3).fill('full'),
        ...Array(2).fill('claimed'),
      ]);
    });

    it('gives one slot to an invoice that is asked for twice, and goes on behind it', async () => {
      const [first = '', second = ''] = ids;
      const wanted = [first, first, second, randomUUID()].map((invoiceId) => ({ invoiceId }));
      assert.deepEqual(await outcomes(wanted, 3), ['claimed', 'claimed', 'claimed', 'unknown']);
      assert.equal(await open(), 2);
    });

    it('asks for each in its own words: one that is open, one that is over, one that is free', async () => {
      const [first = '', second = '', third = ''] = ids;
      await claim(first, 5);
      await set(second, `sync = 'synced'`);
      const wanted = [first, second, third].map((invoiceId) => ({ invoiceId }));
      assert.deepEqual(await outcomes(wanted, 5), ['open', 'settled', 'claimed']);
    });

    it('waits for no invoice that somebody is writing, and takes it when asked again', async () => {
      const [written = '', free = ''] = ids;
      const wanted = [written, free].map((invoiceId) => ({ invoiceId }));
      await books.database.transaction(async (sql) => {
        await sql.query('SELECT FROM invoice_states WHERE invoice_id = $1 FOR UPDATE', [written]);
        assert.deepEqual(await outcomes(wanted, 5), ['full', 'claimed']);
      });
      assert.deepEqual(await outcomes(wanted, 5), ['claimed', 'open']);
    });

    it('never opens more than there are when many batches claim at once', async () => {
      const batches = Array.from({ length: 10 }, (_, batch) => ids.slice(batch * 5, batch * 5 + 5));
      const all = await Promise.all(
        batches.map((batch) =>
          outcomes(
            batch.map((invoiceId) => ({ invoiceId })),
            20,
          ),
        ),
      );
      assert.deepEqual(tally(all.flat()), { claimed: 18, full: 32 });
    });
  });

  describe('while the target is away', () => {
    before(async () => {
      for (let failure = 0; failure < failuresOfOutage; failure += 1) await countOutage(books.database, 'stripe');
    });
    after(() => endOutage(books.database, 'stripe'));

    it('lets one find out whether it is back, and no other begin', async () => {
      const [first = '', second = ''] = ids;
      assert.deepEqual(
        [await claim(first, 20), await claim(second, 20), await claim(first, 20)],
        ['claimed', 'away', 'open'],
      );
      await backOff(books.database, first, new Date());
      assert.equal(await claim(second, 20), 'claimed', 'the next one tries when the first has given up');
    });

    it('does not hold up what comes back from a rest', async () => {
      const [first = '', second = ''] = ids;
      await claim(first, 20);
      await set(second, `sync = 'backing_off'`);
      const { outcome } = await claimSlot(books.database, { invoiceId: second, slots: 20, fromRest: true });
      assert.equal(outcome, 'claimed');
    });

    it('goes on when something has been carried out, and after a few failures nothing is said to be away', async () => {
      const [first = '', second = ''] = ids;
      await endOutage(books.database, 'stripe');
      for (let failure = 1; failure < failuresOfOutage; failure += 1) await countOutage(books.database, 'stripe');
      assert.deepEqual([await claim(first, 20), await claim(second, 20)], ['claimed', 'claimed']);
    });
  });
});
