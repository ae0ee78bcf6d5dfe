import type { FastifyRequest } from 'fastify';
import { DurabillError } from '../errors/error.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads a body as JSON in UTF-8. A lenient decoder would write U+FFFD in place of every byte that it cannot read, and
 * so make one id of two. Keys such as `__proto__` come out as own properties, for the checks of each address.
 * @throws DurabillError media-type-unsupported, request-invalid
 */
export async function readJson(request: FastifyRequest, body: Buffer): Promise<unknown> {
  const text = readText(request, body, 'JSON');
  return attempt((): unknown => JSON.parse(text), 'The body is not valid JSON.');
}

/**
 * Reads a body as text in UTF-8, byte by byte as it was sent.
 * @param what it was announced as, for people
 * @throws DurabillError media-type-unsupported, request-invalid
 */
export function readText({ headers }: FastifyRequest, body: Buffer, what: string): string {
  refuseEncodings(headers, what);
  if (body.length === 0) throw refusal(`The body is empty; ${what} was announced.`);
  return attempt(() => utf8.decode(body), 'The body is not valid UTF-8.');
}

function refuseEncodings(headers: FastifyRequest['headers'], what: string): void {
  const coding = headers['content-encoding'];
  if (coding !== undefined && !/^identity$/i.test(coding)) {
    throw new DurabillError('media-type-unsupported', {
      field: 'content-encoding',
      reason: `Bodies in the encoding "${coding.slice(0, 100)}" are not taken.`,
      mend: 'Send the body as it is, without Content-Encoding.',
    });
  }
  const [, quoted, plain] = /;\s*charset\s*=\s*(?:"([^"]*)"|([^;\s]*))/i.exec(headers['content-type'] ?? '') ?? [];
  const charset = quoted ?? plain;
  if (charset !== undefined && !/^utf-?8$/i.test(charset)) {
    throw new DurabillError('media-type-unsupported', {
      field: 'content-type',
      reason: `Bodies in the charset "${charset.slice(0, 100)}" are not taken.`,
      mend: `Send ${what} in UTF-8.`,
    });
  }
}

function attempt<T>(read: () => T, reason: string): T {
  try {
    return read();
  } catch (cause) {
    throw refusal(reason, cause);
  }
}

function refusal(reason: string, cause?: unknown): DurabillError {
  return new DurabillError('request-invalid', { field: 'body', reason, cause });
}

/** A backslash that stands for itself, or half a surrogate pair, which JSON.stringify writes as an escape. */
const escapes = /\\\\|\\ud[89a-f][0-9a-f]{2}/g;

/**
 * Writes an answer. It may repeat a part of what was sent, cut or faulty, and strict readers refuse half a surrogate
 * pair: U+FFFD stands in its place.
 */
export function writeJson(answer: unknown): string {
  const json = JSON.stringify(answer);
  if (!json.includes('\\ud')) return json;
  return json.replace(escapes, (found) => (found === '\\\\' ? found : '\ufffd'));
}
