import assert from 'node:assert/strict';
import { invoiceIdOf, lineIdOf } from '../../src/billing/ids.ts';
import { type InvoiceBill, plainBill } from '../../src/store/bill-parts.ts';
import { findClock } from '../../src/store/clocks.ts';
import { type InvoiceLine, insertDrafts } from '../../src/store/invoice-facts.ts';
import { issueDrafts } from '../../src/store/invoice-issue.ts';
import { reconcile } from '../billing/reconciliation/support.ts';
import { addCustomer } from '../support/books.ts';
import { usd, useTarget } from './support.ts';

type Wanted = { priceId: string | null; priceKey: string; description: string; amountMinor: bigint; taxMinor?: bigint };

describe('an invoice of more lines than Stripe takes', function () {
  this.timeout(60_000);
  const target = useTarget();
  let customers = 0;

  /** Issued with these lines, 10 % on those that have a tax, and so much from the balance. */
  async function issue(wanted: readonly Wanted[], creditMinor = 0n) {
    customers += 1;
    const { id: customerId } = await addCustomer(target.database, `long-${customers}`);
    const clock = await findClock(target.database, 'sample');
    assert.ok(clock);
    const [periodStartAt, periodEndAt] = [new Date('2012-12-01T05:00:00Z'), new Date('2013-01-01T05:00:00Z')];
    const key = { customerId, currency: 'USD', billingGroup: '', periodStartAt, periodEndAt, purpose: 'one-off:long' };
    const id = invoiceIdOf(key, 1);
    const nothing = { subscriptionId: null, meterKey: null, quantity: null, billableQuantity: null, periodId: null };
    const lines = wanted.map(
      ({ taxMinor = 0n, ...line }, index): InvoiceLine => ({
        ...{ ...nothing, ...line, id: lineIdOf(id, index + 1), invoiceId: id, position: index + 1 },
        ...{ exactAmount: '1', eventCount: 0n, skippedCount: 0n, working: [], group: null },
        ...{ discountMinor: 0n, taxMinor, inclusiveTaxMinor: 0n },
      }),
    );
    const bill = billOf(lines, creditMinor);
    const draft = { ...key, id, revision: 1, clockId: clock.id, zone: 'America/New_York', runId: null };
    const at = new Date('2013-01-01T13:00:00Z');
    await target.database.transaction(async (sql) => {
      await insertDrafts(sql, [{ ...draft, cutoffAt: at, dueAt: at, usageCutAt: at, bill, lines }]);
      await issueDrafts(sql, clock.id, [id]);
    });
    return { id, totalMinor: bill.totalMinor };
  }

  function billOf(lines: readonly InvoiceLine[], creditMinor: bigint): InvoiceBill {
    const plain = plainBill(lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0n));
    const taxed = lines.filter(({ taxMinor }) => taxMinor !== 0n);
    const taxMinor = taxed.reduce((sum, line) => sum + line.taxMinor, 0n);
    const taxableMinor = taxed.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
    const rate = { key: 'vat', name: 'VAT', percentage: '10', isInclusive: false, country: 'DE', reason: null };
    const credit = {
      id: lineIdOf(lines[0]?.id ?? '', 0),
      source: 'balance' as const,
      accountId: null,
      name: 'Your balance',
    };
    return {
      ...plain,
      ...{ taxMinor, creditMinor, totalMinor: plain.subtotalMinor + taxMinor - creditMinor },
      taxes: taxed.length === 0 ? [] : [{ ...rate, taxableMinor, amountMinor: taxMinor }],
      lineTaxes: taxed.map((line) => ({
        ...{ lineId: line.id, key: 'vat' },
        ...{ taxableMinor: line.amountMinor, amountMinor: line.taxMinor },
      })),
      credits: creditMinor === 0n ? [] : [{ ...credit, amountMinor: creditMinor }],
    };
  }

  async function linesAtStripe(invoiceId: string) {
    const { rows } = await target.database.query<{ remoteId: string }>(
      `SELECT remote_id AS "remoteId" FROM invoice_mappings WHERE invoice_id = $1`,
      [invoiceId],
    );
    const remoteId = rows[0]?.remoteId ?? '';
    const remote = await target.stripe.invoices.retrieve(remoteId);
    const lines = await target.stripe.invoices
      .listLineItems(remoteId, { limit: 100 })
      .autoPagingToArray({ limit: 300 });
    // Stripe lists the newest first.
    return { total: remote.total, lines: lines.reverse() };
  }

  const differencesOf = async (invoiceId: string) => {
    const { database, simulator } = target;
    const { differences } = await reconcile({ database, simulator });
    return differences.filter((one) => one.invoiceId === invoiceId);
  };
  const many = (count: number, line: Omit<Wanted, 'description'>, name: string): Wanted[] =>
    Array.from({ length: count }, (_, index) => ({ ...line, description: `${name} ${index + 1}` }));

  it('is told by its prices, with their taxes and what the balance pays, and is whole here', async () => {
    const { rows } = await target.database.query<{ id: string }>(`SELECT id FROM prices WHERE key = 'base'`);
    const invoice = await issue(
      [
        ...many(200, { priceId: rows[0]!.id, priceKey: 'base', amountMinor: 100n, taxMinor: 10n }, 'Base fee'),
        ...many(99, { priceId: null, priceKey: 'one-off', amountMinor: 100n, taxMinor: 10n }, 'Item'),
        { priceId: null, priceKey: 'minimum', description: 'Minimum', amountMinor: -50n },
      ],
      500n,
    );
    // 299 × 1.00 − 0.50 = 298.50; 10 % of 299.00 is 29.90; 328.40 less 5.00 from the balance.
    assert.equal(invoice.totalMinor, 32_340n);
    await target.bring(invoice.id);
    const { total, lines } = await linesAtStripe(invoice.id);
    assert.equal(total, 32_340);
    assert.deepEqual(
      lines.map(({ description, amount, metadata, taxes }) => [
        description,
        amount,
        metadata['durabill_line'],
        (taxes ?? []).map((tax) => [tax.amount, tax.taxable_amount]),
      ]),
      [
        ['Base fee (200 lines)', 20_000, lineIdOf(invoice.id, 1), [[2_000, 20_000]]],
        ['Further charges (99 lines)', 9_900, lineIdOf(invoice.id, 201), [[990, 9_900]]],
        ['Minimum', -50, lineIdOf(invoice.id, 300), []],
        ['Your balance', -500, lineIdOf(lineIdOf(invoice.id, 1), 0), []],
      ],
    );
    const stored = await target.database.query('SELECT FROM invoice_lines WHERE invoice_id = $1', [invoice.id]);
    assert.equal(stored.rowCount, 300);
    assert.deepEqual(await differencesOf(invoice.id), []);
  });

  it('has its last prices on one line where there are too many of them, too', async () => {
    const wanted = usd(260).map((amountMinor, index) => ({
      ...{ priceId: null, priceKey: `price-${index}`, description: `Line ${index + 1}`, amountMinor },
    }));
    const invoice = await issue(wanted);
    await target.bring(invoice.id);
    const { lines } = await linesAtStripe(invoice.id);
    // The 250th to the 260th of 1.00, 1.01 …: 3.49 + 3.50 + … + 3.59 = 11 × 3.54 = 38.94.
    assert.deepEqual(
      [lines.length, lines.at(-1)?.description, lines.at(-1)?.amount],
      [250, 'Further charges (11 lines)', 3_894],
    );
    assert.deepEqual(await differencesOf(invoice.id), []);
  });

  it('is one when credits take the places of its last lines', async () => {
    const line = { priceId: null, priceKey: 'one-off', amountMinor: 100n };
    const plain = await issue(many(250, line, 'Item'));
    const credited = await issue(many(250, line, 'Item'), 1n);
    await target.bring(plain.id);
    await target.bring(credited.id);
    assert.equal((await linesAtStripe(plain.id)).lines.length, 250);
    assert.deepEqual(
      (await linesAtStripe(credited.id)).lines.map(({ amount }) => amount),
      [25_000, -1],
    );
    assert.deepEqual([...(await differencesOf(plain.id)), ...(await differencesOf(credited.id))], []);
  });
});
