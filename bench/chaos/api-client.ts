import { Hopeless, untilDone } from './patience.ts';

export type ApiClient = {
  /** Asks again, now the one API and now the other, until it is answered. @throws Hopeless for a refusal */
  get<Answer>(path: string): Promise<Answer>;
  post<Answer>(path: string, body: unknown): Promise<Answer>;
  /** The same to one of them at first, so that two requests can be at two APIs at once. */
  postVia<Answer>(index: number, path: string, body: unknown): Promise<Answer>;
};

/** An API that was killed just now breaks the connection; one whose PostgreSQL is away may take its time. */
const timeoutMs = 10_000;

/** Refusals in passing: of what will be there in a moment, of too much at once, and failures of the server. */
const passing = (status: number) => status === 404 || status === 408 || status === 429 || status >= 500;

export function connectApis(ports: readonly number[], apiKey: string, until: AbortSignal): ApiClient {
  let turn = 0;

  async function call<Answer>(first: number, method: string, path: string, body?: unknown): Promise<Answer> {
    let attempt = 0;
    return await untilDone(async () => {
      const port = ports[(first + attempt) % ports.length];
      attempt += 1;
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${apiKey}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(timeoutMs),
      });
      const text = await answer.text();
      if (answer.ok) return JSON.parse(text) as Answer;
      const told = `${method} ${path} answered ${answer.status}: ${text.slice(0, 300)}`;
      throw passing(answer.status) ? new Error(told) : new Hopeless(told);
    }, until);
  }

  const next = () => {
    turn += 1;
    return turn;
  };
  return {
    get: (path) => call(next(), 'GET', path),
    post: (path, body) => call(next(), 'POST', path, body),
    postVia: (index, path, body) => call(index, 'POST', path, body),
  };
}
