import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { applyPlans } from '../../billing/apply-plans.ts';
import { type PlansChange as Change, diffPlans, hasChanges } from '../../billing/diff-plans.ts';
import { offerPlan } from '../../billing/offer-plan.ts';
import { DurabillError } from '../../errors/error.ts';
import { listMeters } from '../../store/meters.ts';
import { findPlan, listPlans, versionsInUse } from '../../store/plan-views.ts';
import type { ApiDeps } from '../deps.ts';
import { actorOf, isCustomer } from '../guard.ts';
import { type CursorForm, defaultLimit, pageOf, readCursor } from '../paging.ts';
import { readYaml, withPlans, yamlType } from '../plan-text.ts';
import { problems } from '../schemas/common.ts';
import {
  MeterPage,
  MeterQuery,
  OfferedPlan,
  PlanFile,
  PlanOffer,
  PlanPage,
  PlanParams,
  PlanQuery,
  PlansAsYaml,
  PlansChange,
  PlanVersion,
  VersionQuery,
} from '../schemas/plans.ts';

const bodyLimit = 4 * 1_024 * 1_024;
const tags = ['plans'];

export const planRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, { database }) => {
  app.get(
    '/v1/plans',
    {
      config: { scope: 'plans:read', customers: 'any' },
      schema: { tags, summary: 'List plans', querystring: PlanQuery, response: { 200: PlanPage, ...problems } },
    },
    async ({ query: { limit = defaultLimit, cursor }, principal }) => {
      const after = readCursor(cursor, cursorForm)?.key;
      const rows = await listPlans(database, { after, limit: limit + 1 }, principal?.customerId);
      return pageOf(rows, limit, cursorForm);
    },
  );

  app.get(
    '/v1/plans/:key',
    {
      config: { scope: 'plans:read', customers: 'any' },
      schema: {
        tags,
        summary: 'Read a plan with its prices, and which versions there are',
        params: PlanParams,
        querystring: VersionQuery,
        response: { 200: PlanVersion, ...problems },
      },
    },
    async (request) => {
      const { params, query, principal } = request;
      const { key } = params;
      const { version } = query;
      const found = await findPlan(database, key, version, principal?.customerId);
      // Who else has it, and what it cost before, is the operator's.
      if (isCustomer(request)) {
        if (found !== undefined) return { ...found, versions: [] };
        throw new DurabillError('not-found', { field: 'key', reason: `There is no plan "${key}".` });
      }
      const versions = await versionsInUse(database, [key]);
      if (found === undefined) {
        const [field, reason] =
          versions.length === 0
            ? ['key', `There is no plan "${key}".`]
            : ['version', `The plan "${key}" has no version ${version}; its latest is ${versions[0]?.version}.`];
        throw new DurabillError('not-found', { field, reason });
      }
      return { ...found, versions: versions.map(({ key: _same, ...rest }) => rest) };
    },
  );

  app.put(
    '/v1/plans/:key/offer',
    {
      config: { scope: 'plans:write' },
      schema: {
        tags,
        summary: 'Say whether all customers see a plan',
        description: 'Otherwise only those see it who have it.',
        params: PlanParams,
        body: PlanOffer,
        response: { 200: OfferedPlan, ...problems },
      },
    },
    async (request) => await offerPlan(database, { ...request.params, ...request.body }, actorOf(request)),
  );

  app.get(
    '/v1/meters',
    {
      config: { scope: 'plans:read', customers: 'any' },
      schema: { tags, summary: 'List meters', querystring: MeterQuery, response: { 200: MeterPage, ...problems } },
    },
    async ({ query: { limit = defaultLimit, cursor }, principal }) => {
      const after = readCursor(cursor, cursorForm)?.key;
      const rows = await listMeters(database, { after, limit: limit + 1 }, principal?.customerId);
      return pageOf(rows, limit, cursorForm);
    },
  );

  // The readers of plan files check the body; a schema of twelve models would say "must match one of twelve".
  const validatorCompiler = () => () => true;
  const sent = { content: { 'application/json': { schema: PlanFile }, [yamlType]: { schema: PlansAsYaml } } };
  app.addContentTypeParser(yamlType, { parseAs: 'buffer' }, readYaml);

  app.post(
    '/v1/plans/diff',
    {
      config: { scope: 'plans:read' },
      bodyLimit,
      validatorCompiler,
      schema: {
        tags,
        summary: 'Compare plans with the books',
        description: 'What /v1/plans/apply would do with the same body, without doing it.',
        body: sent,
        response: { 200: PlansChange, ...problems },
      },
    },
    async ({ body }) => answerOf(await withPlans(body, (file) => diffPlans(database, file))),
  );

  app.post(
    '/v1/plans/apply',
    {
      config: { scope: 'plans:write' },
      bodyLimit,
      validatorCompiler,
      schema: {
        tags,
        summary: 'Bring plans into the books',
        description:
          'All of them or, where one is refused, none. A plan that differs from its latest version becomes a new one; ' +
          'subscriptions stay on the version that they have. Plans that are not named stay as they are, and a stored ' +
          'meter never changes. The same body again changes nothing.',
        body: sent,
        response: { 200: PlansChange, ...problems },
      },
    },
    async (request) => answerOf(await withPlans(request.body, (file) => applyPlans(database, file, actorOf(request)))),
  );
};

const answerOf = (change: Change) => ({ changed: hasChanges(change), ...change });

const cursorForm: CursorForm<{ key: string }> = {
  write: ({ key }) => [key],
  read: ([key]) => (key === undefined ? undefined : { key }),
};
