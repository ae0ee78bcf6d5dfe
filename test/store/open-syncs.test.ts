import assert from 'node:assert/strict';
import { countSyncs, hasOpenSync } from '../../src/store/sync.ts';
import { flat, invoicesOf, issuedInvoices, openBusiness } from '../billing/business.ts';
import { useTestDatabase } from '../support/database.ts';

describe('hasOpenSync', () => {
  const books = useTestDatabase();
  let [id, clockId] = ['', ''];

  before(async () => {
    [id = ''] = await issuedInvoices(books.database, 1);
    const { rows } = await books.database.query<{ clock: string }>(
      `SELECT clock_id AS clock FROM invoices WHERE id = $1`,
      [id],
    );
    clockId = rows[0]!.clock;
  });

  const states: [change: string, isOpen: boolean][] = [
    [`sync = 'pending'`, true],
    [`sync = 'queued'`, true],
    [`sync = 'syncing'`, true],
    [`sync = 'backing_off'`, true],
    [`sync = 'parked', parked_at = now()`, false],
    [`sync = 'synced', parked_at = NULL`, false],
    // Whatever its sync says, nobody waits for it any more; this comes last, as there is no way back.
    [`sync = 'queued', lifecycle = 'void'`, false],
  ];
  for (const [change, isOpen] of states) {
    it(`is ${isOpen} with an invoice whose ${change}`, async () => {
      await books.database.query(`UPDATE invoice_states SET ${change} WHERE invoice_id = $1`, [id]);
      assert.equal(await hasOpenSync(books.database, clockId), isOpen);
      assert.equal((await countSyncs(books.database, clockId)).open > 0, isOpen);
    });
  }

  it('sees neither drafts nor the invoices of other clocks', async () => {
    await issuedInvoices(books.database, 1);
    const business = await openBusiness(books.database);
    await business.customer('B6', { plan: await business.plan('base', [flat('1')]) });
    await business.invoice('2013-02-01T13:00:00Z');
    assert.equal((await invoicesOf(books.database, business.clockId)).length, 1);
    assert.equal(await hasOpenSync(books.database, business.clockId), false);
  });
});
