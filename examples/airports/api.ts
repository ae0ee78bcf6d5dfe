import { setTimeout as wait } from 'node:timers/promises';

/** Durabill as this example sees it: an address and a key, nothing else. */
export type Api = {
  get<Answer>(path: string): Promise<Answer>;
  post<Answer>(path: string, body: unknown): Promise<Answer>;
};

export type ApiOptions = {
  /** Such as http://127.0.0.1:7070, without /v1. */
  baseUrl: string;
  apiKey: string;
  /** How often a call is made at most; each wait is twice the one before. */
  attempts?: number;
  firstWaitMs?: number;
  timeoutMs?: number;
};

/** An answer that asking again does not change: what the API said, as problem+json (RFC 9457). */
export class ApiRefusal extends Error {
  override readonly name = 'ApiRefusal';
  readonly status: number;
  readonly code: string | undefined;

  constructor(request: string, status: number, problem: Problem) {
    super(`${request} answered ${status}: ${problem.detail ?? problem.title ?? 'no reason given'}`);
    this.status = status;
    this.code = problem.code;
  }
}

type Problem = { code?: string; title?: string; detail?: string };

/** The API may be starting, or busy: these say that the same call can succeed in a moment. */
const passing = new Set([429, 502, 503, 504]);

/**
 * Calls over kept-alive connections. What failed in passing (503, a lost connection, no answer in time) is sent again
 * just as it was: every POST of Durabill may be repeated, since what it makes has an id that follows from its content.
 */
export function connectApi(options: ApiOptions): Api {
  const { baseUrl, apiKey, attempts = 8, firstWaitMs = 250, timeoutMs = 60_000 } = options;

  const send = (method: string, path: string, body: string | undefined) =>
    fetch(new URL(path, baseUrl), {
      method,
      headers: {
        authorization: `Bearer ${apiKey}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body }),
      signal: AbortSignal.timeout(timeoutMs),
    });

  const once = async (method: string, path: string, body: string | undefined) => {
    const response = await send(method, path, body);
    const text = await response.text();
    return { status: response.status, ok: response.ok, text };
  };

  const call = async <Answer>(method: string, path: string, body?: string): Promise<Answer> => {
    let failure: unknown;
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      if (attempt > 0) await wait(firstWaitMs * 2 ** (attempt - 1));
      const answer = await once(method, path, body).catch((error: unknown) => {
        failure = error;
      });
      if (answer === undefined) continue;
      if (answer.ok) return JSON.parse(answer.text) as Answer;
      failure = new ApiRefusal(`${method} ${path}`, answer.status, problemOf(answer.text));
      if (!passing.has(answer.status)) throw failure;
    }
    if (failure instanceof ApiRefusal) throw failure;
    throw new Error(`${method} ${path} got no answer from ${baseUrl} in ${attempts} attempts.`, { cause: failure });
  };

  return {
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, JSON.stringify(body)),
  };
}

function problemOf(text: string): Problem {
  try {
    return JSON.parse(text) as Problem;
  } catch {
    return { detail: text.slice(0, 200) };
  }
}
