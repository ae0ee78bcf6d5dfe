import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { ErrorCode } from '../errors/catalogue.ts';
import { DurabillError, isDurabillError } from '../errors/error.ts';
import { validationFault } from './validation.ts';

/** Answers an error as problem+json (RFC 9457). What failed on our side is logged and told without its inside. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = toDurabillError(error as FastifyError);
  const { status, title } = known.entry;
  if (status >= 500) request.log.error({ err: error }, 'request failed');
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="durabill"');
  if (status === 503) reply.header('retry-after', '1');
  return reply
    .code(status)
    .type('application/problem+json')
    .send({
      type: `urn:durabill:problem:${known.code}`,
      title,
      status,
      detail: known.message,
      code: known.code,
      field: known.field ?? null,
      mend: known.mend,
      instance: `urn:uuid:${request.id}`,
    });
}

/** Fastify's own refusals, by its codes. */
const frameworkErrors: Record<string, [code: ErrorCode, reason: string, field?: string]> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'media-type-unsupported',
    'This address does not take this content type.',
    'content-type',
  ],
  FST_ERR_CTP_BODY_TOO_LARGE: ['request-too-large', 'The request body is larger than 4 MiB.', 'body'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['request-invalid', 'The body is empty; JSON was announced.', 'body'],
  FST_ERR_CTP_INVALID_JSON_BODY: [
    'request-invalid',
    'The body is not valid JSON, or has the key "__proto__" or "constructor", which could harm the reader.',
    'body',
  ],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['request-invalid', 'The body is not as long as Content-Length says.', 'body'],
  FST_ERR_BAD_URL: ['request-invalid', 'The address is not correctly encoded.'],
  FST_ERR_MAX_PARAM_LENGTH_EXCEEDED: ['request-invalid', 'A part of the address is too long.'],
  FST_ERR_HANDLER_TIMEOUT: ['unavailable', 'The answer took too long and was given up.'],
};

function toDurabillError(error: FastifyError): DurabillError {
  // An error of ours that means a fault of the program or its set-up must not show its inside either.
  if (isDurabillError(error)) return error.code !== 'unavailable' && error.entry.status === 500 ? hidden() : error;
  if (error.validation !== undefined) return validationFault(error.validation[0], error.validationContext);
  const [code, reason, field] = frameworkErrors[error.code] ?? [];
  if (code !== undefined && reason !== undefined) {
    return new DurabillError(code, { ...(field && { field }), reason });
  }
  if (isUnreachable(error)) return new DurabillError('unavailable', { reason: 'The database cannot be reached.' });
  // PostgreSQL cannot hold the character NUL; every other text of a request is checked before.
  if (error.code === '22021')
    return new DurabillError('request-invalid', { reason: 'A text contains a NUL character.' });
  return hidden();
}

function hidden(): DurabillError {
  return new DurabillError('internal');
}

/** PostgreSQL is away, starting, stopping or has no connection left; nothing is known to be wrong with the request. */
function isUnreachable({ code, message }: FastifyError): boolean {
  if (/^(08|57P0)|^(53300|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN)$/.test(code ?? '')) return true;
  // pg gives these two no code.
  return /^timeout exceeded when trying to connect|^Connection terminated/.test(message ?? '');
}
