import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { invoiceIdOf, lineIdOf } from '../../src/billing/ids.ts';
import { plainBill } from '../../src/store/bill-parts.ts';
import type { Customer } from '../../src/store/customers.ts';
import { insertDrafts } from '../../src/store/invoice-facts.ts';
import { standingOf, statusOf } from '../../src/store/invoice-status.ts';
import { openRun } from '../../src/store/runs.ts';
import { addCustomer } from '../support/books.ts';
import { assertProblem, useApi } from './support.ts';

describe('Invoices', () => {
  const api = useApi();
  let b6: Customer;
  let ua: Customer;
  let runId = '';
  let clockId = '';

  before(async () => {
    b6 = await addCustomer(api.database, 'B6');
    ua = await addCustomer(api.database, 'UA');
    clockId = (await api.get('/v1/clocks/sample')).body.id;
    const cutoffAt = new Date('2013-06-01T13:00:00Z');
    const run = { id: randomUUID(), clockId, kind: 'invoicing' as const, cutoffAt, workflowId: 'test' };
    runId = (await openRun(api.database, run)).id;
    for (const month of [1, 2, 3, 4, 5]) {
      await draft(b6, month);
      await draft(ua, month);
    }
  });

  /** A draft of USD 1,234.50: a fee and 30 departures. */
  async function draft(customer: Customer, month: number): Promise<string> {
    const periodStartAt = new Date(Date.UTC(2013, month - 1, 1, 5));
    const periodEndAt = new Date(Date.UTC(2013, month, 1, 5));
    const key = {
      customerId: customer.id,
      currency: 'USD',
      billingGroup: '',
      periodStartAt,
      periodEndAt,
      purpose: 'period',
    };
    const id = invoiceIdOf(key, 1);
    const cutoffAt = new Date(Date.UTC(2013, month, 1, 13));
    const line = {
      invoiceId: id,
      subscriptionId: null,
      priceId: null,
      eventCount: 30n,
      skippedCount: 2n,
      working: [],
      group: null,
      periodId: null,
      billableQuantity: '30',
      quantity: '30.0',
      discountMinor: 0n,
      taxMinor: 0n,
      inclusiveTaxMinor: 0n,
    };
    await api.database.transaction(async (sql) => {
      await insertDrafts(sql, [
        {
          ...key,
          id,
          revision: 1,
          clockId,
          zone: customer.zone,
          runId,
          cutoffAt,
          dueAt: new Date(cutoffAt.getTime() + 86_400_000),
          usageCutAt: cutoffAt,
          bill: plainBill(123_450n),
          lines: [
            {
              ...line,
              id: lineIdOf(id, 1),
              position: 1,
              priceKey: 'base',
              description: 'Base fee',
              meterKey: null,
              exactAmount: '34.50',
              amountMinor: 3_450n,
            },
            {
              ...line,
              id: lineIdOf(id, 2),
              position: 2,
              priceKey: 'departures',
              description: 'Departures',
              meterKey: 'departures',
              exactAmount: '1200.000',
              amountMinor: 120_000n,
            },
          ],
        },
      ]);
    });
    return id;
  }

  const idOf = async (customer: Customer, month: number): Promise<string> => {
    const { body } = await api.get(`/v1/invoices?customer=${customer.externalId}`);
    return body.data.find((one: { periodStartAt: string }) => new Date(one.periodStartAt).getUTCMonth() === month - 1)
      .id;
  };

  it('are shown with facts, states, a sentence and their lines', async () => {
    const { status, body } = await api.get(`/v1/invoices/${await idOf(b6, 1)}`);
    assert.equal(status, 200);
    assert.equal(body.status, 'Draft, becomes final on 2 Feb 2013');
    assert.deepEqual([body.totalMinor, body.currency, body.total], [123_450, 'USD', 'USD 1,234.50']);
    assert.deepEqual([body.customerId, body.customerExternalId, body.clock], [b6.id, 'B6', 'sample']);
    assert.deepEqual([body.periodStartAt, body.periodEndAt], ['2013-01-01T05:00:00.000Z', '2013-02-01T05:00:00.000Z']);
    assert.deepEqual(body.copies, []);
    assert.deepEqual(
      body.lines.map((line: Record<string, unknown>) => [
        line['position'],
        line['quantity'],
        line['exactAmount'],
        line['amountMinor'],
        line['amount'],
      ]),
      [
        [1, '30', '34.5', 3_450, 'USD 34.50'],
        [2, '30', '1200', 120_000, 'USD 1,200.00'],
      ],
    );
    assert.equal(body.lines[1].skippedCount, 2);
  });

  it('are listed newest period first, page by page, each once', async () => {
    const seen: { id: string; periodStartAt: string }[] = [];
    let cursor = '';
    do {
      const { body } = await api.get(`/v1/invoices?limit=3${cursor}`);
      seen.push(...body.data);
      cursor = body.nextCursor === null ? '' : `&cursor=${body.nextCursor}`;
    } while (cursor !== '' && seen.length < 100);
    assert.equal(seen.length, 10);
    assert.equal(new Set(seen.map(({ id }) => id)).size, 10);
    const starts = seen.map(({ periodStartAt }) => periodStartAt);
    assert.deepEqual(starts, [...starts].sort().reverse());
  });

  it('are filtered by customer, clock, states and number', async () => {
    const id = await idOf(b6, 2);
    await api.database.transaction(async (sql) => {
      await sql.query(`UPDATE invoices SET number = 'SAMPLE-1', issued_at = due_at WHERE id = $1`, [id]);
      await sql.query(
        `UPDATE invoice_states SET lifecycle = 'issued', sync = 'parked', parked_at = now(), parking_number = 1,
           failure_code = 'stripe-refused', failure_reason = 'Stripe refused it.' WHERE invoice_id = $1`,
        [id],
      );
    });
    const idsAt = async (query: string) =>
      (await api.get(`/v1/invoices?${query}`)).body.data.map((invoice: { id: string }) => invoice.id);
    assert.equal((await idsAt(`customer=${ua.id}`)).length, 5);
    assert.equal((await idsAt('clock=sample')).length, 10);
    assert.equal((await idsAt('clock=real')).length, 0);
    assert.equal((await idsAt('lifecycle=draft&customer=B6')).length, 4);
    assert.deepEqual(await idsAt('sync=parked'), [id]);
    assert.deepEqual(await idsAt('number=SAMPLE-1'), [id]);

    const { body } = await api.get(`/v1/invoices/${id}`);
    assert.equal(body.status, 'Issued, waiting for one of us to look at it');
    assert.deepEqual([body.parked.parkingNumber, body.parked.code], [1, 'stripe-refused']);
  });

  it('are not found under made-up ids and filters, which is said', async () => {
    assertProblem(await api.get(`/v1/invoices/${randomUUID()}`), 404, 'not-found', 'id');
    assertProblem(await api.get('/v1/invoices/SAMPLE-1'), 404, 'not-found', 'id');
    assertProblem(await api.get('/v1/invoices?customer=nobody'), 404, 'not-found', 'customer');
    assertProblem(await api.get('/v1/invoices?clock=sundial'), 404, 'not-found', 'clock');
    assertProblem(await api.get('/v1/invoices?lifecycle=lost'), 400, 'request-invalid', 'lifecycle');
    assertProblem(await api.get('/v1/invoices?cursor=WyJhIiwiYiJd'), 400, 'request-invalid', 'cursor');
  });

  it('have a sentence for each standing', () => {
    const draft = {
      lifecycle: 'draft',
      payment: 'none',
      sync: 'none',
      zone: 'America/New_York',
      // 1 February, 22:30 in New York.
      dueAt: new Date('2013-02-02T03:30:00Z'),
      paymentDueOn: null,
    } as const;
    const issued = { ...draft, lifecycle: 'issued', sync: 'queued' } as const;
    assert.equal(statusOf(draft), 'Draft, becomes final on 1 Feb 2013');
    assert.equal(statusOf({ ...draft, today: '2013-02-01' }), 'Draft, becomes final on 1 Feb 2013');
    assert.equal(statusOf({ ...draft, today: '2013-02-02' }), 'Draft, becomes final soon');
    assert.equal(standingOf({ ...draft, today: '2013-02-02' }), 'becoming-final');
    assert.equal(statusOf({ ...draft, lifecycle: 'held' }), 'Draft, being checked before it becomes final');
    assert.equal(statusOf({ ...draft, lifecycle: 'skipped' }), 'Nothing to pay for this period');
    assert.equal(statusOf({ ...draft, lifecycle: 'void' }), 'Cancelled, nothing is to be paid');
    assert.equal(statusOf(issued), 'Issued, on its way to Stripe');
    assert.equal(
      statusOf({ ...issued, sync: 'synced', paymentDueOn: '2013-03-04' }),
      'Issued, to be paid by 4 Mar 2013',
    );
    assert.equal(statusOf({ ...issued, sync: 'synced' }), 'Issued, waiting for payment');
    assert.equal(statusOf({ ...issued, sync: 'synced', payment: 'paid' }), 'Paid');
  });

  it('say when and how much was paid, and that the day is over', () => {
    const issued = {
      lifecycle: 'issued',
      payment: 'unpaid',
      sync: 'synced',
      zone: 'America/New_York',
      dueAt: new Date('2013-02-02T13:00:00Z'),
      paymentDueOn: '2013-03-04',
    } as const;
    assert.equal(statusOf({ ...issued, today: '2013-03-04' }), 'Issued, to be paid by 4 Mar 2013');
    const overdue = { ...issued, today: '2013-03-05' };
    assert.equal(statusOf(overdue), 'Overdue, was to be paid by 4 Mar 2013');
    assert.equal(standingOf(overdue), 'overdue');
    assert.equal(standingOf({ ...overdue, payment: 'partly_paid' }), 'partly-paid');
    assert.equal(standingOf({ ...overdue, wanted: 'void' }), 'being-cancelled');
    assert.equal(
      statusOf({ ...issued, payment: 'paid', paidAt: new Date('2013-03-02T02:00:00Z') }),
      'Paid on 1 Mar 2013',
    );
    const paid = { amount: 'USD 40.00', total: 'USD 100.00', isNothing: false };
    assert.equal(
      statusOf({ ...issued, payment: 'partly_paid', paid }),
      'Paid in part (USD 40.00 of USD 100.00), the rest is to be paid by 4 Mar 2013',
    );
    assert.equal(
      statusOf({ ...overdue, payment: 'partly_paid', paid }),
      'Paid in part (USD 40.00 of USD 100.00), the rest was to be paid by 4 Mar 2013',
    );
    assert.equal(statusOf({ ...issued, payment: 'uncollectible', paid }), 'Closed with USD 40.00 of USD 100.00 paid');
    const nothing = { ...paid, amount: 'USD 0.00', isNothing: true };
    assert.equal(statusOf({ ...issued, payment: 'uncollectible', paid: nothing }), 'Closed without payment');
  });
});
