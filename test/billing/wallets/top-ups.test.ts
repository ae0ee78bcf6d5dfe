import assert from 'node:assert/strict';
import { createCoupon } from '../../../src/billing/create-coupon.ts';
import { balanceAccountIdOf, runIdOf } from '../../../src/billing/ids.ts';
import { type CreditNoteOrder, issueCreditNote } from '../../../src/billing/issue-credit-note.ts';
import { orderRefund } from '../../../src/billing/order-refund.ts';
import { redeemCoupon } from '../../../src/billing/redeem-coupon.ts';
import { chooseTaxSettings } from '../../../src/billing/tax/choose-tax-settings.ts';
import { changeWallet } from '../../../src/billing/wallets/change-wallet.ts';
import { settleTopUp } from '../../../src/billing/wallets/settle-top-ups.ts';
import { tendWallets } from '../../../src/billing/wallets/tend-wallets.ts';
import { lastTopUps } from '../../../src/store/top-ups.ts';
import { findWallet } from '../../../src/store/wallets.ts';
import { useTestDatabase } from '../../support/database.ts';
import { untilWaiting } from '../../support/locks.ts';
import { type Business, flat, openBusiness } from '../business.ts';
import { assertBalanced, gained, grant, heldIn, openWallet, paidBills } from './support.ts';

describe('A wallet that is topped up by itself', () => {
  const books = useTestDatabase();
  const rule = { thresholdMinor: 2_000, amountMinor: 5_000, monthlyMinor: 8_000 };

  afterEach(async () => {
    await assertBalanced(books.database);
  });

  /** As the due scan does it: issue, look after the wallets, and issue what that has made. */
  async function scan(business: Business, at: string) {
    await business.scan(at);
    const { clockId } = business;
    const cutoffAt = new Date(at);
    const counts = await tendWallets(books.database, { id: runIdOf(clockId, 'due-scan', cutoffAt), clockId, cutoffAt });
    if (counts['topUpsInvoiced'] === undefined) return counts;
    // What is left in the wallet does not pay for its own top-up, not even in the draft.
    const { rows } = await books.database.query(
      `SELECT total_minor, credit_minor FROM invoices WHERE clock_id = $1 AND purpose LIKE 'one-off:%' AND number IS NULL`,
      [clockId],
    );
    assert.deepEqual(rows, [{ total_minor: 5_000n, credit_minor: 0n }]);
    await business.scan(at);
    return counts;
  }

  const spendable = async (wallet: string) => {
    const found = (await findWallet(books.database, wallet))!;
    return found.promotionalMinor + found.paidMinor;
  };
  const pay = (invoiceId: string) =>
    books.database.query(`UPDATE invoice_states SET payment = 'paid' WHERE invoice_id = $1`, [invoiceId]);

  /** 100.00 in a wallet, of which a month takes 85.00. */
  async function airline() {
    const business = await openBusiness(books.database);
    const customer = await business.customer('B6', { plan: await business.plan('base', [flat('85')]) });
    const wallet = await openWallet(books.database, customer, 'Prepaid', { topUp: rule });
    // Empty as it was opened, it asked for one at once: taken back here, so that the story begins with money in it.
    await books.database.query(
      `UPDATE top_up_orders SET closed_at = now(), outcome = 'cancelled' WHERE wallet_id = $1`,
      [wallet],
    );
    await grant(books.database, wallet, 10_000, { isPaid: true });
    return { business, customer, wallet };
  }

  it('asks for money when a bill has brought it to its threshold, once, and has it once that is paid', async () => {
    const { business, customer, wallet } = await airline();
    await business.invoice('2013-02-01T13:00:00Z');
    assert.deepEqual(await scan(business, '2013-02-02T15:00:00Z'), { topUpsInvoiced: 1 });
    const [order] = await lastTopUps(books.database, wallet, 1);
    // 100.00 − 85.00 = 15.00, which is below 20.00.
    assert.deepEqual([order!.number, order!.balanceMinor, order!.outcome], [2, 1_500n, null]);
    const asked = (await paidBills(books.database, customer)).find(({ id }) => id === order!.invoiceId);
    // The 15.00 that are left do not pay for their own top-up.
    assert.deepEqual([asked!.lifecycle, asked!.totalMinor, asked!.credits], ['issued', 5_000n, []]);

    // While it is open, neither another scan nor another bill asks again.
    assert.deepEqual(await scan(business, '2013-02-03T15:00:00Z'), {});
    await business.invoice('2013-03-01T13:00:00Z');
    assert.deepEqual(await scan(business, '2013-03-02T15:00:00Z'), {});
    assert.equal(await spendable(wallet), 0n);

    await pay(order!.invoiceId as string);
    await Promise.all([1, 2, 3, 4].map(() => settleTopUp(books.database, order!.invoiceId as string)));
    assert.equal(await spendable(wallet), 5_000n);
    assert.deepEqual(await scan(business, '2013-03-03T15:00:00Z'), {}, 'it is settled');
    const [done] = await lastTopUps(books.database, wallet, 1);
    assert.deepEqual([done!.number, done!.outcome, done!.grantId === null], [2, 'granted', false]);
  });

  it('is filled by the daily scan where nobody was told of the payment', async () => {
    const { business, wallet } = await airline();
    await business.invoice('2013-02-01T13:00:00Z');
    await scan(business, '2013-02-02T15:00:00Z');
    const [order] = await lastTopUps(books.database, wallet, 1);
    await pay(order!.invoiceId as string);
    assert.deepEqual(await scan(business, '2013-02-03T15:00:00Z'), { topUpsSettled: 1 });
    assert.equal(await spendable(wallet), 6_500n);
  });

  it("asks for no more in a month than is allowed, by the customer's own months", async () => {
    const { business, wallet } = await airline();
    await business.invoice('2013-02-01T13:00:00Z');
    await scan(business, '2013-02-02T15:00:00Z');
    const [first] = await lastTopUps(books.database, wallet, 1);
    await pay(first!.invoiceId as string);
    // 65.00, and the threshold goes up to 70.00: but 50.00 + 50.00 are more than 80.00.
    await scan(business, '2013-02-03T15:00:00Z');
    await changeWallet(books.database, { id: wallet, topUp: { ...rule, thresholdMinor: 7_000 } }, 'test');
    assert.deepEqual(await scan(business, '2013-02-28T15:00:00Z'), {});
    // March has room of its own.
    assert.deepEqual(await scan(business, '2013-03-01T15:00:00Z'), { topUpsOrdered: 1, topUpsInvoiced: 1 });
  });

  it('asks again after an invoice that was voided, which has brought nothing', async () => {
    const { business, wallet } = await airline();
    await business.invoice('2013-02-01T13:00:00Z');
    await scan(business, '2013-02-02T15:00:00Z');
    const [order] = await lastTopUps(books.database, wallet, 1);
    await books.database.query(`UPDATE invoice_states SET lifecycle = 'void', payment = 'none' WHERE invoice_id = $1`, [
      order!.invoiceId,
    ]);
    const counts = await scan(business, '2013-02-03T15:00:00Z');
    assert.deepEqual(counts, { topUpsSettled: 1, topUpsOrdered: 1, topUpsInvoiced: 1 });
    const orders = await lastTopUps(books.database, wallet, 2);
    assert.deepEqual(
      orders.map(({ number, outcome }) => [number, outcome]),
      [
        [3, null],
        [2, 'cancelled'],
      ],
    );
    assert.equal(await spendable(wallet), 1_500n);
  });

  it('that has ended before it was paid leaves the money to the balance', async () => {
    const { business, customer, wallet } = await airline();
    await business.invoice('2013-02-01T13:00:00Z');
    await scan(business, '2013-02-02T15:00:00Z');
    const [order] = await lastTopUps(books.database, wallet, 1);
    await changeWallet(books.database, { id: wallet, endsAt: '2013-02-02T15:00:00Z' }, 'test');
    await pay(order!.invoiceId as string);
    const counts = await scan(business, '2013-02-03T15:00:00Z');
    assert.deepEqual(counts, { topUpsSettled: 1 }, 'and nothing is ordered for it any more');
    assert.equal(await heldIn(books.database, balanceAccountIdOf(customer, 'USD')), 5_000n);
    assert.equal(await spendable(wallet), 0n);
  });

  /** The invoice over 50.00 that was asked for. */
  async function askedFor() {
    const story = await airline();
    await story.business.invoice('2013-02-01T13:00:00Z');
    await scan(story.business, '2013-02-02T15:00:00Z');
    const [order] = await lastTopUps(books.database, story.wallet, 1);
    return { ...story, invoiceId: order!.invoiceId as string };
  }
  const credit = (invoiceId: string, more: Partial<CreditNoteOrder> = {}) => {
    const order = { requestId: 'note', giveBack: 'out_of_band', reason: 'other', ...more } as const;
    return issueCreditNote(books.database, invoiceId, order, 'Ada');
  };

  it('is filled with what was paid, and not with what a credit note has taken back', async () => {
    const { wallet, invoiceId } = await askedFor();
    await credit(invoiceId, { amountMinor: 3_000 });
    await pay(invoiceId);
    await settleTopUp(books.database, invoiceId);
    // 15.00 were left, and 50.00 − 30.00 were paid.
    assert.equal(await spendable(wallet), 3_500n);
    const all = await askedFor();
    await credit(all.invoiceId);
    await pay(all.invoiceId);
    await settleTopUp(books.database, all.invoiceId);
    assert.equal(await spendable(all.wallet), 1_500n, 'nothing was paid');
    assert.equal((await lastTopUps(books.database, all.wallet, 1))[0]!.outcome, 'cancelled');
  });

  it('gives up what a credit note gives back, as far as it is not spent', async () => {
    const { business, wallet, invoiceId } = await askedFor();
    await pay(invoiceId);
    await settleTopUp(books.database, invoiceId);
    await assert.rejects(orderRefund(books.database, { invoiceId, reason: 'asked for' }, 'Ada'), {
      code: 'refund-refused',
      field: 'id',
    });
    await credit(invoiceId, { amountMinor: 1_000 });
    // 15.00 + 50.00 − 10.00 = 55.00; the gift's 15.00 stay.
    assert.equal(await spendable(wallet), 5_500n);
    assert.equal(await gained(books.database, business.clockId, 'refunded'), 1_000n);
    // February takes 55.00 of its 85.00.
    await business.invoice('2013-03-01T13:00:00Z');
    await business.scan('2013-03-02T15:00:00Z');
    assert.equal(await spendable(wallet), 0n);
    await assert.rejects(credit(invoiceId, { requestId: 'rest' }), {
      code: 'credit-note-refused',
      field: 'amountMinor',
    });
  });

  it('is filled once with what is left, where it is paid while a credit note is being issued', async () => {
    const { wallet, invoiceId } = await askedFor();
    await pay(invoiceId);
    // The note has the invoice, and waits for the order that is being settled; whoever comes second sees the first.
    await Promise.all([
      settleTopUp(books.database, invoiceId),
      credit(invoiceId),
      settleTopUp(books.database, invoiceId),
    ]);
    assert.equal(await spendable(wallet), 1_500n);
    const other = await askedFor();
    let free = () => {};
    const isFree = new Promise<void>((resolve) => {
      free = resolve;
    });
    const noting = books.database.transaction(async (sql) => {
      await sql.query('SELECT FROM ledger_accounts WHERE customer_id = $1 FOR UPDATE', [other.customer]);
      await isFree;
    });
    await pay(other.invoiceId);
    const both = Promise.all([credit(other.invoiceId), settleTopUp(books.database, other.invoiceId)]);
    await untilWaiting(books.database, 2);
    free();
    await Promise.all([noting, both]);
    assert.equal(await spendable(other.wallet), 1_500n);
  });

  it('is untaxed where an outside engine says the taxes, and waits for none of its answers', async () => {
    const { business, customer, wallet } = await airline();
    await business.invoice('2013-02-01T13:00:00Z');
    await business.scan('2013-02-02T15:00:00Z');
    const settings = { rounding: 'invoice', defaultRates: [] } as const;
    await chooseTaxSettings(books.database, { ...settings, engine: 'outside' }, 'Ada');
    try {
      await scan(business, '2013-02-02T15:00:00Z');
    } finally {
      await chooseTaxSettings(books.database, { ...settings, engine: 'table' }, 'Ada');
    }
    const [order] = await lastTopUps(books.database, wallet, 1);
    const asked = (await paidBills(books.database, customer)).find(({ id }) => id === order!.invoiceId);
    assert.deepEqual([asked!.lifecycle, asked!.totalMinor], ['issued', 5_000n]);
  });

  it('leaves a coupon for one bill to the bill beside it', async () => {
    // 85.00 − 10 % = 76.50 in whatever order the ids of the two invoices are; 100.00 − 85.00 = 15.00 before.
    for (let round = 0; round < 4; round += 1) {
      const { business, customer } = await airline();
      await business.invoice('2013-02-01T13:00:00Z');
      await business.scan('2013-02-02T15:00:00Z');
      const { clockId } = business;
      await business.invoice('2013-03-01T13:00:00Z');
      const cutoffAt = new Date('2013-03-02T15:00:00Z');
      const counts = await tendWallets(books.database, {
        id: runIdOf(clockId, 'due-scan', cutoffAt),
        clockId,
        cutoffAt,
      });
      assert.equal(counts['topUpsInvoiced'], 1);
      // Redeemed while both are drafts.
      const key = `once-${clockId}`;
      await createCoupon(books.database, { key, name: 'Once', percentage: '10', duration: 'once' }, 'Ada');
      await redeemCoupon(books.database, { customer, coupon: key }, 'Ada');
      await business.scan('2013-03-02T15:00:00Z');
      const { rows } = await books.database.query<{ purpose: string; discount: bigint }>(
        `SELECT left(purpose, 7) AS purpose, discount_minor AS discount FROM invoices
         WHERE customer_id = $1 AND subtotal_minor > 0 ORDER BY period_start_at, purpose`,
        [customer],
      );
      assert.deepEqual(rows.map(({ purpose, discount }) => `${purpose} ${discount}`).sort(), [
        'one-off 0',
        'period 0',
        'period 850',
      ]);
    }
  }).timeout(60_000);

  it('is asked for once, by however many bills that bring it to its threshold at once', async () => {
    const business = await openBusiness(books.database);
    const plan = await business.plan('base', [flat('30')]);
    const wallets: string[] = [];
    for (let index = 0; index < 8; index += 1) {
      const customer = await business.customer(`C${index}`, { plan });
      for (const billingGroup of ['cargo', 'mail']) await business.subscribe(customer, plan, { billingGroup });
      const wallet = await openWallet(books.database, customer, 'Prepaid');
      await grant(books.database, wallet, 10_000);
      await changeWallet(books.database, { id: wallet, topUp: { ...rule, thresholdMinor: 5_000 } }, 'test');
      wallets.push(wallet);
    }
    await business.invoice('2013-02-01T13:00:00Z');
    const at = '2013-02-02T15:00:00Z';
    await Promise.all([business.scan(at, { limit: 1, atOnce: 3 }), business.scan(at, { limit: 2, atOnce: 3 })]);
    for (const wallet of wallets) {
      assert.equal((await lastTopUps(books.database, wallet, 9)).length, 1);
      assert.equal(await spendable(wallet), 1_000n);
    }
    const cutoffAt = new Date(at);
    const { clockId } = business;
    const tend = { id: runIdOf(clockId, 'due-scan', cutoffAt), clockId, cutoffAt };
    const counts = await Promise.all([1, 2].map(() => tendWallets(books.database, tend)));
    assert.equal(
      counts.reduce((sum, one) => sum + (one['topUpsInvoiced'] ?? 0), 0),
      8,
    );
  }).timeout(60_000);
});
