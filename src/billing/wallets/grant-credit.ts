import { DurabillError } from '../../errors/error.ts';
import { appendAudit } from '../../store/audit.ts';
import type { Database, Sql } from '../../store/database.ts';
import { ensureAccounts } from '../../store/ledger.ts';
import { findGrant, type Grant, insertGrant, type NewGrant } from '../../store/wallet-grants.ts';
import { findWallet, lockWallets, type Wallet } from '../../store/wallets.ts';
import { bookTransfers } from '../book-transfers.ts';
import { grantAccountIdOf, grantIdOf } from '../ids.ts';
import { readInstant } from '../instant.ts';
import { readRequestId } from '../subscription-orders.ts';
import { unknownWallet } from './change-wallet.ts';
import { readAmount, readPriority, refuseWallet } from './read-terms.ts';

export type GrantInput = {
  /** Our id of the wallet. */
  wallet: string;
  amountMinor: number;
  /** Paid for outside of Durabill; a gift otherwise, which is spent first. */
  isPaid?: boolean;
  /** Within the wallet, smaller ones are spent first; 50 unless said otherwise. */
  priority?: number;
  /** Now unless said otherwise. */
  startsAt?: string;
  endsAt?: string | null;
  /** Your own id: the same again is no second grant. */
  requestId: string;
};

/**
 * Puts credit into a wallet. Asked again under the same request id it answers the grant that is there.
 * @throws DurabillError not-found, request-invalid, conflict, wallet-refused
 */
export async function grantCredit(
  database: Database,
  input: GrantInput,
  actor: string,
): Promise<{ grant: Grant; created: boolean }> {
  const { requestId = '' } = readRequestId(input.requestId);
  const amountMinor = readAmount(input.amountMinor, 'amountMinor');
  const priority = readPriority(input.priority);
  const startsAt = input.startsAt === undefined ? undefined : readInstant(input.startsAt, 'startsAt');
  const endsAt = input.endsAt == null ? null : readInstant(input.endsAt, 'endsAt');
  return await database.transaction(async (sql) => {
    const found = await findWallet(sql, input.wallet);
    if (found === undefined) throw unknownWallet(input.wallet);
    await lockWallets(sql, found.customerId);
    const wallet = (await findWallet(sql, found.id)) as Wallet;
    const terms = { amountMinor, isPaid: input.isPaid ?? false, priority, endsAt };
    const present = await findGrant(sql, grantIdOf(wallet.id, requestId));
    if (present !== undefined) {
      requireSame(present, { ...terms, ...(startsAt && { startsAt }) });
      return { grant: present, created: false };
    }
    requireOpen(wallet, { startsAt: startsAt ?? wallet.now, endsAt });
    return {
      grant: await addGrant(sql, wallet, { ...terms, requestId, startsAt: startsAt ?? wallet.now }, actor),
      created: true,
    };
  });
}

/** Adds a grant to a wallet that the caller has locked, and books what is in it. */
export async function addGrant(
  sql: Sql,
  wallet: Pick<Wallet, 'id' | 'customerId' | 'currency'>,
  terms: Omit<NewGrant, 'id' | 'walletId'>,
  actor: string,
): Promise<Grant> {
  const { customerId, currency } = wallet;
  const { amountMinor, isPaid, requestId } = terms;
  const id = grantIdOf(wallet.id, requestId);
  const accountId = grantAccountIdOf(id);
  if (!(await insertGrant(sql, { ...terms, id, walletId: wallet.id }))) throw new Error(`grant ${id} is there already`);
  await ensureAccounts(sql, [{ id: accountId, customerId, clockId: null, currency, kind: 'grant', grantId: id }]);
  const against = isPaid ? 'funded' : 'granted';
  const moves = [{ accountId, amountMinor }];
  await bookTransfers(
    sql,
    [{ kind: 'grant', reference: id, customerId, currency, invoiceId: null, against, moves }],
    actor,
  );
  const detail = {
    grantId: id,
    amountMinor: String(amountMinor),
    isPaid,
    startsAt: terms.startsAt,
    endsAt: terms.endsAt,
  };
  await appendAudit(sql, [{ subjectKind: 'wallet', subjectId: wallet.id, actor, action: 'granted', detail }]);
  return (await findGrant(sql, id)) as Grant;
}

/** What has ended before it is given would only be taken away again. */
function requireOpen(wallet: Wallet, { startsAt, endsAt }: { startsAt: Date; endsAt: Date | null }): void {
  if (endsAt !== null && endsAt <= startsAt) {
    throw refuseWallet('endsAt', 'It would end before it begins.', 'Let it end after startsAt.');
  }
  if (endsAt !== null && endsAt <= wallet.now) {
    const reason = `It would have ended already: it is ${wallet.now.toISOString()}.`;
    throw refuseWallet('endsAt', reason, 'Choose an end that is still to come.');
  }
  if (wallet.endsAt !== null && wallet.endsAt <= (startsAt > wallet.now ? startsAt : wallet.now)) {
    const reason = `The wallet ends at ${wallet.endsAt.toISOString()}, before anything of it could be spent.`;
    throw refuseWallet('wallet', reason, 'Grant to another wallet, or let this one end later.');
  }
}

function requireSame(stored: Grant, wanted: Partial<Omit<NewGrant, 'id' | 'walletId' | 'requestId'>>): void {
  const text = (value: unknown) => (value instanceof Date ? value.toISOString() : String(value));
  const differs = Object.entries(wanted).find(([name, value]) => text(stored[name as keyof Grant]) !== text(value));
  if (differs === undefined) return;
  throw new DurabillError('conflict', {
    field: differs[0],
    reason: `The grant "${stored.requestId}" is there, with another value of ${differs[0]}.`,
    mend: 'Send another requestId if another grant is meant.',
  });
}
