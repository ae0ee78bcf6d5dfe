import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { FastifyInstance } from 'fastify';
import pino from 'pino';
import { apiLimits, buildApi } from '../../src/api/app.ts';
import { assertProblem, noSyncs, useApi, withoutWebhooks } from './support.ts';

describe('Over a socket, the API', () => {
  const api = useApi();
  const apps: FastifyInstance[] = [];
  const logged: string[] = [];
  const answered: number[] = [];
  const log = new Writable({
    write(line, _encoding, done) {
      logged.push(String(line));
      log.emit(JSON.parse(String(line)).msg);
      done();
    },
  });

  /** Another API on the same books, with less patience. @returns its port */
  async function listen(limits: Partial<typeof apiLimits> = {}): Promise<number> {
    const app = buildApi(
      {
        database: api.database,
        syncs: noSyncs,
        noticeOf: () => null,
        startRun: () => Promise.reject(new Error('unused')),
        startReconciliation: () => Promise.reject(new Error('unused')),
        health: () => Promise.reject(new Error('unused')),
        ...withoutWebhooks,
        observe: ({ status }) => answered.push(status),
        logger: pino({ level: 'trace' }, log),
      },
      { ...apiLimits, ...limits },
    );
    apps.push(app);
    await app.listen({ host: '127.0.0.1', port: 0 });
    return (app.server.address() as AddressInfo).port;
  }

  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.close()));
    logged.length = 0;
    answered.length = 0;
  });

  /** Sends bytes and reads all that comes back, up to the end of the connection. */
  async function exchange(port: number, request: string) {
    const socket = connect(port, '127.0.0.1');
    socket.write(request);
    const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
    const [statusLine = '', ...lines] = head.split('\r\n');
    const headers = Object.fromEntries(lines.map((line) => line.toLowerCase().split(': ')));
    assert.match(String(headers['content-type']), /^application\/problem\+json/, head);
    assert.equal(headers['connection'], 'close');
    return { status: Number(statusLine.split(' ')[1]), headers, body: JSON.parse(body) };
  }

  const half = () =>
    [
      'POST /v1/events HTTP/1.1',
      'Host: durabill',
      `Authorization: Bearer ${api.key}`,
      'Content-Type: application/json',
      'Content-Length: 1000',
      '',
      '{"id": ',
    ].join('\r\n');

  it('answers bytes that are no request in the form of all its refusals', async () => {
    const port = await listen();
    for (const bytes of ['hello\r\n\r\n', 'BREW /pot HTTP/1.1\r\n\r\n', 'GET / HTTP/9.9\r\n\r\n', '\x16\x03\x01\r\n']) {
      assertProblem(await exchange(port, bytes), 400, 'request-invalid');
    }
    const large = `GET /healthz HTTP/1.1\r\nHost: durabill\r\nCookie: ${'x'.repeat(17_000)}\r\n\r\n`;
    assertProblem(await exchange(port, large), 431, 'headers-too-large');
  });

  it('says why where Node alone would say nothing', async () => {
    const port = await listen();
    const noHost = await exchange(port, 'GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n');
    assertProblem(noHost, 400, 'request-invalid', 'host');
    const odd = 'GET /healthz HTTP/1.1\r\nHost: durabill\r\nExpect: a miracle\r\nConnection: close\r\n\r\n';
    assertProblem(await exchange(port, odd), 417, 'expectation-unsupported', 'expect');
    const tunnel = await exchange(port, 'CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n');
    assertProblem(tunnel, 405, 'method-not-allowed');
  });

  it('waits a limited time for a request, and blames the sender', async () => {
    // The one counts from the first byte and is checked now and then; the other counts from the end of the headers.
    const http = { ...apiLimits.http, headersTimeout: 200, connectionsCheckingInterval: 20 };
    for (const limits of [{ requestTimeout: 200, http }, { handlerTimeout: 200 }]) {
      assertProblem(await exchange(await listen(limits), half()), 408, 'request-timeout');
    }
    const port = await listen({ requestTimeout: 200, http });
    assertProblem(await exchange(port, 'GET /healthz HTTP/1.1\r\nHost:'), 408, 'request-timeout');
    assert.deepEqual(failures(logged), []);
  });

  it('does not take a sender that leaves for a failure', async () => {
    const port = await listen();
    const arrival = once(apps[0]!.server, 'request');
    const socket = connect(port, '127.0.0.1');
    socket.write(half());
    const [request] = await arrival;
    await once(request, 'resume');
    const noticed = once(log, 'the client left before its request was whole');
    socket.resetAndDestroy();
    await noticed;
    assert.deepEqual(failures(logged), []);
    assert.ok(
      answered.every((status) => status < 500),
      'answered.every((status) => status < 500)',
    );
  });
});

/** Lines at level error or above. */
function failures(lines: readonly string[]): string[] {
  return lines.filter((line) => JSON.parse(line).level >= 50);
}
