import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type AuditRecord, appendAudit, auditOf } from '../../src/store/audit.ts';
import type { Sql } from '../../src/store/database.ts';
import { faultsOf, type Link, chainOf as readChain } from '../support/chains.ts';
import { useTestDatabase } from '../support/database.ts';
import { untilWaiting } from '../support/locks.ts';

describe('The audit log', () => {
  const books = useTestDatabase();
  const record = (subjectId: string, action: string, detail: Record<string, unknown> = {}): AuditRecord => ({
    ...{ subjectKind: 'invoice', subjectId, actor: 'test', action, detail },
  });

  const chainOf = (subjectId: string) => readChain(books.database, subjectId);

  it('chains the entries of a subject, so that each hash covers all before it', async () => {
    const id = randomUUID();
    await appendAudit(books.database, [record(id, 'generated', { totalMinor: '100', lines: 2 })]);
    await appendAudit(books.database, [record(id, 'says "hello"\nto Zoë', { nested: { a: [1, null, 'é'] } })]);
    await appendAudit(books.database, [record(id, 'issued')]);
    const chain = await chainOf(id);
    assert.deepEqual(
      chain.map(({ action }) => action),
      ['generated', 'says "hello"\nto Zoë', 'issued'],
    );
    assert.deepEqual(faultsOf(chain), []);
  });

  it('shows an entry that was changed, taken out or put in', async () => {
    const id = randomUUID();
    for (const action of ['one', 'two', 'three']) await appendAudit(books.database, [record(id, action)]);
    const [one, two, three] = (await chainOf(id)) as [Link, Link, Link];
    assert.deepEqual(faultsOf([one, { ...two, detailText: '{"totalMinor": "1"}' }, three]), ['2 was changed']);
    assert.deepEqual(faultsOf([one, { ...two, at: new Date(two.at.getTime() + 1) }, three]), ['2 was changed']);
    assert.deepEqual(faultsOf([one, three]), ['3 is out of order', 'a broken link']);
    assert.deepEqual(faultsOf([one, two, { ...two, sequence: 3 }]), ['a broken link', '3 was changed']);
  });

  it('keeps one chain for each subject, also of one id under two kinds', async () => {
    const [first, second] = [randomUUID(), randomUUID()];
    await appendAudit(books.database, [
      record(first, 'a'),
      record(second, 'a'),
      { ...record(first, 'a'), subjectKind: 'clock' },
    ]);
    await appendAudit(books.database, [record(second, 'b'), record(first, 'b')]);
    const chain = await chainOf(first);
    assert.deepEqual(
      chain.map(({ kind, sequence }) => [kind, sequence]),
      [
        ['clock', 1],
        ['invoice', 1],
        ['invoice', 2],
      ],
    );
    assert.deepEqual(faultsOf(chain.slice(1)), []);
    assert.deepEqual(faultsOf(await chainOf(second)), []);
  });

  it('gives each of many writers at once its place, and never forks a chain', async () => {
    const id = randomUUID();
    await appendAudit(books.database, [record(id, 'first')]);
    await Promise.all(
      Array.from({ length: 40 }, (_, index) => appendAudit(books.database, [record(id, `rival ${index}`)])),
    );
    const chain = await chainOf(id);
    assert.equal(chain.length, 41);
    assert.equal(new Set(chain.map(({ action }) => action)).size, 41);
    assert.deepEqual(faultsOf(chain), []);
  });

  it('waits for a writer that has not committed, and follows it or takes its place', async () => {
    for (const [outcome, expected] of [
      ['COMMIT', ['slow', 'quick']],
      ['ROLLBACK', ['quick']],
    ] as const) {
      const id = randomUUID();
      const slow = await books.database.pool.connect();
      try {
        await slow.query('BEGIN');
        await appendAudit(slow as Sql, [record(id, 'slow')]);
        const quick = appendAudit(books.database, [record(id, 'quick')]);
        await untilWaiting(books.database);
        await slow.query(outcome);
        await quick;
      } finally {
        slow.release();
      }
      const chain = await chainOf(id);
      assert.deepEqual(
        chain.map(({ action }) => action),
        expected,
      );
      assert.deepEqual(faultsOf(chain), []);
    }
  });

  it('takes many subjects in one statement, two statements over the same ones too', async () => {
    const ids = Array.from({ length: 50 }, () => randomUUID());
    await appendAudit(
      books.database,
      ids.map((id) => record(id, 'one')),
    );
    const few = ids.slice(0, 15);
    await Promise.all([
      appendAudit(
        books.database,
        few.map((id) => record(id, 'up')),
      ),
      appendAudit(
        books.database,
        few.toReversed().map((id) => record(id, 'down')),
      ),
    ]);
    for (const [index, id] of ids.entries()) {
      const chain = await chainOf(id);
      assert.deepEqual([chain.length, faultsOf(chain)], [index < 15 ? 3 : 1, []]);
    }
  });

  it('tells of it wherever it stands in a statement, also where nobody reads what it answers', async () => {
    const id = randomUUID();
    const told = (action: string) =>
      auditOf(`SELECT 'invoice' AS subject_kind, $1::uuid AS subject_id, 'test' AS actor, '${action}' AS action,
        '{}'::jsonb AS detail`);
    await books.database.query(`WITH told AS (${told('inside')}) SELECT 1`, [id]);
    await books.database.query(`WITH other AS (SELECT 1) ${told('at its end')}`, [id]);
    const chain = await chainOf(id);
    assert.deepEqual(
      chain.map(({ action }) => action),
      ['inside', 'at its end'],
    );
    assert.deepEqual(faultsOf(chain), []);
  });

  it('tells of nothing that was rolled back', async () => {
    const id = randomUUID();
    const rolledBack = books.database.transaction(async (sql) => {
      await appendAudit(sql, [record(id, 'never was')]);
      throw new Error('rolled back');
    });
    await assert.rejects(rolledBack);
    await appendAudit(books.database, []);
    assert.deepEqual(await chainOf(id), []);
  });
});
