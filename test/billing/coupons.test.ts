import assert from 'node:assert/strict';
import { archiveCoupon } from '../../src/billing/archive-coupon.ts';
import { cancelSubscription } from '../../src/billing/cancel-subscription.ts';
import { createCoupon, type NewCouponInput } from '../../src/billing/create-coupon.ts';
import { endRedemption } from '../../src/billing/end-redemption.ts';
import { redeemCoupon } from '../../src/billing/redeem-coupon.ts';
import { showRedemptions } from '../../src/billing/show-redemptions.ts';
import { isDurabillError } from '../../src/errors/error.ts';
import { takePlace } from '../../src/store/coupon-redemptions.ts';
import { findCoupon } from '../../src/store/coupons.ts';
import { refusedWith } from '../store/refusals.ts';
import { useTestDatabase } from '../support/database.ts';
import { untilWaiting } from '../support/locks.ts';
import { type Business, flat, invoicesOf, openBusiness, perDeparture } from './business.ts';

/** The runs that bill so many months of 2013, each issued a day later. */
const months = ['02', '03', '04', '05', '06'].map((month) => ({
  bill: `2013-${month}-01T13:00:00Z`,
  issue: `2013-${month}-02T15:00:00Z`,
}));

describe('Coupons', () => {
  const books = useTestDatabase();
  let business: Business;
  let made = 0;

  beforeEach(async () => {
    business = await openBusiness(books.database);
  });

  /** @returns its key */
  async function coupon(terms: Partial<NewCouponInput>): Promise<string> {
    made += 1;
    const key = `c${made}`;
    await createCoupon(books.database, { key, name: `Coupon ${made}`, duration: 'forever', ...terms }, 'Ada');
    return key;
  }
  const redeem = (customer: string, key: string, subscription?: string) =>
    redeemCoupon(books.database, { customer, coupon: key, ...(subscription && { subscription }) }, 'Ada');
  async function billMonths(count: number, from = 0): Promise<void> {
    for (const { bill, issue } of months.slice(from, from + count)) {
      await business.invoice(bill);
      await business.scan(issue);
    }
  }
  const totals = async (customerId: string) =>
    (await invoicesOf(books.database, customerId))
      .filter(({ lifecycle }) => lifecycle !== 'void')
      .map(({ totalMinor }) => totalMinor);

  describe('take off bills', () => {
    it('and off what is given back of time that was billed ahead with them', async () => {
      // 280.00 for February are billed ahead; 25 % off leaves 210.00. Ended on the 15th, 14 of 28 days are not used: half of
      // what was paid, 105.00, and not 140.00. With all of it off nothing was paid, and nothing comes back.
      const plan = await business.plan('ahead', [{ ...flat('280'), timing: 'advance' }]);
      const customers = new Map<string, string>();
      for (const [name, percentage] of [
        ['Full', null],
        ['Quarter', '25'],
        ['Free', '100'],
      ] as const) {
        const id = await business.customer(name, { plan, startsAt: '2013-02-01T00:00:00Z', zone: 'UTC' });
        if (percentage !== null) await redeem(id, await coupon({ percentage }));
        customers.set(name, id);
      }
      await business.invoice('2013-02-01T01:00:00Z');
      await business.scan('2013-02-02T15:00:00Z');
      for (const customerId of customers.values()) {
        const { rows } = await books.database.query<{ id: string }>(
          'SELECT id FROM subscriptions WHERE customer_id = $1',
          [customerId],
        );
        await cancelSubscription(books.database, { id: rows[0]!.id, at: '2013-02-15T00:00:00Z' }, 'Ada');
      }
      await business.invoice('2013-02-15T01:00:00Z');
      await business.scan('2013-02-16T15:00:00Z');
      const { rows } = await books.database.query<{ customerId: string; description: string; amountMinor: bigint }>(
        `SELECT i.customer_id AS "customerId", l.description, l.amount_minor AS "amountMinor"
         FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id JOIN periods p ON p.id = l.period_id
         WHERE p.kind = 'credit'`,
      );
      const backOf = (name: string) =>
        rows
          .filter(({ customerId }) => customerId === customers.get(name))
          .map((line) => [line.description, line.amountMinor]);
      assert.deepEqual(backOf('Full'), [['Not used: Base fee', -14_000n]]);
      assert.deepEqual(backOf('Quarter'), [['Not used, as discounted: Base fee', -10_500n]]);
      assert.deepEqual(backOf('Free'), [['Not used, as discounted: Base fee', 0n]]);
    });

    it('once, of so many bills, or for ever', async () => {
      // 100.00 a month. 20 % once leaves 80, then nothing more; 10 % of what that leaves for two bills: 72, then 90; 5 % for
      // ever: 68.40, 85.50, 95.00.
      const id = await business.customer('B6', { plan: await business.plan('base', [flat('100')]) });
      await redeem(id, await coupon({ percentage: '20', duration: 'once' }));
      await redeem(id, await coupon({ percentage: '10', duration: 'bills', bills: 2 }));
      await redeem(id, await coupon({ percentage: '5' }));
      await billMonths(3);
      assert.deepEqual(await totals(id), [6_840n, 8_550n, 9_500n]);
      const views = await showRedemptions(books.database, id);
      // Uses are in the order of the invoices' ids, which is none of time.
      assert.deepEqual(
        views.map(({ isOpen, billsLeft, uses }) => [
          isOpen,
          billsLeft,
          uses.map(({ amountMinor }) => amountMinor).sort(),
        ]),
        [
          [false, null, [2_000n]],
          [false, 0, [1_000n, 800n]],
          [true, null, [360n, 450n, 500n]],
        ],
      );
    });

    it('an amount until it is used up, where it is given once', async () => {
      // 250.00 over bills of 100.00: nothing to pay in January and February, 50.00 in March, all of April.
      const id = await business.customer('B6', { plan: await business.plan('base', [flat('100')]) });
      await redeem(id, await coupon({ amount: '250.00', currency: 'USD', duration: 'once' }));
      await billMonths(2);
      const [{ leftMinor, isOpen }] = (await showRedemptions(books.database, id)) as [
        Awaited<ReturnType<typeof showRedemptions>>[number],
      ];
      assert.deepEqual([leftMinor, isOpen], [5_000n, true]);
      await billMonths(2, 2);
      assert.deepEqual(await totals(id), [0n, 0n, 5_000n, 10_000n]);
      // What a coupon has brought to zero is issued, and not skipped: its customer is to see it.
      const lifecycles = (await invoicesOf(books.database, id)).map(({ lifecycle }) => lifecycle);
      assert.deepEqual(new Set(lifecycles), new Set(['issued']));
    });

    it('an amount of each bill, where it is for several', async () => {
      // Up to 150.00 of each of two bills of 100.00: what January cannot use up is not for March.
      const id = await business.customer('B6', { plan: await business.plan('base', [flat('100')]) });
      await redeem(id, await coupon({ amount: '150.00', currency: 'USD', duration: 'bills', bills: 2 }));
      await billMonths(3);
      assert.deepEqual(await totals(id), [0n, 0n, 10_000n]);
    });

    it('counts a bill only if it took something of it', async () => {
      // For departures at 2.00, of which there are none in January; three in February, and three in March: 20 % of 6.00 once.
      const plan = await business.plan('landing', [flat('100'), perDeparture('2')]);
      const id = await business.customer('B6', { plan });
      await redeem(id, await coupon({ percentage: '20', duration: 'once', meters: ['departures'] }));
      for (const [index, month] of [undefined, '02', '03'].entries()) {
        const days = month === undefined ? [] : [1, 2, 3];
        // The clock stands on the second day of the month when the month before has been issued.
        await business.use(
          'B6',
          days.map((day) => ({ at: `2013-${month}-02T0${day}:00:00Z` })),
        );
        await billMonths(1, index);
      }
      assert.deepEqual(await totals(id), [10_000n, 10_480n, 10_600n]);
    });

    it('of the lines of their plans and of their subscription alone', async () => {
      // Two plans of 100.00 and 40.00 on one bill: 10 % of the second is 4.00, and of what the second has left 50 % is 18.00.
      const [first, second] = [
        await business.plan('first', [flat('100')]),
        await business.plan('second', [flat('40')]),
      ];
      const id = await business.customer('B6', { plan: first });
      await business.subscribe(id, second);
      const { rows } = await books.database.query<{ id: string }>(
        `SELECT s.id FROM subscriptions s JOIN plan_versions v ON v.id = s.plan_version_id JOIN plans p ON p.id = v.plan_id
         WHERE s.customer_id = $1 AND p.key = $2`,
        [id, second],
      );
      await redeem(id, await coupon({ percentage: '10', plans: [second] }));
      await redeem(id, await coupon({ percentage: '50' }), rows[0]?.id);
      await billMonths(1);
      assert.deepEqual(await totals(id), [11_800n]);
    });

    it('once all the same, when its first bill was voided', async () => {
      const id = await business.customer('B6', { plan: await business.plan('base', [flat('100')]) });
      await redeem(id, await coupon({ percentage: '20', duration: 'once' }));
      await billMonths(2);
      assert.deepEqual(await totals(id), [8_000n, 10_000n]);
      const [january] = await invoicesOf(books.database, id);
      await books.database.query(`UPDATE invoice_states SET lifecycle = 'void' WHERE invoice_id = $1`, [january?.id]);
      assert.equal((await showRedemptions(books.database, id))[0]?.isOpen, true);
      await billMonths(1, 2);
      assert.deepEqual(await totals(id), [10_000n, 8_000n]);
    });

    it('no more, once they were taken away: a draft is issued without, an issued invoice keeps it', async () => {
      const id = await business.customer('B6', { plan: await business.plan('base', [flat('100')]) });
      const { redemption } = await redeem(id, await coupon({ percentage: '20' }));
      await billMonths(1);
      await business.invoice(months[1]?.bill as string);
      assert.deepEqual(await totals(id), [8_000n, 8_000n]);
      const ended = await endRedemption(books.database, { customer: id, redemption: redemption.id }, 'Ada');
      assert.deepEqual([ended.isOpen, ended.endedAt], [false, new Date(months[1]?.bill as string)]);
      await business.scan(months[1]?.issue as string);
      assert.deepEqual(await totals(id), [8_000n, 10_000n]);
      assert.deepEqual(await endRedemption(books.database, { customer: id, redemption: redemption.id }, 'Ada'), {
        ...ended,
        uses: (await showRedemptions(books.database, id))[0]?.uses,
      });
    });

    it('of a draft that was there when they were redeemed', async () => {
      const id = await business.customer('B6', { plan: await business.plan('base', [flat('100')]) });
      await business.invoice(months[0]?.bill as string);
      await redeem(id, await coupon({ percentage: '25' }));
      await business.scan(months[0]?.issue as string);
      assert.deepEqual(await totals(id), [7_500n]);
    });
  });

  describe('of two bills at once', () => {
    async function twoGroups(name: string) {
      const plan = await business.plan(`base-${name.toLowerCase()}`, [flat('100')]);
      const id = await business.customer(name, { plan, billingGroup: 'cargo' });
      await business.subscribe(id, plan, { billingGroup: 'guests' });
      return id;
    }

    it('is on one of them, whether they are made in one page', async () => {
      const id = await twoGroups('B6');
      await redeem(id, await coupon({ percentage: '20', duration: 'once' }));
      await business.invoice(months[0]?.bill as string);
      const drafts = await invoicesOf(books.database, id);
      assert.deepEqual(drafts.map(({ totalMinor }) => totalMinor).sort(), [10_000n, 8_000n]);
      // The same one at the issue, where both are computed anew.
      await business.scan(months[0]?.issue as string);
      assert.deepEqual(
        await totals(id),
        drafts.map(({ totalMinor }) => totalMinor),
      );
    });

    it('shares out an amount', async () => {
      // 150.00 of two bills of 100.00: all of one and half of the other.
      const id = await twoGroups('B6');
      await redeem(id, await coupon({ amount: '150', currency: 'USD', duration: 'once' }));
      await billMonths(1);
      assert.deepEqual((await totals(id)).sort(), [0n, 5_000n]);
    });

    it('or issued by two scans, round after round', async () => {
      const ids: string[] = [];
      for (let round = 0; round < 10; round += 1) ids.push(await twoGroups(`R${round}`));
      // Redeemed when the drafts are there without it, so that which of the two gets it is decided at the issue.
      await business.invoice(months[0]?.bill as string, { limit: 100 });
      for (const id of ids) await redeem(id, await coupon({ percentage: '20', duration: 'once' }));
      await Promise.all([
        business.scan(months[0]?.issue as string, { limit: 1, atOnce: 4 }),
        business.scan(months[0]?.issue as string, { limit: 3, atOnce: 2 }),
      ]);
      for (const id of ids) assert.deepEqual((await totals(id)).sort(), [10_000n, 8_000n]);
    });
  });

  describe('are redeemed', () => {
    it('by one of two who ask at once for the last one', async () => {
      const plan = await business.plan('base', [flat('100')]);
      const ids = await Promise.all(['A', 'B', 'C'].map((name) => business.customer(name, { plan })));
      for (let round = 0; round < 30; round += 1) {
        const key = await coupon({ percentage: '10', maxRedemptions: 2 });
        const outcomes = await Promise.allSettled(ids.map((id) => redeem(id, key)));
        const refused = outcomes.filter((one) => one.status === 'rejected');
        assert.equal(refused.length, 1, `round ${round}`);
        assert.ok(isDurabillError(refused[0]?.reason, 'coupon-refused'), String(refused[0]?.reason));
        assert.equal((await findCoupon(books.database, key))?.redemptionCount, 2);
      }
    });

    it('by the second, if the first gives its place up', async () => {
      const key = await coupon({ percentage: '10', maxRedemptions: 1 });
      const id = await business.customer('B6', { plan: await business.plan('base', [flat('100')]) });
      const { id: couponId } = (await findCoupon(books.database, key)) as { id: string };
      let second: Promise<unknown> | undefined;
      const gaveUp = books.database.transaction(async (sql) => {
        assert.equal(await takePlace(sql, couponId, new Date('2013-01-01Z')), true);
        second = redeem(id, key);
        await untilWaiting(books.database);
        throw new Error('given up');
      });
      await assert.rejects(gaveUp, /given up/);
      await second;
      assert.equal((await findCoupon(books.database, key))?.redemptionCount, 1);
    });

    it('once by a customer who asks again, as long as something is left', async () => {
      const id = await business.customer('B6', { plan: await business.plan('base', [flat('100')]) });
      const key = await coupon({ percentage: '10', duration: 'once', maxPerCustomer: 2 });
      const asked = await Promise.all([1, 2, 3].map(() => redeem(id, key)));
      assert.deepEqual(asked.map(({ created }) => created).sort(), [false, false, true]);
      assert.equal(new Set(asked.map(({ redemption }) => redemption.id)).size, 1);
      // January uses it up; then it can be redeemed a second time, and a third time it cannot.
      await billMonths(1);
      assert.equal((await redeem(id, key)).created, true);
      await billMonths(1, 1);
      await assert.rejects(redeem(id, key), (error: unknown) => isDurabillError(error, 'coupon-refused'));
      await billMonths(1, 2);
      assert.deepEqual(await totals(id), [9_000n, 9_000n, 10_000n]);
    });

    it('until their day by the clock of the customer, and not when they are archived', async () => {
      const id = await business.customer('B6', { plan: await business.plan('base', [flat('100')]) });
      const [until, archived] = [
        await coupon({ percentage: '10', redeemBy: '2013-02-01T13:00:00.001Z' }),
        await coupon({ percentage: '10' }),
      ];
      await archiveCoupon(books.database, archived, 'Ada');
      const isRefused = (error: unknown) => isDurabillError(error, 'coupon-refused');
      await assert.rejects(redeem(id, archived), isRefused);
      await business.invoice('2013-02-01T13:00:00Z');
      const other = await business.customer('UA', { plan: await business.plan('other', [flat('100')]) });
      assert.equal((await redeem(other, until)).created, true);
      await business.scan('2013-02-01T13:00:00.001Z');
      await assert.rejects(redeem(id, until), isRefused);
    });

    it('in the currency of the customer alone', async () => {
      const id = await business.customer('B6', { plan: await business.plan('base', [flat('100')]) });
      const key = await coupon({ amount: '10', currency: 'EUR' });
      await assert.rejects(redeem(id, key), (error: unknown) => isDurabillError(error, 'coupon-refused'));
      assert.equal((await findCoupon(books.database, key))?.redemptionCount, 0);
    });
  });

  describe('in the database', () => {
    const sql = (text: string, values?: unknown[]) => books.database.query(text, values);

    it('never change, but are counted and archived, and redemptions end once', async () => {
      const id = await business.customer('B6', { plan: await business.plan('base', [flat('100')]) });
      const { redemption } = await redeem(id, await coupon({ percentage: '10', maxRedemptions: 1 }));
      const of = [redemption.coupon.key];
      await refusedWith(['DB001'], sql(`UPDATE coupons SET percentage = 20 WHERE key = $1`, of), 'give more');
      await refusedWith(['DB001'], sql(`UPDATE coupons SET redemption_count = 0 WHERE key = $1`, of), 'count back');
      await refusedWith(
        ['23514'],
        sql(`UPDATE coupons SET redemption_count = 2 WHERE key = $1`, of),
        'beyond the limit',
      );
      await refusedWith(['DB001'], sql(`DELETE FROM coupons WHERE key = $1`, of), 'delete');
      await refusedWith(['DB001'], sql(`DELETE FROM coupon_redemptions WHERE id = $1`, [redemption.id]), 'delete');
      const moved = sql(`UPDATE coupon_redemptions SET customer_id = gen_random_uuid() WHERE id = $1`, [redemption.id]);
      await refusedWith(['DB001'], moved, 'give to another');
      await endRedemption(books.database, { customer: id, redemption: redemption.id }, 'Ada');
      const revived = sql(`UPDATE coupon_redemptions SET ended_at = NULL WHERE id = $1`, [redemption.id]);
      await refusedWith(['DB001'], revived, 'revive');
    });

    it('tell who did what', async () => {
      const id = await business.customer('B6', { plan: await business.plan('base', [flat('100')]) });
      const { redemption } = await redeem(id, await coupon({ percentage: '10' }));
      await endRedemption(books.database, { customer: id, redemption: redemption.id }, 'Grace');
      const { rows } = await sql(
        `SELECT actor, action, detail ->> 'redemptionId' AS id FROM audit_log
         WHERE subject_id = $1 AND action LIKE 'coupon %' ORDER BY sequence`,
        [id],
      );
      assert.deepEqual(rows, [
        { actor: 'Ada', action: 'coupon redeemed', id: redemption.id },
        { actor: 'Grace', action: 'coupon ended', id: redemption.id },
      ]);
    });
  });
});
