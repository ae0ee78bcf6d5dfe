import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';

export type Answer = { status: number; body: string };

/**
 * Posts prepared bodies over so many connections that are kept open, each with one request under way, and gives every
 * answer to `read`. The sender shares the machine with what it measures, so it does as little as it can: it writes plain
 * HTTP/1.1 to sockets. It understands answers with a Content-Length, which ours have.
 */
export async function postBodies(
  url: string,
  headers: Record<string, string>,
  bodies: readonly Buffer[],
  connections: number,
  read: (answer: Answer) => void,
): Promise<void> {
  const { hostname, port, pathname } = new URL(url);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `POST ${pathname} HTTP/1.1\r\nhost: ${hostname}:${port}\r\n${lines.join('')}`;
  let next = 0;
  const sender = async () => {
    const socket = createConnection({ host: hostname, port: Number(port), noDelay: true });
    try {
      await once(socket, 'connect');
      while (next < bodies.length) {
        const body = bodies[next]!;
        next += 1;
        const answer = answerFrom(socket);
        socket.cork();
        socket.write(`${head}content-length: ${body.length}\r\n\r\n`, 'latin1');
        socket.write(body);
        socket.uncork();
        read(await answer);
      }
    } finally {
      // After a failure the others have nothing left to send.
      next = bodies.length;
      socket.destroy();
    }
  };
  await Promise.all(Array.from({ length: connections }, sender));
}

function answerFrom(socket: Socket): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let received = '';
    const settle = (how: () => void) => {
      socket.off('data', take).off('error', fail).off('close', leave);
      how();
    };
    const take = (chunk: Buffer) => {
      received += chunk.toString('latin1');
      const end = received.indexOf('\r\n\r\n');
      if (end === -1) return;
      const [, status, length] = /^HTTP\/1\.1 (\d{3}) .*\r\ncontent-length: (\d+)/is.exec(received.slice(0, end)) ?? [];
      if (length === undefined)
        return settle(() => reject(new Error(`No Content-Length in: ${received.slice(0, end)}`)));
      const body = received.slice(end + 4);
      if (body.length >= Number(length)) settle(() => resolve({ status: Number(status), body }));
    };
    const fail = (error: Error) => settle(() => reject(error));
    const leave = () => settle(() => reject(new Error('The connection was closed before its answer.')));
    socket.on('data', take).on('error', fail).on('close', leave);
  });
}
