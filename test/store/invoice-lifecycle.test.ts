import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { useTestDatabase } from '../support/database.ts';
import { copyOf, type Lifecycle, lifecycles, newLine, openRawInvoices, type RawInvoices } from './raw-invoices.ts';
import { refusedWith } from './refusals.ts';

/** All that an invoice may do; every other pair is refused. */
const steps: Record<Lifecycle, Lifecycle[]> = {
  draft: ['held', 'issued', 'skipped', 'void'],
  held: ['draft', 'void'],
  issued: ['void'],
  skipped: ['void'],
  void: [],
};

describe('The lifecycle of an invoice', () => {
  const books = useTestDatabase();
  let raw: RawInvoices;

  before(async () => {
    raw = await openRawInvoices(books.database);
  });

  for (const from of lifecycles) {
    for (const to of lifecycles.filter((one) => one !== from)) {
      const allowed = steps[from].includes(to);
      it(`${allowed ? 'goes' : 'never goes'} from ${from} to ${to}`, async () => {
        const id = await raw.invoice(from);
        // What an issue and a skip ask of the facts is given where the facts can still be told.
        if (from === 'draft' && to === 'issued') await raw.number(id);
        if (from === 'draft' && to === 'skipped') await raw.empty(id);
        if (allowed) await raw.move(id, to);
        else await refusedWith(['DB005'], raw.move(id, to), `${from} to ${to}`);
        const { rows } = await raw.sql(`SELECT lifecycle FROM invoice_states WHERE invoice_id = $1`, [id]);
        assert.deepEqual(rows, [{ lifecycle: allowed ? to : from }]);
      });
    }
  }

  it('begins with a draft only', async () => {
    for (const lifecycle of lifecycles.filter((one) => one !== 'draft')) {
      const sync = lifecycle === 'issued' ? 'pending' : 'none';
      const id = await raw.invoice('void');
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
      const id = await raw.invoice(lifecycle);
      await refusedWith(['DB005'], raw.sql(`DELETE FROM invoice_states WHERE invoice_id = $1`, [id]), lifecycle);
    }
    const [one, other] = [await raw.invoice(), await raw.invoice()];
    const swap = `UPDATE invoice_states SET invoice_id = $2 WHERE invoice_id = $1`;
    await refusedWith(['DB005'], raw.sql(swap, [one, other]), 'another invoice');
  });

  const wrong: Record<string, string> = {
    'no number': `UPDATE invoices SET number = NULL, issued_at = NULL WHERE id = $1`,
    'a subtotal that its lines do not add up to': `UPDATE invoices SET subtotal_minor = subtotal_minor + 1,
      total_minor = total_minor + 1 WHERE id = $1`,
    'a discount that no coupon gave': `UPDATE invoices SET discount_minor = 1, total_minor = total_minor - 1 WHERE id = $1`,
    'a tax that is on no line': `UPDATE invoices SET tax_minor = 1, total_minor = total_minor + 1 WHERE id = $1`,
    'a credit that came from nowhere': `UPDATE invoices SET credit_minor = 1, total_minor = total_minor - 1 WHERE id = $1`,
    'another number of lines': `UPDATE invoices SET line_count = line_count + 1 WHERE id = $1`,
    'a line too many': newLine,
    'a line too few': `DELETE FROM invoice_lines WHERE invoice_id = $1 AND position = 2`,
    'lines of other amounts': `UPDATE invoice_lines SET amount_minor = amount_minor + 1 WHERE invoice_id = $1`,
  };
  for (const [what, statement] of Object.entries(wrong)) {
    it(`does not issue with ${what}`, async () => {
      const id = await raw.invoice();
      await raw.number(id);
      await raw.sql(statement, [id]);
      await refusedWith(['DB006'], raw.move(id, 'issued'), what);
    });
  }

  it('has no total but the one that its parts make', async () => {
    const other = raw.sql(`UPDATE invoices SET total_minor = total_minor + 1 WHERE id = $1`, [await raw.invoice()]);
    await refusedWith(['23514'], other, 'another total');
  });

  it('does not skip what is over an amount, nor what has a number', async () => {
    const id = await raw.invoice();
    await refusedWith(['DB006'], raw.move(id, 'skipped'), 'an amount');
    await raw.empty(id);
    await raw.number(id);
    await refusedWith(['DB006'], raw.move(id, 'skipped'), 'a number');
  });

  it('says nothing of a sync before the issue, and something after it', async () => {
    const [draft, issued] = [await raw.invoice(), await raw.invoice('issued')];
    const sync = (id: string, value: string) =>
      raw.sql(`UPDATE invoice_states SET sync = $2 WHERE invoice_id = $1`, [id, value]);
    await refusedWith(['23514'], sync(draft, 'queued'), 'a draft on its way');
    await refusedWith(['23514'], sync(issued, 'none'), 'an issued one that goes nowhere');
    await refusedWith(['23514'], sync(issued, 'parked'), 'parked without an instant');
    await refusedWith(['23514'], sync(issued, 'lost'), 'an unknown word');
  });
});
