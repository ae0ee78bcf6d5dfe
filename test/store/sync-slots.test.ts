import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { backOff, park } from '../../src/store/sync.ts';
import { claimSlot, type SlotClaim } from '../../src/store/sync-slots.ts';
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
});
