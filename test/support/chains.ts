import { createHash } from 'node:crypto';
import type { Sql } from '../../src/store/database.ts';

export type Link = {
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

/** The chains of an id, in order. */
export async function chainOf(sql: Sql, subjectId: string): Promise<Link[]> {
  const { rows } = await sql.query<Link>(
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

/** What does not hold in a chain, computed without a line of SQL. */
export function faultsOf(chain: readonly Link[]): string[] {
  return chain.flatMap((link, index) => [
    ...(link.sequence === index + 1 ? [] : [`${link.sequence} is out of order`]),
    ...((link.previous ?? Buffer.alloc(0)).equals(chain[index - 1]?.hash ?? Buffer.alloc(0)) ? [] : ['a broken link']),
    ...(hashOf(link).equals(link.hash) ? [] : [`${link.sequence} was changed`]),
  ]);
}
