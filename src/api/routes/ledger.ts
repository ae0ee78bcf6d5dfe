import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { safeNumber } from '../../store/invoice-views.ts';
import { checkLedger } from '../../store/ledger-check.ts';
import { balancesOf, transfersOf } from '../../store/ledger-views.ts';
import type { ApiDeps } from '../deps.ts';
import { customerIdFor } from '../filters.ts';
import { isCustomer } from '../guard.ts';
import { type CursorForm, defaultLimit, pageOf, readCursor } from '../paging.ts';
import { problems } from '../schemas/common.ts';
import { CustomerParams } from '../schemas/customers.ts';
import { BalancePage, BalanceQuery, LedgerCheck } from '../schemas/ledger.ts';

export const ledgerRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, { database }) => {
  const tags = ['ledger'];
  const config = { scope: 'wallets:read' } as const;

  app.get(
    '/v1/customers/:id/balance',
    {
      config: { ...config, customers: 'path' },
      schema: {
        tags,
        summary: 'Read what a customer has with us',
        params: CustomerParams,
        querystring: BalanceQuery,
        response: { 200: BalancePage, ...problems },
      },
    },
    async (request) => {
      const { params, query } = request;
      const { id } = params;
      const { limit = defaultLimit, cursor } = query;
      const before = readCursor(cursor, cursorForm)?.position;
      const customerId = await customerIdFor(database, id, 'id');
      const balances = await balancesOf(database, customerId);
      const found = await transfersOf(database, customerId, { before, limit: limit + 1 });
      const { data, nextCursor } = pageOf(found, limit, cursorForm);
      return {
        balances: balances.map(({ currency, balanceMinor, walletsMinor }) => ({
          currency,
          balanceMinor: safeNumber(balanceMinor),
          walletsMinor: safeNumber(walletsMinor),
        })),
        data: data.map(({ position: _, amountMinor, entries, ...transfer }) => ({
          ...transfer,
          actor: isCustomer(request) ? null : transfer.actor,
          amountMinor: safeNumber(amountMinor),
          entries: entries.map((entry) => ({ ...entry, amountMinor: safeNumber(entry.amountMinor) })),
        })),
        nextCursor,
      };
    },
  );

  app.get(
    '/v1/ledger/check',
    {
      config,
      schema: {
        tags,
        summary: 'Add the whole ledger up again',
        description: 'Reads all of it; constraints keep it in balance, and this tells whether they were switched off.',
        response: { 200: LedgerCheck, ...problems },
      },
    },
    async () => {
      const { transfers, entries, sums, differences, ...check } = await checkLedger(database);
      return {
        ...check,
        transfers: safeNumber(transfers),
        entries: safeNumber(entries),
        sums: sums.map(({ currency, sumMinor }) => ({ currency, sumMinor: safeNumber(sumMinor) })),
        differences: differences.map(({ balanceMinor, entriesMinor, ...account }) => ({
          ...account,
          balanceMinor: safeNumber(balanceMinor),
          entriesMinor: safeNumber(entriesMinor),
        })),
      };
    },
  );
};

const cursorForm: CursorForm<{ position: bigint }> = {
  write: ({ position }) => [String(position)],
  read: ([text = '']) => (/^[1-9]\d{0,17}$/.test(text) ? { position: BigInt(text) } : undefined),
};
