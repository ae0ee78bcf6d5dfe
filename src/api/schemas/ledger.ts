import { Type } from 'typebox';
import { amountMinor, closed, count, id, instant, nullable, page, pageQuery, text } from './common.ts';

const transferKinds = ['grant', 'carry', 'credit', 'apply', 'unapply', 'uncarry', 'expire', 'refund'];

const Entry = Type.Object(
  {
    accountId: id('The account'),
    account: text(
      "What account it is: the customer's `balance` or `grant`, or on our side `granted`, `funded`, `carried`, `credited`, " +
        '`applied`, `expired`, `refunded`',
      'grant',
      20,
    ),
    walletId: nullable(id('The wallet, for a grant')),
    grantId: nullable(id('The grant')),
    amountMinor: amountMinor('Above zero into the account, below zero out of it', -2_500),
  },
  { description: 'One side of a transfer' },
);

const Transfer = Type.Object(
  {
    id: id('Our id'),
    kind: Type.Enum(transferKinds, {
      description:
        '`grant` into a wallet, `apply` to an invoice, `carry` from one that came to less than zero, `unapply` and `uncarry` ' +
        'when one is voided, `credit` by a credit note, `expire` of what has ended, `refund` of what was paid for',
      examples: ['apply'],
    }),
    reference: text('What it was booked for, once', 'b0a2ffde-1c0e-5f3b-9a34-6b1a1f8f7c55'),
    currency: text('ISO 4217 code', 'USD', 3),
    invoiceId: nullable(id('The invoice that it belongs to')),
    actor: nullable(text('Who booked it; null for customers', 'run b0a2ffde-1c0e-5f3b-9a34-6b1a1f8f7c55')),
    at: instant('When, by the clock of the customer', '2013-02-02T15:00:00.000Z'),
    bookedAt: instant('When, by the clock of the machine', '2026-11-22T21:00:00.000Z'),
    amountMinor: amountMinor('What the customer has gained by it, or lost if below zero', -2_500),
    entries: Type.Array(Entry, { description: 'Its sides, which add up to zero' }),
  },
  { description: 'A booking' },
);

const cursor = ['17'];
const transfers = page(Transfer, 'Transfers, the latest first', cursor);

export const BalancePage = Type.Object(
  {
    balances: Type.Array(
      Type.Object(
        {
          currency: text('ISO 4217 code', 'USD', 3),
          balanceMinor: amountMinor('From credit notes and carried amounts; bills are paid with it first', 1_000),
          walletsMinor: amountMinor('In all wallets, and can be spent now', 12_500),
        },
        { description: 'What the customer has in one currency' },
      ),
      { description: 'By currency' },
    ),
    ...transfers.properties,
  },
  { description: 'What a customer has with us, and how it came about: transfers, the latest first' },
);
export const BalanceQuery = Type.Object(pageQuery(cursor), closed);

export const LedgerCheck = Type.Object(
  {
    isBalanced: Type.Boolean({ description: 'Whether all of it adds up', examples: [true] }),
    checkedAt: instant('When it was added up', '2026-11-22T21:00:00.000Z'),
    transfers: count('Transfers', 1_200),
    entries: count('Their sides', 2_600),
    sums: Type.Array(
      Type.Object(
        { currency: text('ISO 4217 code', 'USD', 3), sumMinor: amountMinor('The sum of all entries: zero', 0) },
        { description: 'One currency' },
      ),
      { description: 'By currency' },
    ),
    unbalanced: Type.Array(id('Id of a transfer'), {
      description: 'Transfers that do not add up to zero; at most 100',
    }),
    differences: Type.Array(
      Type.Object(
        {
          accountId: id('The account'),
          customerId: id('Whose it is'),
          balanceMinor: amountMinor('What stands beside it', 1_000),
          entriesMinor: amountMinor('What its entries add up to', 900),
        },
        { description: 'An account that holds something else than was booked' },
      ),
      { description: 'At most 100' },
    ),
  },
  { description: 'The whole ledger, added up again' },
);
