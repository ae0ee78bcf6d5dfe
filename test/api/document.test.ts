import assert from 'node:assert/strict';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { exampleOf } from '../../src/api/example-of.ts';
import { useApi } from './support.ts';

type Content = Record<string, { schema: object; examples?: Record<string, { value: unknown }> }>;
type Said = { content?: Content };
type Operation = {
  operationId: string;
  summary: string;
  tags: string[];
  requestBody?: Said;
  responses: Record<string, Said>;
};

describe('The OpenAPI document', function () {
  // Two megabytes are written, read, checked and compiled.
  this.timeout(180_000);
  const api = useApi();
  let text = '';
  let operations: { name: string; operation: Operation }[] = [];
  before(async () => {
    text = (await api.app.inject('/openapi.json')).body;
    const { paths, webhooks } = JSON.parse(text) as Record<
      'paths' | 'webhooks',
      Record<string, Record<string, Operation>>
    >;
    operations = [paths, webhooks].flatMap((group) =>
      Object.entries(group).flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, operation })),
      ),
    );
  });

  it('is one of OpenAPI 3.1 to a validator of others', async () => {
    const rules = {
      struct: 'error',
      'no-unresolved-refs': 'error',
      'operation-operationId': 'error',
      'operation-operationId-unique': 'error',
      'operation-parameters-unique': 'error',
      'operation-summary': 'error',
      'operation-tag-defined': 'error',
      'path-parameters-defined': 'error',
      'no-identical-paths': 'error',
      'no-ambiguous-paths': 'off',
      'no-invalid-media-type-examples': 'error',
      'security-defined': 'error',
      'tags-alphabetical': 'off',
    } as const;
    const config = await createConfig({ rules });
    const problems = await lintFromString({ source: text, absoluteRef: 'openapi.json', config });
    const told = problems.map(({ message, location, ruleId }) => `${ruleId} at ${location[0]?.pointer}: ${message}`);
    assert.deepEqual(told, []);
  });

  it('has a summary and a tag for every operation, and a name that is its own', () => {
    assert.ok(operations.length > 100, `${operations.length} operations`);
    const bare = operations.filter(({ operation: { summary, tags } }) => !summary || tags.length !== 1);
    assert.deepEqual(
      bare.map(({ name }) => name),
      [],
    );
    const names = operations.map(({ operation }) => operation.operationId);
    assert.deepEqual(
      names.filter((name, index) => names.indexOf(name) !== index || !/^[a-z]\w+$/.test(name)),
      [],
    );
  });

  it('gives a whole example of everything that is sent and answered, which its own schema allows', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    let count = 0;
    for (const { name, operation } of operations) {
      for (const [what, said] of [
        ['request', operation.requestBody],
        ...Object.entries(operation.responses),
      ] as const) {
        for (const [mediaType, { schema, examples }] of Object.entries((said as Said | undefined)?.content ?? {})) {
          assert.ok(examples !== undefined && Object.keys(examples).length > 0, `${name} ${what} ${mediaType}`);
          for (const { value } of Object.values(examples)) {
            count += 1;
            const isValid = ajv.validate(schema, value);
            assert.ok(isValid, `${name} ${what}: ${ajv.errorsText()} in ${JSON.stringify(value).slice(0, 500)}`);
          }
        }
      }
    }
    assert.ok(count > 200, `${count} examples`);
  });

  it('gives every list in pages, but what is whole by nature', () => {
    const whole = operations.filter(({ name, operation }) => {
      const content = operation.responses['200']?.content?.['application/json'];
      const { properties = {} } = (content?.schema ?? {}) as { properties?: Record<string, { type?: string }> };
      return name.startsWith('GET') && properties['data']?.type === 'array' && !('nextCursor' in properties);
    });
    const named = whole.map(({ name }) => name).sort();
    assert.deepEqual(named, [
      'GET /v1/customers/{id}/coupons',
      'GET /v1/customers/{id}/usage/meters',
      'GET /v1/customers/{id}/wallets',
      'GET /v1/dead-letters',
      'GET /v1/invoices/{id}/credit-notes',
      'GET /v1/pauses',
      'GET /v1/sessions',
      'GET /v1/webhook-event-types',
    ]);
  });

  it('makes examples of the fields, and of nothing where there are none', () => {
    const schema = {
      type: 'object',
      properties: {
        name: { anyOf: [{ type: 'null' }, { type: 'string', examples: ['Ada'] }] },
        kinds: { type: 'array', items: { enum: ['a', 'b'] } },
        count: { type: 'integer', minimum: 2 },
      },
    };
    assert.deepEqual(exampleOf(schema), { name: 'Ada', kinds: ['a'], count: 2 });
  });
});
