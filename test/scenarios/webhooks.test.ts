import assert from 'node:assert/strict';
import { createWakeSyncs } from '../../activities/wake-syncs.ts';
import { storeEvents } from '../../src/store/stripe-events.ts';
import { type WebhookFaultKind, webhookFaultKinds } from '../../src/stripe-simulator/webhooks/faults.ts';
import { useOf, webhookTypes } from '../../src/targets/stripe/event-types.ts';
import { toRemoteEvent } from '../../src/targets/stripe/events.ts';
import { scheduleIds } from '../../workflows/contract/ids.ts';
import { until } from '../broker/support.ts';
import { deliveriesOf, settled, setWebhookFaults } from '../stripe-simulator/receiver.ts';
import { clientOf } from '../stripe-simulator/support.ts';
import { openBooks } from '../support/books.ts';
import { openWorld, type World } from '../support/world.ts';
import { issueInvoice, usd } from '../targets/support.ts';

const limitMs = 60_000;

/**
 * Customers pay at Stripe, one invoice after the other, and each time something else goes wrong with the delivery of
 * `invoice.paid`. Whatever it is, the event is stored once, and the invoice looked at.
 */
describe('Webhooks, with everything that can go wrong on their way', function () {
  this.timeout(180_000);
  let world: World;
  const invoices: { id: string; remoteId: string }[] = [];

  before(async () => {
    world = await openWorld();
    await openBooks(world.database);
    const endpoint = await clientOf(world.simulator).webhookEndpoints.create({
      url: `http://127.0.0.1:${world.env['DURABILL_API_PORT']}/v1/webhooks/stripe`,
      enabled_events: [...webhookTypes],
    });
    world.env['STRIPE_WEBHOOK_SECRET'] = endpoint.secret ?? '';
    const ids: string[] = [];
    for (let count = 0; count < webhookFaultKinds.length + 3; count += 1) {
      ids.push((await issueInvoice(world.database, { amountsMinor: usd(2) })).id);
    }
    await Promise.all([world.start('worker'), world.start('api')]);
    await createWakeSyncs(world.temporal.client, world.database)(ids);
    for (const id of ids) invoices.push({ id, remoteId: await synced(id) });
  });
  after(() => world.close());
  afterEach(() => world.control('DELETE', '/webhook-faults'));

  async function synced(id: string): Promise<string> {
    const read = async () =>
      (
        await world.database.query<{ remoteId: string }>(
          `SELECT m.remote_id AS "remoteId" FROM invoice_mappings m JOIN invoice_states s USING (invoice_id)
           WHERE invoice_id = $1 AND s.sync = 'synced'`,
          [id],
        )
      ).rows[0]?.remoteId;
    await until(async () => (await read()) !== undefined, `${id} is synced`, limitMs);
    return (await read())!;
  }

  const next = () => {
    const invoice = invoices.shift();
    assert.ok(invoice, 'There is an invoice for each fault.');
    return invoice;
  };
  const pay = (remoteId: string) =>
    clientOf(world.simulator).invoices.pay(remoteId, { payment_method: 'pm_card_visa' });
  const sweep = () => world.temporal.client.schedule.getHandle(scheduleIds.stripeEventSweep).trigger();
  /** How `invoice.paid` of an invoice is stored. */
  const eventsOf = async (remoteId: string) => {
    const { rows } = await world.database.query<{ source: string; outcome: string | null }>(
      `SELECT source, outcome FROM stripe_events WHERE remote_invoice_id = $1 AND type = 'invoice.paid'`,
      [remoteId],
    );
    return rows;
  };
  /** The event has led to a look, and the look has come to its end. */
  async function looked({ id, remoteId }: { id: string; remoteId: string }): Promise<void> {
    const isLooked = async () => {
      const { rows } = await world.database.query(
        `SELECT FROM invoice_states WHERE invoice_id = $1 AND sync = 'synced' AND want_changed_at IS NOT NULL`,
        [id],
      );
      return rows.length === 1 && (await eventsOf(remoteId)).every(({ outcome }) => outcome === 'looked');
    };
    await until(async () => (await eventsOf(remoteId)).length > 0, `${remoteId} is told of`, limitMs);
    await until(isLooked, `${remoteId} is looked at`, limitMs);
    assert.equal((await eventsOf(remoteId)).length, 1, 'stored once');
  }

  it('bring a payment in a calm hour, without the sweep', async () => {
    const invoice = next();
    await pay(invoice.remoteId);
    await looked(invoice);
    assert.deepEqual(await eventsOf(invoice.remoteId), [{ source: 'webhook', outcome: 'looked' }]);
  });

  const thereafter: Record<WebhookFaultKind, () => Promise<unknown>> = {
    duplicate: () => settled(world.simulator),
    // It is held until another one has been delivered.
    swap: async () => {
      const other = next();
      await pay(other.remoteId);
      await looked(other);
    },
    late: () => settled(world.simulator),
    // Nobody tells of it, but the list of events has it.
    drop: sweep,
    stale: () => settled(world.simulator),
    forged: () => settled(world.simulator),
  };
  for (const kind of webhookFaultKinds) {
    it(`end the same when one is ${kind}`, async () => {
      const invoice = next();
      const rule = { kind, type: 'invoice.paid', times: 1, ...(kind === 'late' && { delayMs: 500 }) };
      await setWebhookFaults(world.simulator, rule);
      await pay(invoice.remoteId);
      await thereafter[kind]();
      await looked(invoice);
      const delivery = (await deliveriesOf(world.simulator)).find(
        ({ type, fault }) => type === 'invoice.paid' && fault?.kind === kind,
      );
      assert.ok(delivery, `one was ${kind}`);
      const statuses = delivery.attempts.map(({ copy, status }) => `${copy ?? 'itself'} ${status}`);
      const expected: Partial<Record<WebhookFaultKind, string[]>> = {
        duplicate: ['itself 200', 'duplicate 200'],
        forged: ['forged 400', 'itself 200'],
        drop: [],
      };
      assert.deepEqual(statuses, expected[kind] ?? ['itself 200']);
      if (kind === 'drop') {
        assert.deepEqual(await eventsOf(invoice.remoteId), [{ source: 'sweep', outcome: 'looked' }]);
      }
    });
  }

  it('are taken up by the Schedule when nobody was told that one was stored', async () => {
    const invoice = next();
    await setWebhookFaults(world.simulator, { kind: 'drop' });
    await pay(invoice.remoteId);
    const stripe = clientOf(world.simulator);
    const { data } = await stripe.events.list({ type: 'invoice.paid', limit: 1 });
    const event = toRemoteEvent(data[0]!);
    await storeEvents(world.database, 'webhook', [{ ...event, isHandled: useOf(event.type) !== null }]);
    await sweep();
    await looked(invoice);
    assert.deepEqual(await eventsOf(invoice.remoteId), [{ source: 'webhook', outcome: 'looked' }]);
  });

  it('have left nothing that waits, and nothing that pauses', async () => {
    const { rows } = await world.database.query(
      `SELECT (SELECT count(*)::int FROM stripe_events WHERE outcome = 'parked' OR attempts > 1) AS failed,
              (SELECT count(*)::int FROM pauses) AS pauses,
              (SELECT count(*)::int FROM event_sweeps) AS sweeps`,
    );
    assert.deepEqual(rows, [{ failed: 0, pauses: 0, sweeps: 1 }]);
  });
});
