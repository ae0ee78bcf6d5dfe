import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type Stripe from 'stripe';
import type { Simulator } from '../../src/stripe-simulator/index.ts';
import type { WebhookFaultRule } from '../../src/stripe-simulator/webhooks/faults.ts';
import { control } from './support.ts';

/** One POST as it arrived: the bytes, since only they can be verified. */
export interface Received {
  path: string;
  body: string;
  signature: string;
  event: Stripe.Event;
}

/** A program that listens for webhooks. `answer` gives the status of each POST, or null for no answer at all. */
export interface Receiver {
  url: string;
  received: Received[];
  answer: (received: Received) => number | null;
  /** Waits until so many POSTs have arrived in all. */
  arrival(count: number): Promise<Received[]>;
}

/** A receiver before each test of the suite, closed after it; it is filled in place. */
export function useReceiver(): Receiver {
  const receiver = {} as Receiver;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const signature = String(request.headers['stripe-signature']);
      const received: Received = { path: request.url ?? '', body, signature, event: JSON.parse(body) };
      receiver.received.push(received);
      const status = receiver.answer(received);
      if (status !== null) response.writeHead(status, { Location: receiver.url }).end('thanks');
    });
  });
  before(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
    receiver.arrival = async (count) => {
      for (let turn = 0; receiver.received.length < count && turn < 1000; turn += 1) await sleep(5);
      return receiver.received;
    };
  });
  beforeEach(() => {
    receiver.received = [];
    receiver.answer = () => 200;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return receiver;
}

export function setWebhookFaults(simulator: Simulator, ...rules: WebhookFaultRule[]): Promise<unknown> {
  return control(simulator, 'POST', '/webhook-faults', rules);
}

export interface ShownDelivery {
  event: string;
  type: string;
  endpoint: string;
  state: string;
  fault: { kind: string } | null;
  nextAt: string | null;
  attempts: { at: string; copy: string | null; status: number | null; error: string | null }[];
}

export async function deliveriesOf(simulator: Simulator, query = ''): Promise<ShownDelivery[]> {
  return (await control<{ deliveries: ShownDelivery[] }>(simulator, 'GET', `/deliveries${query}`)).deliveries;
}

/** Waits until no delivery is under way or due, and gives them all. */
export async function settled(simulator: Simulator): Promise<ShownDelivery[]> {
  for (let turn = 0; turn < 1000; turn += 1) {
    const deliveries = await deliveriesOf(simulator);
    if (deliveries.every(({ state, nextAt }) => state !== 'pending' || nextAt !== null)) return deliveries;
    await sleep(5);
  }
  throw new Error('The deliveries did not settle.');
}
