import assert from 'node:assert/strict';
import { maxAttempts, pauseMs } from '../../src/billing/process-stripe-events.ts';
import { readAttention } from '../../src/store/attention.ts';
import { readRemoteRecords } from '../../src/store/remote-records.ts';
import { readEventBacklog, storeEvents } from '../../src/store/stripe-events.ts';
import type { EventSource, RemoteRecord } from '../../src/targets/events.ts';
import { TargetError } from '../../src/targets/port.ts';
import { openInvoice } from '../stripe-simulator/support.ts';
import { usd, useTarget } from '../targets/support.ts';
import { type Events, openEvents, readOutcomes } from './events.ts';

describe('events of Stripe', () => {
  const target = useTarget();
  let events: Events;
  before(() => {
    events = openEvents(target.database, target.simulator);
  });
  beforeEach(() => {
    events.woken.length = 0;
  });

  /** An invoice of ours that is open at Stripe, its own events taken up. */
  const bringOne = async () => {
    const invoice = await target.issue({ amountsMinor: usd(2) });
    await target.bring(invoice.id);
    await events.sweepAndProcess();
    events.woken.length = 0;
    const { rows } = await target.database.query<{ remoteId: string }>(
      'SELECT remote_id AS "remoteId" FROM invoice_mappings WHERE invoice_id = $1',
      [invoice.id],
    );
    return { ...invoice, remoteId: rows[0]!.remoteId };
  };
  const syncOf = async (id: string) => {
    const { rows } = await target.database.query<{ sync: string }>(
      'SELECT sync FROM invoice_states WHERE invoice_id = $1',
      [id],
    );
    return rows[0]?.sync;
  };
  const recordsOf = async (id: string) =>
    (await readRemoteRecords(target.database, id)).map(
      ({ kind, amountMinor, currency, status, code, isFinal }) =>
        `${kind} ${amountMinor} ${currency} ${status}${code === null ? '' : ` (${code})`}${isFinal ? ', final' : ''}`,
    );
  const auditOf = async (id: string) => {
    const { rows } = await target.database.query<{ line: string }>(
      `SELECT action || ' ' || (detail->>'status') AS line FROM audit_log
       WHERE subject_kind = 'invoice' AND subject_id = $1 AND actor = 'stripe-events' ORDER BY sequence`,
      [id],
    );
    return rows.map(({ line }) => line);
  };
  const intentOf = async (remoteId: string) => {
    const { data } = await target.stripe.invoicePayments.list({ invoice: remoteId });
    return String(data[0]?.payment.payment_intent);
  };

  it('that our own requests caused are echoes, and need no look', async () => {
    const invoice = await target.issue({ amountsMinor: usd(2) });
    await target.bring(invoice.id);
    const { counts } = await events.sweepAndProcess();
    // One customer was created; the invoice created and finalized.
    assert.deepEqual(counts, { echo: 3 });
    assert.deepEqual([events.woken, await syncOf(invoice.id)], [[], 'synced']);
  });

  it('have an invoice that was paid looked at once, whatever number of them tells of it', async () => {
    const { id, remoteId } = await bringOne();
    await target.stripe.invoices.pay(remoteId, { payment_method: 'pm_card_visa' });
    const { counts } = await events.sweepAndProcess();
    // invoice.paid and invoice_payment.paid.
    assert.deepEqual(counts, { looked: 2 });
    assert.deepEqual([events.woken, await syncOf(id)], [[id], 'pending']);
    assert.deepEqual(await events.sweepAndProcess(), { counts: {}, alerts: [], hasMore: false }, 'and never again');
  });

  it('keep a payment that failed with its reason, until it has come to its end', async () => {
    const { id, remoteId } = await bringOne();
    const pay = (method: string) => target.stripe.invoices.pay(remoteId, { payment_method: method });
    await assert.rejects(pay('pm_card_chargeCustomerFail'));
    await events.sweepAndProcess();
    // 1.00 + 1.01 USD.
    assert.deepEqual(await recordsOf(id), ['payment 201 USD requires_payment_method (generic_decline)']);
    assert.deepEqual(events.woken, [id]);
    await pay('pm_card_visa');
    await events.sweepAndProcess();
    assert.deepEqual(await recordsOf(id), ['payment 201 USD succeeded, final']);
    assert.deepEqual(await auditOf(id), ['payment-seen requires_payment_method', 'payment-seen succeeded']);
  });

  it('keep that a payment waits for its owner', async () => {
    const { id, remoteId } = await bringOne();
    await assert.rejects(target.stripe.invoices.pay(remoteId, { payment_method: 'pm_card_authenticationRequired' }));
    await events.sweepAndProcess();
    const [record = ''] = await recordsOf(id);
    assert.match(record, /^payment 201 USD requires_(action|payment_method) \(authentication_required\)$/);
  });

  it('keep refunds of an invoice, each once', async () => {
    const { id, remoteId } = await bringOne();
    await target.stripe.invoices.pay(remoteId, { payment_method: 'pm_card_visa' });
    const refund = { payment_intent: await intentOf(remoteId), amount: 50 };
    await target.stripe.refunds.create(refund);
    const { counts } = await events.sweepAndProcess();
    // invoice.paid, invoice_payment.paid, refund.created.
    assert.deepEqual([counts, events.woken], [{ looked: 3 }, [id]]);
    assert.deepEqual(await recordsOf(id), ['refund 50 USD succeeded, final']);
    assert.deepEqual(await auditOf(id), ['refund-seen succeeded']);
  });

  it('keep credit notes of an invoice, until they are void', async () => {
    const { id, remoteId } = await bringOne();
    const note = await target.stripe.creditNotes.create({ invoice: remoteId, amount: 20 });
    await events.sweepAndProcess();
    assert.deepEqual(await recordsOf(id), ['credit_note 20 USD issued']);
    await target.stripe.creditNotes.voidCreditNote(note.id);
    await events.sweepAndProcess();
    assert.deepEqual(await recordsOf(id), ['credit_note 20 USD void, final']);
    assert.deepEqual(await auditOf(id), ['credit-note-seen issued', 'credit-note-seen void']);
  });

  it('of an invoice that somebody else has made in the same account are not ours', async () => {
    const invoice = await openInvoice(target.stripe);
    await target.stripe.invoices.pay(invoice.id, { payment_method: 'pm_card_visa' });
    await target.stripe.refunds.create({ payment_intent: await intentOf(invoice.id), amount: 1 });
    const { counts, alerts } = await events.sweepAndProcess();
    // customer.created; invoice created, finalized, paid; invoice_payment.paid; refund.created.
    assert.deepEqual([counts, alerts, events.woken], [{ 'not ours': 6 }, [], []]);
  });

  it('find an invoice by the name that it carries before our own answer is stored', async () => {
    const { id } = await target.issue({ amountsMinor: usd(1) });
    await target.database.query(`UPDATE invoice_states SET sync = 'backing_off' WHERE invoice_id = $1`, [id]);
    const customer = await target.stripe.customers.create({ name: 'Blue Heron Air' });
    const mark = { durabill_invoice: id };
    const draft = await target.stripe.invoices.create({ customer: customer.id, currency: 'usd', metadata: mark });
    await target.stripe.invoices.addLines(draft.id, { lines: [{ amount: 100 }] });
    await target.stripe.invoices.finalizeInvoice(draft.id);
    await target.stripe.invoices.pay(draft.id, { payment_method: 'pm_card_visa' });
    await target.stripe.refunds.create({ payment_intent: await intentOf(draft.id), amount: 30 });
    await events.sweepAndProcess();
    assert.deepEqual(events.woken, [id]);
    assert.deepEqual(await recordsOf(id), ['refund 30 USD succeeded, final']);
    const { rows } = await target.database.query(
      `SELECT FROM invoice_states WHERE invoice_id = $1 AND sync = 'backing_off' AND want_changed_at IS NOT NULL`,
      [id],
    );
    assert.equal(rows.length, 1, 'its sync goes on as it was, and will look');
  });

  describe('of disputes', () => {
    const dispute = (status: string, stage: number, isFinal: boolean): RemoteRecord => ({
      ...{ remoteId: 'du_1', kind: 'dispute', amountMinor: 201n, currency: 'USD', code: 'fraudulent' },
      ...{ status, stage, isFinal },
    });

    it('alert, count as long as they are open, and never go back', async () => {
      const { id, remoteId } = await bringOne();
      let now = dispute('needs_response', 3, false);
      // The simulated Stripe has no banks.
      const source: EventSource = {
        ...events.source,
        read: async () => ({ remoteInvoiceIds: [remoteId], records: [now] }),
      };
      const tell = async (eventId: string) => {
        await storeEvents(target.database, 'webhook', [{ ...plain, eventId, type: 'charge.dispute.updated' }]);
        return (await events.process(source)).alerts;
      };
      const alert = (status: string) => ({
        code: 'dispute',
        detail: { invoiceId: id, dispute: 'du_1', status, reason: 'fraudulent' },
      });
      assert.deepEqual(await tell('evt_d1'), [alert('needs_response')]);
      assert.equal((await readAttention(target.database)).openDisputes, 1);
      assert.deepEqual(await tell('evt_d2'), [], 'nothing new');
      now = dispute('won', 5, true);
      assert.deepEqual(await tell('evt_d3'), [alert('won')]);
      now = dispute('under_review', 4, false);
      assert.deepEqual(await tell('evt_d4'), [], 'a reading that is late');
      assert.deepEqual(await recordsOf(id), ['dispute 201 USD won (fraudulent), final']);
      assert.equal((await readAttention(target.database)).openDisputes, 0);
      await assert.rejects(
        target.database.query(`UPDATE remote_records SET stage = 0 WHERE remote_id = 'du_1'`),
        /cannot go from won back/,
      );
      await assert.rejects(target.database.query('DELETE FROM remote_records'), /refused/);
    });
  });

  const plain = {
    eventId: '',
    type: 'refund.created',
    createdAt: new Date('2013-01-01T12:00:00Z'),
    livemode: false,
    accountId: null,
    objectKind: 'refund',
    objectId: 're_1',
    remoteInvoiceId: null,
    namedInvoiceId: null,
    idempotencyKey: null,
    isHandled: true,
  };

  it('that fail are put off by themselves, and parked after three days', async () => {
    // 1, 2, 4 … 512 min are 1,023 min; five pauses of 12 h are 3,600 min: 77 h 3 min from the first to the last.
    const pauses = Array.from({ length: maxAttempts }, (_, index) => pauseMs(index + 1));
    assert.equal(pauses.at(-1), null);
    assert.equal(
      pauses.reduce<number>((sum, pause) => sum + (pause ?? 0), 0),
      (77 * 60 + 3) * 60_000,
    );
    const { id, remoteId } = await bringOne();
    const broken: EventSource = {
      ...events.source,
      async read({ id: objectId }) {
        if (objectId === 're_bad') throw new TargetError('retry', 'connection', 'No answer.');
        return { remoteInvoiceIds: [remoteId], records: [] };
      },
    };
    await storeEvents(target.database, 'webhook', [
      { ...plain, eventId: 'evt_bad', objectId: 're_bad' },
      { ...plain, eventId: 'evt_good', objectId: 're_good' },
    ]);
    assert.deepEqual((await events.process(broken)).counts, { failed: 1, looked: 1 });
    assert.deepEqual(events.woken, [id]);
    assert.deepEqual((await events.process(broken)).counts, {}, 'it is not due yet');
    assert.equal((await readEventBacklog(target.database)).unprocessed, 1);
    for (let attempt = 2; attempt <= maxAttempts; attempt += 1) {
      await target.database.query(`UPDATE stripe_events SET due_at = now() WHERE event_id = 'evt_bad'`);
      const { counts, alerts } = await events.process(broken);
      assert.deepEqual(counts, attempt < maxAttempts ? { failed: 1 } : { parked: 1 });
      assert.equal(alerts.length, attempt < maxAttempts ? 0 : 1);
    }
    const { rows } = await target.database.query(
      `SELECT attempts, failure FROM stripe_events WHERE event_id = 'evt_bad' AND outcome = 'parked'`,
    );
    assert.deepEqual(rows, [{ attempts: maxAttempts, failure: 'connection: No answer.' }]);
    assert.equal((await readAttention(target.database)).parkedStripeEvents, 1);
    await storeEvents(target.database, 'sweep', [{ ...plain, eventId: 'evt_bad', objectId: 're_bad' }]);
    assert.deepEqual((await events.process(broken)).counts, {}, 'one that is told of again stays parked');
  });

  it('wait while Stripe is away, without a try for each', async () => {
    let reads = 0;
    const away: EventSource = {
      ...events.source,
      async read() {
        reads += 1;
        throw new TargetError('retry', 'connection', 'No answer.', { isOutage: true });
      },
    };
    const some = ['evt_o1', 'evt_o2', 'evt_o3'].map((eventId) => ({ ...plain, eventId, objectId: eventId }));
    await storeEvents(target.database, 'webhook', some);
    assert.deepEqual((await events.process(away)).counts, { failed: 1 });
    assert.equal(reads, 1);
    const { data } = await target.stripe.refunds.list({ limit: 1 });
    const back: EventSource = { ...events.source, read: ({ kind }) => events.source.read({ kind, id: data[0]!.id }) };
    assert.deepEqual((await events.process(back)).counts, { looked: 2 });
  });

  it('of the other mode or another account are kept with the reason, and left alone', async () => {
    const stored = await storeEvents(target.database, 'webhook', [
      { ...plain, eventId: 'evt_live', livemode: true },
      { ...plain, eventId: 'evt_other', accountId: 'acct_other' },
      { ...plain, eventId: 'evt_odd', type: 'moon.risen', isHandled: false },
    ]);
    assert.deepEqual([stored?.stored, stored?.due], [3, 0]);
    const { rows } = await target.database.query(
      `SELECT event_id AS id, outcome, failure FROM stripe_events
       WHERE event_id IN ('evt_live', 'evt_other', 'evt_odd') ORDER BY 1`,
    );
    const accountId = await events.account.accountId();
    assert.deepEqual(rows, [
      {
        id: 'evt_live',
        outcome: 'other mode',
        failure: 'The event is of live mode, the database is bound to test mode.',
      },
      { id: 'evt_odd', outcome: 'ignored', failure: null },
      {
        id: 'evt_other',
        outcome: 'other account',
        failure: `The event is of acct_other, the database is bound to ${accountId}.`,
      },
    ]);
  });

  it('hold no personal data', async () => {
    await bringOne();
    const { rows } = await target.database.query<{ row: string }>('SELECT e::text AS row FROM stripe_events e');
    assert.ok(rows.length > 0);
    for (const { row } of rows) assert.doesNotMatch(row, /Heron|@|Line 1/);
    assert.ok((await readOutcomes(target.database)).length === rows.length);
  });
});
