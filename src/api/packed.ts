import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { writeJson } from './json.ts';

/** A large answer that only another version of the program changes: written, tagged (RFC 9110, 8.8.3) and packed once. */
export type Packed = { json: string; gzipped: Buffer; etag: string };

export async function pack(body: unknown): Promise<Packed> {
  const json = writeJson(body);
  const hash = createHash('sha256').update(json).digest('base64url');
  return { json, gzipped: await promisify(gzip)(json), etag: `"${hash}"` };
}

/**
 * Answers 304 to who has it, and packed to who takes that.
 * @param headers how long it may be kept, and what it differs by beside its encoding
 */
export async function sendPacked(
  { json, gzipped, etag }: Packed,
  request: Pick<FastifyRequest, 'headers'>,
  reply: FastifyReply,
  headers: { 'cache-control': string; vary?: string },
): Promise<FastifyReply> {
  const vary = [headers.vary, 'accept-encoding'].filter((name) => name !== undefined).join(', ');
  reply.headers({ ...headers, etag, vary });
  if (request.headers['if-none-match']?.split(/\s*,\s*/).includes(etag)) return await reply.code(304).send();
  reply.type('application/json; charset=utf-8');
  const takesGzip = /\bgzip\b/.test(String(request.headers['accept-encoding']));
  return takesGzip
    ? await reply.header('content-encoding', 'gzip').send(gzipped)
    : await reply.serializer(String).send(json);
}
