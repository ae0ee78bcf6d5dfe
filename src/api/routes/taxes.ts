import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { archiveTaxRate } from '../../billing/tax/archive-tax-rate.ts';
import { chooseTaxSettings } from '../../billing/tax/choose-tax-settings.ts';
import { createTaxRate } from '../../billing/tax/create-tax-rate.ts';
import { setCustomerTax, setTaxIds, showCustomerTax } from '../../billing/tax/set-customer-tax.ts';
import { DurabillError } from '../../errors/error.ts';
import type { CustomerTax as Profile } from '../../store/customer-taxes.ts';
import { findTaxRates, listTaxRates } from '../../store/tax-rates.ts';
import { readTaxSettings, type TaxSettings as Settings } from '../../store/tax-settings.ts';
import type { ApiDeps } from '../deps.ts';
import { actorOf } from '../guard.ts';
import { type CursorForm, defaultLimit, pageOf, readCursor } from '../paging.ts';
import { problems } from '../schemas/common.ts';
import { CustomerParams } from '../schemas/customers.ts';
import {
  CustomerTax,
  CustomerTaxInput,
  NewTaxRate,
  TaxIdsInput,
  TaxRate,
  TaxRatePage,
  TaxRateParams,
  TaxRateQuery,
  TaxSettings,
  TaxSettingsInput,
} from '../schemas/taxes.ts';

const tags = ['taxes'];

export const taxRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, { database }) => {
  app.post(
    '/v1/tax-rates',
    {
      config: { scope: 'plans:write' },
      schema: {
        tags,
        summary: 'Add a tax rate',
        description: 'The same content again is answered by 200 with the rate that is there, other content by 409.',
        body: NewTaxRate,
        response: { 201: TaxRate, 200: TaxRate, ...problems },
      },
    },
    async (request, reply) => {
      const { rate, created } = await createTaxRate(database, request.body, actorOf(request));
      reply.header('location', `/v1/tax-rates/${rate.key}`);
      return reply.code(created ? 201 : 200).send(rate);
    },
  );

  app.get(
    '/v1/tax-rates',
    {
      config: { scope: 'plans:read' },
      schema: {
        tags,
        summary: 'List tax rates',
        querystring: TaxRateQuery,
        response: { 200: TaxRatePage, ...problems },
      },
    },
    async ({ query: { limit = defaultLimit, cursor, archived } }) => {
      const after = readCursor(cursor, cursorForm)?.key;
      const rows = await listTaxRates(database, { after, limit: limit + 1, archived: archived === 'yes' });
      return pageOf(rows, limit, cursorForm);
    },
  );

  app.get(
    '/v1/tax-rates/:key',
    {
      config: { scope: 'plans:read' },
      schema: { tags, summary: 'Read a tax rate', params: TaxRateParams, response: { 200: TaxRate, ...problems } },
    },
    async ({ params: { key } }) => {
      const rate = (await findTaxRates(database, [key])).get(key);
      if (rate === undefined) {
        throw new DurabillError('not-found', { field: 'key', reason: `There is no tax rate "${key}".` });
      }
      return rate;
    },
  );

  app.post(
    '/v1/tax-rates/:key/archive',
    {
      config: { scope: 'plans:write' },
      schema: {
        tags,
        summary: 'Give a tax rate to nothing new',
        description: 'What names it already keeps it.',
        params: TaxRateParams,
        response: { 200: TaxRate, ...problems },
      },
    },
    async (request) => await archiveTaxRate(database, request.params.key, actorOf(request)),
  );

  app.get(
    '/v1/customers/:id/tax',
    {
      config: { scope: 'customers:read', customers: 'path' },
      schema: {
        tags,
        summary: 'Read how a customer is taxed',
        params: CustomerParams,
        response: { 200: CustomerTax, ...problems },
      },
    },
    async ({ params: { id } }) => await showCustomerTax(database, id),
  );

  app.put(
    '/v1/customers/:id/tax',
    {
      config: { scope: 'customers:write' },
      schema: {
        tags,
        summary: 'Say how a customer is taxed',
        description: 'It holds for what is not issued yet.',
        params: CustomerParams,
        body: CustomerTaxInput,
        response: { 200: CustomerTax, ...problems },
      },
    },
    async (request) => {
      const body = { ...request.body, status: request.body.status as Profile['status'] };
      return await setCustomerTax(database, request.params.id, body, actorOf(request));
    },
  );

  app.get(
    '/v1/customers/:id/tax-ids',
    {
      config: { scope: 'customers:read', customers: 'path' },
      schema: {
        tags,
        summary: 'Read which tax ids a customer has',
        description: 'With how else it is taxed, as `PUT` answers.',
        params: CustomerParams,
        response: { 200: CustomerTax, ...problems },
      },
    },
    async ({ params: { id } }) => await showCustomerTax(database, id),
  );

  app.put(
    '/v1/customers/:id/tax-ids',
    {
      config: { scope: 'customers:write', customers: 'path', customersMay: 'write' },
      schema: {
        tags,
        summary: 'Say which tax ids a customer has',
        description:
          'The rest of how it is taxed stays as it is. Invoices that are issued from now on carry them; issued ones keep theirs. Stripe is told with the next invoice.',
        params: CustomerParams,
        body: TaxIdsInput,
        response: { 200: CustomerTax, ...problems },
      },
    },
    async (request) => await setTaxIds(database, request.params.id, request.body.taxIds, actorOf(request)),
  );

  app.get(
    '/v1/settings/tax',
    {
      config: { scope: 'settings:read' },
      schema: { tags, summary: 'Read the tax settings', response: { 200: TaxSettings, ...problems } },
    },
    async () => await readTaxSettings(database),
  );

  app.put(
    '/v1/settings/tax',
    {
      config: { scope: 'settings:write' },
      schema: {
        tags,
        summary: 'Choose the tax settings',
        body: TaxSettingsInput,
        response: { 200: TaxSettings, ...problems },
      },
    },
    async (request) => {
      const { rounding, engine = 'table', defaultRates } = request.body;
      const wanted = {
        rounding: rounding as Settings['rounding'],
        engine: engine as Settings['engine'],
        defaultRates,
      };
      return await chooseTaxSettings(database, wanted, actorOf(request));
    },
  );
};

const cursorForm: CursorForm<{ key: string }> = {
  write: ({ key }) => [key],
  read: ([key]) => (key === undefined ? undefined : { key }),
};
