import type { FastifyContextConfig } from 'fastify';
import { type TObject, type TSchema, Type } from 'typebox';
import { eventTypes, testType } from '../billing/webhooks/event-catalogue.ts';
import { exampleOf } from './example-of.ts';
import { eventBodies } from './schemas/webhook-events.ts';

/** A part of the document. */
type Node = { [key: string]: unknown };
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;

/** A name for programs, made of what it does and to what: `GET /v1/invoices/:id/proof` is getInvoiceProof. */
export function operationIdOf(method: string, url: string, isList: boolean): string {
  const parts = url.split('/').filter((part) => part !== '' && part !== 'v1');
  const nouns = parts.flatMap((part, index) => {
    if (isParameter(part)) return [];
    const pascal = part
      .replace(/\.json$/, '')
      .replaceAll(/(?:^|[-_])(\w)/g, (_, letter: string) => letter.toUpperCase());
    // Of many one is meant where the next part says which.
    return [isParameter(parts[index + 1] ?? '') ? singular(pascal) : pascal];
  });
  const isOne = isParameter(parts.at(-1) ?? '');
  const verb = method === 'GET' ? (isList && !isOne ? 'list' : 'get') : method.toLowerCase();
  return `${verb}${nouns.join('')}`;
}

const isParameter = (part: string) => /^[:{*]/.test(part);
const singular = (noun: string) => noun.replace(/ies$/, 'y').replace(/([^s])s$/, '$1');

const idempotencyKey = Type.Optional(
  Type.String({
    minLength: 1,
    maxLength: 257,
    description:
      'A name for this request, such as a UUID: the same request again within 24 hours is answered as the first time, and not done again',
    examples: ['0d5a1c0e-6f4e-4c37-9f0e-9d1c5a9f2b11'],
  }),
);
const ifMatch = Type.Optional(
  Type.String({
    description: 'The ETag that it was read with: a change of what has changed since is refused (412)',
    examples: ['"Rr4kVw0JXJ2sQq9b0m3gq2m0x3s"'],
  }),
);

type Described = TSchema & { headers?: TObject; response?: Record<string, unknown>; operationId?: string };

/** What is said of a route beside its own schema. */
export function describedRoute(schema: object, url: string, method: string, config: FastifyContextConfig): object {
  const { headers, response = {} } = schema as Described;
  const heeded = {
    ...(config.heedsIdempotencyKey === true && { 'idempotency-key': idempotencyKey }),
    ...((method === 'PUT' || method === 'PATCH') && { 'if-match': ifMatch }),
  };
  const all = { ...headers?.properties, ...heeded };
  const answer = response['200'] as { properties?: object } | undefined;
  const isList = answer?.properties !== undefined && 'nextCursor' in answer.properties;
  return {
    operationId: operationIdOf(method, url, isList),
    ...(Object.keys(all).length > 0 && { headers: Type.Object(all) }),
  };
}

/**
 * Gives everything that is sent and answered an example that is whole, made of those of its fields, and describes the
 * webhooks that go out.
 */
export function completeDocument(document: Node): void {
  forgetIfMatch(document);
  for (const operation of operationsOf(document)) {
    const { requestBody, responses } = operation;
    for (const said of [requestBody, ...Object.values((responses ?? {}) as Node)]) giveExamples(said);
  }
  document['webhooks'] = Object.fromEntries(
    [...eventTypes, { type: testType, says: 'Somebody has asked for it', shape: 'test' as const }].map((event) => [
      event.type,
      { post: describedWebhook(event) },
    ]),
  );
}

/** Where nothing can be read there is no ETag to send. */
function forgetIfMatch({ paths }: Node): void {
  for (const methods of Object.values((paths ?? {}) as Node) as Node[]) {
    if ('get' in methods) continue;
    for (const operation of Object.values(methods) as { parameters?: { name: string }[] }[]) {
      const parameters = operation.parameters?.filter(({ name }) => name !== 'if-match') ?? [];
      if (parameters.length > 0) operation.parameters = parameters;
      else delete operation.parameters;
    }
  }
}

export function operationsOf({ paths }: Node): Node[] {
  return Object.values((paths ?? {}) as Node).flatMap((methods) => Object.values(methods as Node) as Node[]);
}

function giveExamples(said: unknown): void {
  if (!isNode(said) || !isNode(said['content'])) return;
  for (const content of Object.values(said['content'])) {
    if (!isNode(content) || 'examples' in content || !isNode(content['schema'])) continue;
    // What a text is an example of stands beside its schema by now.
    const { example = exampleOf(content['schema']) } = content;
    delete content['example'];
    content['examples'] = { example: { value: example } };
  }
}

function describedWebhook({
  type,
  says,
  shape,
}: {
  type: string;
  says: string;
  shape: keyof typeof eventBodies;
}): Node {
  const schema = eventBodies[shape](type);
  return {
    operationId: `webhook${type.replaceAll(/(?:^|[._])(\w)/g, (_, letter: string) => letter.toUpperCase())}`,
    tags: ['webhooks'],
    summary: says,
    security: [],
    requestBody: {
      required: true,
      content: { 'application/json': { schema, examples: { example: { value: exampleOf(schema) } } } },
    },
    responses: { '2XX': { description: 'The event is taken; anything else, and it comes again' } },
  };
}
