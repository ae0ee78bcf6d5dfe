import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';

/** The state of each part that the process needs: `up`, or in a few words what is wrong. */
export type Health = Record<string, string>;

export type OperationsServer = { port: number; close(): Promise<void> };

/**
 * What whoever runs the process asks it: /healthz (it lives), /readyz (200 if all that it needs is up, else 503 with
 * the part that is not) and /metrics (Prometheus). Meant for a network of operators: it has no sign-in.
 * @param options.port 0 takes any free port
 */
export async function serveOperations(options: {
  host: string;
  port: number;
  registry: Registry;
  health: () => Promise<Health>;
  /** Brings figures up to date that are read off rather than counted. */
  beforeMetrics?: () => void | Promise<void>;
}): Promise<OperationsServer> {
  const { host, port, registry, health, beforeMetrics } = options;
  const answers: Record<string, () => Promise<{ status: number; type: string; body: string }>> = {
    '/healthz': async () => json(200, { status: 'up' }),
    '/readyz': async () => {
      const parts = await health();
      const ready = Object.values(parts).every((state) => state === 'up');
      return json(ready ? 200 : 503, { status: ready ? 'ready' : 'not ready', parts });
    },
    '/metrics': async () => {
      await beforeMetrics?.();
      return { status: 200, type: registry.contentType, body: await registry.metrics() };
    },
  };
  const server = createServer((request, response) => {
    const answer =
      answers[request.url ?? ''] ?? (async () => json(404, { error: 'Try /healthz, /readyz or /metrics.' }));
    answer().then(
      ({ status, type, body }) => response.writeHead(status, { 'content-type': type }).end(body),
      (error: Error) => response.writeHead(500, { 'content-type': 'text/plain' }).end(error.message),
    );
  });
  server.requestTimeout = 5_000;
  server.listen(port, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function json(status: number, body: unknown) {
  return { status, type: 'application/json', body: JSON.stringify(body) };
}
