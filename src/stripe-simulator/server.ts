import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { answerControl, isControl } from './control.ts';
import type { Core } from './core.ts';
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
  const server = createServer((request, response) => {
    void serve(core, baseUrlOf(server, host), request, response, stopping.signal);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve());
  });
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
  baseUrl: string,
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
    const url = new URL(request.url ?? '/', baseUrl);
    const business = { ...core.options.business, baseUrl };
    if (isControl(url.pathname)) {
      send(response, answerControl(core, business, request.method ?? 'GET', url, body));
      return;
    }
    deliver(response, await handle(core, business, incomingOf(request, url, body), stopped));
  } catch (error) {
    // A client that left, or the simulator stopping: nobody is there to be answered.
    response.destroy();
    if (!stopped.aborted && !request.destroyed) console.error('Stripe simulator: a request failed', error);
  }
}

async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maximumBodyBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function incomingOf(request: IncomingMessage, url: URL, body: string): Incoming {
  const method = request.method ?? 'GET';
  return {
    method,
    path: url.pathname,
    form: method === 'POST' ? body : url.search.slice(1),
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
