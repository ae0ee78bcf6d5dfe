import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { appendAudit } from '../../src/store/audit.ts';
import { type ChainFault, verifyChain, verifyChains } from '../../src/store/audit-verify.ts';
import { chainOf, faultsOf } from '../support/chains.ts';
import { useTestDatabase } from '../support/database.ts';
import { tamper } from '../support/tamper.ts';

describe('The verification of audit chains', () => {
  const books = useTestDatabase();

  async function newChain(...actions: string[]): Promise<string> {
    const subjectId = randomUUID();
    for (const action of actions) {
      await appendAudit(books.database, [
        { subjectKind: 'invoice', subjectId, actor: 'test', action, detail: { text: 'Zoë "é"\n', n: 1 } },
      ]);
    }
    return subjectId;
  }
  const verify = (id: string) => verifyChain(books.database, { kind: 'invoice', id });

  it('finds that a chain holds, and tells its length and its head', async () => {
    const id = await newChain('one', 'two', 'three');
    const chain = await chainOf(books.database, id);
    assert.deepEqual(faultsOf(chain), [], 'computed without SQL');
    assert.deepEqual(await verify(id), { links: 3, headHash: chain[2]!.hash.toString('hex'), fault: null });
    assert.deepEqual(await verify(randomUUID()), { links: 0, headHash: null, fault: null });
  });

  const rewritten = `sha256(convert_to(jsonb_build_array(subject_kind, subject_id, sequence, extract(epoch FROM at), actor,
    'forged', detail)::text, 'UTF8'))`;
  const tamperings: [what: string, statement: string, fault: ChainFault][] = [
    ['was changed', `UPDATE audit_log SET detail = '{"n": 2}' WHERE sequence = 2`, { sequence: 2, fault: 'changed' }],
    [
      'has another instant',
      `UPDATE audit_log SET at = at + interval '1 ms' WHERE sequence = 3`,
      { sequence: 3, fault: 'changed' },
    ],
    ['was taken out', `DELETE FROM audit_log WHERE sequence = 2`, { sequence: 3, fault: 'missing' }],
    ['was the first and taken out', `DELETE FROM audit_log WHERE sequence = 1`, { sequence: 2, fault: 'missing' }],
    // The first link written anew with a hash that is right in itself: what follows was written behind another.
    [
      'was written anew',
      `UPDATE audit_log SET action = 'forged', hash = ${rewritten} WHERE sequence = 1`,
      { sequence: 2, fault: 'not linked' },
    ],
    // Everything from the second on moves by one, to make room: the hash covers the place.
    [
      'was put in',
      `UPDATE audit_log SET sequence = sequence + 1 WHERE sequence = 3`,
      { sequence: 4, fault: 'missing' },
    ],
  ];
  for (const [what, statement, fault] of tamperings) {
    it(`tells the first link that does not hold when one ${what}`, async () => {
      const [id, sound] = [await newChain('one', 'two', 'three'), await newChain('one', 'two')];
      await tamper(books.database, `${statement} AND subject_id = '${id}'`);
      assert.deepEqual((await verify(id)).fault, fault);
      assert.notDeepEqual(faultsOf(await chainOf(books.database, id)), [], 'computed without SQL');
      assert.equal((await verify(sound)).fault, null);
      const { faults } = await verifyChains(books.database);
      assert.deepEqual(
        faults.filter((one) => one.id === id),
        [{ kind: 'invoice', id, ...fault }],
      );
      assert.deepEqual(
        faults.filter((one) => one.id === sound),
        [],
      );
    });
  }

  it('counts all chains and links, and names a hundred at most', async () => {
    const before = await verifyChains(books.database);
    const ids = await Promise.all(Array.from({ length: 110 }, () => newChain('one', 'two')));
    await tamper(
      books.database,
      `UPDATE audit_log SET actor = 'x' WHERE sequence = 2 AND subject_id = ANY ($1::uuid[])`,
      [ids],
    );
    const after = await verifyChains(books.database);
    assert.deepEqual([after.chains - before.chains, after.links - before.links], [110, 220]);
    assert.deepEqual([after.faulty - before.faulty, after.faults.length], [110, 100]);
  });
});
