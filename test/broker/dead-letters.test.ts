import assert from 'node:assert/strict';
import type { BrokerConnection } from '../../src/broker/connection.ts';
import { createConsumer } from '../../src/broker/consumer.ts';
import { createDeadLetters, type DeadLetters } from '../../src/broker/dead-letters.ts';
import type { InvoiceDue } from '../../src/broker/invoice-due.ts';
import { createPublisher } from '../../src/broker/publisher.ts';
import { deadLetterQueue, dueQueues } from '../../src/broker/topology.ts';
import { isDurabillError } from '../../src/errors/error.ts';
import { createVhost, depth, dueInvoices, idsOf, putRaw, until, type Vhost } from './support.ts';

describe('The reader of dead letters', function () {
  this.timeout(60_000);
  let vhost: Vhost;
  let connection: BrokerConnection;
  let reader: DeadLetters;

  beforeEach(async () => {
    vhost = await createVhost();
    connection = vhost.connect();
    reader = createDeadLetters(connection);
  });

  afterEach(async () => {
    await reader.close();
    await vhost.remove();
  });

  /** A bridge that knows none of these invoices: all of them become dead letters. */
  async function bury(messages: readonly InvoiceDue[], expected = messages.length): Promise<void> {
    const publisher = createPublisher(connection);
    await publisher.publish(messages);
    await publisher.close();
    for (const queue of Object.values(dueQueues)) {
      const handle = async () => ({ deadLetter: 'The invoice is unknown.' });
      const consumer = createConsumer(connection, { queue, prefetch: 50, handle });
      consumer.start();
      await until(async () => (await depth(connection, queue)) === 0, 'the queue is empty');
      await consumer.stop();
    }
    await until(async () => (await reader.count()) === expected, 'all are dead letters');
  }

  it('looks at the letters, again and again, and leaves them where they are', async () => {
    const messages = [...dueInvoices(3), ...dueInvoices(2, 'high')];
    await bury(messages);
    for (let look = 0; look < 30; look += 1) {
      const letters = await reader.list();
      assert.deepEqual(letters.map(({ messageId }) => messageId).sort(), idsOf(messages).sort());
    }
    const letters = await reader.list();
    assert.equal(letters.filter(({ queue }) => queue === dueQueues.high).length, 2);
    assert.ok(
      letters.every(({ reason, deadSince }) => reason === 'The invoice is unknown.' && deadSince instanceof Date),
    );
    assert.equal((await reader.list(2)).length, 2);
    assert.equal(await reader.count(), 5);
  });

  it('puts a chosen letter back into the queue that it came from, and counts how often', async () => {
    const [one, other] = dueInvoices(2, 'high');
    assert.ok(one && other, 'one && other');
    await bury([one, other]);
    const chosen = (await reader.list()).find(({ messageId }) => messageId === one.invoiceId);
    assert.ok(chosen, 'chosen');

    const report = await reader.requeue([chosen.id, 'feedfeedfeedfeed']);
    assert.deepEqual(report, { requeued: 1, kept: [], missing: ['feedfeedfeedfeed'] });
    assert.equal(await depth(connection, dueQueues.high), 1);
    assert.deepEqual(
      (await reader.list()).map(({ messageId }) => messageId),
      [other.invoiceId],
    );

    await bury([], 2);
    const again = (await reader.list()).find(({ messageId }) => messageId === one.invoiceId);
    assert.equal(again?.id, chosen.id);
    assert.equal(again?.requeues, 1);
  });

  it('puts all back, and keeps a stranger of unknown origin with the reason', async () => {
    const messages = dueInvoices(25);
    await bury(messages);
    await putRaw(connection, deadLetterQueue, 'hello?');
    const report = await reader.requeue('all');
    assert.equal(report.requeued, 25);
    assert.match(report.kept[0]?.reason ?? '', /Its queue, unknown, is not one of ours/);
    assert.equal(await depth(connection, dueQueues.normal), 25);
    const [stranger] = await reader.list();
    assert.equal(stranger?.body, 'hello?');
    assert.equal(stranger?.message, null);
  });

  it('keeps a letter whose queue does not take it', async () => {
    await bury(dueInvoices(1));
    const channel = await (await connection.ready()).createChannel();
    await channel.deleteQueue(dueQueues.normal);
    const report = await reader.requeue('all');
    assert.equal(report.requeued, 0);
    assert.match(report.kept[0]?.reason ?? '', /no queue took the message/);
    await until(async () => (await reader.count()) === 1, 'the letter is still there');
    // The returned copy made the sender declare the queue anew.
    assert.equal((await reader.requeue('all')).requeued, 1);
    assert.equal(await depth(connection, dueQueues.normal), 1);
  });

  it('throws a chosen letter away with its copies, and no other', async () => {
    const messages = dueInvoices(2);
    const [one, other] = messages as [InvoiceDue, InvoiceDue];
    await bury([one, other, one]);
    const [letter] = (await reader.list()).filter(({ messageId }) => messageId === idsOf([one])[0]);
    assert.ok(letter);
    assert.deepEqual(await reader.discard([letter.id, 'gone']), { discarded: 2, missing: ['gone'] });
    const left = await reader.list();
    assert.deepEqual(
      left.map(({ messageId }) => messageId),
      idsOf([other]),
    );
    assert.equal(await depth(connection, dueQueues.normal), 0);
  });

  it('refuses to list more than it may', async () => {
    await assert.rejects(reader.list(1_001), (error) => isDurabillError(error, 'request-invalid'));
  });
});
