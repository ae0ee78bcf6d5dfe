import assert from 'node:assert/strict';
import { type ConnectionHealth, createConnection } from '../../src/broker/connection.ts';
import { deadLetterQueue, dueExchange, dueQueues, dueRoutingKeys } from '../../src/broker/topology.ts';
import { isDurabillError } from '../../src/errors/error.ts';
import { createVhost, dueInvoices, putRaw, until, type Vhost } from './support.ts';
import { createWire } from './wire.ts';

describe('The connection to the broker', function () {
  this.timeout(60_000);
  let vhost: Vhost;

  beforeEach(async () => {
    vhost = await createVhost();
  });

  afterEach(() => vhost.remove());

  it('connects only when somebody asks, and declares what is needed', async () => {
    const connection = vhost.connect();
    assert.equal(connection.health().state, 'idle');
    const channel = await (await connection.ready()).createChannel();
    assert.equal(connection.health().state, 'ready');
    for (const queue of [dueQueues.normal, dueQueues.high, deadLetterQueue]) await channel.checkQueue(queue);
  });

  it('declares the same again over what is there, messages and all', async () => {
    const first = vhost.connect();
    const [message] = dueInvoices(1);
    await putRaw(first, dueQueues.normal, JSON.stringify(message));
    const second = vhost.connect();
    const channel = await (await second.ready()).createChannel();
    assert.equal((await channel.checkQueue(dueQueues.normal)).messageCount, 1);
  });

  it('moves a message that a queue gives up to the dead letters', async () => {
    const connection = vhost.connect();
    await putRaw(connection, dueQueues.high, 'unwanted');
    const channel = await (await connection.ready()).createChannel();
    const got = await channel.get(dueQueues.high);
    assert.ok(got, 'got');
    channel.nack(got, false, false);
    await until(async () => (await channel.checkQueue(deadLetterQueue)).messageCount === 1, 'the letter arrives');
  });

  it('comes back after each loss and declares again what was deleted meanwhile', async () => {
    const wire = await createWire(vhost.url);
    const connection = vhost.connect({ url: wire.url });
    const states: ConnectionHealth[] = [];
    connection.onChange((health) => states.push(health));
    const channel = await (await connection.ready()).createChannel();
    await channel.unbindQueue(dueQueues.high, dueExchange, dueRoutingKeys.high);
    wire.cut();
    await until(() => connection.health().state !== 'ready', 'the loss is noticed');
    const again = await (await connection.ready()).createConfirmChannel();
    const returned: unknown[] = [];
    again.on('return', (message) => returned.push(message));
    again.publish(dueExchange, dueRoutingKeys.high, Buffer.from('x'), { mandatory: true });
    await again.waitForConfirms();
    assert.deepEqual(returned, []);
    assert.deepEqual(
      states.map(({ state }) => state),
      ['connecting', 'ready', 'waiting', 'connecting', 'ready'],
    );
    assert.equal(connection.health().lastError, null);
    await connection.close();
    await wire.close();
  });

  it('notices a broker that has fallen silent by its missing heartbeats', async () => {
    const wire = await createWire(vhost.url);
    const connection = vhost.connect({ url: wire.url, heartbeatSeconds: 1 });
    await connection.ready();
    wire.holdWhatWeSend();
    await until(() => wire.carried() === 2, 'the connection is made anew');
    await connection.ready();
    await connection.close();
    await wire.close();
  });

  it('keeps trying while the broker is away, and lets nobody wait longer than asked', async () => {
    const wire = await createWire(vhost.url);
    const { port } = new URL(wire.url);
    await wire.close();
    const connection = vhost.connect({ url: `amqp://clerk:secret@127.0.0.1:${port}/bills` });
    await assert.rejects(connection.ready(50), (error) => {
      assert.ok(isDurabillError(error, 'broker-unreachable'), "isDurabillError(error, 'broker-unreachable')");
      assert.match(error.message, /ECONNREFUSED/);
      assert.doesNotMatch(error.message, /secret/);
      return true;
    });
    await until(() => connection.health().failedAttempts >= 3, 'it tries again and again');
  });

  it('says what is wrong when a queue of the same name has other properties', async () => {
    const connection = vhost.connect();
    const channel = await (await connection.ready()).createChannel();
    await channel.deleteQueue(dueQueues.normal);
    await channel.assertQueue(dueQueues.normal, { durable: true });
    const second = vhost.connect();
    await assert.rejects(
      second.ready(1_000),
      /PRECONDITION_FAILED - inequivalent arg .* for queue 'durabill\.invoice-due'/,
    );
  });

  it('is closed for good: those who wait are told, and nothing connects again', async () => {
    const connection = createConnection({ url: 'amqp://127.0.0.1:1', name: 'test' });
    const waiting = assert.rejects(connection.ready(), /closed by this program/);
    await connection.close();
    await waiting;
    await assert.rejects(connection.ready(), /closed by this program/);
    assert.equal(connection.health().state, 'closed');
  });
});
