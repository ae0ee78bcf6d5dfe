import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { balanceAccountIdOf } from '../../src/billing/ids.ts';
import { setCustomerTax } from '../../src/billing/tax/set-customer-tax.ts';
import type { CrashPoint } from '../../src/crash-points.ts';
import type { Database, Sql } from '../../src/store/database.ts';
import { type Business, flat, openBusiness, perDeparture } from '../billing/business.ts';
import { grant, heldIn, openWallet } from '../billing/wallets/support.ts';
import { remoteIdOf } from '../targets/collecting.ts';
import type { Target } from '../targets/support.ts';
import { type Bill, Model } from './model.ts';

export class PowerCut extends Error {}

/** The real thing: the use cases on PostgreSQL, and the simulated Stripe. Its database can be cut off in the middle. */
export type World = {
  target: Target;
  database: Database;
  business: Business;
  name: string;
  customer: string;
  wallet: string;
  /** Bills that may be other ones at Stripe since they were last held against it. */
  touched: Set<Bill>;
  nextId(): string;
  /** Does it, and again if the power was cut after so many statements; whoever asks again may not know what was done. */
  surely<T>(cutAfter: number | null, work: () => Promise<T>): Promise<T>;
};

let worlds = 0;

export async function openWorld(target: Target): Promise<{ model: Model; real: World }> {
  worlds += 1;
  const name = `life ${worlds}`;
  const fuse = new Fuse();
  const database = fuse.before(target.database);
  const business = await openBusiness(database);
  const plan = await business.plan('life', [flat('50'), perDeparture('3.335')]);
  const customer = await business.customer(name, { plan });
  await setCustomerTax(database, customer, { status: 'taxable', defaultRates: [] }, 'test');
  const wallet = await openWallet(database, customer, 'Prepaid');
  let ids = 0;
  const real: World = {
    ...{ target, database, business, name, customer, wallet, touched: new Set() },
    nextId() {
      ids += 1;
      return `${name}-${ids}`;
    },
    async surely(cutAfter, work) {
      if (cutAfter !== null) {
        fuse.left = cutAfter;
        try {
          await work();
        } catch (error) {
          if (fuse.left > 0) throw error;
        } finally {
          fuse.left = Number.POSITIVE_INFINITY;
        }
      }
      return await work();
    },
  };
  return { model: new Model(), real };
}

/** After so many statements no more come through, and what is open is rolled back: as if the process had died there. */
class Fuse {
  left = Number.POSITIVE_INFINITY;

  before(database: Database): Database {
    const guarded = (sql: Sql): Sql => ({
      query: (text, values) => {
        this.left -= 1;
        if (this.left <= 0) return Promise.reject(new PowerCut('the power was cut'));
        return sql.query(text, values);
      },
    });
    const { transaction } = database;
    return {
      ...database,
      query: guarded(database).query,
      transaction: (work) =>
        transaction(async (sql) => {
          const result = await work(guarded(sql));
          // Also between the last statement and the commit.
          this.left -= 1;
          if (this.left <= 0) throw new PowerCut('the power was cut');
          return result;
        }),
    };
  }
}

/** Brings an invoice to Stripe in a process of its own that is killed at a crash point, if it comes that far. */
export async function bringAndDie({ target }: World, invoiceId: string, point: CrashPoint, pass: number) {
  const { url: apiBase, key } = target.simulator;
  const program = fileURLToPath(new URL('dying-sync.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', program, target.url, apiBase, key, invoiceId], {
    env: { ...process.env, DURABILL_CRASH_AT: `${point}:${pass}` },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  assert.ok(code === 0 || signal === 'SIGKILL', `it ended by ${code ?? signal}: ${said}`);
}

/** Tries until Stripe is what the books want: an attempt that died is taken over. */
export async function bring({ target }: World, { id }: Bill): Promise<'synced' | 'void'> {
  for (let tries = 1; ; tries += 1) {
    const { state } = await target.bring(id);
    if (state === 'synced' || state === 'void') return state;
    assert.ok(tries < 5 && state === 'again', state);
  }
}

/** The customer pays a part by a payment of its own that somebody attaches. */
export async function payInPart({ target }: World, { id }: Bill, amountMinor: bigint): Promise<void> {
  const { paymentIntents, invoices } = target.stripe;
  const remoteId = await remoteIdOf(target, id);
  const customer = String((await invoices.retrieve(remoteId)).customer);
  const payment = { amount: Number(amountMinor), currency: 'usd', customer, payment_method: 'pm_card_visa' };
  const intent = await paymentIntents.create(payment);
  await invoices.attachPayment(remoteId, { payment_intent: intent.id });
  await paymentIntents.confirm(intent.id);
}

export async function payWhole({ target }: World, { id }: Bill): Promise<void> {
  await target.stripe.invoices.pay(await remoteIdOf(target, id), { payment_method: 'pm_card_visa' });
}

export const balanceOf = async ({ database, customer }: World): Promise<bigint> =>
  (await heldIn(database, balanceAccountIdOf(customer, 'USD'))) ?? 0n;

export { grant };

export const instantOf = ({ month, day }: { month: number; day: number }, hour: number): string =>
  new Date(Date.UTC(2013, month, day, hour)).toISOString();
