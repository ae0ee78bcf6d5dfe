import { appendAudit } from '../../store/audit.ts';
import type { Database, Sql } from '../../store/database.ts';
import { type EndedGrant, grantsToExpire, lockGrantAccounts } from '../../store/wallet-grants.ts';
import { bookTransfers } from '../book-transfers.ts';
import type { BegunPage } from '../in-pages.ts';
import { orderTopUps } from './order-top-ups.ts';

/**
 * Takes what is left of grants that have ended by the cut-off, a page in one transaction, once every period that began
 * before their end is billed and issued: until then a bill may still come that they pay. What a void gives back to one
 * that was emptied is taken by the next scan, by the same rule.
 * @returns the page as it begins; its cursor is the last account, undefined when there are no more
 */
export async function expireGrants(
  database: Database,
  scan: { id: string; clockId: string; cutoffAt: Date },
  page: { after: string; limit: number },
): Promise<BegunPage<{ grantsExpired: number }>> {
  const { cursor, grants } = await grantsToExpire(database, {
    clockId: scan.clockId,
    cutoffAt: scan.cutoffAt,
    ...page,
  });
  return { cursor, done: database.transaction((sql) => expire(sql, grants, `run ${scan.id}`)) };
}

async function expire(sql: Sql, grants: readonly EndedGrant[], actor: string): Promise<{ grantsExpired: number }> {
  if (grants.length === 0) return { grantsExpired: 0 };
  const locked = await lockGrantAccounts(
    sql,
    grants.map(({ accountId }) => accountId),
  );
  const emptied = grants.flatMap((grant) => {
    const account = locked.get(grant.accountId);
    if (account === undefined || account.balanceMinor === 0n) return [];
    return [{ ...grant, amountMinor: account.balanceMinor, reference: `${grant.grantId}/${account.timesExpired + 1}` }];
  });
  await bookTransfers(
    sql,
    emptied.map(({ accountId, customerId, currency, amountMinor, reference }) => ({
      kind: 'expire',
      reference,
      customerId,
      currency,
      invoiceId: null,
      against: 'expired',
      moves: [{ accountId, amountMinor: -amountMinor }],
    })),
    actor,
  );
  await appendAudit(
    sql,
    emptied.map(({ grantId, amountMinor }) => ({
      subjectKind: 'wallet-grant',
      subjectId: grantId,
      actor,
      action: 'expired',
      detail: { amountMinor: String(amountMinor) },
    })),
  );
  await orderTopUps(
    sql,
    emptied.map(({ customerId }) => customerId),
    actor,
  );
  return { grantsExpired: emptied.length };
}
