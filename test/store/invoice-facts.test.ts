import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { useTestDatabase } from '../support/database.ts';
import { untilWaiting } from '../support/locks.ts';
import { newLine, openRawInvoices, type RawInvoices } from './raw-invoices.ts';
import { refusedWith } from './refusals.ts';

const change = 'DB004';

describe('The facts of an invoice', () => {
  const books = useTestDatabase();
  let raw: RawInvoices;

  before(async () => {
    raw = await openRawInvoices(books.database);
  });

  const changes: Record<string, string> = {
    'another total': `UPDATE invoices SET subtotal_minor = subtotal_minor + 1, total_minor = total_minor + 1 WHERE id = $1`,
    'another due date': `UPDATE invoices SET due_at = now() WHERE id = $1`,
    'another number': `UPDATE invoices SET number = 'X-1', issued_at = now() WHERE id = $1`,
    'the same once more': `UPDATE invoices SET total_minor = total_minor WHERE id = $1`,
    'no invoice at all': `DELETE FROM invoices WHERE id = $1`,
    'a line more': newLine,
    'another amount of a line': `UPDATE invoice_lines SET amount_minor = 1 WHERE invoice_id = $1`,
    'another working': `UPDATE invoice_lines SET working = '[{}]' WHERE invoice_id = $1 AND position = 1`,
    'a line less': `DELETE FROM invoice_lines WHERE invoice_id = $1 AND position = 1`,
    'a line by way of a conflict': `INSERT INTO invoice_lines SELECT * FROM invoice_lines WHERE invoice_id = $1
      ON CONFLICT (id) DO UPDATE SET amount_minor = 0`,
    'a line by way of a merge': `MERGE INTO invoice_lines l USING invoices i ON l.invoice_id = i.id AND i.id = $1
      WHEN MATCHED THEN DELETE`,
  };
  for (const lifecycle of ['issued', 'skipped', 'void'] as const) {
    it(`of an invoice that is ${lifecycle} never change`, async () => {
      const id = await raw.invoice(lifecycle);
      const before = await raw.facts(id);
      for (const [what, statement] of Object.entries(changes)) {
        await refusedWith([change, '23503'], raw.sql(statement, [id]), what);
        assert.deepEqual(await raw.facts(id), before, what);
      }
    });
  }

  it('of a draft or a held one change freely, so that it can be rebuilt', async () => {
    for (const lifecycle of ['draft', 'held'] as const) {
      const id = await raw.invoice(lifecycle);
      await raw.sql(newLine, [id]);
      await raw.sql(`UPDATE invoices SET subtotal_minor = 1, total_minor = 1 WHERE id = $1`, [id]);
      await raw.sql(`DELETE FROM invoice_lines WHERE invoice_id = $1`, [id]);
      assert.equal((await raw.facts(id))[1]?.length, 0);
    }
  });

  it('cannot be moved from or to an issued invoice, line by line', async () => {
    const [issued, draft] = [await raw.invoice('issued'), await raw.invoice()];
    const moveLine = `UPDATE invoice_lines SET invoice_id = $2, position = position + 50 WHERE invoice_id = $1`;
    await refusedWith([change], raw.sql(moveLine, [issued, draft]), 'away');
    await refusedWith([change], raw.sql(moveLine, [draft, issued]), 'in');
    await refusedWith(
      [change, '23503'],
      raw.sql(`UPDATE invoices SET id = $2 WHERE id = $1`, [issued, randomUUID()]),
      'id',
    );
  });

  it('of many invoices change together or not at all, when one of them is issued', async () => {
    const ids = [await raw.invoice(), await raw.invoice('issued'), await raw.invoice()];
    const before = await Promise.all(ids.map(raw.facts));
    for (const statement of [
      `UPDATE invoices SET subtotal_minor = subtotal_minor + 1, total_minor = total_minor + 1 WHERE id = ANY ($1::uuid[])`,
      `UPDATE invoice_lines SET amount_minor = amount_minor + 1 WHERE invoice_id = ANY ($1::uuid[])`,
      `DELETE FROM invoice_lines WHERE invoice_id = ANY ($1::uuid[])`,
    ]) {
      await refusedWith([change], raw.sql(statement, [ids]), statement);
    }
    assert.deepEqual(await Promise.all(ids.map(raw.facts)), before);
  });

  it('do not change in the statement that issues, nor behind it in the same transaction', async () => {
    const id = await raw.invoice();
    await raw.number(id);
    const atOnce = `WITH facts AS (UPDATE invoice_lines SET amount_minor = 0 WHERE invoice_id = $1)
      UPDATE invoice_states SET lifecycle = 'issued', sync = 'pending' WHERE invoice_id = $1`;
    await refusedWith([change, 'DB006'], raw.sql(atOnce, [id]), 'one statement');
    const behind = books.database.transaction(async (transaction) => {
      await transaction.query(
        `UPDATE invoice_states SET lifecycle = 'issued', sync = 'pending' WHERE invoice_id = $1`,
        [id],
      );
      await transaction.query(`UPDATE invoices SET subtotal_minor = 0, total_minor = 0 WHERE id = $1`, [id]);
    });
    await refusedWith([change], behind, 'one transaction');
  });

  it('cannot be emptied out', async () => {
    await raw.invoice('issued');
    for (const table of ['invoices', 'invoice_lines', 'invoice_states', 'clocks', 'customers']) {
      await refusedWith(['DB001'], raw.sql(`TRUNCATE ${table} CASCADE`), table);
    }
  });

  it('wait for an issue that is under way, and are refused when it is done', async () => {
    const id = await raw.invoice();
    await raw.number(id);
    let changing: Promise<unknown> | undefined;
    await books.database.transaction(async (transaction) => {
      await transaction.query(
        `UPDATE invoice_states SET lifecycle = 'issued', sync = 'pending' WHERE invoice_id = $1`,
        [id],
      );
      changing = raw.sql(newLine, [id]).catch((error: unknown) => error);
      await untilWaiting(books.database);
    });
    assert.equal(((await changing) as { code?: string }).code, change);
  });
});
