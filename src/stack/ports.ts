import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { tryLock } from './lock.mjs';

/** Ports given out by this process: the parts start at the same time and listen only a moment later. */
const given = new Set<number>();

function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' || error.code === 'EACCES' ? resolve(undefined) : reject(error),
    );
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      const address = server.address();
      const got = address !== null && typeof address === 'object' ? address.port : undefined;
      server.close(() => resolve(got));
    });
  });
}

/**
 * Well-known ports are wanted by every copy, and some programs listen seconds after they were told to: of copies that
 * start together the first to claim a port has it, until its process ends.
 */
function claim(port: number): boolean {
  try {
    return tryLock(join(tmpdir(), `durabill-ports-${userInfo().username}`, String(port))).held;
  } catch {
    // Where nothing can be written down, any other port will do.
    return false;
  }
}

/**
 * A free port on 127.0.0.1: the preferred one if it is free, else any. Another process may still take it before its
 * user listens, so whoever uses it must be ready to ask again.
 */
export async function freePort(preferred?: number): Promise<number> {
  if (
    preferred !== undefined &&
    !given.has(preferred) &&
    claim(preferred) &&
    (await tryPort(preferred)) !== undefined
  ) {
    given.add(preferred);
    return preferred;
  }
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = await tryPort(0);
    if (port !== undefined && !given.has(port)) {
      given.add(port);
      return port;
    }
  }
  throw new Error('No free port on 127.0.0.1 after 100 tries.');
}
