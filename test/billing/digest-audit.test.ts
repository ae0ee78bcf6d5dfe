import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { digestAudit } from '../../src/billing/digest-audit.ts';
import { holds, verifyAudit } from '../../src/billing/verify-audit.ts';
import { readAttention } from '../../src/store/attention.ts';
import { appendAudit } from '../../src/store/audit.ts';
import { useTestDatabase } from '../support/database.ts';
import { tamper } from '../support/tamper.ts';

const dayMs = 24 * 60 * 60 * 1_000;

describe('digestAudit', () => {
  const books = useTestDatabase();
  // Links carry the machine's time, so the nights are those to come. In the story today is day 0.
  const midnight = Math.ceil(Date.now() / dayMs) * dayMs;
  const night = (day: number, hour = 2) => new Date(midnight + day * dayMs + hour * 60 * 60 * 1_000);
  const [first, second] = [randomUUID(), randomUUID()];
  const tell = (subjectId: string, action: string) =>
    appendAudit(books.database, [{ subjectKind: 'invoice', subjectId, actor: 'test', action, detail: {} }]);

  it('is over the last link of each chain, by subject, and can be computed by anyone', async () => {
    await tell(first, 'one');
    await tell(first, 'two');
    await tell(second, 'one');
    const taken = await digestAudit(books.database, night(0));
    assert.deepEqual(taken.untilAt, new Date(midnight));
    assert.deepEqual([taken.chains, taken.links, taken.previousHolds, taken.isNew], [2n, 3n, null, true]);

    const { rows } = await books.database.query<{ id: string; sequence: number; hash: string }>(
      `SELECT subject_id AS id, sequence, encode(hash, 'hex') AS hash FROM audit_log WHERE (subject_id, sequence) IN (($1, 2), ($2, 1))`,
      [first, second],
    );
    const digest = rows
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .reduce((before, { id, sequence, hash }) => {
        return createHash('sha256').update(before).update(`["invoice", "${id}", ${sequence}, "${hash}"]`).digest();
      }, Buffer.alloc(0));
    const stored = await books.database.query('SELECT heads_digest FROM audit_digests');
    assert.deepEqual(stored.rows, [{ heads_digest: digest }]);
  });

  it('is taken once a day, an hour after midnight at the earliest, however often it is asked for', async () => {
    assert.equal((await digestAudit(books.database, night(0, 23))).isNew, false);
    assert.equal((await digestAudit(books.database, night(1, 0))).isNew, false, 'the day may still be committing');
    const both = await Promise.all([digestAudit(books.database, night(1)), digestAudit(books.database, night(1))]);
    for (const { untilAt, previousHolds } of both)
      assert.deepEqual([untilAt, previousHolds], [new Date(midnight + dayMs), true]);
    const { rows } = await books.database.query('SELECT sequence FROM audit_digests ORDER BY 1');
    assert.deepEqual(rows, [{ sequence: 1 }, { sequence: 2 }]);
  });

  it('is not touched by what is told later', async () => {
    // On the third night a link of that day; the digests of the two before are over what was there.
    await tell(first, 'three');
    await tamper(books.database, `UPDATE audit_log SET at = $1 WHERE sequence = 3`, [night(1, 12)]);
    const { differingDigests } = await verifyAudit(books.database);
    assert.deepEqual(differingDigests, []);
    const taken = await digestAudit(books.database, night(2));
    assert.deepEqual([taken.chains, taken.links, taken.previousHolds], [2n, 4n, true]);
  });

  it('shows a chain that was cut off at its end, which holds in itself', async () => {
    await tamper(books.database, `DELETE FROM audit_log WHERE subject_id = $1 AND sequence = 3`, [first]);
    const verdict = await verifyAudit(books.database);
    assert.equal(verdict.faultyChains, 0);
    assert.deepEqual(verdict.differingDigests, [{ sequence: 3, untilAt: night(2, 0) }]);
    assert.equal(holds(verdict), false);
    assert.equal((await readAttention(books.database)).changedAuditDays, 0);
    assert.equal((await digestAudit(books.database, night(3))).previousHolds, false, 'the next night finds it');
    assert.equal((await readAttention(books.database)).changedAuditDays, 1);
  });

  it('shows a chain that was taken away as a whole, and one that was slipped in', async () => {
    await tamper(books.database, `DELETE FROM audit_log WHERE subject_id = $1`, [second]);
    assert.equal((await digestAudit(books.database, night(4))).previousHolds, false);
    await tell(randomUUID(), 'forged');
    assert.equal((await digestAudit(books.database, night(5))).previousHolds, false);
  });

  it('is a link of a chain itself: a digest that was changed or taken out shows', async () => {
    assert.deepEqual((await verifyAudit(books.database)).brokenDigests, []);
    await tamper(books.database, 'UPDATE audit_digests SET links = links + 1 WHERE sequence = 2');
    assert.deepEqual((await verifyAudit(books.database)).brokenDigests, [2]);
    await tamper(books.database, 'DELETE FROM audit_digests WHERE sequence = 2');
    assert.deepEqual((await verifyAudit(books.database)).brokenDigests, [3]);
  });
});
