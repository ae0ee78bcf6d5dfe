import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { beginRecorded, nightlyWindow } from '../../../src/billing/begin-reconciliation.ts';
import { beginPause, endPause } from '../../../src/store/pauses.ts';
import { listDifferences } from '../../../src/store/reconciliation-views.ts';
import { beginReconciliation, finishReconciliation, recordReconciliation } from '../../../src/store/reconciliations.ts';
import { usd, useTarget } from '../../targets/support.ts';
import { begin, compare, evidenceOf, kindsOf, reconcile, remoteIdsOf, takeAll } from './support.ts';

/** What becomes of a difference from night to night, and what a reconciliation looks at and leaves alone. */
describe('The life of a difference', function () {
  this.timeout(30_000);
  const target = useTarget();
  const books = {
    get database() {
      return target.database;
    },
    get simulator() {
      return target.simulator;
    },
  };

  async function synced() {
    const invoice = await target.issue({ amountsMinor: usd(2) });
    await target.bring(invoice.id);
    return { ...invoice, ...(await remoteIdsOf(target.database, invoice.id)) };
  }

  /** As the sync that was told to look leaves it when it has learned nothing. */
  const atRest = (id: string) =>
    target.database.query(
      `UPDATE invoice_states SET sync = 'synced', touched_at = now() WHERE invoice_id = $1 AND sync = 'pending'`,
      [id],
    );
  const rowsOf = async (invoiceId: string) => {
    const { rows } = await target.database.query(
      `SELECT kind, action, state, closed_at IS NULL AS "isOpen" FROM reconciliation_differences
       WHERE invoice_id = $1 ORDER BY opened_at`,
      [invoiceId],
    );
    return rows;
  };

  it('is one row however often it is found, and is closed when it is found no more', async () => {
    const { id, invoice } = await synced();
    await target.stripe.invoices.update(invoice, { auto_advance: true });
    const first = await reconcile(books);
    const second = await reconcile(books);
    const ids = [first, second].map(({ differences }) => differences.find((one) => one.invoiceId === id)?.id);
    assert.equal(ids[0], ids[1]);
    await target.stripe.invoices.update(invoice, { auto_advance: false });
    const third = await reconcile(books);
    assert.deepEqual([third.found['auto_advance'], third.found['healed']], [undefined, 1]);
    assert.deepEqual(await rowsOf(id), [{ kind: 'auto_advance', action: 'alert', state: 'closed', isOpen: false }]);
    await target.stripe.invoices.update(invoice, { auto_advance: true });
    await reconcile(books);
    assert.equal((await rowsOf(id)).length, 2, 'what comes back is a new one');
    await target.stripe.invoices.update(invoice, { auto_advance: false });
  });

  it('is repaired when the sync has learned what Stripe says', async () => {
    const { id, invoice } = await synced();
    await target.stripe.invoices.pay(invoice, { paid_out_of_band: true });
    await reconcile(books);
    await reconcile(books);
    assert.deepEqual(
      await rowsOf(id),
      [{ kind: 'status', action: 'repair', state: 'repairing', isOpen: true }],
      'a sync that is still to look is left in peace',
    );
    await atRest(id);
    await target.database.query(
      `UPDATE invoice_states SET payment = 'paid', amount_paid_minor = 201 WHERE invoice_id = $1`,
      [id],
    );
    await reconcile(books);
    assert.deepEqual(await rowsOf(id), [{ kind: 'status', action: 'repair', state: 'repaired', isOpen: false }]);
  });

  it('waits for a person when the sync has looked and nothing is better', async () => {
    const { id, invoice } = await synced();
    await target.stripe.invoices.voidInvoice(invoice);
    await reconcile(books);
    await atRest(id);
    for (const _night of [2, 3]) {
      await reconcile(books);
      assert.deepEqual(await rowsOf(id), [{ kind: 'status', action: 'alert', state: 'alerted', isOpen: true }]);
    }
  });

  it('is looked for only in what was at rest before the listing began', async () => {
    const [moving, lost] = [await synced(), await synced()];
    const run = await begin(books);
    await target.stripe.invoices.pay(moving.invoice, { paid_out_of_band: true });
    // A webhook tells of the payment, or a sync begins, while the list is read.
    await target.database.query('UPDATE invoice_states SET touched_at = now() WHERE invoice_id = $1', [moving.id]);
    const fresh = await target.issue({ amountsMinor: usd(1) });
    await target.bring(fresh.id);
    await takeAll(books, run);
    await target.database.query('DELETE FROM invoice_mappings WHERE invoice_id = $1', [lost.id]);
    await target.database.query('UPDATE invoice_states SET touched_at = now() WHERE invoice_id = $1', [lost.id]);
    await compare(books, run);
    const found = await listDifferences(target.database, { runId: run }, { after: undefined, limit: 200 });
    for (const { id } of [moving, fresh, lost]) assert.deepEqual(kindsOf(found, id), [], id);
    await target.database.query(`UPDATE invoice_states SET sync = 'none', lifecycle = 'void' WHERE invoice_id = $1`, [
      lost.id,
    ]);
  });

  it('is found in an old invoice that may still change, and in one that a person named by no window', async () => {
    const { id, invoice } = await synced();
    const longAgo = `now() - interval '90 days'`;
    await target.database.query(`UPDATE invoice_mappings SET created_at = ${longAgo} WHERE invoice_id = $1`, [id]);
    await target.stripe.invoices.voidInvoice(invoice);
    const tomorrow = new Date(Date.now() + 86_400_000);
    // Nothing is as young as tomorrow: the list is empty, and what may still change is read one by one.
    const onDemand = await reconcile(books, { kind: 'on-demand', fromAt: tomorrow });
    assert.deepEqual(kindsOf(onDemand.differences, id), []);
    const nightly = await reconcile(books, { fromAt: tomorrow });
    const [found] = evidenceOf(nightly.differences, 'status', id);
    assert.deepEqual([found?.remoteId, found?.theirs['status']], [invoice, 'void']);
  });

  it('is looked for by one reconciliation at a time; one that is lost is taken over after an hour', async () => {
    const record = async () => {
      const id = randomUUID();
      const window = { fromAt: null, toAt: null };
      await recordReconciliation(target.database, { id, kind: 'nightly', askedBy: 'test', workflowId: id, ...window });
      return id;
    };
    const [one, other] = [await record(), await record()];
    const attempts = await Promise.allSettled([one, other].map((id) => beginReconciliation(target.database, id)));
    const begun = attempts.filter((attempt) => attempt.status === 'fulfilled' && attempt.value !== undefined);
    assert.equal(begun.length, 1);
    const open = await target.database.query<{ id: string }>(
      'SELECT id FROM reconciliations WHERE started_at IS NOT NULL AND finished_at IS NULL',
    );
    const winner = open.rows[0]!.id;
    const loser = winner === one ? other : one;
    assert.equal(await beginReconciliation(target.database, loser), undefined);
    assert.equal((await beginReconciliation(target.database, winner))?.id, winner, 'its own retry goes on');
    await target.database.query(`UPDATE reconciliations SET touched_at = now() - interval '61 minutes' WHERE id = $1`, [
      winner,
    ]);
    assert.equal((await beginReconciliation(target.database, loser))?.id, loser);
    await finishReconciliation(target.database, loser, {});
    const { rows } = await target.database.query('SELECT counts FROM reconciliations WHERE id = $1', [winner]);
    assert.deepEqual(rows, [{ counts: { lost: 1 } }]);
  });

  it('waits while a restore is to be adopted, and an adoption waits for a restore', async () => {
    const order = (kind: 'nightly' | 'adoption') => {
      const id = randomUUID();
      return beginRecorded(target.database, { id, kind, fromAt: null, toAt: null, askedBy: 'test', workflowId: id });
    };
    assert.equal((await order('adoption')).state, 'nothing');
    await beginPause(target.database, { kind: 'restore', reason: 'An event with an unknown key.', begunBy: 'test' });
    assert.equal((await order('nightly')).state, 'nothing');
    await endPause(target.database, { kind: 'restore', endedBy: 'test', reason: 'It was a test.' });
  });

  it('is looked for in 35 days, and on the 1st in everything', () => {
    // 25 November less 35 days: 25 days back to 31 October, ten more to the 21st.
    const nightly = nightlyWindow(new Date('2026-11-25T03:00:00Z'));
    assert.equal(nightly.fromAt?.toISOString(), '2026-10-21T03:00:00.000Z');
    assert.equal(nightlyWindow(new Date('2026-12-01T03:00:00Z')).fromAt, null);
  });
});
