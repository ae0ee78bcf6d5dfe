import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type Business, flat, invoicesOf, issuedInvoices, openBusiness } from '../billing/business.ts';
import { useTestDatabase } from '../support/database.ts';
import { refusedWith } from './refusals.ts';

describe('The rules of everything else in the database', () => {
  const books = useTestDatabase();
  const sql = (text: string, values?: unknown[]) => books.database.query(text, values);
  let business: Business;
  let customerId = '';

  before(async () => {
    business = await openBusiness(books.database);
    customerId = await business.customer('B6', { plan: await business.plan('base', [flat('100')]) });
    await business.use('B6', [{ at: '2013-01-05T10:00:00Z' }, { at: '2013-02-05T10:00:00Z' }]);
    await business.invoice('2013-02-01T13:00:00Z');
    const [invoiceId] = await issuedInvoices(books.database, 1);
    await sql(
      `INSERT INTO decisions (id, invoice_id, parking_number, kind, actor, reason)
       VALUES (gen_random_uuid(), $1, 1, 'retry', 'Ada', 'Because.')`,
      [invoiceId],
    );
    // An event that no partition was made for.
    await sql(`INSERT INTO usage_events VALUES ($1, 'departure', '1999-01-01Z', 'gate', 'old', '{}')`, [customerId]);
  });

  // A column of each, to change it with.
  const addedOnly: Record<string, string> = {
    event_keys: 'occurred_at',
    usage_events: 'received_at',
    usage_events_2013_01: 'properties',
    usage_events_default: 'event_type',
    decisions: 'reason',
    audit_log: 'detail',
    prices: 'terms',
    plan_versions: 'name',
    meters: 'filter',
  };
  for (const [table, column] of Object.entries(addedOnly)) {
    it(`${table} is only ever added to`, async () => {
      const before = (await sql(`SELECT * FROM ${table}`)).rows;
      assert.ok(before.length > 0, 'there is something to change');
      await refusedWith(['DB001'], sql(`UPDATE ${table} SET ${column} = ${column}`), 'update');
      await refusedWith(['DB001'], sql(`DELETE FROM ${table}`), 'delete');
      await refusedWith(['DB001'], sql(`TRUNCATE ${table} CASCADE`), 'truncate');
      assert.deepEqual((await sql(`SELECT * FROM ${table}`)).rows, before);
    });
  }

  it('events cannot be moved from one month to another', async () => {
    const toMarch = sql(`UPDATE usage_events SET occurred_at = '2013-03-01Z' WHERE occurred_at < '2013-02-01Z'`);
    await refusedWith(['DB001'], toMarch, 'move');
  });

  describe('Periods', () => {
    const periodOf = async (state: 'settled' | 'open') => {
      const { rows } = await sql(
        `SELECT id FROM periods WHERE customer_id = $1 AND (settled_by IS NOT NULL) = $2 ORDER BY start_at LIMIT 1`,
        [customerId, state === 'settled'],
      );
      return rows[0]!['id'] as string;
    };

    it('never change once they are settled', async () => {
      const id = await periodOf('settled');
      for (const change of [`end_at = end_at - interval '1 day'`, 'settled_by = NULL', 'start_at = start_at']) {
        await refusedWith(['DB003'], sql(`UPDATE periods SET ${change} WHERE id = $1`, [id]), change);
      }
      await refusedWith(['DB003'], sql(`DELETE FROM periods WHERE id = $1`, [id]), 'delete');
      await refusedWith(['DB001'], sql('TRUNCATE periods CASCADE'), 'truncate');
      // One statement over an open one and the settled one changes neither.
      await refusedWith(
        ['DB003'],
        sql(`UPDATE periods SET end_at = end_at WHERE customer_id = $1`, [customerId]),
        'both',
      );
    });

    it('stay settled when the invoice is voided', async () => {
      const [invoice] = await invoicesOf(books.database, customerId);
      await sql(`UPDATE invoice_states SET lifecycle = 'void' WHERE invoice_id = $1`, [invoice!.id]);
      const id = await periodOf('settled');
      assert.deepEqual((await sql(`SELECT settled_by FROM periods WHERE id = $1`, [id])).rows, [
        { settled_by: invoice!.id },
      ]);
    });

    it('may be cut short while they are open, and are settled by an invoice that is there', async () => {
      const id = await periodOf('open');
      await sql(`UPDATE periods SET end_at = end_at - interval '1 day' WHERE id = $1`, [id]);
      const settle = sql(`UPDATE periods SET settled_by = $2 WHERE id = $1`, [id, randomUUID()]);
      await refusedWith(['23503'], settle, 'no invoice', 'periods_settled_by');
    });

    // The settled period is January; the open one begins on 1 February and was cut short above or not.
    const overlaps: Record<string, [from: string, to: string]> = {
      'inside of January': ['2013-01-10Z', '2013-01-20Z'],
      'around it': ['2012-12-01Z', '2013-02-01Z'],
      'by a millisecond at its end': ['2013-01-31 23:59:59.999Z', '2013-02-01Z'],
      'by a millisecond at its start': ['2012-12-15Z', '2013-01-01 00:00:00.001Z'],
    };
    const insert = (
      from: string,
      to: string,
      subscription = `(SELECT id FROM subscriptions WHERE customer_id = $1 LIMIT 1)`,
    ) =>
      sql(
        `INSERT INTO periods (id, subscription_id, customer_id, start_at, end_at, cycle_start_at, cycle_end_at, billable_at,
           plan_version_id)
         SELECT gen_random_uuid(), s.id, $1, $2, $3, $2, $3, $3, s.plan_version_id FROM subscriptions s
         WHERE s.id = ${subscription}`,
        [customerId, from, to],
      );
    for (const [where, [from, to]] of Object.entries(overlaps)) {
      it(`do not overlap ${where}`, async () => {
        await refusedWith(['23P01'], insert(from, to), where);
      });
    }

    it('may touch each other, and begin only once at an instant', async () => {
      await insert('2012-12-01Z', '2013-01-01Z');
      await refusedWith(['23505', '23P01'], insert('2012-12-01Z', '2012-12-02Z'), 'the same start');
    });

    it('lie inside of their cycle and are billable after their end', async () => {
      const id = await periodOf('open');
      for (const change of [
        'end_at = start_at',
        `cycle_start_at = start_at + interval '1 ms'`,
        `cycle_end_at = end_at - interval '1 ms'`,
        `billable_at = end_at - interval '1 ms'`,
      ]) {
        await refusedWith(['23514'], sql(`UPDATE periods SET ${change} WHERE id = $1`, [id]), change);
      }
    });
  });

  describe('Clocks', () => {
    const set = (change: string) => sql(`UPDATE clocks SET ${change} WHERE id = $1`, [business.clockId]);
    const newClock = (kind: string, nowAt: string | null) =>
      sql(`INSERT INTO clocks (id, name, kind, now_at, number_prefix) VALUES (gen_random_uuid(), $1, $2, $3, $4)`, [
        randomUUID(),
        kind,
        nowAt,
        randomUUID().slice(0, 8).toUpperCase(),
      ]);

    it('move forward only', async () => {
      await set(`now_at = now_at + interval '1 ms'`);
      await set('now_at = now_at');
      await refusedWith(['DB002'], set(`now_at = now_at - interval '1 ms'`), 'back');
      await refusedWith(['DB002', '23514'], set('now_at = NULL'), 'nowhere');
      await refusedWith(['DB002'], set(`number_prefix = 'OTHER'`), 'another prefix');
      await refusedWith(['DB002', '23514'], set(`kind = 'real', now_at = NULL`), 'another kind');
    });

    it('are real once only, and the real one has no time of its own', async () => {
      await newClock('real', null);
      await refusedWith(['23505'], newClock('real', null), 'a second one', 'clocks_one_real');
      await refusedWith(['23514'], newClock('real', '2013-01-01Z'), 'a stored time');
      await refusedWith(['23514'], newClock('test', null), 'a test clock without a time');
      await refusedWith(['DB002', '23514'], sql(`UPDATE clocks SET now_at = now() WHERE kind = 'real'`), 'set');
    });

    it('open each run once', async () => {
      const again = sql(
        `INSERT INTO billing_runs (id, clock_id, kind, cutoff_at, started_at, workflow_id)
         SELECT gen_random_uuid(), clock_id, kind, cutoff_at, started_at, 'again' FROM billing_runs WHERE clock_id = $1`,
        [business.clockId],
      );
      await refusedWith(['23505'], again, 'a second run');
    });
  });
});
