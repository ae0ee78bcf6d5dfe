import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { changeWallet, unknownWallet } from '../../billing/wallets/change-wallet.ts';
import { createWallet } from '../../billing/wallets/create-wallet.ts';
import { grantCredit } from '../../billing/wallets/grant-credit.ts';
import { safeNumber } from '../../store/invoice-views.ts';
import { lastTopUps } from '../../store/top-ups.ts';
import { uuidOrNull } from '../../store/uuid.ts';
import { grantsOf, type Grant as StoredGrant } from '../../store/wallet-grants.ts';
import { findWallet, type Wallet as StoredWallet, walletsOf } from '../../store/wallets.ts';
import type { ApiDeps } from '../deps.ts';
import { customerIdFor } from '../filters.ts';
import { actorOf } from '../guard.ts';
import { type CursorForm, defaultLimit, pageOf, readCursor } from '../paging.ts';
import { problems } from '../schemas/common.ts';
import { CustomerParams } from '../schemas/customers.ts';
import {
  Grant,
  GrantPage,
  GrantQuery,
  NewGrant,
  NewWallet,
  Wallet,
  WalletChange,
  WalletList,
  WalletParams,
  WalletWithTopUps,
} from '../schemas/wallets.ts';

const shownTopUps = 20;

export const walletRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, { database }) => {
  const tags = ['wallets'];
  const read = { scope: 'wallets:read' } as const;
  const write = { scope: 'wallets:write' } as const;

  app.post(
    '/v1/customers/:id/wallets',
    {
      config: write,
      schema: {
        tags,
        summary: 'Open a wallet for a customer',
        description: 'The same again is answered by 200 with the wallet that is there, other terms by 409.',
        params: CustomerParams,
        body: NewWallet,
        response: { 201: Wallet, 200: Wallet, ...problems },
      },
    },
    async (request, reply) => {
      const order = { customer: request.params.id, ...request.body };
      const { wallet, created } = await createWallet(database, order, actorOf(request));
      reply.header('location', `/v1/wallets/${wallet.id}`);
      return reply.code(created ? 201 : 200).send(shown(wallet));
    },
  );

  app.get(
    '/v1/customers/:id/wallets',
    {
      config: { ...read, customers: 'path' },
      schema: { tags, summary: 'List wallets', params: CustomerParams, response: { 200: WalletList, ...problems } },
    },
    async ({ params: { id } }) => ({
      data: (await walletsOf(database, await customerIdFor(database, id, 'id'))).map(shown),
    }),
  );

  app.get(
    '/v1/wallets/:id',
    {
      config: { ...read, customers: 'wallet' },
      schema: {
        tags,
        summary: 'Read a wallet',
        params: WalletParams,
        response: { 200: WalletWithTopUps, ...problems },
      },
    },
    async ({ params: { id } }) => {
      const wallet = await known(id);
      const topUps = await lastTopUps(database, wallet.id, shownTopUps);
      return { ...shown(wallet), topUps: topUps.map(inNumbers) };
    },
  );

  app.patch(
    '/v1/wallets/:id',
    {
      config: write,
      schema: {
        tags,
        summary: 'Change when a wallet ends, when it is spent, and how it is topped up',
        params: WalletParams,
        body: WalletChange,
        response: { 200: Wallet, ...problems },
      },
    },
    async (request) => shown(await changeWallet(database, { ...request.params, ...request.body }, actorOf(request))),
  );

  app.post(
    '/v1/wallets/:id/grants',
    {
      config: write,
      schema: {
        tags,
        summary: 'Put credit into a wallet',
        description: 'The same request id is answered by 200 with the grant that is there, other content by 409.',
        params: WalletParams,
        body: NewGrant,
        response: { 201: Grant, 200: Grant, ...problems },
      },
    },
    async (request, reply) => {
      const order = { wallet: request.params.id, ...request.body };
      const { grant, created } = await grantCredit(database, order, actorOf(request));
      return reply.code(created ? 201 : 200).send(inNumbers(grant));
    },
  );

  app.get(
    '/v1/wallets/:id/grants',
    {
      config: { ...read, customers: 'wallet' },
      schema: {
        tags,
        summary: 'List what was put into a wallet',
        params: WalletParams,
        querystring: GrantQuery,
        response: { 200: GrantPage, ...problems },
      },
    },
    async ({ params: { id }, query: { limit = defaultLimit, cursor } }) => {
      const after = readCursor(cursor, cursorForm)?.id;
      const wallet = await known(id);
      const { data, nextCursor } = pageOf(
        await grantsOf(database, wallet.id, { after, limit: limit + 1 }),
        limit,
        cursorForm,
      );
      return { data: data.map((grant: StoredGrant) => inNumbers(grant)), nextCursor };
    },
  );

  async function known(id: string): Promise<StoredWallet> {
    const wallet = await findWallet(database, id);
    if (wallet === undefined) throw unknownWallet(id);
    return wallet;
  }
};

function shown({ topUp, billedIn: _, ...wallet }: StoredWallet) {
  return {
    ...inNumbers(wallet),
    topUp: topUp && inNumbers(topUp),
    status: wallet.endsAt !== null && wallet.endsAt <= wallet.now ? ('ended' as const) : ('active' as const),
    spendableMinor: safeNumber(wallet.promotionalMinor + wallet.paidMinor),
  };
}

type InNumbers<Row> = { [Field in keyof Row]: Row[Field] extends bigint ? number : Row[Field] };

/** Amounts as JSON has them. */
function inNumbers<Row extends object>(row: Row): InNumbers<Row> {
  const fields = Object.entries(row).map(([name, value]) => [
    name,
    typeof value === 'bigint' ? safeNumber(value) : value,
  ]);
  return Object.fromEntries(fields) as InNumbers<Row>;
}

const cursorForm: CursorForm<{ id: string }> = {
  write: ({ id }) => [id],
  read: ([id]) => (id === undefined || uuidOrNull(id) !== id ? undefined : { id }),
};
