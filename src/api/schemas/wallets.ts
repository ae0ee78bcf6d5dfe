import { Type } from 'typebox';
import {
  addressText,
  amountMinor,
  closed,
  id,
  instant,
  instantText,
  nullable,
  page,
  pageQuery,
  text,
} from './common.ts';

const whole = (description: string, example: number, minimum = 1) =>
  Type.Integer({
    minimum,
    description: `${description}, in minor units of the currency (cents for USD)`,
    examples: [example],
  });

const priority = Type.Integer({
  minimum: 1,
  maximum: 100,
  description: 'Smaller ones are spent first; 50 unless said otherwise',
  examples: [50],
});

const TopUp = Type.Object(
  {
    thresholdMinor: whole('At or below so much, a top-up is ordered', 2_000, 0),
    amountMinor: whole('What a top-up adds once its invoice is paid', 10_000),
    monthlyMinor: whole("The most that is ordered in a month of the customer's", 30_000),
  },
  { ...closed, description: 'Automatic top-up: a bill over the amount, one at a time' },
);

export const NewWallet = Type.Object(
  {
    name: text('What bills call it; a customer has one of a name, for ever', 'Prepaid', 100),
    currency: Type.Optional(text("ISO 4217 code; the customer's unless said otherwise", 'USD', 3)),
    priority: Type.Optional(priority),
    endsAt: Type.Optional(
      nullable(
        instantText('Its grants end with it at the latest; never unless said otherwise', '2014-01-01T05:00:00Z'),
      ),
    ),
    topUp: Type.Optional(nullable(TopUp)),
  },
  { ...closed, description: 'A wallet to open' },
);

export const WalletChange = Type.Object(
  {
    priority: Type.Optional(priority),
    endsAt: Type.Optional(
      nullable(instantText('An instant from now on; null takes an end back that is to come', '2014-01-01T05:00:00Z')),
    ),
    topUp: Type.Optional(nullable(TopUp)),
  },
  { ...closed, description: 'What is to be another; all else stays. Null ends the automatic top-ups' },
);

const TopUpOrder = Type.Object(
  {
    id: id('Id of the order'),
    number: Type.Integer({ minimum: 1, description: 'Which one of the wallet it is', examples: [1] }),
    amountMinor: amountMinor('What it adds', 10_000),
    balanceMinor: amountMinor('What the wallet had when it was ordered', 1_500),
    orderedAt: instant('When it was ordered, by the clock of the customer', '2013-02-02T15:00:00.000Z'),
    invoiceId: nullable(id('The invoice that asks for the money; null until there is one')),
    grantId: nullable(id('The grant that it has become')),
    outcome: nullable(
      Type.Enum(['granted', 'credited', 'cancelled'], {
        description:
          '`granted` once paid, or `credited` to the balance if the wallet had ended by then; `cancelled` if its invoice is ' +
          'void; null while it is open',
        examples: ['granted'],
      }),
    ),
    closedAt: nullable(instant('When that was, by the clock of the machine')),
  },
  { description: 'An automatic top-up' },
);

const walletFields = {
  id: id('Our id'),
  customerId: id('Our id of the customer'),
  currency: text('ISO 4217 code', 'USD', 3),
  name: text('What bills call it', 'Prepaid', 100),
  priority,
  endsAt: nullable(instant('Its end; null while none is set', '2014-01-01T05:00:00.000Z')),
  topUp: nullable(TopUp),
  status: Type.Enum(['active', 'ended'], { description: 'Whether it has ended', examples: ['active'] }),
  createdAt: instant('When it was opened, by the clock of the machine', '2026-11-22T21:00:00.000Z'),
  now: instant("Time on the customer's clock, to which all here refers", '2013-01-10T05:00:00.000Z'),
  spendableMinor: amountMinor('What it can pay now', 12_500),
  promotionalMinor: amountMinor('Of that, what was given', 2_500),
  paidMinor: amountMinor('Of that, what the customer has paid for', 10_000),
  comingMinor: amountMinor('In grants that begin later', 0),
  endedMinor: amountMinor(
    'In grants that have ended: pays what was used before, and is taken away once all of that is billed',
    0,
  ),
};

export const Wallet = Type.Object(walletFields, { description: 'A wallet' });
export const WalletWithTopUps = Type.Object(
  {
    ...walletFields,
    topUps: Type.Array(TopUpOrder, { description: 'The last 20 automatic top-ups, the latest first' }),
  },
  { description: 'A wallet with its top-ups' },
);
export const WalletList = Type.Object(
  { data: Type.Array(Wallet, { description: 'All of them, at most 50, in the order in which they are spent' }) },
  { description: 'The wallets of a customer' },
);

export const NewGrant = Type.Object(
  {
    amountMinor: whole('What is in it', 10_000),
    isPaid: Type.Optional(
      Type.Boolean({
        description: 'Whether the customer has paid for it elsewhere; if not, it is a gift, which is spent first',
        examples: [true],
      }),
    ),
    priority: Type.Optional(priority),
    startsAt: Type.Optional(
      instantText('From when on it pays bills that are issued; now unless said otherwise', '2013-01-01T05:00:00Z'),
    ),
    endsAt: Type.Optional(
      nullable(instantText('It pays for what is used before; never unless said otherwise', '2013-07-01T04:00:00Z')),
    ),
    requestId: text('Your own id, one for each grant of the wallet: the same again is no second grant', 'order-4711'),
  },
  { ...closed, description: 'Credit to put into a wallet' },
);

export const Grant = Type.Object(
  {
    id: id('Our id'),
    walletId: id('Our id of the wallet'),
    accountId: id('Its account in the ledger'),
    requestId: text('Your own id', 'order-4711'),
    amountMinor: amountMinor('What was in it', 10_000),
    balanceMinor: amountMinor('What is left', 7_500),
    isPaid: Type.Boolean({ description: 'Whether the customer has paid for it', examples: [true] }),
    priority,
    startsAt: instant('Begin', '2013-01-01T05:00:00.000Z'),
    endsAt: nullable(instant('End; null for none of its own', '2013-07-01T04:00:00.000Z')),
    createdAt: instant('When it was given, by the clock of the machine', '2026-11-22T21:00:00.000Z'),
  },
  { description: 'Credit that was put into a wallet' },
);

const grantCursor = ['b0a2ffde-1c0e-5f3b-9a34-6b1a1f8f7c55'];
export const GrantPage = page(Grant, 'Grants of the wallet in the order of their ids', grantCursor);
export const GrantQuery = Type.Object(pageQuery(grantCursor), closed);
export const WalletParams = Type.Object(
  { id: addressText('Our id of the wallet', 'b0a2ffde-1c0e-5f3b-9a34-6b1a1f8f7c55') },
  closed,
);
