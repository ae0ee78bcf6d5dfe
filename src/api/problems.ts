import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { ErrorCode } from '../errors/catalogue.ts';
import { DurabillError, isDurabillError } from '../errors/error.ts';
import { isUnreachable } from '../store/database.ts';
import type { Problem } from './schemas/common.ts';
import { validationFault } from './validation.ts';

export const problemType = 'application/problem+json';

/** Answers an error as problem+json (RFC 9457). What failed on our side is logged and told without its inside. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = toDurabillError(error as FastifyError, request);
  const { status } = known.entry;
  request.refusedBy = known.code;
  if (status >= 500) request.log.error({ err: error }, 'request failed');
  else if (request.raw.errored) request.log.debug({ err: error }, 'the client left before its request was whole');
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="durabill"');
  if (status === 408) reply.header('connection', 'close');
  if (status === 503) reply.header('retry-after', '1');
  return reply.code(status).type(problemType).send(problemOf(known, request.id));
}

/** Whether the body was refused for its size, most likely before it was read. */
export function isTooLarge(error: unknown): boolean {
  return (error as FastifyError).code === 'FST_ERR_CTP_BODY_TOO_LARGE';
}

export function problemOf(error: DurabillError, requestId: string): Problem {
  const { status, title } = error.entry;
  return {
    type: `urn:durabill:problem:${error.code}`,
    title,
    status,
    detail: error.message,
    code: error.code,
    field: error.field ?? null,
    mend: error.mend,
    instance: `urn:uuid:${requestId}`,
  };
}

/** Every answer has these, refusals of unreadable requests too. */
export function standardHeaders(requestId: string): Record<string, string> {
  return { 'x-request-id': requestId, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };
}

/** Fastify's own refusals, by its codes. */
const frameworkErrors: Record<string, [code: ErrorCode, reason: string, field?: string]> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'media-type-unsupported',
    'This address does not take this content type.',
    'content-type',
  ],
  FST_ERR_CTP_BODY_TOO_LARGE: ['request-too-large', 'The request body is larger than this address takes.', 'body'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['request-invalid', 'The body is not as long as Content-Length says.', 'body'],
  FST_ERR_BAD_URL: ['request-invalid', 'The address is not correctly encoded.'],
  FST_ERR_MAX_PARAM_LENGTH: ['request-invalid', 'A part of the address is too long.'],
};

/** Raised by the triggers that keep an erased customer erased. */
const writtenOfErased = 'DB038';
const writtenOfRemoved = 'DB045';

function toDurabillError(error: FastifyError, { raw }: FastifyRequest): DurabillError {
  // An error of ours that means a fault of the program or its set-up must not show its inside either.
  if (isDurabillError(error)) return error.code !== 'unavailable' && error.entry.status === 500 ? hidden() : error;
  if (error.validation !== undefined) return validationFault(error.validation, error.validationContext);
  const [code, reason, field] = frameworkErrors[error.code] ?? [];
  if (code !== undefined && reason !== undefined) {
    return new DurabillError(code, { ...(field && { field }), reason });
  }
  if (error.code === 'FST_ERR_HANDLER_TIMEOUT') {
    if (!raw.complete) return new DurabillError('request-timeout');
    return new DurabillError('unavailable', { reason: 'The answer took too long and was given up.' });
  }
  // The connection broke under the body. The same codes from PostgreSQL mean that it is away.
  if (raw.errored === (error as Error)) {
    return new DurabillError('request-invalid', { field: 'body', reason: 'The body ended before it was whole.' });
  }
  if (isUnreachable(error)) return new DurabillError('unavailable', { reason: 'The database cannot be reached.' });
  if (error.code === writtenOfErased) return new DurabillError('customer-erased');
  if (error.code === writtenOfRemoved) return new DurabillError('usage-removed');
  // PostgreSQL cannot hold the character NUL; every other text of a request is checked before.
  if (error.code === '22021')
    return new DurabillError('request-invalid', { reason: 'A text contains a NUL character.' });
  const { statusCode = 500 } = error;
  if (error.code?.startsWith('FST_') && statusCode >= 400 && statusCode < 500) {
    return new DurabillError('request-invalid', { reason: 'The request is not one that can be read.' });
  }
  return hidden();
}

function hidden(): DurabillError {
  return new DurabillError('internal');
}
