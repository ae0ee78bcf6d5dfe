import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Client, Connection, ServiceError } from '@temporalio/client';
import { type Bridge, startBridge } from '../../src/bridge/bridge.ts';
import type { BrokerConnection } from '../../src/broker/connection.ts';
import type { Priority } from '../../src/broker/invoice-due.ts';
import { createPublisher, type Publisher } from '../../src/broker/publisher.ts';
import { deadLetterQueue, dueQueues } from '../../src/broker/topology.ts';
import { countOutage, endOutage, failuresOfOutage } from '../../src/store/target-outages.ts';
import { syncInvoiceId } from '../../workflows/contract/ids.ts';
import { createVhost, depth, putRaw, until, type Vhost } from '../broker/support.ts';
import { openBooks } from '../support/books.ts';
import { useTestDatabase } from '../support/database.ts';
import { getStack } from '../support/stack.ts';
import { useNamespace } from '../support/temporal.ts';
import { issueInvoice, usd } from '../targets/support.ts';
import { createGate, type Gate } from './gate.ts';

/** grpc.status */
const resourceExhausted = 8;

describe('the bridge', function () {
  this.timeout(60_000);
  const books = useTestDatabase();
  const temporal = useNamespace();
  let vhost: Vhost;
  let broker: BrokerConnection;
  let publisher: Publisher;
  let gate: Gate;
  let connection: Connection;
  let client: Client;
  let refuseStarts = 0;
  let bridges: Bridge[] = [];

  before(async () => {
    await openBooks(books.database);
    gate = await createGate(getStack().temporalAddress);
    // Without the client's own retries, so that what the bridge does itself is seen, and soon.
    connection = await Connection.connect({ address: gate.address, interceptors: [] });
    client = new Client({
      connection,
      namespace: temporal.namespace,
      interceptors: { workflow: [{ start: refuseOrPass }] },
    });
  });
  const refuseOrPass = async <Input, Output>(
    input: Input,
    next: (input: Input) => Promise<Output>,
  ): Promise<Output> => {
    if (refuseStarts === 0) return await next(input);
    refuseStarts -= 1;
    const refusal = Object.assign(new Error('Too many workflow starts'), { code: resourceExhausted });
    throw new ServiceError('Failed to signalWithStart Workflow', { cause: refusal });
  };
  beforeEach(async () => {
    vhost = await createVhost();
    broker = vhost.connect();
    publisher = createPublisher(broker);
  });
  afterEach(async () => {
    gate.open();
    await Promise.all(bridges.map((bridge) => bridge.stop()));
    bridges = [];
    await endOutage(books.database, 'stripe');
    // Slots are counted over the whole database: the next test begins with none taken.
    await books.database.query(
      `UPDATE invoice_states SET sync = 'synced' WHERE sync NOT IN ('none', 'synced', 'parked')`,
    );
    await publisher.close();
    await vhost.remove();
  });
  after(async () => {
    await connection.close();
    await gate.close();
  });

  const start = (slots: number): Bridge => {
    const bridge = startBridge({
      database: books.database,
      broker: vhost.connect(),
      client,
      slots,
      requestsPerSecond: 1_000,
    });
    bridges.push(bridge);
    return bridge;
  };
  const issue = async (count: number): Promise<string[]> => {
    const invoices: string[] = [];
    for (let index = 0; index < count; index += 1) {
      invoices.push((await issueInvoice(books.database, { amountsMinor: usd(1) })).id);
    }
    return invoices;
  };
  const publish = (invoiceIds: string[], priority: Priority = 'normal') =>
    publisher.publish(invoiceIds.map((invoiceId) => ({ version: 1, invoiceId, priority })));
  const runOf = async (invoiceId: string): Promise<string | undefined> => {
    try {
      return (await temporal.client.workflow.getHandle(syncInvoiceId(invoiceId)).describe()).runId;
    } catch {
      // There is none yet.
      return undefined;
    }
  };
  const setSync = (invoiceId: string, sync: string) =>
    books.database.query('UPDATE invoice_states SET sync = $2 WHERE invoice_id = $1', [invoiceId, sync]);
  const inState = async (sync: string): Promise<string[]> => {
    const { rows } = await books.database.query<{ id: string }>(
      'SELECT invoice_id AS id FROM invoice_states WHERE sync = $1 ORDER BY touched_at',
      [sync],
    );
    return rows.map(({ id }) => id);
  };
  const acked = (bridge: Bridge) => bridge.status().normal.counters.acked + bridge.status().high.counters.acked;

  it('claims a slot, starts the sync, and acknowledges', async () => {
    const invoices = await issue(3);
    await publish(invoices);
    const bridge = start(10);
    await until(() => acked(bridge) === 3, 'all are acknowledged');
    assert.deepEqual((await inState('syncing')).toSorted(), invoices.toSorted());
    for (const invoiceId of invoices) {
      const described = await temporal.client.workflow.getHandle(syncInvoiceId(invoiceId)).describe();
      assert.equal(described.type, 'syncInvoice');
      assert.equal(described.raw.workflowExecutionInfo?.priority?.priorityKey, 3);
    }
    assert.equal(await depth(broker, dueQueues.normal), 0);
  });

  it('gives high priority to what comes through its queue', async () => {
    const [invoiceId] = await issue(1);
    await publish([invoiceId!], 'high');
    const bridge = start(10);
    await until(() => acked(bridge) === 1, 'it is acknowledged');
    const { raw } = await temporal.client.workflow.getHandle(syncInvoiceId(invoiceId!)).describe();
    assert.equal(raw.workflowExecutionInfo?.priority?.priorityKey, 1);
  });

  it('goes on with a message that comes again after its slot was claimed', async () => {
    const [invoiceId] = await issue(1);
    await setSync(invoiceId!, 'syncing');
    await publish([invoiceId!]);
    const bridge = start(1);
    await until(() => acked(bridge) === 1, 'it is acknowledged');
    assert.notEqual(await runOf(invoiceId!), undefined);
  });

  it('acknowledges what is settled, and starts nothing for it', async () => {
    const invoices = await issue(3);
    const [synced, parked, isVoid] = invoices as [string, string, string];
    await setSync(synced, 'synced');
    await books.database.query(
      `UPDATE invoice_states SET sync = 'parked', parked_at = now(), parking_number = 1 WHERE invoice_id = $1`,
      [parked],
    );
    await books.database.query(`UPDATE invoice_states SET lifecycle = 'void' WHERE invoice_id = $1`, [isVoid]);
    await publish(invoices);
    const bridge = start(10);
    await until(() => acked(bridge) === 3, 'all are acknowledged');
    for (const invoiceId of invoices) assert.equal(await runOf(invoiceId), undefined);
  });

  it('keeps a message of an invoice that the books do not have among the dead letters', async () => {
    await publish([randomUUID()]);
    const bridge = start(10);
    await until(() => bridge.status().normal.counters.deadLettered === 1, 'it is a dead letter');
  });

  it('leaves messages in RabbitMQ while no slot is free, holding a few, and goes on when one is', async () => {
    const invoices = await issue(40);
    await publish(invoices);
    const bridge = start(1);
    await until(() => bridge.status().normal.held === 8, 'it has as many in hand as it may');
    await until(async () => (await depth(broker, dueQueues.normal)) === 31, 'the others wait in RabbitMQ');
    for (let settled = 1; settled <= 10; settled += 1) {
      await until(() => acked(bridge) === settled, `message ${settled} is acknowledged`);
      const [open, ...others] = await inState('syncing');
      assert.deepEqual(others, []);
      await setSync(open!, 'synced');
    }
    assert.equal(bridge.status().normal.counters.requeued, 0, 'none went back and forth meanwhile');
    assert.equal(await depth(broker, deadLetterQueue), 0);
  });

  it('keeps a slot for high priority', async () => {
    const normal = await issue(3);
    const high = await issue(1);
    const bridge = start(2);
    await publish(normal);
    await until(() => acked(bridge) === 1 && bridge.status().normal.held === 2, 'normal priority has no slot left');
    await publish(high, 'high');
    await until(() => bridge.status().high.counters.acked === 1, 'high priority has one');
    assert.equal((await inState('syncing')).length, 2);
  });

  it('gives back what it holds when it stops', async () => {
    const invoices = await issue(3);
    await publish(invoices);
    const bridge = start(1);
    await until(() => bridge.status().normal.held === 2, 'two wait for the slot of the first');
    await bridge.stop();
    await until(async () => (await depth(broker, dueQueues.normal)) === 2, 'both are in RabbitMQ again');
  });

  it('begins one sync at a time while Stripe is away, and rests; it goes on when Stripe is back', async () => {
    const invoices = await issue(6);
    for (let failure = 0; failure < failuresOfOutage; failure += 1) await countOutage(books.database, 'stripe');
    await publish(invoices);
    const bridge = start(10);
    await until(() => bridge.status().normal.state === 'resting', 'the consumer rests');
    await until(() => acked(bridge) === 1, 'one is carried');
    assert.equal((await inState('syncing')).length, 1, 'it finds out when Stripe is back');
    await endOutage(books.database, 'stripe');
    await until(() => acked(bridge) === 6, 'the others follow', 40_000);
  });

  it('rests while Temporal is away, loses nothing, and goes on', async () => {
    const invoices = await issue(4);
    gate.shut();
    const bridge = start(10);
    await publish(invoices);
    // Longer than it takes to give up on a message that fails while others pass.
    await until(() => bridge.status().normal.counters.requeued >= 8, 'all were tried and returned');
    assert.equal(acked(bridge), 0);
    assert.equal((await inState('syncing')).length, 4, 'their slots are claimed');

    gate.open();
    await until(() => acked(bridge) === 4, 'all are acknowledged', 40_000);
    for (const invoiceId of invoices) assert.notEqual(await runOf(invoiceId), undefined);
    assert.equal(await depth(broker, deadLetterQueue), 0);
  });

  it('sends what nobody can read to the dead letters, and carries the rest', async () => {
    const invoices = await issue(1);
    const bridge = start(10);
    await broker.ready();
    await putRaw(broker, dueQueues.normal, 'no message of ours');
    await publish(invoices);
    await until(() => acked(bridge) === 1, 'the good one is acknowledged');
    await until(async () => (await depth(broker, deadLetterQueue)) === 1, 'the other is a dead letter');
  });

  it('starts a sync again within the second that Temporal wants between two starts', async () => {
    const [invoiceId] = await issue(1);
    const bridge = start(10);
    await publish([invoiceId!]);
    await until(() => acked(bridge) === 1, 'the first run is there');
    const first = await runOf(invoiceId!);
    await temporal.client.workflow.getHandle(syncInvoiceId(invoiceId!)).terminate('ended at once');
    // The embedded server does not insist on the second; one with the default settings answers like this.
    refuseStarts = 1;
    await publish([invoiceId!]);
    await until(() => acked(bridge) === 2, 'the second is there');
    assert.equal(refuseStarts, 0, 'Temporal refused at first');
    assert.notEqual(await runOf(invoiceId!), first);
    assert.equal(bridge.status().normal.counters.requeued, 0);
    assert.equal(await depth(broker, deadLetterQueue), 0);
  });

  it('never has more syncs open than there are slots, with two bridges', async () => {
    const slots = 5;
    const invoices = await issue(24);
    await publish(invoices);
    const both = [start(slots), start(slots)];
    let most = 0;
    await until(
      async () => {
        const open = await inState('syncing');
        most = Math.max(most, open.length);
        if (open[0] !== undefined) await setSync(open[0], 'synced');
        return both.reduce((sum, bridge) => sum + acked(bridge), 0) === invoices.length;
      },
      'all are acknowledged',
      50_000,
    );
    // One of the five is kept for high priority.
    assert.equal(most, 4);
    for (const invoiceId of invoices) assert.notEqual(await runOf(invoiceId), undefined);
  });
});
