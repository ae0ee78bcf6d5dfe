import { Agent, request } from 'node:http';

export type Answer = { status: number; body: string };

/**
 * Posts prepared bodies over so many connections that are kept open, each with one request under way, and gives every
 * answer to `read`. The sender shares the machine with what it measures, so it does as little as it can.
 */
export async function postBodies(
  url: string,
  headers: Record<string, string>,
  bodies: readonly Buffer[],
  connections: number,
  read: (answer: Answer) => void,
): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  let next = 0;
  const sender = async () => {
    while (next < bodies.length) {
      const body = bodies[next]!;
      next += 1;
      read(await post(url, { ...headers, 'content-length': String(body.length) }, body, agent));
    }
  };
  try {
    await Promise.all(Array.from({ length: connections }, sender));
  } finally {
    agent.destroy();
  }
}

function post(url: string, headers: Record<string, string>, body: Buffer, agent: Agent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sending = request(url, { method: 'POST', headers, agent }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString('latin1') }),
      );
      answer.on('error', reject);
    });
    sending.on('error', reject);
    sending.end(body);
  });
}
