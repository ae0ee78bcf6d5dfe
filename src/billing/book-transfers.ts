import type { Sql } from '../store/database.ts';
import {
  clocksOfCustomers,
  type DeploymentAccount,
  ensureAccounts,
  insertTransfers,
  type NewAccount,
  type TransferKind,
} from '../store/ledger.ts';
import { balanceAccountIdOf, deploymentAccountIdOf, transferIdOf } from './ids.ts';

/** Money that moves between accounts of one customer and the deployment. */
export type Transfer = {
  kind: TransferKind;
  /** What it is booked for; of one kind and reference there is one transfer, whoever asks. */
  reference: string;
  customerId: string;
  currency: string;
  invoiceId: string | null;
  /** Where it comes from or goes to. */
  against: DeploymentAccount;
  /** On accounts of the customer: above zero into them. */
  moves: readonly { accountId: string; amountMinor: bigint }[];
};

/**
 * Books transfers in the transaction that they belong to, each with the other side that makes its sum zero. The accounts
 * of grants are there already; balances and the deployment's accounts come with their first transfer.
 * @returns the references of those that were not booked before
 */
export async function bookTransfers(sql: Sql, transfers: readonly Transfer[], actor: string): Promise<Set<string>> {
  const real = transfers.filter(({ moves }) => moves.length > 0);
  if (real.length === 0) return new Set();
  const clocks = await clocksOfCustomers(
    sql,
    real.map(({ customerId }) => customerId),
  );
  const clockOf = ({ customerId }: Transfer): string => {
    const clockId = clocks.get(customerId);
    if (clockId === undefined) throw new Error(`there is no customer ${customerId}`);
    return clockId;
  };
  await ensureAccounts(
    sql,
    real.flatMap((transfer) => accountsOf(transfer, clockOf(transfer))),
  );
  const made = real.map(({ against, moves, ...transfer }) => {
    const { kind, reference, currency } = transfer;
    const other = deploymentAccountIdOf(clockOf({ ...transfer, against, moves }), currency, against);
    const sum = moves.reduce((total, { amountMinor }) => total + amountMinor, 0n);
    const entries = [...moves, { accountId: other, amountMinor: -sum }];
    return { ...transfer, id: transferIdOf(kind, reference), actor, entries };
  });
  const booked = await insertTransfers(sql, made);
  return new Set(made.filter(({ id }) => booked.has(id)).map(({ reference }) => reference));
}

function accountsOf({ customerId, currency, against, moves }: Transfer, clockId: string): NewAccount[] {
  const balance = balanceAccountIdOf(customerId, currency);
  const ours = { customerId: null, clockId, currency, grantId: null };
  const accounts: NewAccount[] = [{ ...ours, id: deploymentAccountIdOf(clockId, currency, against), kind: against }];
  if (moves.some(({ accountId }) => accountId === balance)) {
    accounts.push({ id: balance, customerId, clockId: null, currency, kind: 'balance', grantId: null });
  }
  return accounts;
}
