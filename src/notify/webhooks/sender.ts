import { Webhook } from 'standardwebhooks';
import { Agent, request } from 'undici';
import { AddressRefused, guardedLookup, type Resolve, type Rules, refuseLiteral } from './addresses.ts';

export type WebhookCall = {
  url: string;
  /** The event's, the same at every attempt: by it a receiver knows a repetition. */
  id: string;
  body: string;
  /** Each signs: the one in force, and the one before for a day after it was changed. */
  secrets: readonly string[];
};

export type WebhookAnswer = {
  at: Date;
  durationMs: number;
  status: number | null;
  /** Why it was not taken; null when it was, by any status from 200 to 299. */
  reason: string | null;
  /** The first 1,024 bytes of what was answered. */
  answer: string | null;
};

export type WebhookSender = {
  /** Makes one attempt. It never throws: whatever happens is an answer. */
  send(call: WebhookCall): Promise<WebhookAnswer>;
  close(): Promise<void>;
};

export const sendLimits = {
  connectMs: 5_000,
  /** Until the status is there. */
  answerMs: 15_000,
  /** Of what is answered with it, so much is waited for and kept; a receiver that goes on writing is hung up on. */
  bodyMs: 2_000,
  bodyBytes: 1_024,
};

/** Sends by the rules of Standard Webhooks, to https addresses of the internet only; redirects are not followed. */
export function createWebhookSender(
  rules: Rules,
  { limits = sendLimits, resolve }: { limits?: typeof sendLimits; resolve?: Resolve } = {},
): WebhookSender {
  const agentOf = (protocol: 'http:' | 'https:') =>
    new Agent({
      connect: { timeout: limits.connectMs, lookup: guardedLookup(protocol, rules, resolve) },
      connections: 4,
      pipelining: 1,
      keepAliveTimeout: 5_000,
      headersTimeout: limits.answerMs,
      maxHeaderSize: 16_384,
    });
  const agents = { 'http:': agentOf('http:'), 'https:': agentOf('https:') };

  async function attempt({ url, id, body, secrets }: WebhookCall, at: Date) {
    const target = new URL(url);
    refuseLiteral(target, rules);
    const answer = await request(target, {
      method: 'POST',
      dispatcher: agents[target.protocol as keyof typeof agents],
      signal: AbortSignal.timeout(limits.answerMs),
      body,
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Durabill-Webhooks/1',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
        'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, at, body)).join(' '),
      },
    });
    return { status: answer.statusCode, answer: await beginningOf(answer.body, limits) };
  }

  return {
    async send(call) {
      const at = new Date();
      const started = performance.now();
      const told = await attempt(call, at).catch((error: unknown) => ({ status: null, answer: null, error }));
      const reason = 'error' in told ? reasonOf(told.error) : told.status === null ? null : statusReason(told.status);
      const durationMs = Math.round(performance.now() - started);
      return { at, durationMs, status: told.status, reason, answer: told.answer };
    },
    async close() {
      await Promise.all(Object.values(agents).map((agent) => agent.destroy()));
    },
  };
}

/** What has come of a body within the limits. A status is an answer, whatever becomes of its body. */
async function beginningOf(
  body: AsyncIterable<Buffer> & { destroy(): unknown },
  { bodyBytes, bodyMs }: typeof sendLimits,
): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const late = setTimeout(() => body.destroy(), bodyMs);
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= bodyBytes) break;
    }
  } catch {
    // Cut off, by us or by the receiver: what came before is kept.
  } finally {
    clearTimeout(late);
    body.destroy();
  }
  // PostgreSQL stores no NUL.
  return Buffer.concat(chunks).subarray(0, bodyBytes).toString().replaceAll('\0', '\ufffd');
}

function statusReason(status: number): string | null {
  if (status >= 200 && status < 300) return null;
  if (status >= 300 && status < 400) return 'redirected';
  return status === 410 ? 'gone' : `status-${status}`;
}

const reasons: readonly [pattern: RegExp, reason: string][] = [
  [/^TimeoutError$|^UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT$|^ETIMEDOUT$|^ABORT_ERR$/, 'timeout'],
  [/^ECONNREFUSED$/, 'connection-refused'],
  [/^(ENOTFOUND|EAI_AGAIN)$/, 'name-unknown'],
  [/^(CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|EPROTO)/, 'certificate-refused'],
  [/^HTTPParserError$|^UND_ERR_HEADERS_OVERFLOW$/, 'answer-unreadable'],
];

/** In one word, without an address; of a connection to several addresses the first failure speaks. */
function reasonOf(error: unknown): string {
  if (error instanceof AddressRefused) return 'address-refused';
  if (error instanceof AggregateError) return reasonOf(error.errors[0]);
  const { code, name, cause } = error as { code?: unknown; name?: string; cause?: unknown };
  const found = reasons.find(([pattern]) => pattern.test(String(name)) || pattern.test(String(code)));
  if (found !== undefined) return found[1];
  return cause === undefined ? 'connection-lost' : reasonOf(cause);
}
