import assert from 'node:assert/strict';
import { publishDueInvoices } from '../../src/billing/publish-due-invoices.ts';
import type { BrokerConnection } from '../../src/broker/connection.ts';
import { createPublisher, PublishError, type Publisher } from '../../src/broker/publisher.ts';
import { dueExchange, dueQueues, dueRoutingKeys } from '../../src/broker/topology.ts';
import { claimSlot } from '../../src/store/sync-slots.ts';
import { createVhost, depth, type Vhost } from '../broker/support.ts';
import { useTestDatabase } from '../support/database.ts';
import { issuedInvoices, throughPages } from './business.ts';

describe('publishDueInvoices', function () {
  this.timeout(60_000);
  const books = useTestDatabase();
  let vhost: Vhost;
  let connection: BrokerConnection;
  let publisher: Publisher;

  beforeEach(async () => {
    vhost = await createVhost();
    connection = vhost.connect();
    publisher = createPublisher(connection);
  });
  afterEach(async () => {
    await publisher.close();
    await vhost.remove();
  });

  async function publish(ids: readonly string[], limit = 100, atOnce = 1): Promise<number> {
    const clockId = await clockOf(ids);
    const page = (after: string) => publishDueInvoices(books.database, publisher, { clockId, after, limit });
    return (await throughPages(page, atOnce)).published;
  }
  async function clockOf([id]: readonly string[]): Promise<string> {
    const { rows } = await books.database.query<{ clock: string }>(
      `SELECT clock_id AS clock FROM invoices WHERE id = $1`,
      [id],
    );
    return rows[0]!.clock;
  }
  async function set(ids: readonly string[], change: string): Promise<void> {
    await books.database.query(`UPDATE invoice_states SET ${change} WHERE invoice_id = ANY ($1::uuid[])`, [ids]);
  }
  async function syncs(ids: readonly string[]): Promise<string[]> {
    const { rows } = await books.database.query<{ sync: string }>(
      `SELECT sync FROM invoice_states WHERE invoice_id = ANY ($1::uuid[]) ORDER BY invoice_id`,
      [ids],
    );
    return rows.map(({ sync }) => sync);
  }

  it('publishes each issued invoice once, page by page, to the queue of its priority', async () => {
    const normal = await issuedInvoices(books.database, 5);
    const high = await issuedInvoices(books.database, 1, 'high');
    assert.equal(await publish(normal, 2), 5);
    assert.equal(await publish(high), 1);
    assert.deepEqual([await depth(connection, dueQueues.normal), await depth(connection, dueQueues.high)], [5, 1]);
    assert.deepEqual(await syncs(normal), Array(5).fill('queued'));
    assert.equal(await publish(normal), 0);
    const message = await (await (await connection.ready()).createChannel()).get(dueQueues.high, { noAck: true });
    assert.deepEqual(message && JSON.parse(message.content.toString()), {
      version: 1,
      invoiceId: high[0],
      priority: 'high',
    });
  });

  it('publishes each once too when pages are under way together', async () => {
    const ids = await issuedInvoices(books.database, 7);
    assert.equal(await publish(ids, 2, 3), 7);
    assert.equal(await depth(connection, dueQueues.normal), 7);
    assert.deepEqual(await syncs(ids), Array(7).fill('queued'));
  });

  it('keeps what the broker returns, and the next scan brings it', async () => {
    const normal = await issuedInvoices(books.database, 3);
    const channel = await (await connection.ready()).createChannel();
    await channel.unbindQueue(dueQueues.normal, dueExchange, dueRoutingKeys.normal);
    await assert.rejects(publish(normal), (error: unknown) => error instanceof PublishError);
    assert.deepEqual(await syncs(normal), ['pending', 'pending', 'pending']);

    await channel.bindQueue(dueQueues.normal, dueExchange, dueRoutingKeys.normal);
    assert.equal(await publish(normal), 3);
    assert.deepEqual(await syncs(normal), ['queued', 'queued', 'queued']);
    assert.equal(await depth(connection, dueQueues.normal), 3);
  });

  it('marks those of a failing page that the broker took, and only those', async () => {
    const ids = await issuedInvoices(books.database, 6);
    const [urgent, calm] = [ids.slice(0, 2), ids.slice(2)];
    await set(urgent, `priority = 'high'`);
    const channel = await (await connection.ready()).createChannel();
    await channel.unbindQueue(dueQueues.high, dueExchange, dueRoutingKeys.high);
    await assert.rejects(publish(ids), (error: unknown) => error instanceof PublishError);
    assert.deepEqual(await syncs(urgent), ['pending', 'pending']);
    assert.deepEqual(await syncs(calm), Array(4).fill('queued'));
  });

  it('publishes again what nobody has touched for an hour, wherever it stands', async () => {
    const ids = await issuedInvoices(books.database, 4);
    await publish(ids);
    const [queued, syncing, backing, early] = ids as [string, string, string, string];
    await set([syncing], `sync = 'syncing'`);
    await set([backing, early], `sync = 'backing_off'`);
    await set(ids, `touched_at = now() - interval '59 minutes'`);
    assert.equal(await publish(ids), 0);
    await set(ids, `touched_at = now() - interval '61 minutes'`);
    // This one is silent because its next try is still to come.
    await set([early], `next_retry_at = now() + interval '1 hour'`);
    assert.equal(await publish(ids), 3);
    assert.deepEqual(await syncs([queued]), ['queued']);
    assert.deepEqual(await syncs([syncing]), ['syncing'], 'it keeps its slot');
    assert.deepEqual(await syncs([backing]), ['backing_off']);
    assert.equal(await publish(ids), 0, 'publishing has touched them');
    await set([early], `next_retry_at = now() - interval '61 minutes'`);
    assert.equal(await publish(ids), 1);
  });

  it('leaves what is parked, synced or void to itself, however old', async () => {
    const ids = await issuedInvoices(books.database, 4);
    const [parked, synced, voided, draft] = ids as [string, string, string, string];
    await set([parked], `sync = 'parked', parked_at = now(), parking_number = 1`);
    await set([synced], `sync = 'synced'`);
    await set([voided], `lifecycle = 'void'`);
    await set([draft], `sync = 'queued'`);
    await set(ids, `touched_at = now() - interval '2 days'`);
    assert.equal(await publish(ids), 1);
    assert.equal(await depth(connection, dueQueues.normal), 1);
  });

  it('does not take a bridge back that was faster than the confirm', async () => {
    const [id = ''] = await issuedInvoices(books.database, 1);
    const faster: Publisher = {
      ...publisher,
      async publish(messages, onConfirmed) {
        await publisher.publish(messages);
        await claimSlot(books.database, { invoiceId: id, priority: 'normal', slots: 10 });
        onConfirmed?.(messages.map(({ invoiceId }) => invoiceId));
      },
    };
    const clockId = await clockOf([id]);
    await throughPages((after) => publishDueInvoices(books.database, faster, { clockId, after, limit: 10 }));
    assert.deepEqual(await syncs([id]), ['syncing']);
  });
});
