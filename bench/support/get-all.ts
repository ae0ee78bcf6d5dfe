import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';

/** What one GET took, and what it was answered. */
export type Got = { ms: number; status: number; body: Buffer };

/** A GET as it stands on the wire. */
export function requestOf(path: string, headers: Record<string, string> = {}): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n${lines.join('')}\r\n`, 'latin1');
}

/**
 * Sends prepared requests over so many connections that are kept open, each with one request under way, and gives every
 * answer to `take`. Like the sender of bodies it does as little as it can, since it shares the machine with what it measures.
 */
export async function getAll(
  port: number,
  requests: readonly Buffer[],
  connections: number,
  take: (got: Got) => void,
): Promise<void> {
  let next = 0;
  const reader = async () => {
    const socket = createConnection({ host: '127.0.0.1', port, noDelay: true });
    try {
      await once(socket, 'connect');
      while (next < requests.length) {
        const request = requests[next] as Buffer;
        next += 1;
        const sentAt = performance.now();
        const answer = answerFrom(socket);
        socket.write(request);
        const { status, body } = await answer;
        take({ ms: performance.now() - sentAt, status, body });
      }
    } finally {
      // After a failure the others have nothing left to ask.
      next = requests.length;
      socket.destroy();
    }
  };
  await Promise.all(Array.from({ length: connections }, reader));
}

const headEnd = Buffer.from('\r\n\r\n');

/** Bytes are counted and not read: most bodies are looked at by nobody. */
function answerFrom(socket: Socket): Promise<{ status: number; body: Buffer }> {
  return new Promise((resolve, reject) => {
    let received: Buffer = Buffer.alloc(0);
    const settle = (how: () => void) => {
      socket.off('data', take).off('error', fail).off('close', leave);
      how();
    };
    const take = (chunk: Buffer) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      const end = received.indexOf(headEnd);
      if (end === -1) return;
      const head = received.toString('latin1', 0, end);
      const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
      if (length === undefined) return settle(() => reject(new Error(`No Content-Length in: ${head}`)));
      const body = received.subarray(end + headEnd.length);
      if (body.length >= Number(length)) settle(() => resolve({ status: Number(head.slice(9, 12)), body }));
    };
    const fail = (error: Error) => settle(() => reject(error));
    const leave = () => settle(() => reject(new Error('The connection was closed before its answer.')));
    socket.on('data', take).on('error', fail).on('close', leave);
  });
}
