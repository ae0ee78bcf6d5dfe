import { type Currency, parseCurrency } from '../../domain/money/currency.ts';
import { DurabillError } from '../../errors/error.ts';
import { appendAudit } from '../../store/audit.ts';
import type { Database } from '../../store/database.ts';
import { lockPayer } from '../../store/subscription-views.ts';
import { insertWallet, type Wallet, type WalletTerms, walletsOf } from '../../store/wallets.ts';
import { walletIdOf } from '../ids.ts';
import { readText } from '../text.ts';
import { orderTopUps } from './order-top-ups.ts';
import { readEnd, readPriority, readTopUp, refuseWallet, type TopUpInput } from './read-terms.ts';

export type NewWalletInput = {
  /** External id or id of the customer. */
  customer: string;
  /** What the customer reads on bills; a customer has one wallet of a name, for ever. */
  name: string;
  /** The customer's unless said otherwise. */
  currency?: string;
  /** Smaller ones pay first; 50 unless said otherwise. */
  priority?: number;
  endsAt?: string | null;
  topUp?: TopUpInput | null;
};

const maxWallets = 50;

/**
 * Opens a wallet for a customer. Asked again with the same content it answers the one that is there.
 * @throws DurabillError not-found, request-invalid, currency-unknown, conflict, wallet-refused
 */
export async function createWallet(
  database: Database,
  input: NewWalletInput,
  actor: string,
): Promise<{ wallet: Wallet; created: boolean }> {
  const name = readText(input.name, { code: 'request-invalid', field: 'name', name: 'The name', maxLength: 100 });
  const priority = readPriority(input.priority);
  return await database.transaction(async (sql) => {
    const payer = await lockPayer(sql, input.customer);
    if (payer === undefined) {
      throw new DurabillError('not-found', { field: 'id', reason: `There is no customer "${input.customer}".` });
    }
    const { customerId, now } = payer;
    const currency = parseCurrency(input.currency ?? payer.currency, 'currency');
    const terms = { priority, topUp: readTopUp(input.topUp, { currency, billedIn: payer.currency }) };
    const wallets = await walletsOf(sql, customerId);
    const id = walletIdOf(customerId, name);
    const present = wallets.find((one) => one.id === id);
    if (present !== undefined) {
      requireSame(present, { currency, ...terms, endsAt: readEnd(input.endsAt, new Date(0)) });
      return { wallet: present, created: false };
    }
    if (wallets.length >= maxWallets) {
      throw refuseWallet('name', `The customer has ${maxWallets} wallets.`, 'Grant to one that is there.');
    }
    const wallet = { id, customerId, currency, name, ...terms, endsAt: readEnd(input.endsAt, now) };
    await insertWallet(sql, wallet);
    await appendAudit(sql, [
      {
        subjectKind: 'wallet',
        subjectId: id,
        actor,
        action: 'opened',
        detail: { customerId, currency, ...told(wallet) },
      },
    ]);
    await orderTopUps(sql, [customerId], actor);
    const created = (await walletsOf(sql, customerId)).find((one) => one.id === id);
    if (created === undefined) throw new Error(`wallet ${id} was stored and then not found`);
    return { wallet: created, created: true };
  });
}

/** Terms as the history keeps them. */
export function told({ priority, endsAt, topUp }: WalletTerms): Record<string, unknown> {
  const rule = topUp && Object.fromEntries(Object.entries(topUp).map(([name, amount]) => [name, String(amount)]));
  return { priority, endsAt, topUp: rule };
}

function requireSame(stored: Wallet, wanted: WalletTerms & { currency: Currency }): void {
  const isSame = stored.currency === wanted.currency && JSON.stringify(told(stored)) === JSON.stringify(told(wanted));
  if (isSame) return;
  throw new DurabillError('conflict', {
    field: 'name',
    reason: `The customer has a wallet "${stored.name}" already, on other terms.`,
    mend: 'Change it by PATCH /v1/wallets/{id}, or choose another name.',
  });
}
