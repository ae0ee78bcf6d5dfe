import type { CreditSource } from '../../domain/credit/apply-credits.ts';
import { appendAudit } from '../../store/audit.ts';
import type { InvoiceCredit } from '../../store/bill-parts.ts';
import type { Sql } from '../../store/database.ts';
import { lockAccounts, readSources, type StoredSource } from '../../store/ledger.ts';
import { bookTransfers, type Transfer } from '../book-transfers.ts';
import { balanceAccountIdOf } from '../ids.ts';
import { orderTopUps } from '../wallets/order-top-ups.ts';
import type { BillToCompose } from './bill-to-compose.ts';

export type CreditReading = {
  /** Locks the accounts until the end of the transaction, so that what is read is there when it is booked. */
  isIssue: boolean;
  /** What the bill would have been at an instant, before credits. */
  grossUntil: (invoiceId: string, until: Date) => Promise<bigint>;
};

/**
 * What each bill can be paid with, in the order in which it is taken. Bills of one customer are told of the same money:
 * whoever composes them counts what the ones before have taken.
 */
export async function readCreditTerms(
  sql: Sql,
  bills: readonly BillToCompose[],
  { isIssue, grossUntil }: CreditReading,
): Promise<Map<string, readonly CreditSource[]>> {
  const customerIds = [...new Set(bills.map(({ customerId }) => customerId))];
  if (isIssue) await lockAccounts(sql, customerIds);
  const sources = await readSources(sql, customerIds);
  if (sources.length === 0) return new Map();
  const terms = new Map<string, readonly CreditSource[]>();
  for (const bill of bills) {
    const open = sources.filter((one) => one.customerId === bill.customerId && one.currency === bill.currency);
    if (open.length > 0) terms.set(bill.invoiceId, await limited(bill, open, grossUntil));
  }
  return terms;
}

/**
 * A grant pays for what was used before its end: nothing of a bill that begins later, and of one that goes on after it
 * what the bill would have been by then. A bill of no period is used, so to say, when it is issued.
 */
async function limited(
  { invoiceId, periods }: BillToCompose,
  sources: readonly StoredSource[],
  grossUntil: CreditReading['grossUntil'],
): Promise<CreditSource[]> {
  const found: CreditSource[] = [];
  const known = new Map<number, bigint>();
  for (const { accountId, source, name, balanceMinor: availableMinor, endsAt, now } of sources) {
    const one = { accountId, source, name: name ?? 'From your balance', availableMinor };
    const from = earliest(periods) ?? now;
    if (endsAt !== null && endsAt <= from) continue;
    if (endsAt === null || endsAt >= (latest(periods) ?? now)) {
      found.push({ ...one, limitMinor: null });
      continue;
    }
    // One reading of usage for each end within the period, of which there are few.
    const limitMinor = known.get(endsAt.getTime()) ?? (await grossUntil(invoiceId, endsAt));
    known.set(endsAt.getTime(), limitMinor);
    found.push({ ...one, limitMinor });
  }
  return found;
}

function earliest(periods: BillToCompose['periods']): Date | undefined {
  return periods.map(({ startAt }) => startAt).sort((a, b) => a.getTime() - b.getTime())[0];
}

/** What is billed in advance is due as its cycle begins. */
function latest(periods: BillToCompose['periods']): Date | undefined {
  const ends = periods.map(({ kind, startAt, endAt }) => (kind === 'arrears' ? endAt : startAt));
  return ends.sort((a, b) => b.getTime() - a.getTime())[0];
}

/** What an invoice takes from accounts of its customer, or gives to their balance, when it is issued. */
export type CreditsToBook = {
  invoiceId: string;
  customerId: string;
  currency: string;
  credits: readonly InvoiceCredit[];
};

/** Books the credits of invoices that are being issued, and orders the top-ups that wallets need after it. */
export async function bookCredits(sql: Sql, issued: readonly CreditsToBook[], actor: string): Promise<void> {
  const touched = issued.filter(({ credits }) => credits.length > 0);
  if (touched.length === 0) return;
  await bookTransfers(sql, touched.flatMap(transfersOf), actor);
  await appendAudit(
    sql,
    touched.map(({ invoiceId, credits }) => ({
      subjectKind: 'invoice',
      subjectId: invoiceId,
      actor,
      action: 'credits booked',
      detail: { credits: credits.map(told) },
    })),
  );
  await orderTopUps(
    sql,
    touched.map(({ customerId }) => customerId),
    actor,
  );
}

function transfersOf({ invoiceId, customerId, currency, credits }: CreditsToBook): Transfer[] {
  const booking = { reference: invoiceId, customerId, currency, invoiceId };
  const balance = balanceAccountIdOf(customerId, currency);
  const carried = credits.filter(({ source }) => source === 'carried');
  const taken = credits.filter(({ source }) => source !== 'carried');
  return [
    {
      ...booking,
      kind: 'carry',
      against: 'carried',
      moves: carried.map(({ amountMinor }) => ({ accountId: balance, amountMinor: -amountMinor })),
    },
    {
      ...booking,
      kind: 'apply',
      against: 'applied',
      moves: taken.map(({ accountId, amountMinor }) => {
        if (accountId === null) throw new Error(`a credit of invoice ${invoiceId} names no account`);
        return { accountId, amountMinor: -amountMinor };
      }),
    },
  ];
}

function told({ source, accountId, amountMinor }: InvoiceCredit) {
  return { source, accountId, amountMinor: String(amountMinor) };
}
