import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import type { FastifyContextConfig } from 'fastify';
import { completeDocument, describedRoute } from './described.ts';
import { audienceOf } from './ownership.ts';
import { previewExamples } from './schemas/preview-examples.ts';

/** What /openapi.json says beside the routes. */
export const documentOptions: FastifyDynamicSwaggerOptions = {
  openapi: {
    openapi: '3.1.1',
    info: {
      title: 'Durabill',
      version: '1',
      description:
        'Usage events in, invoices out. Every amount is a whole number of minor units beside its currency; every ' +
        'instant is RFC 3339. Refusals are problem+json (RFC 9457) with a code for programs and a sentence for people. ' +
        'Why something is done can be sent beside any request that changes something, in the header `durabill-reason` ' +
        '(percent-encoded UTF-8, up to 500 characters): it stands in the audit log with what was done. ' +
        'Creating and sending again is safe everywhere: the same content gives the same object, or a header Idempotency-Key ' +
        'says that it is the same request. Answers to GET have an ETag, for If-None-Match (304) and If-Match (412); RateLimit ' +
        'tells what is left of a limit. Fields and event types may be added; what goes away is announced by Deprecation and Sunset.',
    },
    tags: [
      { name: 'events', description: 'What customers used' },
      { name: 'customers', description: 'Who pays' },
      { name: 'subscriptions', description: 'To which plans, since when and until when' },
      { name: 'plans', description: 'What is counted, and what it costs' },
      {
        name: 'usage',
        description: 'What they used over time, the events behind each number, and how those are corrected',
      },
      { name: 'coupons', description: 'What is taken off their bills' },
      { name: 'wallets', description: 'What customers have paid for ahead or were given' },
      { name: 'ledger', description: 'Where every cent of it came from and went' },
      { name: 'invoices', description: 'What they pay, line by line with its working' },
      { name: 'payments', description: 'What was paid, charged, given back and given up' },
      { name: 'dunning', description: 'How unpaid invoices are followed up' },
      { name: 'messages', description: 'The mails to customers' },
      { name: 'taxes', description: 'What they pay to the state, and who does not' },
      { name: 'reconciliations', description: 'How the books and Stripe compare' },
      { name: 'settings', description: 'What holds for the whole deployment' },
      { name: 'runs', description: 'The durable runs that make and issue invoices' },
      { name: 'pauses', description: 'What stops all issuing and every write to Stripe' },
      { name: 'webhooks', description: 'What Stripe tells, and what is told to others' },
      { name: 'clocks', description: 'Test clocks, to bill months in minutes' },
      { name: 'words', description: 'What states and errors mean, for engineers, operators and customers' },
      { name: 'operations', description: 'What waits for a person, and what happened' },
      { name: 'access', description: 'Who may see and do what: sign-in, sessions, users, operators' },
      { name: 'health', description: 'Whether the service and its parts are up' },
    ],
    components: {
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: 'An API key, `dbk_…`; each has its scopes' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'durabill_session',
          description: 'The cookie of a browser that has signed in; changes want the header `x-csrf-token` too',
        },
      },
    },
    security: [{ apiKey: [] }, { session: [] }],
  },
  transform: ({ schema, url, route }) => {
    const { method } = route;
    const config: FastifyContextConfig = route.config ?? {};
    const { scope, customers } = config;
    const said = {
      ...describedRoute(schema ?? {}, url, String([method].flat()[0]), config),
      'x-durabill-audience': audienceOf(config, String([method].flat()[0])),
      ...(scope !== undefined && { 'x-durabill-scope': scope }),
      ...(customers !== undefined && { 'x-durabill-customers': customers }),
    };
    return { schema: { ...schema, ...said } as typeof schema, url };
  },
  transformObject: (given) => {
    if (!('openapiObject' in given)) throw new TypeError('The document is one of OpenAPI 3.');
    nameExamples(given.openapiObject as Described, '/v1/invoices/preview', previewExamples);
    completeDocument(given.openapiObject as Parameters<typeof completeDocument>[0]);
    return given.openapiObject;
  },
};

type Described = { paths?: Record<string, { post?: { requestBody?: { content: Record<string, object> } } }> };

/** As a part of the schema they would be taken for one: an example's field `properties` for the fields of an object. */
function nameExamples({ paths }: Described, path: string, examples: Record<string, object>): void {
  const body = paths?.[path]?.post?.requestBody?.content['application/json'];
  if (body !== undefined) Object.assign(body, { examples });
}
