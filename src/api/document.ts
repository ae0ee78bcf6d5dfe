import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';

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
        'Creating and sending again is safe everywhere: the same content gives the same object.',
    },
    tags: [
      { name: 'events', description: 'What customers used' },
      { name: 'customers', description: 'Who pays' },
      { name: 'invoices', description: 'What they pay, line by line with its working' },
      { name: 'runs', description: 'The durable runs that make and issue invoices' },
      { name: 'pauses', description: 'What stops all issuing and every write to Stripe' },
      { name: 'webhooks', description: 'What Stripe tells' },
      { name: 'clocks', description: 'Test clocks, to bill months in minutes' },
      { name: 'health', description: 'Whether the service and its parts are up' },
    ],
    components: {
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: 'An API key, `dbk_…`; each has its scopes' },
      },
    },
    security: [{ apiKey: [] }],
  },
};
