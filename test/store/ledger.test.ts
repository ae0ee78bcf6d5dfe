import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { bookTransfers } from '../../src/billing/book-transfers.ts';
import { creditBalance } from '../../src/billing/credit-balance.ts';
import { balanceAccountIdOf } from '../../src/billing/ids.ts';
import { createWallet } from '../../src/billing/wallets/create-wallet.ts';
import { grantCredit } from '../../src/billing/wallets/grant-credit.ts';
import { checkLedger } from '../../src/store/ledger-check.ts';
import { flat, openBusiness } from '../billing/business.ts';
import { useTestDatabase } from '../support/database.ts';
import { refusedWith } from './refusals.ts';

describe('The ledger', () => {
  const books = useTestDatabase();
  const sql = (text: string, values?: unknown[]) => books.database.query(text, values);
  const customers: string[] = [];
  const credit = (customerId: string, amountMinor: bigint, reference: string) =>
    books.database.transaction((tx) =>
      creditBalance(tx, [{ customerId, currency: 'USD', amountMinor, reference, invoiceId: null }], 'test'),
    );
  const balanceOf = async (accountId: string) =>
    (await sql(`SELECT balance_minor FROM ledger_accounts WHERE id = $1`, [accountId])).rows[0]?.['balance_minor'];

  before(async () => {
    const business = await openBusiness(books.database);
    const plan = await business.plan('base', [flat('100')]);
    for (const name of ['B6', 'AA', 'DL']) customers.push(await business.customer(name, { plan }));
  });

  it('books the same once, whoever asks and however many at once', async () => {
    const [b6] = customers as [string];
    const booked = await Promise.all([1, 2, 3, 4].map(() => credit(b6, 500n, 'credit note 1')));
    assert.equal(booked.filter((references) => references.size === 1).length, 1);
    assert.equal(await balanceOf(balanceAccountIdOf(b6, 'USD')), 500n);
  });

  describe('refuses by itself, whatever the code before it would do,', () => {
    const transfer = async (
      entries: [account: string, amount: number][],
      { count = entries.length, currency = 'USD' } = {},
    ) =>
      await books.database.transaction(async (tx) => {
        const id = randomUUID();
        await tx.query(
          `INSERT INTO ledger_transfers (id, kind, reference, customer_id, currency, actor, at, entry_count)
           VALUES ($1, 'credit', $2, $3, $4, 'test', now(), $5)`,
          [id, id, customers[0], currency, count],
        );
        for (const [position, [account, amount]] of entries.entries()) {
          await tx.query(`INSERT INTO ledger_entries VALUES ($1, $2, $3, $4, $5)`, [
            id,
            position + 1,
            account,
            currency,
            amount,
          ]);
        }
        return id;
      });
    let balance = '';
    let credited = '';

    before(async () => {
      await credit(customers[0] as string, 1_000n, 'raw');
      balance = balanceAccountIdOf(customers[0] as string, 'USD');
      const { rows } = await sql(`SELECT id FROM ledger_accounts WHERE kind = 'credited' AND currency = 'USD'`);
      credited = rows[0]!['id'] as string;
    });

    it('a transfer whose entries do not add up to zero', async () => {
      await refusedWith(
        ['DB022'],
        transfer([
          [balance, 100],
          [credited, -99],
        ]),
        'one cent too much',
      );
      await refusedWith(['23514'], transfer([[balance, 100]]), 'one side only');
      await refusedWith(['DB022'], transfer([[balance, 100]], { count: 2 }), 'one side only, two told');
      await refusedWith(['DB022'], transfer([], { count: 2 }), 'no side');
    });

    it('an entry that is added later', async () => {
      const id = await transfer([
        [balance, 100],
        [credited, -100],
      ]);
      const third = randomUUID();
      await sql(
        `INSERT INTO ledger_accounts (id, clock_id, currency, kind)
         SELECT $1, clock_id, 'USD', 'expired' FROM customers WHERE id = $2`,
        [third, customers[0]],
      );
      const add = (...entries: [account: string, amount: number][]) =>
        sql(
          `INSERT INTO ledger_entries SELECT $1, 2 + position, account, 'USD', amount
           FROM unnest($2::uuid[], $3::bigint[]) WITH ORDINALITY AS e (account, amount, position)`,
          [id, entries.map(([account]) => account), entries.map(([, amount]) => amount)],
        );
      await refusedWith(['DB022'], add([third, 100]), 'a third');
      await refusedWith(['23505'], add([balance, 100]), 'the same account again');
    });

    it('a transfer in two currencies', async () => {
      await refusedWith(
        ['23503'],
        transfer(
          [
            [balance, 100],
            [credited, -100],
          ],
          { currency: 'EUR' },
        ),
        'euros',
      );
    });

    it("another customer's account", async () => {
      await credit(customers[1] as string, 100n, 'of another');
      const other = balanceAccountIdOf(customers[1] as string, 'USD');
      await refusedWith(
        ['DB022'],
        transfer([
          [other, 100],
          [credited, -100],
        ]),
        'into it',
      );
      await refusedWith(
        ['DB022'],
        transfer([
          [other, -100],
          [balance, 100],
        ]),
        'from one to the other',
      );
      assert.equal(await balanceOf(other), 100n);
    });

    it('a balance below zero', async () => {
      const held = (await balanceOf(balance)) as bigint;
      await refusedWith(
        ['23514'],
        transfer([
          [balance, -Number(held) - 1],
          [credited, Number(held) + 1],
        ]),
        'overdrawn',
      );
      assert.equal(await balanceOf(balance), held);
    });

    it('a balance that moves without an entry, or an account that is another one', async () => {
      for (const change of ['balance_minor = balance_minor + 1', `kind = 'grant'`, `currency = 'EUR'`, 'id = id']) {
        await refusedWith(['DB021'], sql(`UPDATE ledger_accounts SET ${change} WHERE id = $1`, [balance]), change);
      }
      const full = sql(
        `INSERT INTO ledger_accounts (id, customer_id, currency, kind, balance_minor) VALUES ($1, $2, 'EUR', 'balance', 5)`,
        [randomUUID(), customers[0]],
      );
      await refusedWith(['DB021'], full, 'an account that begins with something');
    });

    it('any change of what is booked', async () => {
      for (const table of ['ledger_transfers', 'ledger_entries']) {
        await refusedWith(['DB001'], sql(`UPDATE ${table} SET currency = currency`), `update of ${table}`);
      }
      for (const table of ['ledger_transfers', 'ledger_entries', 'ledger_accounts']) {
        await refusedWith(['DB001'], sql(`DELETE FROM ${table}`), `delete from ${table}`);
        await refusedWith(['DB001'], sql(`TRUNCATE ${table} CASCADE`), `truncate of ${table}`);
      }
    });
  });

  it('finds a balance that has been tampered with', async () => {
    assert.equal((await checkLedger(books.database)).isBalanced, true);
    const id = balanceAccountIdOf(customers[0] as string, 'USD');
    await sql('ALTER TABLE ledger_accounts DISABLE TRIGGER USER');
    await sql(`UPDATE ledger_accounts SET balance_minor = balance_minor + 1 WHERE id = $1`, [id]);
    const found = await checkLedger(books.database);
    assert.equal(found.isBalanced, false);
    assert.deepEqual(
      found.differences.map(({ accountId, balanceMinor, entriesMinor }) => [accountId, balanceMinor - entriesMinor]),
      [[id, 1n]],
    );
    await sql(`UPDATE ledger_accounts SET balance_minor = balance_minor - 1 WHERE id = $1`, [id]);
    await sql('ALTER TABLE ledger_accounts ENABLE TRIGGER USER');
    assert.equal((await checkLedger(books.database)).isBalanced, true);
  });

  it('adds up to zero and to what a model says, whatever is booked, given back and refused, many at once', async () => {
    const accounts: { accountId: string; customerId: string }[] = [];
    const reference = new Map<string, bigint>();
    for (const customerId of customers) {
      for (const name of ['gifts', 'paid']) {
        const { wallet } = await createWallet(books.database, { customer: customerId, name }, 'test');
        for (const requestId of ['1', '2']) {
          const input = { wallet: wallet.id, amountMinor: 1_000, isPaid: name === 'paid', requestId };
          const { grant } = await grantCredit(books.database, input, 'test');
          accounts.push({ accountId: grant.accountId, customerId });
          reference.set(grant.accountId, 1_000n);
        }
      }
    }
    const move = fc.record({ of: fc.nat(accounts.length - 1), amount: fc.integer({ min: -1_500, max: 1_500 }) });
    const rounds = fc.array(fc.array(move, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 12 });
    let round = 0;
    await fc.assert(
      fc.asyncProperty(rounds, async (plan) => {
        for (const together of plan) {
          round += 1;
          const outcomes = await Promise.allSettled(
            together.map(async ({ of, amount }, index) => {
              const { accountId, customerId } = accounts[of] as (typeof accounts)[number];
              const amountMinor = BigInt(amount === 0 ? 1 : amount);
              const moves = [{ accountId, amountMinor }];
              const booking = { kind: 'refund', against: 'refunded', reference: `${round}/${index}` } as const;
              await books.database.transaction((tx) =>
                bookTransfers(tx, [{ ...booking, customerId, currency: 'USD', invoiceId: null, moves }], 'test'),
              );
              return { accountId, amountMinor };
            }),
          );
          for (const outcome of outcomes) {
            if (outcome.status === 'fulfilled') {
              const { accountId, amountMinor } = outcome.value;
              reference.set(accountId, (reference.get(accountId) as bigint) + amountMinor);
            }
          }
          for (const [index, outcome] of outcomes.entries()) {
            const { of, amount } = together[index] as (typeof together)[number];
            if (outcome.status === 'fulfilled') continue;
            assert.equal((outcome.reason as { code?: string }).code, '23514', String(outcome.reason));
            // Refused because there is too little, which what comes in beside it may have changed since.
            const cameIn = together.filter((one) => one.of === of && one.amount > 0).map((one) => one.amount);
            const held = Number(reference.get((accounts[of] as (typeof accounts)[number]).accountId));
            assert.ok(amount < 0 && held - cameIn.reduce((a, b) => a + b, 0) < -amount, `${amount} of ${held}`);
          }
          const { rows } = await sql(
            `SELECT id, balance_minor AS held FROM ledger_accounts WHERE kind = 'grant' ORDER BY id`,
          );
          assert.deepEqual(new Map(rows.map(({ id, held }) => [id, held])), new Map([...reference].sort(byId)));
          assert.ok(
            rows.every(({ held }) => (held as bigint) >= 0n),
            'no balance is below zero',
          );
          const sums = await sql(`SELECT currency, sum(amount_minor) AS sum FROM ledger_entries GROUP BY currency`);
          assert.deepEqual(sums.rows, [{ currency: 'USD', sum: '0' }]);
        }
      }),
      { numRuns: 40 },
    );
    assert.equal((await checkLedger(books.database)).isBalanced, true);
  }).timeout(120_000);
});

function byId([a]: [string, bigint], [b]: [string, bigint]): number {
  return a < b ? -1 : 1;
}
