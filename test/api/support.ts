import assert from 'node:assert/strict';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { buildApi } from '../../src/api/app.ts';
import type { ApiDeps } from '../../src/api/deps.ts';
import { createApiKey } from '../../src/auth/api-keys.ts';
import { scopes } from '../../src/auth/scopes.ts';
import { runIdOf } from '../../src/billing/ids.ts';
import { recordReconciliation } from '../../src/store/reconciliations.ts';
import { kindsByCode, noticeOf } from '../../src/targets/stripe/notice.ts';
import { openBooks } from '../support/books.ts';
import { useTestDatabase } from '../support/database.ts';

/** For an API that Stripe tells nothing, without dead letters and without a Web UI; codes mean what they always mean. */
export const withoutWebhooks: Pick<
  ApiDeps,
  'failureCodes' | 'readStripeDelivery' | 'wakeStripeEvents' | 'deadLetters' | 'workflows'
> = {
  failureCodes: kindsByCode,
  readStripeDelivery() {
    throw new Error('No webhook is expected.');
  },
  wakeStripeEvents() {},
  deadLetters: {
    count: async () => 0,
    list: async () => [],
    requeue: async (chosen) => ({ requeued: 0, kept: [], missing: chosen === 'all' ? [] : chosen }),
    discard: async (missing) => ({ discarded: 0, missing }),
  },
  workflows: { urlOf: () => null, listUrl: null, stateOf: async () => 'running' },
};

export type Call = {
  headers?: Record<string, string>;
  body?: unknown;
  raw?: string | Buffer;
  /** Without the key that may do everything, as browsers ask. */
  isKeyless?: boolean;
};
// biome-ignore lint/suspicious/noExplicitAny: what a server answers is not known before it is looked at
export type Answer = { status: number; headers: Record<string, unknown>; body: any };

type Documented = { content?: Record<string, { schema: object }> };
type Paths = Record<string, Record<string, { responses: Record<string, Documented> }>>;

const ajv = new Ajv2020({ strict: false, validateFormats: false });

/** For tests of other things: no sync is reached. */
export const noSyncs: ApiDeps['syncs'] = {
  wake: () => Promise.reject(new Error('unused')),
  answer: () => Promise.reject(new Error('unused')),
  ensureCustomer: () => Promise.reject(new Error('unused')),
};

/**
 * The API over small books, asked without a socket with a key that may do everything. Every answer is held against
 * what /openapi.json says about it.
 */
export function useApi(overrides: Partial<ApiDeps> = {}) {
  const books = useTestDatabase();
  const started: Parameters<ApiDeps['startRun']>[0][] = [];
  let app: FastifyInstance | undefined;
  let key = '';
  let paths: Paths = {};

  before(async () => {
    await openBooks(books.database);
    key = (await createApiKey(books.database, { name: 'tests', scopes })).secret;
    app = buildApi({
      database: books.database,
      async startRun(run) {
        started.push(run);
        const id = runIdOf(run.clockId, run.kind, run.at);
        return { id, workflowId: `${run.kind}/${run.clockId}`, alreadyStarted: false };
      },
      syncs: noSyncs,
      noticeOf,
      async startReconciliation(order) {
        const workflowId = `reconciliation/${order.id}`;
        await recordReconciliation(books.database, { ...order, workflowId });
        return { workflowId };
      },
      health: async () => ({ postgresql: 'up', rabbitmq: 'up', temporal: 'up' }),
      ...withoutWebhooks,
      ...overrides,
    });
    await app.ready();
    paths = (await app.inject('/openapi.json')).json().paths;
  });
  after(async () => {
    await app?.close();
  });

  async function call(
    method: NonNullable<InjectOptions['method']>,
    url: string,
    { headers, body, raw, isKeyless = false }: Call = {},
  ): Promise<Answer> {
    const response = await current().inject({
      method,
      url,
      headers: {
        ...(!isKeyless && { authorization: `Bearer ${key}` }),
        ...((body !== undefined || raw !== undefined) && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...((body !== undefined || raw !== undefined) && { payload: raw ?? JSON.stringify(body) }),
    });
    const answer = {
      status: response.statusCode,
      headers: response.headers,
      body: response.statusCode === 204 ? null : response.json(),
    };
    requireDocumented(paths, method, url, answer);
    return answer;
  }

  function current(): FastifyInstance {
    assert.ok(app, 'The API is opened before the tests.');
    return app;
  }

  return {
    get app() {
      return current();
    },
    get database() {
      return books.database;
    },
    get key() {
      return key;
    },
    started,
    get: (url: string, options?: Call) => call('GET', url, options),
    post: (url: string, body: unknown, headers?: Record<string, string>) =>
      call('POST', url, { body, ...(headers && { headers }) }),
    call,
  };
}

/** Holds an answer against the document; addresses and methods that are not in it may only be refused. */
function requireDocumented(paths: Paths, method: string, url: string, { status, headers, body }: Answer): void {
  const [asked = ''] = url.split('?');
  // An address that is written out goes before one with a part that stands for any.
  const path = asked in paths ? asked : Object.keys(paths).find((documented) => matches(documented, asked));
  const responses = path === undefined ? undefined : paths[path]?.[method.toLowerCase()]?.responses;
  if (responses === undefined) {
    assert.ok(status >= 400, `${method} ${url} is undocumented`);
    return;
  }
  const documented = responses[status] ?? responses[`${Math.floor(status / 100)}XX`];
  assert.ok(documented, `${method} ${url} does not document ${status}`);
  if (status === 204) return;
  assert.ok(documented.content, `${method} ${url} does not document what it answers with ${status}`);
  const mediaType = String(headers['content-type']).split(';')[0]!;
  const schema = documented.content[mediaType]?.schema;
  assert.ok(schema, `${method} ${url} does not document ${mediaType} for ${status}`);
  assert.ok(ajv.validate(schema, body), `${method} ${url}: ${ajv.errorsText()} in ${JSON.stringify(body)}`);
}

function matches(documented: string, path: string): boolean {
  return new RegExp(`^${documented.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path);
}

/** A refusal in the form of RFC 9457, with this status, code and field. */
export function assertProblem(answer: Answer, status: number, code: string, field: string | null = null): void {
  const { body } = answer;
  assert.deepEqual([answer.status, body.code, body.field], [status, code, field], JSON.stringify(body));
  assert.equal(body.type, `urn:durabill:problem:${code}`);
  assert.equal(body.status, status);
  assert.equal(body.instance, `urn:uuid:${answer.headers['x-request-id']}`);
  assert.ok(
    body.title.length > 0 && body.detail.length > 0 && body.mend.length > 0,
    'body.title.length > 0 && body.detail.length > 0 && body.mend.length > 0',
  );
}
