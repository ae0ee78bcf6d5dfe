import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { proveInvoice } from '../../../src/billing/prove-invoice.ts';
import { recordUsage } from '../../../src/billing/record-usage.ts';
import { removeOldUsage } from '../../../src/billing/retention/remove-old-usage.ts';
import { moveTestClock } from '../../../src/store/due-work.ts';
import { readMachineTime } from '../../../src/store/invoice-facts.ts';
import { ensurePartitions } from '../../../src/store/usage-events.ts';
import { refusedWith } from '../../store/refusals.ts';
import { untilWaiting } from '../../support/locks.ts';
import { tamper } from '../../support/tamper.ts';
import { useTarget } from '../../targets/support.ts';
import { type Business, invoicesOf, openBusiness, perDeparture } from '../business.ts';
import { eventOf, fly } from '../corrections/support.ts';
import { statuses } from '../support.ts';
import { close, eventsOf, keepFor, look, night, proofsOf, requireHolding } from './support.ts';

describe('A removal of raw usage', function () {
  this.timeout(120_000);
  const target = useTarget();
  const sql = (text: string, values?: unknown[]) => target.database.query(text, values);
  let business: Business;
  let customer = '';
  let stories = 0;
  const id = (name: string) => `${name}-${stories}`;

  /** Two months of two departures each, billed, at rest and old enough. */
  beforeEach(async () => {
    stories += 1;
    await keepFor(target.database, null);
    business = await openBusiness(target.database);
    customer = await business.customer('B6', { plan: await business.plan('use', [perDeparture('1.5')]) });
    await fly(
      target.database,
      ['2013-01-05', '2013-01-06', '2013-02-05', '2013-02-06'].map((day) => ({
        id: id(day),
        customer,
        at: `${day}T10:00:00Z`,
      })),
    );
    for (const month of [1, 2]) await close(business, target, month);
    await moveTestClock(target.database, business.clockId, new Date('2013-09-01T00:00:00Z'));
    await keepFor(target.database, 3);
  });

  const firstInvoice = async () => (await invoicesOf(target.database, customer))[0]!.id;
  const faultsOf = async () => {
    const proof = (await proveInvoice(target.database, await firstInvoice()))!;
    const faults = [...proof.comparisons, ...proof.lines.flatMap(({ comparisons }) => comparisons)].flatMap(
      ({ what, holds }) => (holds === false ? [what] : []),
    );
    return { holds: proof.holds, failure: proof.failure, faults };
  };

  it('notices that the record was changed, or that its history was', async () => {
    await night(target.database);
    const invoiceId = await firstInvoice();
    assert.deepEqual(await faultsOf(), { holds: true, failure: null, faults: [] });

    const { rows } = await sql('SELECT content FROM usage_records WHERE invoice_id = $1', [invoiceId]);
    const content = rows[0]!['content'] as string;
    const write = (text: string) =>
      tamper(target.database, 'UPDATE usage_records SET content = $2 WHERE invoice_id = $1', [invoiceId, text]);
    await write(content.replace('"quantity":"2/1"', '"quantity":"3/1"'));
    const changed = await faultsOf();
    assert.equal(changed.holds, false);
    assert.match(changed.failure ?? '', /is not what its history says/);
    assert.ok(changed.faults.includes('record'));
    await write('{');
    assert.ok((await faultsOf()).faults.includes('record'), 'what cannot be read is told of as well');
    await write(content);
    assert.equal((await faultsOf()).holds, true);

    // An entry with a fitting hash breaks the chain; and without any the record stands alone.
    await tamper(
      target.database,
      `UPDATE audit_log SET detail = jsonb_set(detail, '{sha256}', to_jsonb('${'0'.repeat(64)}'::text))
       WHERE subject_id = $1 AND action = 'usage recorded'`,
      [invoiceId],
    );
    assert.deepEqual(
      (await faultsOf()).faults.filter((what) => what !== 'amount'),
      ['record', 'history'],
    );
    await tamper(target.database, `DELETE FROM audit_log WHERE subject_id = $1 AND action = 'usage recorded'`, [
      invoiceId,
    ]);
    assert.ok((await faultsOf()).faults.includes('record'));
  });

  it('notices that a line was changed, by rating again what was recorded', async () => {
    await night(target.database);
    const invoiceId = await firstInvoice();
    await tamper(target.database, 'UPDATE invoice_lines SET quantity = 20, amount_minor = 3000 WHERE invoice_id = $1', [
      invoiceId,
    ]);
    const { holds, faults } = await faultsOf();
    assert.equal(holds, false);
    assert.deepEqual([...new Set(faults)].sort(), ['amount', 'quantity', 'sum', 'total']);
  });

  it('leaves no other way: neither by raw SQL nor by its own function', async () => {
    await look(target.database);
    for (const table of ['usage_events', 'usage_events_2013_01']) {
      await refusedWith(['DB001'], sql(`DELETE FROM ${table} WHERE customer_id = $1`, [customer]), 'delete');
      await refusedWith(['DB001'], sql(`TRUNCATE ${table}`), 'truncate');
    }
    const remove = (ids: string[], types: string[] = []) =>
      sql(`SELECT remove_usage_month('2013-01-01', $1::uuid[], $2::text[])`, [ids, types]);
    await refusedWith(['DB001'], remove([customer]), 'without a watermark');
    const unbilled = await business.customer('AA', { plan: await business.plan('other', [perDeparture('2')]) });
    await business.invoice('2013-10-01T13:00:00Z');
    await refusedWith(['DB001'], remove([unbilled]), 'not recorded');

    await night(target.database);
    assert.deepEqual(await eventsOf(target.database, customer), {});
    // The new partition of the month is as fixed as the one before.
    const other = await openBusiness(target.database);
    await other.customer('DL', { plan: await other.plan('use', [perDeparture('1.5')]) });
    await other.use('DL', [{ at: '2013-01-07T10:00:00Z' }]);
    await refusedWith(['DB001'], sql('DELETE FROM usage_events_2013_01'), 'delete');
    await refusedWith(['DB001'], sql(`UPDATE usage_events_2013_01 SET properties = '{}'`), 'update');
    await refusedWith(['DB001'], sql('TRUNCATE usage_events_2013_01'), 'truncate');
    for (const table of ['usage_records', 'usage_removals', 'usage_removal_counts', 'usage_removal_marks']) {
      await refusedWith(['DB001'], sql(`DELETE FROM ${table}`), `delete from ${table}`);
      await refusedWith(['DB001'], sql(`TRUNCATE ${table} CASCADE`), `truncate ${table}`);
    }
    const { rows } = await sql('SELECT * FROM usage_removal_marks WHERE customer_id = $1 ORDER BY removed_before', [
      customer,
    ]);
    const back = sql(`INSERT INTO usage_removal_marks VALUES ($1, '2013-01-15Z', '2013-01-15Z', $2)`, [
      customer,
      rows[0]!['removal_id'],
    ]);
    await refusedWith(['DB002'], back, 'a watermark that goes back');
  });

  it('lets nothing back in, whoever writes', async () => {
    await night(target.database);
    const insert = (at: string) =>
      sql(
        `INSERT INTO usage_events (customer_id, event_type, occurred_at, source, event_id, properties)
         VALUES ($1, 'departure', $2, 'gate', $3, '{}')`,
        [customer, at, randomUUID()],
      );
    for (const at of ['2013-02-28T23:59:59.999Z', '2013-01-01Z', '1999-01-01Z']) {
      await refusedWith(['DB045'], insert(at), at);
    }
    // A month that nobody had usage in has no partition yet.
    await sql(`SELECT ensure_usage_partition('2012-11-01')`);
    await refusedWith(['DB045'], insert('2012-11-05Z'), 'a new partition');
    await insert('2013-03-01Z');
    const { rows } = await sql(`SELECT s.plan_version_id AS plan FROM subscriptions s WHERE s.customer_id = $1`, [
      customer,
    ]);
    const subscribe = sql(
      `INSERT INTO subscriptions (id, customer_id, plan_version_id, billing_group, starts_at)
       VALUES (gen_random_uuid(), $1, $2, 'x', '2013-02-28Z')`,
      [customer, rows[0]!['plan']],
    );
    await refusedWith(['DB045'], subscribe, 'a subscription to bill it');
  });

  it('answers a sender who looked before and writes after it', async () => {
    const late = eventOf({ id: id('late'), customer, at: '2013-01-20T10:00:00Z' });
    const onTime = eventOf({ id: id('on-time'), customer, at: '2013-03-20T10:00:00Z' });
    const since = await readMachineTime(target.database);
    await look(target.database);
    let sent: ReturnType<typeof recordUsage> | undefined;
    await target.database.transaction(async (held) => {
      await held.query('LOCK TABLE usage_events IN ACCESS EXCLUSIVE MODE');
      sent = recordUsage(target.database, [late, onTime]);
      await untilWaiting(target.database);
      // What a removal does, as far as the sender can see it.
      const removal = randomUUID();
      await held.query(
        `INSERT INTO usage_removals (id, month_on, usage_months, customer_count, event_count, kept_count)
         VALUES ($1, '2013-01-01', 3, 1, 0, 0)`,
        [removal],
      );
      await held.query(`INSERT INTO usage_removal_marks VALUES ($1, '2013-02-01Z', '2013-02-01Z', $2)`, [
        customer,
        removal,
      ]);
      await held.query(`SELECT guard_removed_usage('usage_events_2013_01')`);
    });
    const outcomes = await sent!;
    assert.deepEqual(statuses(outcomes), ['rejected', 'accepted']);
    assert.ok(outcomes[0]?.status === 'rejected' && outcomes[0].error.code === 'usage-removed');
    await removeOldUsage(target.database, since);
  });

  it('leaves a customer to the next look of whom something came in since the last one', async () => {
    const since = await readMachineTime(target.database);
    await look(target.database);
    await fly(target.database, [{ id: id('late'), customer, at: '2013-01-20T10:00:00Z' }]);
    assert.equal((await removeOldUsage(target.database, since)).events, 0);
    assert.deepEqual(await eventsOf(target.database, customer), { 'departure 2013-01': 3, 'departure 2013-02': 2 });
    // The next one finds that it is not billed.
    assert.equal((await night(target.database)).events, 0);
  });

  it('goes on where it was killed, after any of its steps', async () => {
    const killed = () => {
      throw new Error('killed');
    };
    await assert.rejects(look(target.database, killed), /killed/);
    const recorded = async () =>
      (
        await sql(`SELECT FROM usage_records r JOIN invoices i ON i.id = r.invoice_id WHERE i.customer_id = $1`, [
          customer,
        ])
      ).rows.length;
    assert.equal(await recorded(), 1);
    const since = await readMachineTime(target.database);
    await look(target.database);
    assert.equal(await recorded(), 2);
    await assert.rejects(removeOldUsage(target.database, since, killed), /killed/);
    assert.deepEqual(await eventsOf(target.database, customer), { 'departure 2013-02': 2 });
    requireHolding(await proofsOf(target.database, customer));
    await removeOldUsage(target.database, since);
    assert.deepEqual(await eventsOf(target.database, customer), {});
    requireHolding(await proofsOf(target.database, customer));
  });

  it('is done once by two at the same time', async () => {
    const nights = await Promise.all([night(target.database), night(target.database)]);
    assert.equal(
      nights.reduce((sum, { events }) => sum + events, 0),
      4,
    );
    const { rows } = await sql(
      `SELECT to_char(r.month_on, 'YYYY-MM') AS month, c.event_count AS events FROM usage_removal_counts c
       JOIN usage_removals r ON r.id = c.removal_id WHERE c.customer_id = $1 ORDER BY 1`,
      [customer],
    );
    assert.deepEqual(rows, [
      { month: '2013-01', events: 2n },
      { month: '2013-02', events: 2n },
    ]);
    const { rows: told } = await sql(
      `SELECT count(*)::int AS entries FROM audit_log WHERE action = 'usage recorded' AND subject_id = $1`,
      [await firstInvoice()],
    );
    assert.deepEqual(told, [{ entries: 1 }]);
    requireHolding(await proofsOf(target.database, customer));
  });

  it('waits for whoever reads the month, and holds up nobody who writes another', async () => {
    await ensurePartitions(target.database, [new Date('2013-09-01T00:00:00Z')]);
    const since = await readMachineTime(target.database);
    await look(target.database);
    let removal: ReturnType<typeof removeOldUsage> | undefined;
    await target.database.transaction(async (reader) => {
      await reader.query('SELECT count(*) FROM usage_events');
      removal = removeOldUsage(target.database, since);
      removal.catch(() => undefined);
      await untilWaiting(target.database);
      const outcomes = await recordUsage(target.database, [
        eventOf({ id: id('now'), customer, at: '2013-09-01T00:00:00Z' }),
      ]);
      assert.deepEqual(statuses(outcomes), ['accepted']);
    });
    assert.ok((await removal!).events >= 4);
  });
});
