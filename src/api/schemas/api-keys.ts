import { Type } from 'typebox';
import { type Scope, scopes } from '../../auth/scopes.ts';
import { addressText, closed, count, id, instant, nullable, page, pageQuery, text } from './common.ts';

const exampleId = '3f0c2a9e-8f44-4f0b-8b0e-2f6d7c1b9a55';
const name = text('What it is for, for people; it stands in the history of what is done with it', 'Bookkeeping', 100);
const scopeList = Type.Array(
  Type.Unsafe<Scope>({
    type: 'string',
    enum: [...scopes],
    description: 'One of its scopes',
    examples: ['invoices:read'],
  }),
  { minItems: 1, maxItems: scopes.length, description: 'What it may do', examples: [['invoices:read']] },
);

const keyFields = {
  id: id('Id of the key'),
  name,
  scopes: Type.Array(Type.String({ examples: ['invoices:read'] }), {
    description: 'What it may do',
    examples: [['invoices:read']],
  }),
  customerId: nullable(id('Id of the customer that it is bound to; null for one of the business')),
  createdAt: instant('Machine time at which it was made', '2026-11-22T21:00:00.000Z'),
  usedAt: nullable(
    instant('Machine time of its last request, to a second or so; null for none', '2026-11-22T21:05:00.000Z'),
  ),
  revokedAt: nullable(instant('Machine time at which it was ended; null while it works', '2026-11-23T21:00:00.000Z')),
};

export const ApiKey = Type.Object(keyFields, { description: 'An API key, without its secret' });
export const ApiKeyWithSecret = Type.Object(
  {
    ...keyFields,
    secret: text('What goes behind `Authorization: Bearer`; told this once', `dbk_${'EXAMPLE-'.repeat(5)}0A1`),
  },
  { description: 'A new API key, with its secret' },
);
export const NewApiKey = Type.Object(
  {
    name,
    scopes: scopeList,
    customer: Type.Optional(
      nullable(
        addressText(
          'Id or external id of the customer that it is bound to; left out, it is one of the business. A customer makes its own',
          'heron-air',
        ),
      ),
    ),
  },
  { ...closed, description: 'A key to make; whoever asks gives away no scope that they have not themselves' },
);

const cursorExample = ['2026-11-22T21:00:00.000Z', exampleId];
export const ApiKeyPage = page(ApiKey, 'API keys, the latest first', cursorExample);
export const ApiKeyParams = Type.Object({ id: addressText('Id of the key', exampleId) }, closed);
export const ApiKeyQuery = Type.Object(
  {
    ...pageQuery(cursorExample),
    customer: Type.Optional(addressText('Only those bound to the customer with this id or external id', 'heron-air')),
    owner: Type.Optional(
      Type.Enum(['business'], { type: 'string', description: 'Only those of the business', examples: ['business'] }),
    ),
  },
  closed,
);

const LoggedRequest = Type.Object(
  {
    id: id('The x-request-id of its answer'),
    at: instant('Machine time at which it was answered', '2026-11-22T21:00:00.000Z'),
    keyId: id('Id of the key'),
    keyName: name,
    customerId: nullable(id('Id of the customer that the key is bound to')),
    method: text('Its method', 'GET', 20),
    route: text('Its address, without ids', '/v1/invoices/:id', 200),
    status: Type.Integer({ description: 'The status of its answer', examples: [200] }),
    code: nullable(Type.String({ description: 'The code of the refusal', examples: ['not-found'] })),
    durationMs: count('How long the answer took, in milliseconds', 12),
  },
  { description: 'A request with an API key' },
);
export const RequestLogPage = page(LoggedRequest, 'Requests, the latest first', cursorExample);
export const RequestLogQuery = Type.Object(
  {
    ...pageQuery(cursorExample),
    customer: Type.Optional(addressText('Only with keys bound to the customer of this id or external id', 'heron-air')),
    key: Type.Optional(addressText('Only with the key of this id', exampleId)),
    refused: Type.Optional(
      Type.Enum(['true', 'false'], {
        type: 'string',
        description: 'Only what was refused or failed, or only what was not',
        examples: ['true'],
      }),
    ),
  },
  closed,
);
