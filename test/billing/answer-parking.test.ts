import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { answerSync, type SyncAnswer } from '../../src/billing/answer-sync.ts';
import { parkInvoice } from '../../src/billing/park-invoice.ts';
import { isDurabillError } from '../../src/errors/error.ts';
import { readSyncState } from '../../src/store/sync.ts';
import { useTestDatabase } from '../support/database.ts';
import { issuedInvoices } from './business.ts';

describe('An invoice that waits for a person', () => {
  const books = useTestDatabase();
  let invoices: string[] = [];
  let invoiceId = '';

  before(async () => {
    invoices = await issuedInvoices(books.database, 12);
  });
  beforeEach(() => {
    invoiceId = invoices.pop()!;
  });

  const park = (code = 'card-country') =>
    parkInvoice(books.database, { invoiceId, code, reason: 'Stripe refused it.' });
  const answer = (change: Partial<SyncAnswer> = {}) => {
    const given: SyncAnswer = {
      invoiceId,
      kind: 'retry',
      decisionId: randomUUID(),
      parkingNumber: 1,
      actor: 'Ada',
      reason: 'Address is right now.',
    };
    return answerSync(books.database, { ...given, ...change });
  };
  const state = async () => {
    const { sync, parkingNumber, failureCode } = (await readSyncState(books.database, invoiceId))!;
    return { sync, parkingNumber, failureCode };
  };
  const isStale = (error: unknown) => isDurabillError(error, 'answer-stale');
  const decisions = async () =>
    (
      await books.database.query(`SELECT actor, parking_number AS number FROM decisions WHERE invoice_id = $1`, [
        invoiceId,
      ])
    ).rows;
  const told = async () => {
    const { rows } = await books.database.query<{ told: string }>(
      `SELECT actor || ': ' || action AS told FROM audit_log WHERE subject_id = $1 AND sequence > 2 ORDER BY sequence`,
      [invoiceId],
    );
    return rows.map((row) => row.told);
  };

  it('is parked once however often it is told, and counts its parkings', async () => {
    assert.deepEqual(await Promise.all([park(), park(), park()]), [1, 1, 1]);
    assert.deepEqual(await state(), { sync: 'parked', parkingNumber: 1, failureCode: 'card-country' });
    await answer();
    assert.equal(await park('other'), 2);
    assert.deepEqual(await state(), { sync: 'parked', parkingNumber: 2, failureCode: 'other' });
    assert.deepEqual(await told(), ['sync: parked', 'Ada: retry', 'sync: parked']);
  });

  it('keeps the reason of a hold when the attempt that was under way fails, until it is released', async () => {
    await answer({ kind: 'hold', parkingNumber: null });
    assert.deepEqual(await state(), { sync: 'parked', parkingNumber: 1, failureCode: 'held' });
    assert.equal(await park('permission'), 1, 'the attempt fails for good');
    assert.deepEqual(await state(), { sync: 'parked', parkingNumber: 1, failureCode: 'held' });
    await assert.rejects(answer(), /It is held, not failed/);
    assert.equal(await answer({ kind: 'release' }), 'accepted');
    assert.equal(await park('permission'), 2);
    assert.deepEqual(await state(), { sync: 'parked', parkingNumber: 2, failureCode: 'permission' });
    assert.deepEqual(await told(), ['Ada: hold', 'Ada: release', 'sync: parked']);
  });

  it('is taken up again by an answer', async () => {
    await park();
    assert.equal(await answer(), 'accepted');
    assert.equal((await state()).sync, 'backing_off');
    assert.deepEqual(await decisions(), [{ actor: 'Ada', number: 1 }]);
  });

  it('takes the same decision once, however often it is sent and whatever has happened since', async () => {
    await park();
    const decisionId = randomUUID();
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => answer({ decisionId })));
    assert.deepEqual(outcomes.sort(), ['accepted', ...Array(4).fill('already accepted')]);
    await park();
    assert.equal(await answer({ decisionId }), 'already accepted');
    assert.deepEqual(await state(), { sync: 'parked', parkingNumber: 2, failureCode: 'card-country' });
  });

  it('refuses an answer to a parking that is over, and remembers nothing of it', async () => {
    await park();
    await answer();
    await park();
    await assert.rejects(answer({ parkingNumber: 1 }), (error: unknown) => {
      assert.ok(isStale(error), 'isStale(error)');
      assert.match(String(error), /is for parking 1, the invoice is parked under 2/);
      return true;
    });
    const decisionId = randomUUID();
    await assert.rejects(answer({ decisionId, parkingNumber: 3 }), isStale);
    assert.equal((await decisions()).length, 1);
    assert.equal(await answer({ decisionId, parkingNumber: 2 }), 'accepted', 'the id was not used up');
  });

  it('refuses an answer when it is not parked at all', async () => {
    await assert.rejects(answer(), /the invoice is not parked/);
    await books.database.query(`UPDATE invoice_states SET sync = 'synced' WHERE invoice_id = $1`, [invoiceId]);
    await assert.rejects(answer(), isStale);
    assert.equal(await park(), undefined, 'what is synced is not parked');
  });

  it('takes one of two people who answer at once', async () => {
    await park();
    const outcomes = await Promise.allSettled([answer({ actor: 'Ada' }), answer({ actor: 'Grace' })]);
    const accepted = outcomes.filter((outcome) => outcome.status === 'fulfilled');
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    assert.deepEqual([accepted.length, refused.length], [1, 1]);
    assert.ok(isStale(refused[0]!.reason), 'isStale(refused[0]!.reason)');
    assert.equal((await decisions()).length, 1);
    assert.equal((await told()).length, 2);
  });

  it('does not take a decision that was made for another invoice as its own', async () => {
    const decisionId = randomUUID();
    await park();
    await answer({ decisionId });
    invoiceId = invoices.pop()!;
    await park();
    await assert.rejects(answer({ decisionId }), isStale);
    assert.equal((await state()).sync, 'parked');
  });
});
