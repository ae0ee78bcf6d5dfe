import assert from 'node:assert/strict';
import { creditBalance } from '../../../src/billing/credit-balance.ts';
import { balanceAccountIdOf } from '../../../src/billing/ids.ts';
import { verifyAudit } from '../../../src/billing/verify-audit.ts';
import { useTestDatabase } from '../../support/database.ts';
import { flat, openBusiness, perDeparture } from '../business.ts';
import { assertBalanced, gained, grant, heldIn, openWallet, paidBills } from './support.ts';

describe('What a customer has with us pays their bills', () => {
  const books = useTestDatabase();
  const january = '2013-02-01T13:00:00Z';
  const issued = '2013-02-02T15:00:00Z';

  afterEach(async () => {
    await assertBalanced(books.database);
  });

  it('the gift before what was paid for', async () => {
    const business = await openBusiness(books.database);
    const customer = await business.customer('B6', { plan: await business.plan('base', [flat('100')]) });
    const wallet = await openWallet(books.database, customer, 'Prepaid');
    const paid = await grant(books.database, wallet, 5_000, { isPaid: true });
    const gift = await grant(books.database, wallet, 3_000);
    await business.invoice(january);
    // A draft shows it and takes nothing. 100.00 − 30.00 − 50.00.
    const [draft] = await paidBills(books.database, customer);
    assert.deepEqual([draft!.totalMinor, draft!.creditMinor], [2_000n, 8_000n]);
    assert.deepEqual([await heldIn(books.database, gift), await heldIn(books.database, paid)], [3_000n, 5_000n]);
    await business.scan(issued);
    const [bill] = await paidBills(books.database, customer);
    assert.deepEqual(bill!.credits, [
      { name: 'Prepaid', amountMinor: 3_000n },
      { name: 'Prepaid', amountMinor: 5_000n },
    ]);
    assert.deepEqual([bill!.lifecycle, bill!.totalMinor], ['issued', 2_000n]);
    assert.deepEqual([await heldIn(books.database, gift), await heldIn(books.database, paid)], [0n, 0n]);
    assert.equal(await gained(books.database, business.clockId, 'applied'), 8_000n);
  });

  it('the balance first, then wallets by their priority, in one what ends first', async () => {
    const business = await openBusiness(books.database);
    const customer = await business.customer('B6', { plan: await business.plan('base', [flat('100')]) });
    const later = await openWallet(books.database, customer, 'Later', { priority: 60 });
    const sooner = await openWallet(books.database, customer, 'Sooner', { priority: 10 });
    const open = await grant(books.database, sooner, 2_000);
    const inMay = await grant(books.database, sooner, 2_500, { endsAt: '2013-05-01T00:00:00Z' });
    const urgent = await grant(books.database, sooner, 1_000, { priority: 1, isPaid: true });
    const last = await grant(books.database, later, 9_000);
    const credit = { customerId: customer, currency: 'USD', amountMinor: 500n, reference: 'a note', invoiceId: null };
    await books.database.transaction((sql) => creditBalance(sql, [credit], 'test'));
    await business.invoice(january);
    await business.scan(issued);
    // 100.00 = 5.00 + (10.00 + 25.00 + 20.00) + 40.00 of 90.00
    const [bill] = await paidBills(books.database, customer);
    assert.deepEqual(bill!.credits, [
      { name: 'From your balance', amountMinor: 500n },
      { name: 'Sooner', amountMinor: 1_000n },
      { name: 'Sooner', amountMinor: 2_500n },
      { name: 'Sooner', amountMinor: 2_000n },
      { name: 'Later', amountMinor: 4_000n },
    ]);
    const left = [balanceAccountIdOf(customer, 'USD'), urgent, inMay, open, last];
    assert.deepEqual(await Promise.all(left.map((id) => heldIn(books.database, id))), [0n, 0n, 0n, 0n, 5_000n]);
    assert.deepEqual([bill!.lifecycle, bill!.totalMinor], ['issued', 0n]);
  });

  it('in its own currency only, and only from its begin on', async () => {
    const business = await openBusiness(books.database);
    const customer = await business.customer('B6', { plan: await business.plan('base', [flat('100')]) });
    const euros = await openWallet(books.database, customer, 'Euros', { currency: 'EUR' });
    await grant(books.database, euros, 10_000);
    const dollars = await openWallet(books.database, customer, 'Dollars');
    // January is issued on 2 February, and the grant begins on the 3rd.
    const coming = await grant(books.database, dollars, 10_000, { startsAt: '2013-02-03T00:00:00Z' });
    await business.invoice(january);
    await business.scan(issued);
    await business.invoice('2013-03-01T13:00:00Z');
    await business.scan('2013-03-02T15:00:00Z');
    const bills = await paidBills(books.database, customer);
    assert.deepEqual(
      bills.map(({ totalMinor, credits }) => [totalMinor, credits.length]),
      [
        [10_000n, 0],
        [0n, 1],
      ],
    );
    assert.equal(await heldIn(books.database, coming), 0n);
  });

  it('until it ends in the middle of a month: what was used before', async () => {
    const business = await openBusiness(books.database);
    const customer = await business.customer('B6', { plan: await business.plan('usage', [perDeparture('2')]) });
    const wallet = await openWallet(books.database, customer, 'Winter', { endsAt: '2013-01-10T00:00:00Z' });
    const ending = await grant(books.database, wallet, 4_000);
    const early = Array.from({ length: 5 }, (_, day) => ({ at: `2013-01-0${day + 1}T08:00:00Z` }));
    const late = Array.from({ length: 10 }, (_, day) => ({ at: `2013-01-${day + 11}T08:00:00Z` }));
    await business.use('B6', [...early, ...late]);
    await business.invoice(january);
    await business.scan(issued);
    // 15 departures at 2.00 are 30.00; 5 of them, 10.00, were before the 10th, whatever the grant still has.
    const [bill] = await paidBills(books.database, customer);
    assert.deepEqual([bill!.totalMinor, bill!.credits], [2_000n, [{ name: 'Winter', amountMinor: 1_000n }]]);
    assert.equal(await heldIn(books.database, ending), 3_000n);
    // February begins after its end.
    await business.use('B6', [{ at: '2013-02-05T08:00:00Z' }]);
    await business.invoice('2013-03-01T13:00:00Z');
    await business.scan('2013-03-02T15:00:00Z');
    const [, february] = await paidBills(books.database, customer);
    assert.deepEqual([february!.totalMinor, february!.credits], [200n, []]);
  });

  it('late usage before the end of a grant included', async () => {
    const business = await openBusiness(books.database);
    const customer = await business.customer('B6', { plan: await business.plan('usage', [perDeparture('2')]) });
    const wallet = await openWallet(books.database, customer, 'Winter', { endsAt: '2013-01-10T00:00:00Z' });
    await grant(books.database, wallet, 4_000);
    await business.use('B6', [{ at: '2013-01-05T08:00:00Z' }, { at: '2013-01-15T08:00:00Z' }]);
    await business.invoice(january);
    assert.equal((await paidBills(books.database, customer))[0]!.creditMinor, 200n);
    await business.use('B6', [{ at: '2013-01-06T08:00:00Z', id: 'late' }]);
    await business.scan(issued);
    // Three departures, two of them before the 10th.
    const [bill] = await paidBills(books.database, customer);
    assert.deepEqual([bill!.totalMinor, bill!.creditMinor], [200n, 400n]);
  });

  it('two bills of one run share it', async () => {
    const business = await openBusiness(books.database);
    const plan = await business.plan('base', [flat('80')]);
    const customer = await business.customer('B6', { plan });
    await business.subscribe(customer, plan, { billingGroup: 'cargo' });
    const wallet = await openWallet(books.database, customer, 'Prepaid');
    const account = await grant(books.database, wallet, 10_000);
    await business.invoice(january);
    await business.scan(issued);
    const bills = await paidBills(books.database, customer);
    assert.deepEqual(bills.map(({ creditMinor }) => creditMinor).sort(), [2_000n, 8_000n]);
    assert.equal(await heldIn(books.database, account), 0n);
  });

  it('and a draft that is held does not keep it from them', async () => {
    const business = await openBusiness(books.database);
    const plan = await business.plan('base', [flat('80')]);
    const customer = await business.customer('B6', { plan });
    await business.subscribe(customer, plan, { billingGroup: 'cargo' });
    const wallet = await openWallet(books.database, customer, 'Prepaid');
    await grant(books.database, wallet, 10_000);
    await business.invoice(january);
    const drafts = (await paidBills(books.database, customer)).sort((a, b) => (a.id < b.id ? -1 : 1));
    // The one whose turn would be the first.
    await books.database.query(`UPDATE invoice_states SET lifecycle = 'held' WHERE invoice_id = $1`, [drafts[0]!.id]);
    await business.scan(issued);
    const bills = await paidBills(books.database, customer);
    const of = (lifecycle: string) => bills.find((bill) => bill.lifecycle === lifecycle)!;
    assert.deepEqual([of('issued').creditMinor, of('held').creditMinor], [8_000n, 2_000n]);
  });

  it('never twice, however many bills of a customer are issued at once', async () => {
    const business = await openBusiness(books.database);
    const plan = await business.plan('base', [flat('80')]);
    const accounts: string[] = [];
    for (let index = 0; index < 12; index += 1) {
      const customer = await business.customer(`C${index}`, { plan });
      await business.subscribe(customer, plan, { billingGroup: 'cargo' });
      await business.subscribe(customer, plan, { billingGroup: 'mail' });
      const wallet = await openWallet(books.database, customer, 'Prepaid');
      accounts.push(await grant(books.database, wallet, 10_000), await grant(books.database, wallet, 5_000));
    }
    await business.invoice(january);
    // Pages of one and of a few, three of each under way, so that bills of one customer are in several transactions.
    await Promise.all([business.scan(issued, { limit: 1, atOnce: 3 }), business.scan(issued, { limit: 3, atOnce: 3 })]);
    const bills = await paidBills(books.database, business.clockId);
    assert.deepEqual([bills.length, new Set(bills.map(({ lifecycle }) => lifecycle))], [36, new Set(['issued'])]);
    // 12 customers: 3 × 80.00 due, 150.00 in the wallet, 90.00 left to pay.
    assert.equal(
      bills.reduce((sum, { creditMinor }) => sum + creditMinor, 0n),
      12n * 15_000n,
    );
    assert.equal(
      bills.reduce((sum, { totalMinor }) => sum + totalMinor, 0n),
      12n * 9_000n,
    );
    for (const account of accounts) assert.equal(await heldIn(books.database, account), 0n);
    assert.equal(await gained(books.database, business.clockId, 'applied'), 12n * 15_000n);
  }).timeout(60_000);

  it('and the history of each bill tells of it, in a page of many too', async () => {
    const business = await openBusiness(books.database);
    const plan = await business.plan('base', [flat('80')]);
    for (let index = 0; index < 25; index += 1) {
      const customer = await business.customer(`C${index}`, { plan });
      await grant(books.database, await openWallet(books.database, customer, 'Prepaid'), 1_000 + index);
    }
    await business.invoice(january);
    await business.scan(issued);
    const { rows } = await books.database.query<{ taken: string; actions: string[] }>(
      `SELECT max(a.detail #>> '{credits,0,amountMinor}') AS taken, array_agg(a.action ORDER BY a.sequence) AS actions
       FROM audit_log a JOIN invoices i ON i.id = a.subject_id WHERE i.clock_id = $1 GROUP BY i.id ORDER BY taken`,
      [business.clockId],
    );
    assert.deepEqual(
      rows.map(({ taken }) => taken),
      Array.from({ length: 25 }, (_, index) => String(1_000 + index)),
    );
    for (const { actions } of rows) assert.deepEqual(actions, ['generated', 'issued', 'credits booked']);
    assert.deepEqual((await verifyAudit(books.database)).faults, []);
  });
});
