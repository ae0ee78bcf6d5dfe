import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { useTestDatabase } from '../support/database.ts';
import { copyOf, openRawInvoices, type RawInvoices, stateOf } from './raw-invoices.ts';
import { refusedWith } from './refusals.ts';

describe('The key of an invoice', () => {
  const books = useTestDatabase();
  let raw: RawInvoices;

  before(async () => {
    raw = await openRawInvoices(books.database);
  });

  const add = (id: string, statement: string, copy: string) =>
    books.database.transaction(async (transaction) => {
      await transaction.query(statement, [id]);
      await transaction.query(stateOf, [copy]);
    });

  for (const lifecycle of ['draft', 'held', 'issued', 'skipped'] as const) {
    it(`has one live invoice: beside one that is ${lifecycle} there is no other`, async () => {
      const id = await raw.invoice(lifecycle);
      const copy = randomUUID();
      await refusedWith(['23505'], add(id, copyOf(copy), copy), lifecycle, 'invoice_states_one_live');
    });
  }

  it('is free again after a void, for the next revision only', async () => {
    const id = await raw.invoice('issued');
    await raw.move(id, 'void');
    const [same, next] = [randomUUID(), randomUUID()];
    await refusedWith(['23505'], add(id, copyOf(same, 'revision'), same), 'the same revision');
    await add(id, copyOf(next), next);
    const { rows } = await raw.sql(
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
    const id = await raw.invoice();
    const copy = randomUUID();
    await add(id, copyOf(copy, 'revision', `'EUR'`), copy);
  });

  it('stands in the state as in the facts', async () => {
    const id = await raw.invoice();
    for (const column of [`billing_group = 'x'`, `period_end_at = now()`, `currency = 'EUR'`, `purpose = 'final'`]) {
      const moved = raw.sql(`UPDATE invoice_states SET ${column} WHERE invoice_id = $1`, [id]);
      await refusedWith(['23503'], moved, column);
    }
  });

  it('names a purpose that is known', async () => {
    const id = await raw.invoice();
    for (const purpose of ['periods', '', 'one-off:']) {
      await refusedWith(['23514'], raw.sql(`UPDATE invoices SET purpose = $2 WHERE id = $1`, [id, purpose]), purpose);
    }
  });
});

describe('The facts and the state of an invoice', () => {
  const books = useTestDatabase();
  let raw: RawInvoices;

  before(async () => {
    raw = await openRawInvoices(books.database);
  });

  it('are there together or not at all when a transaction ends', async () => {
    const id = await raw.invoice('void');
    await refusedWith(['23503'], raw.sql(copyOf(randomUUID()), [id]), 'facts alone', 'invoices_have_state');
    const draft = await raw.invoice();
    const withoutState = raw.sql(`DELETE FROM invoice_states WHERE invoice_id = $1`, [draft]);
    await refusedWith(['23503'], withoutState, 'a state taken away', 'invoices_have_state');
    await refusedWith(
      ['23503'],
      raw.sql(stateOf.replace('SELECT id,', `SELECT '${randomUUID()}'::uuid,`), [id]),
      'a state alone',
    );
  });
});
