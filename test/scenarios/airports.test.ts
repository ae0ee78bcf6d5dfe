import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { advanceTo } from '../../examples/airports/advance.ts';
import type { Api } from '../../examples/airports/api.ts';
import { airlines } from '../../examples/airports/businesses.ts';
import type { DepartureEvent, Month } from '../../examples/airports/events.ts';
import { createBusiness, loadMonth, type Outcomes, readDepartures } from '../../examples/airports/load.ts';
import { findLateUsage } from '../../src/billing/late-usage.ts';
import { openWorld, type World } from '../support/world.ts';
import { assertGapless, type BilledInvoice, invoicesOf } from './support/books.ts';
import { type InvoiceByHand, invoicesByHand } from './support/by-hand.ts';
import { assertReadsLikeALedger } from './support/ledger.ts';
import { assertBilledRight, clockName, openSample, sampleClockId } from './support/sample.ts';
import { assertCalmWrites, readJournal, stripeCopies } from './support/stripe-journal.ts';

/**
 * January and February 2013 at the airports, from the first departure to Stripe.
 *
 *   1 Jan   16 airlines subscribe; January's 27,004 departures are sent
 *   1 Feb   13:00 UTC: 16 drafts
 *   2 Feb   15:00 UTC: AIR-000001 to AIR-000016 are issued and brought to Stripe
 *   3 Feb   February's 24,951 departures are sent
 *   2 Mar   15:00 UTC: AIR-000017 to AIR-000032, of which SkyWest's, idle in February, is the access fee alone
 */
describe('Two months at the airports', function () {
  this.timeout(180_000);
  let world: World;
  let api: Api;
  const sent: Outcomes[] = [];

  before(async () => {
    world = await openWorld();
    [api] = await Promise.all([openSample(world), world.start('worker'), world.start('bridge')]);
    await createBusiness(api, airlines);
    sent.push(await loadMonth(api, airlines, '2013-01'));
    await advanceTo(api, clockName, new Date('2013-02-03T00:00:00Z'));
    sent.push(await loadMonth(api, airlines, '2013-02'));
    await advanceTo(api, clockName, new Date('2013-03-03T00:00:00Z'));
  });
  after(async () => await world?.close());

  it('takes every departure once', () => {
    const none = { duplicate: 0, conflict: 0, rejected: 0 };
    assert.deepEqual(sent, [
      { accepted: 27_004, ...none },
      { accepted: 24_951, ...none },
    ]);
  });

  it('bills what the second computation bills, line by line, and Stripe has just that', async () => {
    await assertBilledRight(world, ['2013-01', '2013-02']);
    const copies = stripeCopies(await readJournal(world));
    assert.deepEqual([copies.length, ...new Set(copies.map(({ status }) => status))], [32, 'open']);
  });

  for (const byHand of invoicesByHand) {
    it(`bills ${byHand.customer} in ${byHand.month} what was derived by hand`, async () => {
      const [invoice] = (await invoicesOfMonth(world, byHand.month)).filter(
        ({ customer }) => customer === byHand.customer,
      );
      const shown = await api.get<ShownInvoice>(`/v1/invoices/${invoice?.id}`);
      assert.equal(shown.totalMinor, Number(byHand.totalMinor));
      assert.deepEqual(
        shown.lines.map(({ priceKey, quantity, amountMinor }) => ({ priceKey, quantity, amountMinor })),
        shown.lines.map(({ priceKey }) => lineByHand(byHand, priceKey)),
      );
      const told = new Set(shown.lines.map(({ priceKey }) => priceKey));
      assert.deepEqual(
        byHand.lines.filter(({ priceKey }) => !told.has(priceKey)),
        [],
      );
    });
  }

  it('numbers without a gap, month after month', async () => {
    await assertGapless(world.database, sampleClockId, 'AIR');
    const numbers = (await invoicesOfMonth(world, '2013-02')).map(({ number }) => number);
    assert.deepEqual([numbers.length, numbers[0], numbers.at(-1)], [16, 'AIR-000017', 'AIR-000032']);
  });

  it('puts flights that left after local midnight on the next bill', async () => {
    // The month ends in New York at 05:00 UTC. 8 flights of January's file left after that, none of February's did
    // (midnight of 1 March); 176 more flights of January left on 1 February by UTC only, and stay on January's bill.
    const monthEndsAt = '2013-02-01T05:00:00Z';
    const january = await departuresOf('2013-01');
    const february = await departuresOf('2013-02');
    const late = january.filter(({ occurredAt }) => occurredAt >= monthEndsAt);
    const lateByUtcOnly = january.filter((one) => one.occurredAt >= '2013-02-01T00:00:00Z' && !late.includes(one));
    assert.deepEqual([late.length, lateByUtcOnly.length], [8, 176]);

    const inJanuary = january.filter((one) => !late.includes(one));
    assert.deepEqual(await billedDepartures(world, '2013-01'), flownBy(inJanuary));
    assert.deepEqual(await billedDepartures(world, '2013-02'), flownBy([...late, ...february]));
  });

  it('asks Stripe for one customer each, and three writes for each invoice', async () => {
    const invoices = await invoicesOf(world.database, sampleClockId);
    assertCalmWrites(await readJournal(world), {
      customers: [...new Set(invoices.map(({ customerId }) => customerId))],
      invoices: invoices.map(({ id }) => id),
    });
  });

  it('leaves workflows that read like a ledger, none of them failed', async () => {
    await assertReadsLikeALedger(world, await invoicesOf(world.database, sampleClockId));
  });

  it('leaves an audit trail whose hashes can be computed again', async () => {
    const { rows } = await world.database.query<AuditEntry>(
      `SELECT subject_kind || ' ' || subject_id AS subject, sequence, action, previous_hash AS "previousHash", hash,
              jsonb_build_array(subject_kind, subject_id, sequence, extract(epoch FROM at), actor, action, detail)::text
                AS content
       FROM audit_log ORDER BY subject_kind, subject_id, sequence`,
    );
    const heads = new Map<string, AuditEntry>();
    for (const entry of rows) {
      const before = heads.get(entry.subject);
      assert.equal(entry.sequence, (before?.sequence ?? 0) + 1, entry.subject);
      assert.deepEqual(entry.previousHash, before?.hash ?? null, entry.subject);
      const content = Buffer.concat([before?.hash ?? Buffer.alloc(0), Buffer.from(entry.content)]);
      assert.deepEqual(entry.hash, createHash('sha256').update(content).digest(), entry.content);
      heads.set(entry.subject, entry);
    }
    for (const { id } of await invoicesOf(world.database, sampleClockId)) {
      const actions = rows.filter(({ subject }) => subject === `invoice ${id}`).map(({ action }) => action);
      // Each of the three calls is told of before it leaves and when it is answered.
      const calls = ['request', 'answer', 'request', 'answer', 'request', 'answer'];
      assert.deepEqual(actions, ['generated', 'issued', ...calls, 'synced']);
    }
  });

  it('finds no late usage: what was billed is what would be billed now', async () => {
    const late = await findLateUsage(world.database, sampleClockId);
    assert.deepEqual(late, { periods: 32, differing: 0, differences: [] });
  });
});

type ShownInvoice = { totalMinor: number; lines: { priceKey: string; quantity: string; amountMinor: number }[] };
type AuditEntry = {
  subject: string;
  sequence: number;
  action: string;
  content: string;
  previousHash: Buffer | null;
  hash: Buffer;
};

/** What is not told by hand has the quantity 0 and the amount 0. */
function lineByHand({ lines }: InvoiceByHand, priceKey: string): ShownInvoice['lines'][number] {
  const { quantity, amountMinor } = lines.find((line) => line.priceKey === priceKey) ?? {
    quantity: '0',
    amountMinor: 0n,
  };
  return { priceKey, quantity, amountMinor: Number(amountMinor) };
}

async function invoicesOfMonth(world: World, month: string): Promise<BilledInvoice[]> {
  const invoices = await invoicesOf(world.database, sampleClockId);
  return invoices.filter(({ periodStartAt }) => periodStartAt.toISOString().startsWith(month));
}

/** Departures on the bills of a month, by airline; those of idle ones are left out. */
async function billedDepartures(world: World, month: string): Promise<Record<string, number>> {
  const { rows } = await world.database.query<{ customer: string; quantity: string }>(
    `SELECT c.external_id AS customer, l.quantity
     FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id JOIN customers c ON c.id = i.customer_id
     JOIN clocks k ON k.id = i.clock_id
     WHERE k.name = $1 AND l.price_key = 'landing' AND to_char(i.period_start_at, 'YYYY-MM') = $2 AND l.quantity > 0`,
    [clockName, month],
  );
  return Object.fromEntries(rows.map(({ customer, quantity }) => [customer, Number(quantity)]));
}

async function departuresOf(month: Month): Promise<DepartureEvent[]> {
  const departures: DepartureEvent[] = [];
  for await (const departure of readDepartures(airlines, month)) departures.push(departure);
  return departures;
}

function flownBy(departures: readonly DepartureEvent[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { customer, properties } of departures) {
    if (!properties.cancelled) counts[customer] = (counts[customer] ?? 0) + 1;
  }
  return counts;
}
