/**
 * The typed client of the HTTP API: its addresses, fields and answers are generated from the API's own document
 * (`npm run client`). The dashboard speaks through it and nothing else; so can any program with an API key.
 */
import createFetchClient, { type Client as FetchClient, type Middleware } from 'openapi-fetch';
import { readProblem, unreachable } from './problem.ts';
import type { paths } from './schema.ts';

export { ApiError, isApiError, type Problem } from './problem.ts';
export type { components, paths } from './schema.ts';

export type Client = FetchClient<paths, 'application/json'>;

export type ClientOptions = {
  /** Where the API is, such as `https://billing.example.com`; '' for the origin of the page. */
  baseUrl?: string;
  /** `dbk_…`; a page has a session's cookie instead. */
  apiKey?: string;
  /** Asked before each call that changes something: what proves that it is the page that calls. */
  csrfToken?: () => string | null;
  /** Told of each answer that is none of success, before the call throws it. */
  onError?: (status: number) => void;
  fetch?: (request: Request) => Promise<Response>;
};

const reading = new Set(['GET', 'HEAD']);

/**
 * A client whose calls give `data` or throw.
 * @throws ApiError from every call that is refused, fails, or gets no answer
 */
export function createClient({ baseUrl = '', apiKey, csrfToken, onError, fetch }: ClientOptions = {}): Client {
  const client = createFetchClient<paths, 'application/json'>({
    baseUrl,
    credentials: 'same-origin',
    headers: {
      accept: 'application/json, application/problem+json',
      ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
    },
    ...(fetch !== undefined && { fetch }),
  });
  const conventions: Middleware = {
    onRequest({ request }) {
      const token = reading.has(request.method) ? null : (csrfToken?.() ?? null);
      if (token !== null) request.headers.set('x-csrf-token', token);
      return request;
    },
    async onResponse({ response }) {
      if (response.ok) return;
      onError?.(response.status);
      throw await readProblem(response);
    },
    onError: ({ error }) => unreachable(error) as Error,
  };
  client.use(conventions);
  return client;
}

/**
 * The answer itself: `const invoice = await take(client.GET('/v1/invoices/{id}', { params: { path: { id } } }))`.
 * @throws ApiError
 */
export async function take<Data>(call: Promise<{ data?: Data; error?: unknown }>): Promise<NonNullable<Data>> {
  const { data } = await call;
  // Only an answer without a body has none, and the API gives none that a caller takes.
  return data as NonNullable<Data>;
}

/** A page of a list; the next one is asked for by its cursor. */
export type Page<Item> = { data: Item[]; nextCursor: string | null };

/**
 * Every item of a list, page after page, as they are asked for.
 * @param read asks for the page at a cursor: `(cursor) => take(client.GET('/v1/invoices', { params: { query: { cursor } } }))`
 */
export async function* eachItem<Item>(read: (cursor: string | undefined) => Promise<Page<Item>>): AsyncGenerator<Item> {
  let cursor: string | undefined;
  do {
    const page: Page<Item> = await read(cursor);
    yield* page.data;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
type Json<Answer> = Answer extends { content: { 'application/json': infer Body } } ? Body : never;
type Successes<Operation> = Operation extends { responses: infer Responses }
  ? { [Status in keyof Responses]: Status extends 200 | 201 | 202 ? Json<Responses[Status]> : never }[keyof Responses]
  : never;

/** What an address answers: `AnswerOf<'/v1/invoices/{id}'>`. */
export type AnswerOf<Path extends keyof paths, M extends Method = 'get'> = Successes<paths[Path][M]>;

/** One item of the list that an address answers: `ItemOf<'/v1/invoices'>`. */
export type ItemOf<Path extends keyof paths> = AnswerOf<Path> extends { data: (infer Item)[] } ? Item : never;

/** What an address takes as its body: `BodyOf<'/v1/customers', 'post'>`. */
export type BodyOf<Path extends keyof paths, M extends Method = 'post'> = paths[Path][M] extends {
  requestBody?: { content: { 'application/json': infer Body } };
}
  ? Body
  : never;
