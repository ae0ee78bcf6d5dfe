import assert from 'node:assert/strict';
import type { BrokerConnection } from '../../src/broker/connection.ts';
import { createPublisher, PublishError, type Publisher } from '../../src/broker/publisher.ts';
import { dueExchange, dueQueues, dueRoutingKeys } from '../../src/broker/topology.ts';
import { isDurabillError } from '../../src/errors/error.ts';
import { createVhost, depth, dueInvoices, idsOf, until, type Vhost } from './support.ts';
import { createWire, type Wire } from './wire.ts';

describe('The publisher of due invoices', function () {
  this.timeout(60_000);
  let vhost: Vhost;
  let wire: Wire;
  let connection: BrokerConnection;
  let publisher: Publisher;

  beforeEach(async () => {
    vhost = await createVhost();
    wire = await createWire(vhost.url);
    connection = vhost.connect({ url: wire.url });
    publisher = createPublisher(connection, { silenceLimitMs: 500 });
  });

  afterEach(async () => {
    await publisher.close();
    await vhost.remove();
    await wire.close();
  });

  async function refusal(publishing: Promise<void>): Promise<PublishError> {
    const error = await publishing.then(
      () => assert.fail('the publisher promised what did not happen'),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof PublishError, String(error));
    return error;
  }

  it('tells every id once it is confirmed, and puts each priority into its own queue', async () => {
    const normal = dueInvoices(1_500);
    const high = dueInvoices(3, 'high');
    const told: string[] = [];
    await publisher.publish([...normal, ...high], (ids) => told.push(...ids));
    assert.deepEqual(told.sort(), idsOf([...normal, ...high]).sort());
    assert.equal(await depth(connection, dueQueues.normal), 1_500);
    assert.equal(await depth(connection, dueQueues.high), 3);
  });

  it('writes persistent messages that carry the id of their invoice', async () => {
    const [message] = dueInvoices(1);
    assert.ok(message, 'message');
    await publisher.publish([message]);
    const channel = await (await connection.ready()).createChannel();
    const got = await channel.get(dueQueues.normal);
    assert.ok(got, 'got');
    assert.equal(got.properties.messageId, message.invoiceId);
    assert.equal(got.properties.deliveryMode, 2);
    assert.deepEqual(JSON.parse(got.content.toString()), { ...message });
  });

  it('never has more than its window under way, over all calls', async () => {
    const narrow = createPublisher(connection, { windowSize: 10 });
    const model = await connection.ready();
    const open = model.createConfirmChannel.bind(model);
    let underWay = 0;
    let most = 0;
    model.createConfirmChannel = async (options) => {
      const channel = await open(options);
      const publish = channel.publish.bind(channel);
      channel.publish = (exchange, routingKey, content, properties, callback) => {
        underWay += 1;
        most = Math.max(most, underWay);
        return publish(exchange, routingKey, content, properties, (error, ok) => {
          underWay -= 1;
          callback?.(error, ok);
        });
      };
      return channel;
    };
    await Promise.all([narrow.publish(dueInvoices(100)), narrow.publish(dueInvoices(100))]);
    await narrow.close();
    assert.equal(await depth(connection, dueQueues.normal), 200);
    assert.equal(most, 10);
  });

  it('counts a message that no queue takes as failed, tells the others, and mends the binding for the next try', async () => {
    const channel = await (await connection.ready()).createChannel();
    await channel.unbindQueue(dueQueues.high, dueExchange, dueRoutingKeys.high);
    const normal = dueInvoices(20);
    const high = dueInvoices(12, 'high');
    const told: string[] = [];
    const mixed = [...high.slice(0, 6), ...normal, ...high.slice(6)];

    const error = await refusal(publisher.publish(mixed, (ids) => told.push(...ids)));
    assert.deepEqual(
      error.failures.map(({ invoiceId }) => invoiceId),
      idsOf(high),
    );
    assert.ok(
      error.failures.every(({ fate }) => fate === 'returned'),
      "error.failures.every(({ fate }) => fate === 'returned')",
    );
    assert.match(error.message, /^12 of 32 messages were not confirmed \(returned: .*NO_ROUTE.*\): .* and 2 more\.$/);
    assert.deepEqual(told.sort(), idsOf(normal).sort());

    await publisher.publish(high);
    assert.equal(await depth(connection, dueQueues.high), 12);
  });

  it('tells copies of one invoice apart: one returned does not spoil the other', async () => {
    const channel = await (await connection.ready()).createChannel();
    await channel.unbindQueue(dueQueues.high, dueExchange, dueRoutingKeys.high);
    const [normal] = dueInvoices(1);
    assert.ok(normal, 'normal');
    const told: string[] = [];
    const both = [normal, { ...normal, priority: 'high' as const }];
    const error = await refusal(publisher.publish(both, (ids) => told.push(...ids)));
    assert.equal(error.failures.length, 1);
    assert.deepEqual(told, [normal.invoiceId]);
  });

  it('rejects when the connection is cut in the middle, and what it told is in the queue', async () => {
    const messages = dueInvoices(5_000);
    const told: string[] = [];
    const publishing = publisher.publish(messages, (ids) => {
      told.push(...ids);
      wire.cut();
    });
    const error = await refusal(publishing);
    assert.ok(told.length > 0, 'told.length > 0');
    assert.equal(told.length + error.failures.length, messages.length);
    assert.ok(
      error.failures.every(({ fate }) => fate === 'unconfirmed'),
      "error.failures.every(({ fate }) => fate === 'unconfirmed')",
    );
    assert.ok(
      (await depth(connection, dueQueues.normal)) >= told.length,
      '(await depth(connection, dueQueues.normal)) >= told.length',
    );

    await publisher.publish(messages);
    assert.ok(
      (await depth(connection, dueQueues.normal)) >= messages.length,
      '(await depth(connection, dueQueues.normal)) >= messages.length',
    );
  });

  it('rejects when the broker closes the channel in the middle', async () => {
    const model = await connection.ready();
    const open = model.createConfirmChannel.bind(model);
    model.createConfirmChannel = async (options) => {
      const channel = await open(options);
      let sent = 0;
      const publish = channel.publish.bind(channel);
      // The 500th message goes to an exchange that is not there, which the broker answers by closing the channel.
      channel.publish = (exchange, ...rest) => {
        sent += 1;
        return publish(sent === 500 ? 'no-such-exchange' : exchange, ...rest);
      };
      return channel;
    };
    const told: string[] = [];
    const error = await refusal(publisher.publish(dueInvoices(1_000), (ids) => told.push(...ids)));
    assert.ok(error.failures.length >= 501, 'error.failures.length >= 501');
    assert.equal(told.length + error.failures.length, 1_000);
    assert.match(error.message, /no-such-exchange/);
  });

  it('rejects when the broker falls silent, and works again over a new channel', async () => {
    await publisher.publish(dueInvoices(1));
    wire.holdWhatWeSend();
    const error = await refusal(publisher.publish(dueInvoices(3)));
    assert.equal(error.failures.length, 3);
    assert.match(error.message, /confirmed nothing for 500 ms/);
    wire.cut();
    await until(() => wire.carried() === 2, 'another connection is made');
    await publisher.publish(dueInvoices(2));
  });

  it('waits while the broker is blocked by an alarm, sends nothing meanwhile, and goes on when it ends', async () => {
    const patient = createPublisher(connection, { silenceLimitMs: 30_000 });
    await patient.publish(dueInvoices(1));
    wire.sayBlocked('low on memory');
    await until(() => connection.health().blocked === 'low on memory', 'the alarm is seen');
    const publishing = patient.publish(dueInvoices(10));
    assert.equal(await depth(connection, dueQueues.normal), 1);
    wire.sayUnblocked();
    await publishing;
    assert.equal(connection.health().blocked, null);
    assert.equal(await depth(connection, dueQueues.normal), 11);
    await patient.close();
  });

  it('rejects when the alarm lasts longer than its limit', async () => {
    await connection.ready();
    wire.sayBlocked('low on disk');
    await until(() => connection.health().blocked !== null, 'the alarm is seen');
    const error = await refusal(publisher.publish(dueInvoices(10)));
    assert.equal(error.failures.length, 10);
    assert.match(error.message, /takes no messages now \(low on disk\)/);
    wire.sayUnblocked();
    await until(() => connection.health().blocked === null, 'the end of the alarm is seen');
    assert.equal(await depth(connection, dueQueues.normal), 0);
  });

  it('rejects when the broker cannot be reached, naming the place but not the password', async () => {
    const nowhere = vhost.connect({ url: 'amqp://clerk:secret@127.0.0.1:1/bills' });
    const lost = createPublisher(nowhere, { silenceLimitMs: 200 });
    const error = await refusal(lost.publish(dueInvoices(2)));
    assert.equal(error.failures.length, 2);
    assert.match(error.message, /127\.0\.0\.1:1\/bills .*ECONNREFUSED/);
    assert.doesNotMatch(error.message, /secret/);
    await lost.close();
  });

  it('refuses a message that is not one before anything is sent', async () => {
    const [good] = dueInvoices(1);
    assert.ok(good, 'good');
    const publishing = publisher.publish([good, { ...good, invoiceId: 'seven' }]);
    await assert.rejects(publishing, (error) => isDurabillError(error, 'message-invalid'));
    assert.equal(await depth(connection, dueQueues.normal), 0);
  });
});
