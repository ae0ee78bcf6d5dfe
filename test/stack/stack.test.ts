import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Connection } from '@temporalio/client';
import { connect } from 'amqplib';
import { createTransport } from 'nodemailer';
import pg from 'pg';
import type { Part } from '../../src/stack/index.ts';
import { until } from '../../src/stack/until.ts';
import { ensureNamespace } from '../../src/temporal/namespace.ts';
import { getStack } from '../support/stack.ts';

async function query(text: string): Promise<unknown[]> {
  const client = new pg.Client(getStack().databaseUrl);
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

async function withChannel<T>(
  use: (channel: Awaited<ReturnType<typeof openChannel>>['channel']) => Promise<T>,
): Promise<T> {
  const { connection, channel } = await openChannel();
  try {
    return await use(channel);
  } finally {
    await connection.close();
  }
}

async function openChannel() {
  const connection = await connect(getStack().amqpUrl);
  // What breaks the connection also rejects the call that waits on it.
  connection.on('error', () => {});
  return { connection, channel: await connection.createConfirmChannel() };
}

async function withTemporal<T>(use: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address: getStack().temporalAddress });
  try {
    return await use(connection);
  } finally {
    await connection.close();
  }
}

const retentionDays = (connection: Connection, namespace: string) =>
  connection.workflowService
    .describeNamespace({ namespace })
    .then(({ config }) => Number(config?.workflowExecutionRetentionTtl?.seconds) / 86_400);

function queueIsNoted(rabbitmq: Part, queue: string): boolean {
  const base = join(dirname(rabbitmq.log), '..', 'rabbitmq');
  const node = readFileSync(join(base, 'node-name'), 'utf8');
  return readFileSync(join(base, 'mnesia', node, 'quorum', node, 'names.dets')).includes(queue);
}

describe('The embedded stack', function () {
  this.timeout('3m');

  it('serves SQL in UTC, sorted by code point', async () => {
    assert.deepEqual(await query("SELECT current_database() AS name, current_setting('TimeZone') AS zone"), [
      { name: 'durabill', zone: 'UTC' },
    ]);
    assert.deepEqual(await query("SELECT 'Z' < 'a' AS sorted"), [{ sorted: true }]);
  });

  it('refuses SQL without the password', async () => {
    const url = new URL(getStack().databaseUrl);
    url.password = 'guess';
    const client = new pg.Client(url.href);
    await assert.rejects(client.connect(), /password authentication failed/);
  });

  it('keeps what PostgreSQL had committed when it is killed', async () => {
    await query(
      'CREATE SCHEMA stack_test; CREATE TABLE stack_test.kept (n int); INSERT INTO stack_test.kept VALUES (42)',
    );
    const { postgres } = getStack().parts;
    await postgres!.kill('SIGKILL');
    await assert.rejects(query('SELECT 1'));
    await postgres!.restart();
    assert.deepEqual(await query('SELECT n FROM stack_test.kept'), [{ n: 42 }]);
    await query('DROP SCHEMA stack_test CASCADE');
  });

  it('keeps what RabbitMQ had confirmed in a quorum queue when it is killed', async () => {
    const queue = 'stack-test';
    await withChannel(async (channel) => {
      await channel.assertQueue(queue, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
      channel.sendToQueue(queue, Buffer.from('kept'), { persistent: true });
      await channel.waitForConfirms();
    });
    const { rabbitmq } = getStack().parts;
    // The broker notes on disk which queues it has half a second after it has answered the declaration, and one that
    // is killed before never finds a leader again.
    assert(await until(() => queueIsNoted(rabbitmq!, queue), { timeoutMs: 30_000 }));
    await rabbitmq!.kill('SIGKILL');
    await assert.rejects(openChannel());
    await rabbitmq!.restart();
    await withChannel(async (channel) => {
      const message = await channel.get(queue, { noAck: true });
      assert.equal(message !== false && message.content.toString(), 'kept');
      await channel.deleteQueue(queue);
    });
  });

  it('keeps namespaces and their 30 days in Temporal when it is killed', async () => {
    const namespace = `kept-${randomUUID()}`;
    await withTemporal((connection) => ensureNamespace(connection, namespace));
    const { temporal } = getStack().parts;
    await temporal!.kill('SIGKILL');
    await assert.rejects(Connection.connect({ address: getStack().temporalAddress, connectTimeout: '1s' }));
    await temporal!.restart();
    assert.equal(await withTemporal((connection) => retentionDays(connection, namespace)), 30);
  });

  it('keeps the mails that it has taken when the mail server is killed', async () => {
    const { smtpUrl, mailUiUrl, parts } = getStack();
    const to = `${randomUUID()}@heron.example`;
    const transport = createTransport(smtpUrl);
    await transport.sendMail({ from: 'a@acme.example', to, subject: 'kept', text: 'kept' });
    transport.close();
    await parts.mail!.kill('SIGKILL');
    await parts.mail!.restart();
    const answer = await fetch(`${mailUiUrl}/api/messages?to=${to}`);
    assert.deepEqual(
      ((await answer.json()) as { subject: string }[]).map(({ subject }) => subject),
      ['kept'],
    );
  });

  it('runs a process of ours and stops it when told', async () => {
    const child = await getStack().run({
      name: 'sleeper',
      command: process.execPath,
      args: ['-e', 'setInterval(() => {}, 1e6)'],
    });
    await child.stop();
    assert.deepEqual(await child.exited, { code: null, signal: 'SIGTERM' });
  });

  it('says so when a process of ours cannot be started', async () => {
    await assert.rejects(getStack().run({ name: 'nobody', command: '/no/such/program', args: [] }), {
      code: 'part-failed',
      message: /^nobody did not start: .*ENOENT/,
    });
  });
});
