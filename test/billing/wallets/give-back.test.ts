import assert from 'node:assert/strict';
import { balanceAccountIdOf } from '../../../src/billing/ids.ts';
import { bookCredits } from '../../../src/billing/terms/credits.ts';
import { reverseCredits } from '../../../src/billing/terms/reverse-credits.ts';
import { useTestDatabase } from '../../support/database.ts';
import { flat, openBusiness, perDeparture } from '../business.ts';
import { assertBalanced, expire, gained, grant, heldIn, openWallet, paidBills } from './support.ts';

describe('What ends and what is voided', () => {
  const books = useTestDatabase();
  const january = '2013-02-01T13:00:00Z';
  const issued = '2013-02-02T15:00:00Z';
  const voidOf = (id: string) =>
    books.database.transaction(async (sql) => {
      await sql.query(`UPDATE invoice_states SET lifecycle = 'void', payment = 'none' WHERE invoice_id = $1`, [id]);
      await reverseCredits(sql, [id]);
    });

  afterEach(async () => {
    await assertBalanced(books.database);
  });

  it('a void gives back to the accounts that it was taken from, once', async () => {
    const business = await openBusiness(books.database);
    const customer = await business.customer('B6', { plan: await business.plan('base', [flat('100')]) });
    const wallet = await openWallet(books.database, customer, 'Prepaid');
    const gift = await grant(books.database, wallet, 3_000);
    const paid = await grant(books.database, wallet, 9_000, { isPaid: true });
    await business.invoice(january);
    await business.scan(issued);
    const [bill] = await paidBills(books.database, customer);
    assert.deepEqual([await heldIn(books.database, gift), await heldIn(books.database, paid)], [0n, 2_000n]);
    await voidOf(bill!.id);
    await books.database.transaction((sql) => reverseCredits(sql, [bill!.id]));
    assert.deepEqual([await heldIn(books.database, gift), await heldIn(books.database, paid)], [3_000n, 9_000n]);
    assert.equal(await gained(books.database, business.clockId, 'applied'), 0n);
    // February is paid with it.
    await business.invoice('2013-03-01T13:00:00Z');
    await business.scan('2013-03-02T15:00:00Z');
    const [, february] = await paidBills(books.database, customer);
    assert.deepEqual([february!.totalMinor, february!.creditMinor], [0n, 10_000n]);
  });

  it('what has ended is taken away once all is issued that it could pay, and not before', async () => {
    const business = await openBusiness(books.database);
    const customer = await business.customer('B6', { plan: await business.plan('usage', [perDeparture('2')]) });
    const wallet = await openWallet(books.database, customer, 'Winter');
    const ended = await grant(books.database, wallet, 4_000, { endsAt: '2013-01-10T00:00:00Z' });
    const others: string[] = [];
    for (let index = 0; index < 4; index += 1) others.push(await grant(books.database, wallet, 1_000));
    await business.use('B6', [{ at: '2013-01-05T08:00:00Z' }]);
    const { clockId } = business;
    assert.equal(await expire(books.database, clockId, '2013-01-15T15:00:00Z'), 0, 'January is not laid out yet');
    await business.invoice(january);
    assert.equal(await expire(books.database, clockId, january), 0, 'January is a draft');
    await business.scan(issued);
    assert.equal(await heldIn(books.database, ended), 3_800n);
    assert.equal(await expire(books.database, clockId, '2013-01-09T15:00:00Z'), 0, 'it had not ended then');
    const both = await Promise.all([1, 2].map(() => expire(books.database, clockId, issued)));
    assert.deepEqual(both.sort(), [0, 1]);
    assert.deepEqual(
      [await heldIn(books.database, ended), await gained(books.database, clockId, 'expired')],
      [0n, 3_800n],
    );
    for (const open of others) assert.equal(await heldIn(books.database, open), 1_000n);
  });

  it('a void gives back to a grant that has been emptied, and the next scan takes it again', async () => {
    const business = await openBusiness(books.database);
    const customer = await business.customer('B6', { plan: await business.plan('base', [flat('10')]) });
    const wallet = await openWallet(books.database, customer, 'January', { endsAt: '2013-02-01T00:00:00Z' });
    const account = await grant(books.database, wallet, 4_000);
    await business.invoice(january);
    await business.scan(issued);
    assert.equal(await expire(books.database, business.clockId, issued), 1);
    const [bill] = await paidBills(books.database, customer);
    assert.equal(bill!.creditMinor, 1_000n);
    await voidOf(bill!.id);
    assert.equal(await heldIn(books.database, account), 1_000n);
    assert.equal(await expire(books.database, business.clockId, issued), 1);
    assert.equal(await heldIn(books.database, account), 0n);
    // 30.00 that were left, and the 10.00 that came back.
    assert.equal(await gained(books.database, business.clockId, 'expired'), 4_000n);
  });

  it('what was carried is taken back with its invoice; what is spent of it is on the next bill', async () => {
    const business = await openBusiness(books.database);
    const plan = await business.plan('base', [flat('6')]);
    const customer = await business.customer('B6', { plan });
    await business.invoice(january);
    await business.scan(issued);
    const [first] = await paidBills(books.database, customer);
    // As if it had come to 10.00 less than nothing.
    const carried = {
      id: first!.id,
      source: 'carried',
      accountId: null,
      name: 'Carried',
      amountMinor: -1_000n,
    } as const;
    await books.database.transaction((sql) =>
      bookCredits(sql, [{ invoiceId: first!.id, customerId: customer, currency: 'USD', credits: [carried] }], 'test'),
    );
    const balance = balanceAccountIdOf(customer, 'USD');
    assert.equal(await heldIn(books.database, balance), 1_000n);
    await business.invoice('2013-03-01T13:00:00Z');
    await business.scan('2013-03-02T15:00:00Z');
    assert.equal(await heldIn(books.database, balance), 400n, '6.00 of it paid February');
    await voidOf(first!.id);
    await books.database.transaction((sql) => reverseCredits(sql, [first!.id]));
    assert.equal(await heldIn(books.database, balance), 0n);
    assert.equal(await gained(books.database, business.clockId, 'carried'), -600n);
    const { rows } = await books.database.query(
      `SELECT amount_minor, source_kind, source_id, tax_rates FROM pending_items WHERE customer_id = $1`,
      [customer],
    );
    assert.deepEqual(rows, [{ amount_minor: 600n, source_kind: 'correction', source_id: first!.id, tax_rates: [] }]);
  });

  it('two voids at once take no more from a balance than is in it', async () => {
    const business = await openBusiness(books.database);
    const customer = await business.customer('B6', { plan: await business.plan('base', [flat('6')]) });
    await business.invoice(january);
    await business.scan(issued);
    await business.invoice('2013-03-01T13:00:00Z');
    await business.scan('2013-03-02T15:00:00Z');
    const [one, two] = await paidBills(books.database, customer);
    for (const { id } of [one!, two!]) {
      const credits = [{ id, source: 'carried', accountId: null, name: 'Carried', amountMinor: -1_000n } as const];
      await books.database.transaction((sql) =>
        bookCredits(sql, [{ invoiceId: id, customerId: customer, currency: 'USD', credits }], 'test'),
      );
    }
    // 20.00 carried, of which March takes 6.00.
    await business.invoice('2013-04-01T13:00:00Z');
    await business.scan('2013-04-02T15:00:00Z');
    await Promise.all([voidOf(one!.id), voidOf(two!.id)]);
    assert.equal(await heldIn(books.database, balanceAccountIdOf(customer, 'USD')), 0n);
    const { rows } = await books.database.query<{ sum: string }>(
      `SELECT sum(amount_minor) AS sum FROM pending_items WHERE customer_id = $1`,
      [customer],
    );
    assert.equal(rows[0]!.sum, '600');
  });
});
