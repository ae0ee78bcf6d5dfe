import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { answerControl, isControl } from './control.ts';
import type { Core } from './core.ts';
import { answerHosted, isHosted } from './hosted.ts';
import type { Business } from './objects/wire.ts';
import { handle } from './pipeline.ts';
import type { Incoming, Outgoing } from './request.ts';

/** 50 lines with all their fields stay far below it; Stripe refuses larger bodies too. */
const maximumBodyBytes = 4 * 1024 * 1024;

export interface Listening {
  url: string;
  port: number;
  close(): Promise<void>;
}

/**
 * HTTP around the pipeline: reads the request, lets it be answered, and sends the answer in the way that the fault
 * rules want (whole, cut off, reset, or never). Closing drops every connection, the hanging ones too.
 */
export async function listen(core: Core, host: string, port: number): Promise<Listening> {
  const stopping = new AbortController();
  let business: Business = { ...core.options.business, baseUrl: '' };
  const server = createServer((request, response) => {
    void serve(core, business, request, response, stopping.signal);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve());
  });
  business = { ...business, baseUrl: baseUrlOf(server, host) };
  return {
    url: baseUrlOf(server, host),
    port: portOf(server),
    close: async () => {
      stopping.abort();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function baseUrlOf(server: Server, host: string): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${portOf(server)}`;
}

async function serve(
  core: Core,
  business: Business,
  request: IncomingMessage,
  response: ServerResponse,
  stopped: AbortSignal,
): Promise<void> {
  try {
    const body = await readBody(request);
    if (body === null) {
      send(response, { status: 413, headers: { Connection: 'close' }, body: 'The request body is too large.' });
      return;
    }
    const incoming = incomingOf(request, body);
    const isPage = isHosted(incoming.path);
    if (isPage || isControl(incoming.path)) {
      const url = new URL(request.url ?? '/', business.baseUrl);
      const answer = isPage ? answerHosted : answerControl;
      send(response, answer(core, business, incoming.method, url, body));
      return;
    }
    deliver(response, await handle(core, business, incoming, stopped));
  } catch (error) {
    // A client that left, or the simulator stopping: nobody is there to be answered.
    response.destroy();
    if (!stopped.aborted && !request.destroyed) console.error('Stripe simulator: a request failed', error);
  }
}

/** The whole body, or null when it is too large. By events: an iterator over the stream costs more than the rest. */
function readBody(request: IncomingMessage): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maximumBodyBytes) resolve(null);
      else chunks.push(chunk);
    });
    request.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    request.on('error', reject);
  });
}

function incomingOf(request: IncomingMessage, body: string): Incoming {
  const method = request.method ?? 'GET';
  const target = request.url ?? '/';
  const query = target.indexOf('?');
  return {
    method,
    path: query < 0 ? target : target.slice(0, query),
    form: method === 'POST' ? body : query < 0 ? '' : target.slice(query + 1),
    contentType: request.headers['content-type'],
    authorization: request.headers.authorization,
    idempotencyKey: single(request.headers['idempotency-key']),
    stripeVersion: single(request.headers['stripe-version']),
  };
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

function deliver(response: ServerResponse, outgoing: Outgoing): void {
  switch (outgoing.transport) {
    case 'send':
      send(response, outgoing);
      return;
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'truncate':
      truncate(response, outgoing);
      return;
    case 'hang':
      return;
  }
}

function send(response: ServerResponse, { status, headers, body }: Omit<Outgoing, 'transport'>): void {
  response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}

/** Announces the whole body, sends half of it, and cuts the connection once that half has left. */
function truncate(response: ServerResponse, { status, headers, body }: Outgoing): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, { ...headers, 'Content-Length': bytes.length });
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.destroy());
}
