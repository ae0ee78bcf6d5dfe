import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type Business, flat, invoicesOf, openBusiness, perDeparture } from '../billing/business.ts';
import { useTestDatabase } from '../support/database.ts';
import { refusedWith } from './refusals.ts';

const lifecycles = ['draft', 'held', 'issued', 'skipped', 'void'] as const;
type Lifecycle = (typeof lifecycles)[number];

/** All that an invoice may do; every other pair is refused. */
const steps: Record<Lifecycle, Lifecycle[]> = {
  draft: ['held', 'issued', 'skipped', 'void'],
  held: ['draft', 'void'],
  issued: ['void'],
  skipped: ['void'],
  void: [],
};

describe('The rules of invoices in the database', () => {
  const books = useTestDatabase();
  const sql = (text: string, values?: unknown[]) => books.database.query(text, values);
  const change = 'DB004';
  let business: Business;
  let paying = '';
  let free = '';

  before(async () => {
    business = await openBusiness(books.database);
    paying = await business.plan('paying', [flat('100'), perDeparture('2')]);
    free = await business.plan('free', [perDeparture('2')]);
  });

  let customers = 0;
  /** An invoice of its own customer in this state: over 100.00 in two lines, or over nothing where it is skipped. */
  async function invoice(lifecycle: Lifecycle = 'draft'): Promise<string> {
    customers += 1;
    const name = `C${customers}`;
    const customerId = await business.customer(name, { plan: lifecycle === 'skipped' ? free : paying });
    await business.invoice('2013-02-01T13:00:00Z');
    const [draft] = await invoicesOf(books.database, customerId);
    const { id } = draft!;
    if (lifecycle === 'issued') await number(id);
    if (lifecycle !== 'draft') await move(id, lifecycle);
    return id;
  }
  const number = (id: string) =>
    sql(`UPDATE invoices SET number = left('N' || id::text, 26), issued_at = now() WHERE id = $1`, [id]);
  /** Straight to a state, with the sync that belongs to it. */
  const move = (id: string, lifecycle: Lifecycle) => {
    const sync = lifecycle === 'issued' ? 'pending' : 'none';
    return sql(`UPDATE invoice_states SET lifecycle = $2, sync = $3 WHERE invoice_id = $1`, [id, lifecycle, sync]);
  };
  const facts = async (id: string) => {
    const lines = await sql(`SELECT * FROM invoice_lines WHERE invoice_id = $1 ORDER BY position`, [id]);
    return [(await sql(`SELECT * FROM invoices WHERE id = $1`, [id])).rows, lines.rows];
  };
  const newLine = `INSERT INTO invoice_lines (id, invoice_id, position, price_key, description, exact_amount, amount_minor,
    event_count, skipped_count, working) VALUES (gen_random_uuid(), $1, 99, 'x', 'X', 1, 100, 0, 0, '[]')`;

  describe('Facts', () => {
    const changes: Record<string, string> = {
      'another total': `UPDATE invoices SET total_minor = 1 WHERE id = $1`,
      'another due date': `UPDATE invoices SET due_at = now() WHERE id = $1`,
      'another number': `UPDATE invoices SET number = 'X-1' WHERE id = $1`,
      'the same once more': `UPDATE invoices SET total_minor = total_minor WHERE id = $1`,
      'no invoice at all': `DELETE FROM invoices WHERE id = $1`,
      'a line more': newLine,
      'another amount of a line': `UPDATE invoice_lines SET amount_minor = 1 WHERE invoice_id = $1`,
      'another working': `UPDATE invoice_lines SET working = '[{}]' WHERE invoice_id = $1 AND position = 2`,
      'a line less': `DELETE FROM invoice_lines WHERE invoice_id = $1 AND position = 1`,
      'a line by way of a conflict': `INSERT INTO invoice_lines SELECT * FROM invoice_lines WHERE invoice_id = $1
        ON CONFLICT (id) DO UPDATE SET amount_minor = 0`,
      'a line by way of a merge': `MERGE INTO invoice_lines l USING invoices i ON l.invoice_id = i.id AND i.id = $1
        WHEN MATCHED THEN DELETE`,
    };
    for (const lifecycle of ['issued', 'skipped', 'void'] as const) {
      it(`of an invoice that is ${lifecycle} never change`, async () => {
        const id = await invoice(lifecycle);
        const before = await facts(id);
        for (const [what, statement] of Object.entries(changes)) {
          await refusedWith([change, '23503'], sql(statement, [id]), what);
          assert.deepEqual(await facts(id), before, what);
        }
      });
    }

    it('of a draft or a held one change freely, so that it can be rebuilt', async () => {
      for (const lifecycle of ['draft', 'held'] as const) {
        const id = await invoice(lifecycle);
        await sql(newLine, [id]);
        await sql(`UPDATE invoices SET total_minor = 1 WHERE id = $1`, [id]);
        await sql(`DELETE FROM invoice_lines WHERE invoice_id = $1`, [id]);
        assert.equal((await facts(id))[1]?.length, 0);
      }
    });

    it('cannot be moved from or to an issued invoice, line by line', async () => {
      const [issued, draft] = [await invoice('issued'), await invoice()];
      const moveLine = `UPDATE invoice_lines SET invoice_id = $2, position = position + 50 WHERE invoice_id = $1`;
      await refusedWith([change], sql(moveLine, [issued, draft]), 'away');
      await refusedWith([change], sql(moveLine, [draft, issued]), 'in');
      await refusedWith([change, '23503'], sql(`UPDATE invoices SET id = $2 WHERE id = $1`, [issued, randomUUID()]), 'id');
    });

    it('of many invoices change together or not at all, when one of them is issued', async () => {
      const ids = [await invoice(), await invoice('issued'), await invoice()];
      const before = await Promise.all(ids.map(facts));
      for (const statement of [
        `UPDATE invoices SET total_minor = total_minor + 1 WHERE id = ANY ($1::uuid[])`,
        `UPDATE invoice_lines SET amount_minor = amount_minor + 1 WHERE invoice_id = ANY ($1::uuid[])`,
        `DELETE FROM invoice_lines WHERE invoice_id = ANY ($1::uuid[])`,
      ]) {
        await refusedWith([change], sql(statement, [ids]), statement);
      }
      assert.deepEqual(await Promise.all(ids.map(facts)), before);
    });

    it('do not change in the statement that issues, nor behind it in the same transaction', async () => {
      const id = await invoice();
      await number(id);
      const atOnce = `WITH facts AS (UPDATE invoice_lines SET amount_minor = 0 WHERE invoice_id = $1)
        UPDATE invoice_states SET lifecycle = 'issued', sync = 'pending' WHERE invoice_id = $1`;
      await refusedWith([change, 'DB006'], sql(atOnce, [id]), 'one statement');
      const behind = books.database.transaction(async (transaction) => {
        await transaction.query(`UPDATE invoice_states SET lifecycle = 'issued', sync = 'pending' WHERE invoice_id = $1`, [id]);
        await transaction.query(`UPDATE invoices SET total_minor = 0 WHERE id = $1`, [id]);
      });
      await refusedWith([change], behind, 'one transaction');
    });

    it('cannot be emptied out', async () => {
      await invoice('issued');
      for (const table of ['invoices', 'invoice_lines', 'invoice_states', 'clocks', 'customers']) {
        await refusedWith(['DB001'], sql(`TRUNCATE ${table} CASCADE`), table);
      }
    });

    it('wait for an issue that is under way, and are refused when it is done', async () => {
      const id = await invoice();
      await number(id);
      let changing: Promise<unknown> | undefined;
      await books.database.transaction(async (transaction) => {
        await transaction.query(`UPDATE invoice_states SET lifecycle = 'issued', sync = 'pending' WHERE invoice_id = $1`, [id]);
        changing = sql(newLine, [id]).catch((error: unknown) => error);
        await waiting();
      });
      assert.equal(((await changing) as { code?: string }).code, change);
    });

    /** Until some statement of this database waits for another's lock. */
    async function waiting(): Promise<void> {
      for (;;) {
        const { rows } = await sql(
          `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
        if (rows.length > 0) return;
      }
    }
  });

  describe('The lifecycle', () => {
    for (const from of lifecycles) {
      for (const to of lifecycles.filter((one) => one !== from)) {
        const allowed = steps[from].includes(to);
        it(`${allowed ? 'goes' : 'never goes'} from ${from} to ${to}`, async () => {
          const id = await invoice(from);
          // What an issue and a skip ask of the facts is given where the facts can still be told.
          if (from === 'draft' && to === 'issued') await number(id);
          if (from === 'draft' && to === 'skipped') await empty(id);
          if (allowed) await move(id, to);
          else await refusedWith(['DB005'], move(id, to), `${from} to ${to}`);
          const { rows } = await sql(`SELECT lifecycle FROM invoice_states WHERE invoice_id = $1`, [id]);
          assert.deepEqual(rows, [{ lifecycle: allowed ? to : from }]);
        });
      }
    }
    const empty = async (id: string) => {
      await sql(`DELETE FROM invoice_lines WHERE invoice_id = $1`, [id]);
      await sql(`UPDATE invoices SET subtotal_minor = 0, total_minor = 0, line_count = 0 WHERE id = $1`, [id]);
    };

    it('begins with a draft only', async () => {
      for (const lifecycle of lifecycles.filter((one) => one !== 'draft')) {
        const sync = lifecycle === 'issued' ? 'pending' : 'none';
        const id = await invoice();
        await sql(`UPDATE invoice_states SET lifecycle = 'void' WHERE invoice_id = $1`, [id]);
        const other = randomUUID();
        const born = books.database.transaction(async (transaction) => {
          await transaction.query(copyOf(other), [id]);
          await transaction.query(
            `INSERT INTO invoice_states (invoice_id, customer_id, currency, billing_group, period_start_at,
               period_end_at, purpose, lifecycle, sync)
             SELECT id, customer_id, currency, billing_group, period_start_at, period_end_at, purpose, $2, $3
             FROM invoices WHERE id = $1`,
            [other, lifecycle, sync],
          );
        });
        await refusedWith(['DB005'], born, lifecycle);
      }
    });

    it('is kept for ever once the invoice is no draft any more', async () => {
      for (const lifecycle of ['issued', 'skipped', 'void'] as const) {
        const id = await invoice(lifecycle);
        await refusedWith(['DB005'], sql(`DELETE FROM invoice_states WHERE invoice_id = $1`, [id]), lifecycle);
      }
      const [one, other] = [await invoice(), await invoice()];
      const swap = `UPDATE invoice_states SET invoice_id = $2 WHERE invoice_id = $1`;
      await refusedWith(['DB005'], sql(swap, [one, other]), 'another invoice');
    });

    const wrong: Record<string, string> = {
      'no number': `UPDATE invoices SET number = NULL, issued_at = NULL WHERE id = $1`,
      'a subtotal that its lines do not add up to': `UPDATE invoices SET subtotal_minor = subtotal_minor + 1 WHERE id = $1`,
      'another total than that': `UPDATE invoices SET total_minor = total_minor + 1 WHERE id = $1`,
      'another number of lines': `UPDATE invoices SET line_count = line_count + 1 WHERE id = $1`,
      'a line too many': newLine,
      'a line too few': `DELETE FROM invoice_lines WHERE invoice_id = $1 AND position = 2`,
      'lines of other amounts': `UPDATE invoice_lines SET amount_minor = amount_minor + 1 WHERE invoice_id = $1`,
    };
    for (const [what, statement] of Object.entries(wrong)) {
      it(`does not issue with ${what}`, async () => {
        const id = await invoice();
        await number(id);
        await sql(statement, [id]);
        await refusedWith(['DB006'], move(id, 'issued'), what);
      });
    }

    it('does not skip what is over an amount, nor what has a number', async () => {
      const id = await invoice();
      await refusedWith(['DB006'], move(id, 'skipped'), 'an amount');
      await empty(id);
      await number(id);
      await refusedWith(['DB006'], move(id, 'skipped'), 'a number');
    });

    it('says nothing of a sync before the issue, and something after it', async () => {
      const [draft, issued] = [await invoice(), await invoice('issued')];
      const sync = (id: string, value: string) => sql(`UPDATE invoice_states SET sync = $2 WHERE invoice_id = $1`, [id, value]);
      await refusedWith(['23514'], sync(draft, 'queued'), 'a draft on its way');
      await refusedWith(['23514'], sync(issued, 'none'), 'an issued one that goes nowhere');
      await refusedWith(['23514'], sync(issued, 'parked'), 'parked without an instant');
      await refusedWith(['23514'], sync(issued, 'lost'), 'an unknown word');
    });
  });

  /** Another invoice with the facts of $1, of the next revision unless said otherwise. */
  const copyOf = (id: string, revision = 'revision + 1', currency = 'currency') => `
    INSERT INTO invoices (id, revision, replaces, customer_id, currency, billing_group, period_start_at, period_end_at,
      purpose, clock_id, zone, run_id, cutoff_at, generated_at, due_at, usage_cut_at, subtotal_minor, total_minor, line_count)
    SELECT '${id}', ${revision}, NULL, customer_id, ${currency}, billing_group, period_start_at, period_end_at, purpose,
      clock_id, zone, run_id, cutoff_at, generated_at, due_at, usage_cut_at, 0, 0, 0 FROM invoices WHERE id = $1`;
  const stateOf = `INSERT INTO invoice_states
      (invoice_id, customer_id, currency, billing_group, period_start_at, period_end_at, purpose)
    SELECT id, customer_id, currency, billing_group, period_start_at, period_end_at, purpose FROM invoices WHERE id = $1`;

  describe('The key', () => {
    const add = (id: string, statement: string, copy: string) =>
      books.database.transaction(async (transaction) => {
        await transaction.query(statement, [id]);
        await transaction.query(stateOf, [copy]);
      });

    for (const lifecycle of ['draft', 'held', 'issued', 'skipped'] as const) {
      it(`has one live invoice: beside one that is ${lifecycle} there is no other`, async () => {
        const id = await invoice(lifecycle);
        const copy = randomUUID();
        await refusedWith(['23505'], add(id, copyOf(copy), copy), lifecycle, 'invoice_states_one_live');
      });
    }

    it('is free again after a void, for the next revision only', async () => {
      const id = await invoice('issued');
      await move(id, 'void');
      const [same, next] = [randomUUID(), randomUUID()];
      await refusedWith(['23505'], add(id, copyOf(same, 'revision'), same), 'the same revision');
      await add(id, copyOf(next), next);
      const { rows } = await sql(
        `SELECT revision, lifecycle FROM invoices i JOIN invoice_states s ON s.invoice_id = i.id
         WHERE i.customer_id = (SELECT customer_id FROM invoices WHERE id = $1) ORDER BY revision`,
        [id],
      );
      assert.deepEqual(rows, [
        { revision: 1, lifecycle: 'void' },
        { revision: 2, lifecycle: 'draft' },
      ]);
    });

    it('is another one in another currency', async () => {
      const id = await invoice();
      const copy = randomUUID();
      await add(id, copyOf(copy, 'revision', `'EUR'`), copy);
    });

    it('stands in the state as in the facts', async () => {
      const id = await invoice();
      for (const column of [`billing_group = 'x'`, `period_end_at = now()`, `currency = 'EUR'`, `purpose = 'final'`]) {
        const moved = sql(`UPDATE invoice_states SET ${column} WHERE invoice_id = $1`, [id]);
        await refusedWith(['23503'], moved, column);
      }
    });

    it('names a purpose that is known', async () => {
      const id = await invoice();
      for (const purpose of ['periods', '', 'one-off:']) {
        await refusedWith(['23514'], sql(`UPDATE invoices SET purpose = $2 WHERE id = $1`, [id, purpose]), purpose);
      }
    });
  });

  describe('Facts and states', () => {
    it('are there together or not at all when a transaction ends', async () => {
      const id = await invoice('void');
      await refusedWith(['23503'], sql(copyOf(randomUUID()), [id]), 'facts alone', 'invoices_have_state');
      const draft = await invoice();
      const withoutState = sql(`DELETE FROM invoice_states WHERE invoice_id = $1`, [draft]);
      await refusedWith(['23503'], withoutState, 'a state taken away', 'invoices_have_state');
      await refusedWith(['23503'], sql(stateOf.replace('SELECT id,', `SELECT '${randomUUID()}'::uuid,`), [id]), 'a state alone');
    });
  });
});
