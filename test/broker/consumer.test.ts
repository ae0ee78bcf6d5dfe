import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { BrokerConnection } from '../../src/broker/connection.ts';
import { type Consumer, type ConsumerOptions, createConsumer } from '../../src/broker/consumer.ts';
import { createDeadLetters } from '../../src/broker/dead-letters.ts';
import { encodeInvoiceDue } from '../../src/broker/invoice-due.ts';
import { createPublisher, type Publisher } from '../../src/broker/publisher.ts';
import { deadLetterQueue, dueQueues } from '../../src/broker/topology.ts';
import { createVhost, depth, dueInvoices, idsOf, putRaw, until, type Vhost } from './support.ts';
import { createWire, type Wire } from './wire.ts';

describe('The consumer of due invoices', function () {
  this.timeout(120_000);
  const queue = dueQueues.normal;
  let vhost: Vhost;
  let wire: Wire;
  /** Looks on and publishes; the consumer has its own, through the wire that can be cut. */
  let connection: BrokerConnection;
  let publisher: Publisher;
  let consumers: Consumer[];

  beforeEach(async () => {
    vhost = await createVhost();
    wire = await createWire(vhost.url);
    connection = vhost.connect();
    publisher = createPublisher(connection);
    consumers = [];
  });

  afterEach(async () => {
    for (const consumer of consumers) await consumer.stop(0);
    await publisher.close();
    await vhost.remove();
    await wire.close();
  });

  function consume(options: Partial<ConsumerOptions> & Pick<ConsumerOptions, 'handle'>): Consumer {
    const fast = { queue, prefetch: 20, initialRestMs: 10, maxRestMs: 100 };
    const consumer = createConsumer(vhost.connect({ url: wire.url }), { ...fast, ...options });
    consumers.push(consumer);
    consumer.start();
    return consumer;
  }

  /** What every consumer must be able to say of its books, whatever happened to it. */
  function assertCounted(consumer: Consumer): void {
    const { held, counters } = consumer.status();
    const { delivered, acked, requeued, deadLettered, lost } = counters;
    assert.equal(delivered, acked + requeued + deadLettered + lost + held);
  }

  it('handles 10,000 messages that were published in windows, none lost', async () => {
    const messages = dueInvoices(10_000);
    const seen = new Set<string>();
    const consumer = consume({
      prefetch: 200,
      handle: async ({ invoiceId }) => {
        seen.add(invoiceId);
        return 'ack';
      },
    });
    await publisher.publish(messages);
    await until(() => consumer.status().counters.acked === messages.length, 'all are acknowledged', 60_000);
    assert.deepEqual(seen, new Set(idsOf(messages)));
    assert.equal(await depth(connection, queue), 0);
    assertCounted(consumer);
  });

  it('hands duplicates and shuffles on as they come, losing and inventing nothing', async () => {
    const messages = dueInvoices(200);
    const [plan] = fc.sample(
      fc.shuffledSubarray(
        messages.flatMap((one, index) => Array(1 + (index % 5)).fill(one)),
        { minLength: 600 },
      ),
      { numRuns: 1, seed: 20131103 },
    );
    assert.ok(plan, 'plan');
    const handled: string[] = [];
    const consumer = consume({
      handle: async ({ invoiceId }) => {
        handled.push(invoiceId);
        return 'ack';
      },
    });
    await publisher.publish(plan);
    await until(() => consumer.status().counters.acked === plan.length, 'all are acknowledged');
    assert.deepEqual(handled.sort(), idsOf(plan).sort());
  });

  it('goes on by itself after the broker closed its connection, and loses nothing', async () => {
    const messages = dueInvoices(2_000);
    const seen = new Set<string>();
    const consumer = consume({
      handle: async ({ invoiceId }) => {
        seen.add(invoiceId);
        return 'ack';
      },
    });
    const publishing = publisher.publish(messages.slice(0, 1_000));
    await until(() => seen.size > 100, 'some are handled');
    await publishing;
    await vhost.closeConnections();
    await until(() => wire.carried() > 1, 'the consumer connects again');
    await until(() => connection.health().state === 'ready', 'the publisher connects again');
    await publisher.publish(messages.slice(1_000));
    await until(async () => seen.size === 2_000 && (await depth(connection, queue)) === 0, 'all are handled');
    assert.equal(consumer.status().state, 'consuming');
    assertCounted(consumer);
  });

  it('goes on after its cable was pulled again and again, and says which messages come a second time', async () => {
    const messages = dueInvoices(500);
    const firstTimers = new Set<string>();
    const strangers: string[] = [];
    let sinceCut = 0;
    const consumer = consume({
      handle: async ({ invoiceId }, { redelivered }) => {
        // A message seen before that is not called redelivered would be one that the broker made up.
        if (firstTimers.has(invoiceId) && !redelivered) strangers.push(invoiceId);
        firstTimers.add(invoiceId);
        sinceCut += 1;
        if (sinceCut === 100) {
          sinceCut = 0;
          wire.cut();
        }
        return 'ack';
      },
    });
    await publisher.publish(messages);
    await until(async () => firstTimers.size === 500 && (await depth(connection, queue)) === 0, 'all are handled');
    assert.ok(wire.carried() >= 5, 'wire.carried() >= 5');
    assert.deepEqual(strangers, []);
    await until(() => consumer.status().held === 0, 'nothing is held');
    assertCounted(consumer);
  });

  it('makes one message in a hundred a dead letter with its reason, while the others pass', async () => {
    const good = dueInvoices(990);
    await publisher.publish(good.slice(0, 500));
    for (let bad = 0; bad < 10; bad += 1) await putRaw(connection, queue, `{"version":${bad + 2}}`, `bad-${bad}`);
    await publisher.publish(good.slice(500));
    const handled: string[] = [];
    const consumer = consume({
      handle: async ({ invoiceId }) => {
        handled.push(invoiceId);
        return 'ack';
      },
    });
    await until(() => consumer.status().counters.deadLettered === 10, 'the poison is put aside');
    await until(() => consumer.status().counters.acked === 990, 'the others pass');
    assert.deepEqual(handled.sort(), idsOf(good).sort());
    assert.equal(consumer.status().counters.requeued, 0);
    const reader = createDeadLetters(connection);
    const letters = await reader.list();
    await reader.close();
    assert.deepEqual(
      letters.map(({ messageId }) => messageId).sort(),
      [...Array(10).keys()].map((bad) => `bad-${bad}`),
    );
    assert.ok(
      letters.every((letter) => letter.queue === queue && /this program knows version 1/.test(letter.reason)),
      'letters.every((letter) => letter.queue === queue && /this program knows versi...',
    );
  });

  it('keeps a message whose dead letter cannot be confirmed', async () => {
    const channel = await (await connection.ready()).createChannel();
    const consumer = consume({ handle: async () => ({ deadLetter: 'The invoice is unknown.' }) });
    // The connection of the dead letters declares what is missing when it is made, so it is made first.
    await publisher.publish(dueInvoices(1));
    await until(() => consumer.status().counters.deadLettered === 1, 'the first is put aside');
    await channel.unbindQueue(deadLetterQueue, deadLetterQueue, '');
    await publisher.publish(dueInvoices(1));
    await until(() => consumer.status().counters.requeued > 0, 'the message went back');
    // The returned copy made the sender declare the binding anew, so the next try arrives.
    await until(() => consumer.status().counters.deadLettered === 2, 'the dead letter is confirmed');
    assert.equal(await depth(connection, deadLetterQueue), 2);
    assert.equal(await depth(connection, queue), 0);
  });

  it('holds nothing and turns nothing round while it is paused, and goes on when it is resumed', async () => {
    const messages = dueInvoices(100);
    let open = true;
    const consumer = consume({
      handle: async (_, { signal }) => {
        if (!open) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        return signal.aborted ? { later: true } : 'ack';
      },
    });
    await publisher.publish(messages.slice(0, 50));
    await until(() => consumer.status().counters.acked === 50, 'half are handled');
    open = false;
    await publisher.publish(messages.slice(50));
    await until(() => consumer.status().held === 20, 'the prefetch is full');
    await consumer.pause('Stripe is away');

    assert.deepEqual([consumer.status().state, consumer.status().reason], ['paused', 'Stripe is away']);
    assert.equal(consumer.status().held, 0);
    await until(async () => (await depth(connection, queue)) === 50, 'all are back in the queue');
    const { delivered } = consumer.status().counters;
    // A message that comes now would be delivered to anybody who consumes; and so would be the connection's return.
    await publisher.publish(dueInvoices(1));
    wire.cut();
    await until(() => wire.carried() >= 2, 'the connection is back');
    await until(async () => (await depth(connection, queue)) === 51, 'the new one lies there too');
    assert.equal(consumer.status().counters.delivered, delivered);

    open = true;
    consumer.resume();
    await until(() => consumer.status().counters.acked === 101, 'all are handled');
    assertCounted(consumer);
  });

  it('returns what a deaf handler holds when the grace time of a pause is over; its late verdict is void', async () => {
    let release = () => {};
    const deaf = new Promise<void>((resolve) => {
      release = resolve;
    });
    const consumer = consume({
      pauseGraceMs: 0,
      handle: async () => {
        await deaf;
        return 'ack';
      },
    });
    await publisher.publish(dueInvoices(1));
    await until(() => consumer.status().held === 1, 'the message is held');
    await consumer.pause('a person asked for it');
    await until(async () => (await depth(connection, queue)) === 1, 'the message is back');
    release();
    consumer.resume();
    await until(() => consumer.status().counters.acked === 1, 'its redelivery is acknowledged');
    assert.equal(consumer.status().counters.delivered, 2);
    assertCounted(consumer);
  });

  it('rests instead of spinning while every message is put off, and loses none', async () => {
    const messages = dueInvoices(30);
    let full = true;
    const states: string[] = [];
    const consumer = consume({
      initialRestMs: 60_000,
      maxRestMs: 60_000,
      onChange: ({ state }) => states.push(state),
      handle: async () => (full ? { later: true } : 'ack'),
    });
    await publisher.publish(messages);
    await until(() => consumer.status().state === 'resting', 'it rests');
    await until(async () => (await depth(connection, queue)) === 30, 'all are back');
    // One prefetch at most came round before it rested.
    assert.ok(consumer.status().counters.delivered <= 20, 'consumer.status().counters.delivered <= 20');
    full = false;
    consumer.resume();
    await until(() => consumer.status().counters.acked === 30, 'all are handled');
    assert.deepEqual(states.slice(-2), ['waiting', 'consuming']);
  });

  it('comes back from a rest by itself, and blames no message while all fail', async () => {
    let away = true;
    const consumer = consume({
      maxThrows: 2,
      handle: async () => {
        if (away) throw new Error('Temporal is away');
        return 'ack';
      },
    });
    await publisher.publish(dueInvoices(10));
    await until(() => consumer.status().counters.requeued > 50, 'each was tried several times');
    assert.equal(consumer.status().counters.deadLettered, 0);
    away = false;
    await until(() => consumer.status().counters.acked === 10, 'all are handled');
    assertCounted(consumer);
  });

  it('puts a message aside that makes its handler throw again and again while others pass', async () => {
    const messages = dueInvoices(300);
    const bad = messages[7]?.invoiceId;
    const consumer = consume({
      prefetch: 5,
      maxThrows: 3,
      handle: async ({ invoiceId }) => {
        if (invoiceId === bad) throw new Error('no such customer');
        return 'ack';
      },
    });
    await publisher.publish(messages);
    await until(() => consumer.status().counters.deadLettered === 1, 'the bad one is put aside');
    await until(() => consumer.status().counters.acked === 299, 'the others pass');
    const reader = createDeadLetters(connection);
    const [letter] = await reader.list();
    await reader.close();
    assert.equal(letter?.message?.invoiceId, bad);
    assert.match(letter?.reason ?? '', /failed 3 times while others passed; last: no such customer/);
  });

  it('hears again after its queue was deleted under its feet', async () => {
    const consumer = consume({ idleCheckMs: 20, handle: async () => 'ack' });
    await until(() => consumer.status().state === 'consuming', 'the consumer runs');
    const channel = await (await connection.ready()).createChannel();
    await channel.deleteQueue(queue);
    await until(async () => {
      await publisher.publish(dueInvoices(1)).catch(() => undefined);
      return consumer.status().counters.acked > 0;
    }, 'messages arrive again');
  });

  it('waits for running handlers when it is stopped, and leaves the rest in the queue', async () => {
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const consumer = consume({
      prefetch: 3,
      handle: async () => {
        await gate;
        return 'ack';
      },
    });
    await publisher.publish(dueInvoices(10));
    await until(() => consumer.status().held === 3, 'three are being handled');
    const stopping = consumer.stop();
    release();
    await stopping;
    assert.equal(consumer.status().counters.acked, 3);
    assert.equal(consumer.status().state, 'stopped');
    await until(async () => (await depth(connection, queue)) === 7, 'seven are left');
  });

  it('can be paused, resumed and cut in any order without hanging or miscounting', async () => {
    const messages = dueInvoices(400);
    const seen = new Set<string>();
    const consumer = consume({
      prefetch: 7,
      handle: async ({ invoiceId }) => {
        seen.add(invoiceId);
        return 'ack';
      },
    });
    await publisher.publish(messages);
    const step = fc.constantFrom('pause', 'resume', 'cut', 'pause and wait');
    const [steps] = fc.sample(fc.array(step, { minLength: 60, maxLength: 60 }), { numRuns: 1, seed: 7 });
    for (const one of steps ?? []) {
      if (one === 'pause') void consumer.pause('play');
      if (one === 'pause and wait') {
        await consumer.pause('play');
        assert.equal(consumer.status().held, 0);
      }
      if (one === 'resume') consumer.resume();
      if (one === 'cut') wire.cut();
    }
    consumer.resume();
    await until(async () => seen.size === 400 && (await depth(connection, queue)) === 0, 'all are handled');
    await until(() => consumer.status().held === 0, 'nothing is held');
    assertCounted(consumer);
  });

  it('serves the queue of high priority beside a full normal one', async () => {
    await publisher.publish(dueInvoices(50));
    const [urgent] = dueInvoices(1, 'high');
    assert.ok(urgent, 'urgent');
    await putRaw(connection, dueQueues.high, encodeInvoiceDue(urgent));
    const consumer = consume({
      queue: dueQueues.high,
      handle: async ({ priority }) => (priority === 'high' ? 'ack' : { deadLetter: 'wrong queue' }),
    });
    await until(() => consumer.status().counters.acked === 1, 'the urgent one is handled');
    assert.equal(await depth(connection, queue), 50);
  });
});
