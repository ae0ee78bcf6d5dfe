import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { flat, invoicesOf, openBusiness } from '../billing/business.ts';
import { addCustomer } from '../support/books.ts';
import { noSyncs, useApi } from './support.ts';

type Schema = {
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  examples?: unknown[];
  enum?: unknown[];
  const?: unknown;
};

/** A body of a schema as its examples say it, with all that may be left out. */
function exampleOf(schema: Schema): unknown {
  if (schema.examples?.[0] !== undefined) return schema.examples[0];
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.anyOf !== undefined) return exampleOf(schema.anyOf[0] as Schema);
  if (schema.properties !== undefined) {
    return Object.fromEntries(Object.entries(schema.properties).map(([name, of]) => [name, exampleOf(of)]));
  }
  if (schema.items !== undefined) return [exampleOf(schema.items)];
  return schema.type === 'integer' || schema.type === 'number' ? 1 : schema.type === 'boolean' ? true : 'text';
}

const nasty: unknown[] = [
  ...[null, true, 0, -1, 1.5, 1e300, 2 ** 53, -(2 ** 63)],
  ...[
    '',
    ' ',
    'a\0b',
    '\ud800',
    '9'.repeat(31),
    '-1',
    '1e5',
    'x'.repeat(70_000),
    '٣',
    '2013-02-30T00:00:00Z',
    '\u202e\n\r\t',
  ],
  ...[[], {}, [null], [[]], { __proto__: 1 }, Array.from({ length: 300 }, () => 'x')],
];

type At = (string | number)[];
/** Each place in a body. */
function* placesOf(value: unknown, at: At = []): Generator<At> {
  if (at.length > 0) yield at;
  if (typeof value !== 'object' || value === null) return;
  for (const [name, of] of Object.entries(value))
    yield* placesOf(of, [...at, Array.isArray(value) ? Number(name) : name]);
}

function changed(body: unknown, at: At, value: unknown): unknown {
  const copy = structuredClone(body);
  let holder = copy as Record<string | number, unknown>;
  for (const name of at.slice(0, -1)) holder = holder[name] as Record<string | number, unknown>;
  holder[at.at(-1) as string | number] = value;
  return copy;
}

type Operation = { requestBody?: { content: { 'application/json': { schema: Schema } } } };

/** What is sent by mistake or in malice is refused with a sentence, and is never a failure of ours. */
describe('Nasty requests', () => {
  const nothing = async () => {};
  const answer = async () => 'accepted' as const;
  const api = useApi({ syncs: { ...noSyncs, wake: nothing, ensureCustomer: nothing, answer } });
  const known: Record<string, string> = { customers: 'B6', coupons: 'spring-2013' };
  const invoices: string[] = [];
  before(async () => {
    await addCustomer(api.database, 'B6');
    const business = await openBusiness(api.database);
    const plan = await business.plan('base', [flat('100')]);
    // One for each address, since some of what is asked for succeeds and closes the way of the next.
    for (let index = 0; index < 40; index += 1) await business.customer(`C${index}`, { plan });
    await business.invoice('2013-02-01T13:00:00Z');
    await business.scan('2013-02-02T15:00:00Z');
    invoices.push(...(await invoicesOf(api.database, business.clockId)).map(({ id }) => id));
    known['wallets'] = (await api.post('/v1/customers/B6/wallets', { name: 'Prepaid' })).body.id;
  });

  const idsOf = (path: string, id: string) => path.replaceAll(/\{\w+\}/g, id);
  /** With ids of what is there, so that it is not the address that is refused. */
  const there = (path: string) =>
    path
      .replace(/^\/v1\/([\w-]+)\/\{\w+\}/, (_, of: string) => `/v1/${of}/${known[of] ?? 'none'}`)
      .replaceAll(/\{\w+\}/g, 'none');

  it('are refused field by field', async () => {
    const { paths } = (await api.app.inject('/openapi.json')).json() as {
      paths: Record<string, Record<string, Operation>>;
    };
    const failures = new Map<string, string>();
    let asked = 0;
    for (const [path, operations] of Object.entries(paths)) {
      for (const [method, { requestBody }] of Object.entries(operations)) {
        const schema = requestBody?.content['application/json']?.schema;
        if (schema === undefined || path.includes('webhooks')) continue;
        const body = exampleOf(schema) as Record<string, unknown>;
        // Before everything else that is asked here, since it is on a clock of 2013.
        if ('paidAt' in body) body['paidAt'] = '2013-02-01T00:00:00Z';
        known['invoices'] = invoices.pop() ?? 'none';
        const url = there(path);
        const send = async (sent: unknown, about: string) => {
          asked += 1;
          let answer: { statusCode: number; body: string };
          try {
            answer = await api.app.inject({
              method: method.toUpperCase() as 'POST',
              url,
              headers: { authorization: `Bearer ${api.key}`, 'content-type': 'application/json' },
              payload: JSON.stringify(sent),
            });
          } catch (error) {
            failures.set(`${method} ${path} ${about}`, String(error));
            return;
          }
          const problem = answer.statusCode >= 400 ? JSON.parse(answer.body) : undefined;
          // What is not reachable says so; here no target is, and no mail server.
          if (answer.statusCode >= 500 && !['unavailable', 'mail-unavailable'].includes(problem.code))
            failures.set(`${method} ${path} ${about}`, answer.body.slice(0, 300));
          else if ([400, 422].includes(answer.statusCode) && (problem.field ?? null) === null) {
            failures.set(`${method} ${path} ${about}`, `no field: ${answer.body.slice(0, 300)}`);
          }
        };
        await send(body, 'as it is');
        await send({ ...(body as object), unknown: 1 }, 'unknown field');
        for (const value of nasty) await send(value, `= ${JSON.stringify(value).slice(0, 20)}`);
        if (path === '/v1/invoices/preview' || path === '/v1/plans') continue;
        for (const at of [...placesOf(body)].slice(0, 60)) {
          for (const value of nasty) {
            const about = `${at.join('.')} = ${JSON.stringify(value)?.slice(0, 20)}`;
            await send(changed(body, at, value), about);
          }
        }
      }
    }
    assert.ok(asked > 1_000, `${asked} requests are no test`);
    assert.deepEqual([...failures].slice(0, 20), []);
  }).timeout(580_000);

  it('to addresses are refused too', async () => {
    const { paths } = (await api.app.inject('/openapi.json')).json() as {
      paths: Record<string, Record<string, Operation>>;
    };
    const failures: string[] = [];
    for (const [path, operations] of Object.entries(paths)) {
      for (const method of Object.keys(operations)) {
        if (!path.includes('{') || path.includes('webhooks')) continue;
        for (const id of ['%00', '%ED%A0%80', 'x'.repeat(300), randomUUID(), "'%22--", '%F0%9F%98%80', '..%2f..']) {
          const schema = operations[method]?.requestBody?.content['application/json']?.schema;
          const answer = await api.app.inject({
            method: method.toUpperCase() as 'POST',
            url: idsOf(path, id),
            headers: { authorization: `Bearer ${api.key}`, ...(schema && { 'content-type': 'application/json' }) },
            ...(schema && { payload: JSON.stringify(exampleOf(schema)) }),
          });
          if (answer.statusCode >= 500 && JSON.parse(answer.body).code !== 'unavailable')
            failures.push(`${method} ${path} ${id.slice(0, 20)} ${answer.body.slice(0, 200)}`);
        }
      }
    }
    assert.deepEqual(failures.slice(0, 20), []);
  }).timeout(200_000);
});
