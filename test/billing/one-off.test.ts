import assert from 'node:assert/strict';
import { findNextDue } from '../../src/billing/find-next-due.ts';
import { orderOneOff } from '../../src/billing/order-one-off.ts';
import { addPendingItem, removePendingItem } from '../../src/billing/pending-item-orders.ts';
import { expectBill } from '../../src/billing/preview/expect-bill.ts';
import { createTaxRate } from '../../src/billing/tax/create-tax-rate.ts';
import { findInvoice } from '../../src/store/whole-invoice.ts';
import { useTestDatabase } from '../support/database.ts';
import { type Business, flat, invoicesOf, openBusiness } from './business.ts';

describe('One-off invoices', () => {
  const books = useTestDatabase();
  let business: Business;
  let customerId = '';

  beforeEach(async () => {
    business = await openBusiness(books.database);
    const plan = await business.plan('base', [flat('100')]);
    customerId = await business.customer('QF', { plan, zone: 'Australia/Sydney', startsAt: '2013-06-01T00:00:00Z' });
  });

  const order = (requestId: string, more: object = {}) =>
    orderOneOff(
      books.database,
      { customer: customerId, requestId, lines: [{ description: 'Set-up', amount: '250' }], reason: 'Agreed', ...more },
      'test',
    );

  it('are drafts until the due scan issues them, with their own terms', async () => {
    // 3 × 83.335 = 250.005, which is 250.01 rounded once; 250.01 + 10.00 − 5.00 = 255.01.
    const lines = [
      { description: 'Gates', quantity: '3', unitAmount: '83.335' },
      { description: 'Travel', amount: '10.00' },
      { description: 'Rebate', amount: '-5' },
    ];
    const { id, created } = await order('gates', { lines, memo: 'For gate 4', paymentTermsDays: 3 });
    assert.equal(created, true);
    const draft = await findInvoice(books.database, id);
    assert.deepEqual(
      [draft?.invoice.lifecycle, draft?.invoice.purpose, draft?.invoice.totalMinor, draft?.parties.memo],
      ['draft', 'one-off:gates', 25_501, 'For gate 4'],
    );
    assert.deepEqual(
      draft?.lines.map(({ description, quantity, exactAmount, amountMinor }) => [
        description,
        quantity,
        exactAmount,
        amountMinor,
      ]),
      [
        ['Gates', '3', '250.005', 25_001],
        ['Travel', null, '10', 1_000],
        ['Rebate', null, '-5', -500],
      ],
    );
    // Midnight of 1 January in UTC is 11:00 in Sydney: it is for that day there.
    assert.equal(draft?.invoice.periodStartAt.toISOString(), '2012-12-31T13:00:00.000Z');
    assert.equal(draft?.invoice.periodEndAt.toISOString(), '2013-01-01T13:00:00.000Z');

    assert.deepEqual(await findNextDue(books.database, business.clockId, new Date('2013-02-01T00:00:00Z')), {
      kind: 'due-scan',
      at: new Date('2013-01-01T15:00:00Z'),
    });
    assert.equal((await business.scan('2013-01-01T15:00:00Z')).issued, 1);
    const issued = await findInvoice(books.database, id);
    assert.equal(issued?.invoice.number, `${business.numberPrefix}-000001`);
    // Issued at 02:00 on the 2nd in Sydney, and three days.
    assert.equal(issued?.invoice.paymentDueOn, '2013-01-05');
  });

  it('are made once for a request id, also by two at once', async () => {
    const made = await Promise.all([order('twice'), order('twice'), order('twice')]);
    assert.equal(new Set(made.map(({ id }) => id)).size, 1);
    assert.equal(made.filter(({ created }) => created).length, 1);
    await assert.rejects(order('twice', { memo: 'Other' }), { code: 'conflict' });
    await business.scan('2013-01-01T15:00:00Z');
    assert.deepEqual(await order('twice'), { id: made[0]?.id, created: false });
    assert.equal((await invoicesOf(books.database, customerId)).length, 1);
  });

  it('wait for the instant that they are for', async () => {
    await order('later', { dueAt: '2013-01-03T16:00:00Z' });
    assert.equal((await business.scan('2013-01-03T15:00:00Z')).issued, 0);
    assert.equal((await business.scan('2013-01-04T15:00:00Z')).issued, 1);
  });

  it('have the taxes that their lines name, at the issue as in the draft', async () => {
    for (const [key, percentage] of [
      ['vat-19', '19'],
      ['vat-7', '7'],
    ] as const) {
      await createTaxRate(books.database, { key, name: 'VAT', percentage, country: 'DE' }, 'test');
    }
    const lines = [
      { description: 'Gate', amount: '100', taxRates: ['vat-19'] },
      { description: 'Book', amount: '10', taxRates: ['vat-7'] },
      { description: 'Deposit', amount: '50', taxRates: [] },
    ];
    const { id } = await order('taxed', { lines });
    // 19.00 + 0.70 on 160.00.
    assert.equal((await findInvoice(books.database, id))?.invoice.totalMinor, 17_970);
    await business.scan('2013-01-01T15:00:00Z');
    const issued = await findInvoice(books.database, id);
    assert.deepEqual([issued?.invoice.lifecycle, issued?.invoice.totalMinor], ['issued', 17_970]);
    assert.deepEqual(
      issued?.parts.taxes.map(({ key, taxableMinor, amountMinor }) => [key, taxableMinor, amountMinor]),
      [
        ['vat-19', 10_000, 1_900],
        ['vat-7', 1_000, 70],
      ],
    );
    const unknown = [{ description: 'Gate', amount: '1', taxRates: ['none'] }];
    await assert.rejects(order('unknown', { lines: unknown }), {
      code: 'tax-rate-unknown',
      field: 'lines[0].taxRates[0]',
    });
  });

  it('are refused over nothing, in other currencies and by halves', async () => {
    const refused = async (more: object, code: string, field: string) =>
      await assert.rejects(order('bad', more), { code, field });
    await refused({ lines: [{ description: 'Rebate', amount: '-1' }] }, 'request-invalid', 'lines');
    await refused({ lines: [{ description: 'Cent', amount: '0.001' }] }, 'request-invalid', 'lines[0].amount');
    await refused(
      { lines: [{ description: 'Both', amount: '1', quantity: '1' }] },
      'request-invalid',
      'lines[0].amount',
    );
    await refused({ lines: [{ description: 'Half', quantity: '1' }] }, 'request-invalid', 'lines[0].amount');
    await refused({ currency: 'EUR' }, 'currency-mismatch', 'currency');
    await refused({ customer: 'nobody' }, 'not-found', 'customer');
    await refused({ reason: ' ' }, 'request-invalid', 'reason');
    await refused(
      { servicePeriod: { startAt: '2013-02-01T00:00:00Z', endAt: '2013-02-01T00:00:00Z' } },
      'request-invalid',
      'servicePeriod.endAt',
    );
    assert.equal((await invoicesOf(books.database, customerId)).length, 0);
  });
});

describe('Pending items', () => {
  const books = useTestDatabase();
  let business: Business;
  let plan = '';

  beforeEach(async () => {
    business = await openBusiness(books.database);
    plan = await business.plan('base', [flat('100')]);
  });

  const add = async (customer: string, requestId: string, amount: string, more: object = {}) =>
    await addPendingItem(books.database, { customer, requestId, description: requestId, amount, ...more }, 'test');
  const linesOf = async (id: string) =>
    (await findInvoice(books.database, id))?.lines.map(
      ({ description, amountMinor }) => `${description} ${amountMinor}`,
    );
  const liveOf = async (customerId: string) =>
    (await invoicesOf(books.database, customerId)).filter(({ lifecycle }) => lifecycle !== 'void');

  it('join the next bill of their group, and the draft until it is issued', async () => {
    const customerId = await business.customer('B6', { plan });
    await business.subscribe(customerId, plan, { billingGroup: 'cargo' });
    await add(customerId, 'gate', '25');
    await add(customerId, 'crane', '7.50', { billingGroup: 'cargo' });
    await business.invoice('2013-02-01T13:00:00Z');
    const [plain, cargo] = await liveOf(customerId);
    assert.ok(plain && cargo);
    assert.deepEqual(await linesOf(plain.id), ['Base fee 10000', 'gate 2500']);
    assert.deepEqual(await linesOf(cargo.id), ['Base fee 10000', 'crane 750']);

    await add(customerId, 'late', '-5');
    assert.deepEqual(await linesOf(plain.id), ['Base fee 10000', 'gate 2500'], 'it joins when the draft is rebuilt');
    await business.scan('2013-02-02T15:00:00Z');
    assert.deepEqual(await linesOf(plain.id), ['Base fee 10000', 'gate 2500', 'late -500']);
    // 100 + 25 − 5 = 120.
    assert.equal((await liveOf(customerId))[0]?.totalMinor, 12_000n);

    await add(customerId, 'next', '1');
    await business.invoice('2013-03-01T13:00:00Z');
    const march = (await liveOf(customerId)).filter(({ lifecycle }) => lifecycle === 'draft');
    assert.deepEqual(await linesOf(march[0]?.id ?? ''), ['Base fee 10000', 'next 100']);
  });

  it('have taxes of their own, and are in the bill that is expected', async () => {
    await createTaxRate(books.database, { key: 'gst-10', name: 'GST', percentage: '10', country: 'AU' }, 'test');
    const customerId = await business.customer('B6', { plan });
    await add(customerId, 'gate', '25', { taxRates: ['gst-10'] });
    await assert.rejects(add(customerId, 'other', '1', { taxRates: ['none'] }), { code: 'tax-rate-unknown' });
    const { rows } = await books.database.query<{ id: string }>('SELECT id FROM subscriptions WHERE customer_id = $1', [
      customerId,
    ]);
    // 100 without tax, 25 and 2.50.
    const expected = await expectBill(books.database, rows[0]!.id);
    assert.equal(expected.totalMinor, 12_750);
    await business.invoice('2013-02-01T13:00:00Z');
    assert.equal((await liveOf(customerId))[0]?.totalMinor, 12_750n);
    await business.scan('2013-02-02T15:00:00Z');
    const [issued] = await liveOf(customerId);
    assert.deepEqual([issued?.lifecycle, issued?.totalMinor], ['issued', 12_750n]);
  });

  it('wait again when their invoice is void, and never leave one that is issued', async () => {
    const customerId = await business.customer('B6', { plan });
    const { item } = await add(customerId, 'gate', '25');
    await business.invoice('2013-02-01T13:00:00Z');
    await business.scan('2013-02-02T15:00:00Z');
    const [january] = await liveOf(customerId);
    await assert.rejects(
      books.database.query('UPDATE pending_items SET invoice_id = NULL, line_id = NULL WHERE id = $1', [item.id]),
      /is billed with invoice/,
    );
    await assert.rejects(
      removePendingItem(books.database, { customer: customerId, itemId: item.id, reason: 'Twice' }, 'test'),
      { code: 'item-billed' },
    );
    await books.database.query(`UPDATE invoice_states SET lifecycle = 'void', payment = 'none' WHERE invoice_id = $1`, [
      january?.id,
    ]);
    await business.invoice('2013-03-01T13:00:00Z');
    const [february] = await liveOf(customerId);
    assert.deepEqual(await linesOf(february?.id ?? ''), ['Base fee 10000', 'gate 2500']);
  });

  it('of a customer without a bill get one of their own from the monthly run, once', async () => {
    const customerId = await business.customer('LH', { plan, startsAt: '2013-09-01T00:00:00Z', zone: 'Europe/Berlin' });
    await add(customerId, 'gate', '25');
    await add(customerId, 'rebate', '-30');
    await add(customerId, 'ladder', '12');
    await business.scan('2013-01-02T15:00:00Z');
    // Where something of another customer is billed on a test clock in the middle of the month, they go on waiting.
    assert.equal((await business.invoice('2013-01-15T10:00:00Z')).generated, 0);
    assert.deepEqual(await findNextDue(books.database, business.clockId, new Date('2013-04-01T00:00:00Z')), {
      kind: 'invoicing',
      at: new Date('2013-02-01T13:00:00Z'),
    });
    const [one, two] = await Promise.all([
      business.invoice('2013-02-01T13:00:00Z'),
      business.invoice('2013-02-01T13:00:00Z'),
    ]);
    assert.equal(one.generated + two.generated, 1);
    const [draft, ...others] = await liveOf(customerId);
    assert.deepEqual(others, []);
    assert.deepEqual(await linesOf(draft?.id ?? ''), ['gate 2500', 'rebate -3000', 'ladder 1200']);
    // January in Berlin.
    assert.equal(draft?.periodStartAt.toISOString(), '2012-12-31T23:00:00.000Z');
    assert.equal(draft?.dueAt.toISOString(), '2013-02-02T13:00:00.000Z');
    await add(customerId, 'later', '3');
    assert.equal((await business.invoice('2013-02-01T13:00:00Z')).generated, 0, 'what came since waits');
    assert.equal((await business.scan('2013-02-02T15:00:00Z')).issued, 1);
    assert.equal((await liveOf(customerId))[0]?.totalMinor, 700n);
    assert.equal((await business.invoice('2013-03-01T13:00:00Z')).generated, 1);
  });

  it('that give back more than there is are carried to the balance', async () => {
    const customerId = await business.customer('LH', { plan, startsAt: '2013-09-01T00:00:00Z' });
    await add(customerId, 'rebate', '-30');
    await business.invoice('2013-02-01T13:00:00Z');
    assert.equal((await business.scan('2013-02-02T15:00:00Z')).issued, 1);
    const [draft] = await liveOf(customerId);
    const view = await findInvoice(books.database, draft?.id ?? '');
    assert.deepEqual([view?.invoice.totalMinor, view?.invoice.carriedMinor, view?.invoice.payment], [0, 3_000, 'paid']);
  });

  it('are each on one bill when two runs and a scan ask for them at once', async () => {
    const customers = await Promise.all(['A', 'B', 'C', 'D'].map((name) => business.customer(name, { plan })));
    await business.invoice('2013-02-01T13:00:00Z');
    for (const customerId of customers) {
      await Promise.all([1, 2, 3].map((index) => add(customerId, `item ${index}`, `${index}`)));
    }
    await Promise.all([
      business.invoice('2013-03-01T13:00:00Z', { limit: 2, atOnce: 2 }),
      business.invoice('2013-03-01T13:00:00Z', { limit: 1, atOnce: 2 }),
      business.scan('2013-03-01T15:00:00Z', { limit: 1, atOnce: 2 }),
    ]);
    await business.scan('2013-03-02T15:00:00Z');
    for (const customerId of customers) {
      // Two months of 100, and 1 + 2 + 3.
      const totals = (await liveOf(customerId)).reduce((sum, { totalMinor }) => sum + totalMinor, 0n);
      assert.equal(totals, 20_600n);
    }
  });

  it('are kept under their request ids, and can be taken away as long as they wait', async () => {
    const customerId = await business.customer('B6', { plan });
    const first = await add(customerId, 'gate', '25');
    assert.deepEqual(await add(customerId, 'gate', '25.00'), { item: first.item, created: false });
    await assert.rejects(add(customerId, 'gate', '26'), { code: 'conflict', field: 'amount' });
    const removal = { customer: customerId, itemId: first.item.id, reason: 'Ordered twice' };
    await removePendingItem(books.database, removal, 'test');
    await assert.rejects(removePendingItem(books.database, removal, 'test'), { code: 'not-found' });
    const { rows } = await books.database.query<{ action: string }>(
      `SELECT action FROM audit_log WHERE subject_id = $1 AND action LIKE 'pending item%' ORDER BY sequence`,
      [customerId],
    );
    assert.deepEqual(
      rows.map(({ action }) => action),
      ['pending item added', 'pending item removed'],
    );
  });
});
