import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ConnectionError, FastifyInstance } from 'fastify';
import { DurabillError } from '../errors/error.ts';
import { writeJson } from './json.ts';
import { problemOf, problemType, standardHeaders } from './problems.ts';

/**
 * Takes over what Node would refuse by itself with an empty answer: requests without a host, that expect what nobody
 * does, or that ask for a tunnel.
 */
export function refuseOddRequests(app: FastifyInstance): void {
  app.server.on('checkExpectation', app.routing);
  app.server.on('connect', (_request, socket: Duplex) => {
    const reason = 'CONNECT is not taken: this is no proxy.';
    answerOnSocket(socket, new DurabillError('method-not-allowed', { reason, mend: 'Call an address of the API.' }));
  });
  app.addHook('onRequest', async ({ headers: { host, expect }, raw }) => {
    if (host === undefined && raw.httpVersion === '1.1') {
      throw new DurabillError('request-invalid', { field: 'host', reason: 'The header Host is missing.' });
    }
    if (expect !== undefined && !/^100-continue$/i.test(expect)) {
      const reason = `The expectation "${expect.slice(0, 100)}" cannot be met.`;
      throw new DurabillError('expectation-unsupported', { field: 'expect', reason });
    }
  });
}

/** Of a body that is refused, this much is read all the same, for this long at most. */
const readAwayLimit = { bytes: 64 * 1_024 * 1_024, ms: 5_000 };

/**
 * Reads what is left of a refused request's body. A server that answers and closes while the client still writes
 * resets the connection, and the client may never see why; so it is left to finish, within limits.
 */
export async function readAway(request: IncomingMessage): Promise<void> {
  if (request.complete || request.destroyed || Number(request.headers['content-length'] ?? 0) > readAwayLimit.bytes)
    return;
  let bytes = 0;
  const isOver = new AbortController();
  const count = (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > readAwayLimit.bytes) isOver.abort();
  };
  request.on('data', count);
  const signal = AbortSignal.any([isOver.signal, AbortSignal.timeout(readAwayLimit.ms)]);
  // However it ends, the answer is tried: a client that left or will not stop does not get it.
  await once(request, 'end', { signal }).catch(() => {});
  request.off('data', count);
}

/** Answers bytes that are no request: no route, hook or log of one ever sees them. */
export function refuseUnreadable(error: ConnectionError, socket: Duplex): void {
  if (error.code === 'ECONNRESET') socket.destroy();
  else answerOnSocket(socket, faultOf(error));
}

function faultOf({ code }: ConnectionError): DurabillError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new DurabillError('request-timeout');
  if (code === 'HPE_HEADER_OVERFLOW') return new DurabillError('headers-too-large');
  const reason = `The bytes that arrived are no HTTP request (${code}).`;
  const mend = 'Look for a client that writes HTTP by itself, or speaks TLS to this port.';
  return new DurabillError('request-invalid', { reason, mend });
}

function answerOnSocket(socket: Duplex, error: DurabillError): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const id = randomUUID();
  const body = writeJson(problemOf(error, id));
  const { status } = error.entry;
  const headers = {
    ...standardHeaders(id),
    ...(status === 405 && { allow: '' }),
    'content-type': problemType,
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines].join('\r\n');
  socket.end(`${head}\r\n\r\n${body}`, () => socket.destroy());
}
