import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { adoptRemote } from '../../../src/billing/adopt-remote.ts';
import { answerSync } from '../../../src/billing/answer-sync.ts';
import { issueInvoices } from '../../../src/billing/issue-invoices.ts';
import { readOutgoingCustomer } from '../../../src/store/customer-mappings.ts';
import { issueDrafts } from '../../../src/store/invoice-issue.ts';
import { beginPause, readOpenPauses } from '../../../src/store/pauses.ts';
import { readSyncState } from '../../../src/store/sync.ts';
import { usd, useTarget } from '../../targets/support.ts';
import { openEvents } from '../events.ts';
import { adopt, begin, dependenciesOf, makeCopy, remoteIdsOf } from './support.ts';

/**
 * What an adoption takes over, piece by piece: the books forget what they knew of Stripe, as a backup does that was taken
 * before it was learned.
 */
describe('An adoption', function () {
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
  /** A sweep finds what the books have forgotten, where they have forgotten anything. */
  async function restore(): Promise<void> {
    await openEvents(target.database, target.simulator).sweepPages(null, 100);
    await beginPause(target.database, { kind: 'restore', reason: 'An unknown key.', begunBy: 'test' });
  }
  const state = async (invoiceId: string) => {
    const { rows } = await target.database.query(
      'SELECT lifecycle, sync, payment FROM invoice_states WHERE invoice_id = $1',
      [invoiceId],
    );
    return rows[0];
  };
  async function synced() {
    const invoice = await target.issue({ amountsMinor: usd(2) });
    await target.bring(invoice.id);
    return { ...invoice, remote: await remoteIdsOf(target.database, invoice.id) };
  }
  /** The books know of no mapping, no request and no sync any more. */
  async function forget({ id, customerId }: { id: string; customerId: string }) {
    await target.database.query('DELETE FROM invoice_mappings WHERE invoice_id = $1', [id]);
    await target.database.query('DELETE FROM customer_mappings WHERE customer_id = $1', [customerId]);
    await target.database.query('DELETE FROM stored_requests WHERE subject_id IN ($1, $2)', [id, customerId]);
    await target.database.query(`UPDATE invoice_states SET sync = 'pending' WHERE invoice_id = $1`, [id]);
  }

  it('maps what the books have issued, and lets its sync see that nothing is to be done', async () => {
    const invoice = await synced();
    await forget(invoice);
    await restore();
    const counts = await adopt(books);
    assert.deepEqual([counts['adoptedInvoices'], counts['adoptedCustomers'], counts['adoptedVoids']], [1, 1, 0]);
    assert.deepEqual(await remoteIdsOf(target.database, invoice.id), invoice.remote);
    assert.deepEqual(await readOpenPauses(target.database), []);
    const { rows } = await target.database.query(
      `SELECT end_reason FROM pauses WHERE ended_by LIKE 'reconciliation %'`,
    );
    assert.match(String(rows[0]?.['end_reason']), /1 invoices and 1 customers mapped, 0 voided/);

    const since = await target.lastEntry();
    await target.bring(invoice.id);
    assert.deepEqual(
      (await target.journal(since)).filter(({ method }) => method !== 'GET').map(({ operation }) => operation),
      [],
    );
    assert.equal((await state(invoice.id))?.['sync'], 'synced');
  });

  it('takes voids first: void there is void here, unless another copy is alive', async () => {
    const [voided, remade] = [await synced(), await synced()];
    for (const { remote } of [voided, remade]) await target.stripe.invoices.voidInvoice(remote.invoice);
    const copy = { customer: remade.remote.customer, amounts: [100, 101], number: 'SAMPLE-000900', isOurs: false };
    const alive = await makeCopy(books, target.stripe, remade, copy);
    await forget(voided);
    await forget(remade);
    await restore();
    assert.equal((await adopt(books))['adoptedVoids'], 1);
    assert.deepEqual(await state(voided.id), { lifecycle: 'void', sync: 'synced', payment: 'none' });
    assert.deepEqual(
      [(await state(remade.id))?.['lifecycle'], (await remoteIdsOf(target.database, remade.id)).invoice],
      ['issued', alive],
    );
  });

  it('moves numbers past the highest at Stripe, and gives an invoice that is made again the number that it has there', async () => {
    const lost = await synced();
    await target.database.query('UPDATE number_series SET next_number = 1');
    await restore();
    await adopt(books);
    // The copy of the test before has number 900, so this invoice was given 901, the highest of its series.
    assert.equal(lost.number, 'SAMPLE-000901');
    const series = await target.database.query<{ clockId: string; next: bigint }>(
      `SELECT n.clock_id AS "clockId", n.next_number AS next FROM number_series n JOIN clocks c ON c.id = n.clock_id
       WHERE c.name = 'sample'`,
    );
    assert.equal(series.rows[0]?.next, 902n);

    const [again, fresh] = [randomUUID(), randomUUID()];
    await draftAs(lost.id, again, '2012-11-01');
    await draftAs(lost.id, fresh, '2012-10-01');
    await target.database.query(
      `UPDATE remote_invoices SET invoice_id = $1, number = 'SAMPLE-000500' WHERE remote_id = $2`,
      [again, lost.remote.invoice],
    );
    await target.database.transaction((sql) => issueDrafts(sql, series.rows[0]!.clockId, [fresh, again]));
    const { rows } = await target.database.query('SELECT id, number FROM invoices WHERE id = ANY ($1)', [
      [again, fresh],
    ]);
    const numberOf = (id: string) => rows.find((row) => row['id'] === id)?.['number'];
    assert.deepEqual([numberOf(again), numberOf(fresh)], ['SAMPLE-000500', 'SAMPLE-000902']);
  });

  /** A draft like an invoice, for another month. */
  async function draftAs(likeId: string, id: string, month: string): Promise<void> {
    await target.database.transaction(async (sql) => {
      await sql.query(
        `INSERT INTO invoices SELECT (jsonb_populate_record(NULL::invoices, to_jsonb(i) || jsonb_build_object('id', $2::uuid,
           'period_start_at', $3::date, 'period_end_at', $3::date + 28, 'number', NULL, 'issued_at', NULL,
           'total_minor', 0, 'subtotal_minor', 0, 'line_count', 0))).* FROM invoices i WHERE i.id = $1`,
        [likeId, id, month],
      );
      await sql.query(
        `INSERT INTO invoice_states (invoice_id, customer_id, currency, billing_group, period_start_at, period_end_at, purpose)
         SELECT id, customer_id, currency, billing_group, period_start_at, period_end_at, purpose FROM invoices WHERE id = $1`,
        [id],
      );
    });
  }

  it('holds a draft whose copy was deleted there, until a person releases it', async () => {
    const like = await synced();
    const draftId = randomUUID();
    await draftAs(like.id, draftId, '2012-09-01');
    await target.database.query(
      `INSERT INTO stripe_events (account_id, event_id, type, object_kind, named_invoice_id, source, created_at, due_at)
       SELECT account_id, 'evt_deleted', 'invoice.deleted', 'invoice', $1, 'sweep', now(), now() FROM target_accounts`,
      [draftId],
    );
    const { rows } = await target.database.query<{ clockId: string }>(
      'SELECT clock_id AS "clockId" FROM invoices WHERE id = $1',
      [draftId],
    );
    const scan = { id: randomUUID(), clockId: rows[0]!.clockId, cutoffAt: new Date('2100-01-01T00:00:00Z') };
    const issue = async () => {
      const page = { after: '00000000-0000-0000-0000-000000000000', limit: 100 };
      const bounds = { totalAboveMinor: new Map(), jumpFactor: 0, jumpAboveMinor: new Map() };
      const checks = { limits: { ...bounds, maxLines: 10, holdsUnpriced: true }, onHeld: async () => {} };
      return await (await issueInvoices(target.database, scan, page, checks)).done;
    };
    assert.equal((await issue()).held, 1);
    const held = await readSyncState(target.database, draftId);
    assert.deepEqual([held?.lifecycle, held?.failureCode], ['held', 'invoice-deleted-at-stripe']);
    const answer = { invoiceId: draftId, decisionId: randomUUID(), actor: 'ada', reason: 'It is to be billed.' };
    await answerSync(target.database, { ...answer, kind: 'release', parkingNumber: held!.parkingNumber });
    assert.equal((await issue()).held, 0);
    // It has no lines, so there is nothing to pay, and nothing to send.
    assert.equal((await readSyncState(target.database, draftId))?.lifecycle, 'skipped');
  });

  it('tells of a customer which copy is there already', async () => {
    const invoice = await synced();
    await forget(invoice);
    const known = async () => (await readOutgoingCustomer(target.database, invoice.customerId))?.knownRemoteId;
    assert.equal(await known(), null);
    await restore();
    await adopt(books);
    assert.equal(await known(), invoice.remote.customer);
  });

  it('does not end a pause that was begun after its listing', async () => {
    await restore();
    const id = await begin(books, { kind: 'adoption' });
    await target.database.query(`UPDATE pauses SET begun_at = now() + interval '1 second' WHERE ended_at IS NULL`);
    await adoptRemote(dependenciesOf(books), id);
    assert.equal((await readOpenPauses(target.database)).length, 1);
  });
});
