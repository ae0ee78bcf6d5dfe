import assert from 'node:assert/strict';
import { clockIdOf, customerIdOf } from '../../src/billing/ids.ts';
import { changeWallet } from '../../src/billing/wallets/change-wallet.ts';
import { createWallet } from '../../src/billing/wallets/create-wallet.ts';
import { grantCredit } from '../../src/billing/wallets/grant-credit.ts';
import { checkLedger } from '../../src/store/ledger-check.ts';
import { lastTopUps } from '../../src/store/top-ups.ts';
import { findWallet } from '../../src/store/wallets.ts';
import { webhookTypes } from '../../src/targets/stripe/event-types.ts';
import { until } from '../broker/support.ts';
import { clientOf } from '../stripe-simulator/support.ts';
import { openWorld, type World } from '../support/world.ts';
import { runAt } from './support/runs.ts';
import { openSmallBusiness } from './support/small-business.ts';

const limitMs = 60_000;

/** A customer who pays 20.00 USD a month ahead, from the first grant to the top-up that Stripe collects. */
describe('A prepaid customer', function () {
  this.timeout(180_000);
  let world: World;

  before(async () => {
    world = await openWorld();
    const endpoint = await clientOf(world.simulator).webhookEndpoints.create({
      url: `http://127.0.0.1:${world.env['DURABILL_API_PORT']}/v1/webhooks/stripe`,
      enabled_events: [...webhookTypes],
    });
    world.env['STRIPE_WEBHOOK_SECRET'] = endpoint.secret ?? '';
    await Promise.all([world.start('worker'), world.start('bridge'), world.start('api')]);
  });
  after(async () => await world?.close());

  it('pays January out of the wallet, and the top-up that it needs then at Stripe, which fills it', async () => {
    const { database } = world;
    await openSmallBusiness(database, { clock: 'prepaid', numberPrefix: 'PRE', customers: ['prepaid'] });
    const { wallet } = await createWallet(database, { customer: 'prepaid', name: 'Prepaid' }, 'test');
    await grantCredit(database, { wallet: wallet.id, amountMinor: 3_000, isPaid: true, requestId: 'first' }, 'test');
    const topUp = { thresholdMinor: 1_500, amountMinor: 2_500, monthlyMinor: 5_000 };
    await changeWallet(database, { id: wallet.id, topUp }, 'test');

    await runAt(world, 'monthlyInvoicing', 'prepaid', { nominal: '2013-02-01T13:00:00Z' });
    const counts = await runAt(world, 'dueInvoiceScan', 'prepaid', { nominal: '2013-02-02T15:00:00Z' });
    // January is issued, and then, by the same scan, the top-up: 30.00 − 20.00 = 10.00 is below 15.00.
    assert.deepEqual([counts['issued'], counts['topUpsInvoiced']], [2, 1]);
    const [order] = await lastTopUps(database, wallet.id, 1);
    assert.equal(order!.balanceMinor, 1_000n);
    const remoteOf = async (invoiceId: string) => {
      const { rows } = await database.query<{ remoteId: string }>(
        `SELECT m.remote_id AS "remoteId" FROM invoice_mappings m JOIN invoice_states s USING (invoice_id)
         WHERE invoice_id = $1 AND s.sync = 'synced'`,
        [invoiceId],
      );
      return rows[0]?.remoteId;
    };
    const { rows: bills } = await database.query<{ id: string; purpose: string; total: bigint; credit: bigint }>(
      `SELECT id, left(purpose, 7) AS purpose, total_minor AS total, credit_minor AS credit FROM invoices
       WHERE customer_id = $1 ORDER BY number`,
      [customerIdOf('prepaid')],
    );
    assert.deepEqual(
      bills.map(({ purpose, total, credit }) => [purpose, total, credit]),
      [
        ['period', 0n, 2_000n],
        ['one-off', 2_500n, 0n],
      ],
    );
    for (const { id, total } of bills) {
      await until(async () => (await remoteOf(id)) !== undefined, `${id} is synced`, limitMs);
      const remote = await clientOf(world.simulator).invoices.retrieve((await remoteOf(id)) as string);
      assert.equal(remote.total, Number(total));
    }

    const asked = (await remoteOf(order!.invoiceId as string)) as string;
    await clientOf(world.simulator).invoices.pay(asked, { payment_method: 'pm_card_visa' });
    const paid = async () => (await findWallet(database, wallet.id))!.paidMinor;
    await until(async () => (await paid()) === 3_500n, 'the wallet is filled', limitMs);
    assert.equal((await lastTopUps(database, wallet.id, 1))[0]!.outcome, 'granted');

    // The next scan finds nothing to do for the wallet.
    const next = await runAt(world, 'dueInvoiceScan', 'prepaid', { nominal: '2013-02-03T15:00:00Z' });
    assert.deepEqual([next['issued'], next['topUpsInvoiced'], next['topUpsSettled']], [0, undefined, undefined]);
    assert.equal(await paid(), 3_500n);
    assert.equal((await checkLedger(database)).isBalanced, true);
    const { rows } = await database.query(
      `SELECT a.kind, sum(e.amount_minor)::bigint AS sum FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id
       WHERE a.clock_id = $1 GROUP BY a.kind ORDER BY a.kind`,
      [clockIdOf('prepaid')],
    );
    // 30.00 and 25.00 came in, 20.00 went out; 35.00 are the customer's.
    assert.deepEqual(rows, [
      { kind: 'applied', sum: 2_000n },
      { kind: 'funded', sum: -5_500n },
    ]);
  });
});
