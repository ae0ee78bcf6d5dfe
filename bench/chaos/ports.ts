import { createServer } from 'node:net';

/** Below what the system gives to outgoing connections, one of which could hold a port while its owner starts again. */
const firstPort = 21_000;
const lastPort = 31_000;

/** Ports that stay with a place while the processes in it come and go. */
export async function lastingPorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  // From somewhere else in each run, so that two at once do not meet at the same ports.
  for (let port = firstPort + (process.pid % 9_000); ports.length < count && port < lastPort; port += 1) {
    if (await isFree(port)) ports.push(port);
  }
  if (ports.length < count) throw new Error(`There are no ${count} free ports from ${firstPort} to ${lastPort}.`);
  return ports;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
