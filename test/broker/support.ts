import { randomUUID } from 'node:crypto';
import { type BrokerConnection, type ConnectionOptions, createConnection } from '../../src/broker/connection.ts';
import type { InvoiceDue, Priority } from '../../src/broker/invoice-due.ts';

/** A virtual host of its own for a test file, on the real broker. */
export type Vhost = {
  readonly url: string;
  /** A connection that retries fast, closed by `remove` at the latest. */
  connect(options?: Partial<ConnectionOptions>): BrokerConnection;
  /** Closes every connection to this virtual host from the broker's side; resolves once there was one to close. */
  closeConnections(): Promise<void>;
  remove(): Promise<void>;
};

export async function createVhost(): Promise<Vhost> {
  const url = new URL(required('DURABILL_TEST_AMQP_URL'));
  const name = `test-${randomUUID()}`;
  await manage('PUT', `/api/vhosts/${name}`, {});
  const everything = { configure: '.*', write: '.*', read: '.*' };
  await manage('PUT', `/api/permissions/${name}/${url.username || 'guest'}`, everything);
  url.pathname = `/${name}`;
  const opened: BrokerConnection[] = [];

  return {
    url: url.href,
    connect(options = {}) {
      const fast = { url: url.href, name: 'test', initialDelayMs: 20, maxDelayMs: 200 };
      const connection = createConnection({ ...fast, ...options });
      opened.push(connection);
      return connection;
    },
    async closeConnections() {
      let names: string[] = [];
      await until(async () => {
        const listed = (await manage('GET', `/api/vhosts/${name}/connections`)) as { name: string }[];
        names = listed.map((one) => one.name);
        return names.length > 0;
      }, 'the broker lists our connections');
      for (const one of names) await manage('DELETE', `/api/connections/${encodeURIComponent(one)}`);
    },
    async remove() {
      for (const connection of opened) await connection.close();
      await manage('DELETE', `/api/vhosts/${name}`);
    },
  };
}

/** One call of RabbitMQ's management API. 404 is taken as done: what is to be deleted may be gone. */
async function manage(method: string, path: string, body?: object): Promise<unknown> {
  const { username, password } = new URL(required('DURABILL_TEST_AMQP_URL'));
  const login = `${decodeURIComponent(username) || 'guest'}:${decodeURIComponent(password) || 'guest'}`;
  const response = await fetch(new URL(path, required('DURABILL_TEST_RABBITMQ_UI_URL')), {
    method,
    headers: { authorization: `Basic ${Buffer.from(login).toString('base64')}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok && response.status !== 404) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text === '' ? null : JSON.parse(text);
}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: these tests need the broker of the test stack.`);
  return value;
}

/** Waits for a condition; the limit only keeps a failing test from hanging. */
export async function until(condition: () => boolean | Promise<boolean>, what: string, limitMs = 20_000) {
  const deadline = Date.now() + limitMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Never came true: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export function dueInvoices(count: number, priority: Priority = 'normal'): InvoiceDue[] {
  return Array.from({ length: count }, () => ({ version: 1, invoiceId: randomUUID(), priority }));
}

export const idsOf = (messages: readonly InvoiceDue[]) => messages.map(({ invoiceId }) => invoiceId);

/** Messages that lie ready in a queue, not counting those that a consumer holds. */
export async function depth(connection: BrokerConnection, queue: string): Promise<number> {
  const channel = await (await connection.ready()).createChannel();
  const { messageCount } = await channel.checkQueue(queue);
  await channel.close();
  return messageCount;
}

/** Puts bytes into a queue as a stranger would, without our publisher. */
export async function putRaw(
  connection: BrokerConnection,
  queue: string,
  content: string | Buffer,
  messageId?: string,
) {
  const channel = await (await connection.ready()).createConfirmChannel();
  channel.sendToQueue(queue, Buffer.from(content), { persistent: true, ...(messageId ? { messageId } : {}) });
  await channel.waitForConfirms();
  await channel.close();
}
