import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { type AuditRecord, appendAudit } from '../../src/store/audit.ts';
import { useTestDatabase } from '../support/database.ts';

type Link = {
  kind: string;
  id: string;
  sequence: number;
  at: Date;
  actor: string;
  action: string;
  detail: Record<string, unknown>;
  detailText: string;
  previous: Buffer | null;
  hash: Buffer;
};

describe('The audit log', () => {
  const books = useTestDatabase();
  const record = (subjectId: string, action: string, detail: Record<string, unknown> = {}): AuditRecord => ({
    ...{ subjectKind: 'invoice', subjectId, actor: 'test', action, detail },
  });

  async function chainOf(subjectId: string): Promise<Link[]> {
    const { rows } = await books.database.query<Link>(
      `SELECT subject_kind AS kind, subject_id AS id, sequence, at, actor, action, detail, detail::text AS "detailText",
              previous_hash AS previous, hash FROM audit_log WHERE subject_id = $1 ORDER BY subject_kind, sequence`,
      [subjectId],
    );
    return rows;
  }

  /** The hash as anyone can compute it from a link: of the hash before it and of what it says, as one JSON list. */
  function hashOf({ kind, id, sequence, at, actor, action, detailText, previous }: Link): Buffer {
    const epoch = `${(at.getTime() / 1_000).toFixed(3)}000`;
    const texts = [actor, action].map((text) => JSON.stringify(text));
    const said = `["${kind}", "${id}", ${sequence}, ${epoch}, ${texts.join(', ')}, ${detailText}]`;
    return createHash('sha256')
      .update(previous ?? '')
      .update(said)
      .digest();
  }

  function faultsOf(chain: readonly Link[]): string[] {
    return chain.flatMap((link, index) => [
      ...(link.sequence === index + 1 ? [] : [`${link.sequence} is out of order`]),
      ...((link.previous ?? Buffer.alloc(0)).equals(chain[index - 1]?.hash ?? Buffer.alloc(0))
        ? []
        : ['a broken link']),
      ...(hashOf(link).equals(link.hash) ? [] : [`${link.sequence} was changed`]),
    ]);
  }

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

  it('refuses one of two entries written at once, and never forks a chain', async () => {
    const id = randomUUID();
    await appendAudit(books.database, [record(id, 'first')]);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) => appendAudit(books.database, [record(id, `rival ${index}`)])),
    );
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    for (const { reason } of refused) assert.match(String(reason), /audit_log_pkey/);
    const chain = await chainOf(id);
    assert.equal(chain.length, 1 + outcomes.length - refused.length);
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
