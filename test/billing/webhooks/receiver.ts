import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

export type Received = {
  id: string;
  type: string;
  timestamp: string;
  data: Record<string, unknown>;
  signatures: number;
};
type Answer = (response: ServerResponse, request: IncomingMessage) => void;

export const ok: Answer = (response) => response.writeHead(204).end();

/**
 * A receiver as somebody would write it: it proves each delivery by the package of Standard Webhooks before it believes it,
 * and then answers as it is told to.
 */
export async function startReceiver() {
  const received: Received[] = [];
  const refused: string[] = [];
  let answer: Answer = ok;
  let secret = '';
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const headers = request.headers as Record<string, string>;
      try {
        const body = new Webhook(secret).verify(Buffer.concat(chunks), headers) as Omit<Received, 'id' | 'signatures'>;
        const signatures = headers['webhook-signature']?.split(' ').length ?? 0;
        received.push({ ...body, id: headers['webhook-id'] ?? '', signatures });
      } catch (error) {
        refused.push((error as Error).message);
      }
      answer(response, request);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`,
    received,
    refused,
    believes(its: string) {
      secret = its;
    },
    answers(with_: Answer) {
      answer = with_;
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export type Receiver = Awaited<ReturnType<typeof startReceiver>>;
