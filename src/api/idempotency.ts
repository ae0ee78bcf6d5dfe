import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { DurabillError } from '../errors/error.ts';
import type { Database } from '../store/database.ts';
import { beginIdempotent, forgetIdempotent, keepAnswer } from '../store/idempotent-requests.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * Whether the header Idempotency-Key is heeded: where the same content twice is two things. Elsewhere what is sent has an
     * id of the sender's or names a state, and sending it again is safe without.
     */
    heedsIdempotencyKey?: true;
  }
  interface FastifyRequest {
    /** Under which hash the answer is kept, and by what it is opened. */
    idempotency: { hash: Buffer; key: string } | null;
  }
}

type Kept = { body: string; type: string | undefined; location: string | undefined };

/**
 * The header Idempotency-Key (draft-ietf-httpapi-idempotency-key-header-07): the same request again is answered as the
 * first time for 24 hours. Refusals are kept too; failures of ours are not, and are tried anew.
 */
export function heedIdempotencyKeys(app: FastifyInstance, database: Database): void {
  app.decorateRequest('idempotency', null);

  app.addHook('preHandler', async (request, reply) => {
    const header = request.headers['idempotency-key'];
    if (header === undefined || request.routeOptions.config.heedsIdempotencyKey !== true) return;
    const key = readKey(header);
    const hash = sha256(callerOf(request), request.method, request.url, key);
    const begun = await beginIdempotent(database, hash, sha256(JSON.stringify(request.body ?? null)));
    if (begun.state === 'new') {
      request.idempotency = { hash, key };
      return;
    }
    if (begun.state === 'other content')
      throw new DurabillError('idempotency-key-reused', { field: 'idempotency-key' });
    if (begun.state === 'running') {
      reply.header('retry-after', '1');
      throw new DurabillError('idempotency-key-in-use', { field: 'idempotency-key' });
    }
    const { body, type = 'application/json; charset=utf-8', location } = open(begun.answer, key);
    if (location !== undefined) reply.header('location', location);
    return reply.code(begun.status).type(type).header('idempotency-replayed', 'true').serializer(String).send(body);
  });

  app.addHook('onSend', async (request, reply, payload) => {
    const { idempotency } = request;
    if (idempotency === null) return payload;
    request.idempotency = null;
    const { statusCode: status } = reply;
    if (status >= 500 || typeof payload !== 'string') await forgetIdempotent(database, idempotency.hash);
    else {
      const location = reply.getHeader('location') as string | undefined;
      const kept: Kept = { body: payload, type: reply.getHeader('content-type') as string | undefined, location };
      await keepAnswer(database, idempotency.hash, status, seal(kept, idempotency.key));
    }
    return payload;
  });
}

/** Bare, or in quotes as a string of RFC 9651. @throws DurabillError idempotency-key-invalid */
function readKey(header: string | string[]): string {
  const key = /^"([\x20-\x7e]{1,255})"$|^([\x21-\x7e]{1,255})$/.exec(String(header));
  if (key === null) throw new DurabillError('idempotency-key-invalid', { field: 'idempotency-key' });
  return key[1] ?? key[2] ?? '';
}

function callerOf({ principal }: FastifyRequest): string {
  if (principal === null) return 'nobody';
  return principal.kind === 'key' ? principal.keyId : principal.sessionId;
}

function sha256(...parts: string[]): Buffer {
  return createHash('sha256').update(JSON.stringify(parts)).digest();
}

const cipher = 'aes-256-gcm';
const cipherKeyOf = (key: string) => Buffer.from(hkdfSync('sha256', key, '', 'durabill idempotent answer', 32));

/** An answer may have a secret in it that is told once: only who has the key that it was asked with can open it. */
function seal(kept: Kept, key: string): Buffer {
  const nonce = randomBytes(12);
  const sealing = createCipheriv(cipher, cipherKeyOf(key), nonce);
  const sealed = Buffer.concat([sealing.update(JSON.stringify(kept)), sealing.final()]);
  return Buffer.concat([nonce, sealing.getAuthTag(), sealed]);
}

function open(answer: Buffer, key: string): Kept {
  const opening = createDecipheriv(cipher, cipherKeyOf(key), answer.subarray(0, 12));
  opening.setAuthTag(answer.subarray(12, 28));
  return JSON.parse(Buffer.concat([opening.update(answer.subarray(28)), opening.final()]).toString()) as Kept;
}
