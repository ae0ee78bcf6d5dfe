import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import type { FastifyContextConfig } from 'fastify';
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
        'Creating and sending again is safe everywhere: the same content gives the same object.',
    },
    tags: [
      { name: 'events', description: 'What customers used' },
      { name: 'customers', description: 'Who pays' },
      { name: 'usage', description: 'What they used over time, and the events behind each number' },
      { name: 'coupons', description: 'What is taken off their bills' },
      { name: 'wallets', description: 'What customers have paid for ahead or were given' },
      { name: 'ledger', description: 'Where every cent of it came from and went' },
      { name: 'invoices', description: 'What they pay, line by line with its working' },
      { name: 'taxes', description: 'What they pay to the state, and who does not' },
      { name: 'runs', description: 'The durable runs that make and issue invoices' },
      { name: 'pauses', description: 'What stops all issuing and every write to Stripe' },
      { name: 'webhooks', description: 'What Stripe tells' },
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
      'x-durabill-audience': audienceOf(config, String([method].flat()[0])),
      ...(scope !== undefined && { 'x-durabill-scope': scope }),
      ...(customers !== undefined && { 'x-durabill-customers': customers }),
    };
    return { schema: { ...schema, ...said } as typeof schema, url };
  },
  transformObject: (given) => {
    if (!('openapiObject' in given)) throw new TypeError('The document is one of OpenAPI 3.');
    nameExamples(given.openapiObject as Described, '/v1/invoices/preview', previewExamples);
    return given.openapiObject;
  },
};

type Described = { paths?: Record<string, { post?: { requestBody?: { content: Record<string, object> } } }> };

/** As a part of the schema they would be taken for one: an example's field `properties` for the fields of an object. */
function nameExamples({ paths }: Described, path: string, examples: Record<string, object>): void {
  const body = paths?.[path]?.post?.requestBody?.content['application/json'];
  if (body !== undefined) Object.assign(body, { examples });
}
