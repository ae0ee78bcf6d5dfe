import type { Sql } from './database.ts';

export type Clock = {
  id: string;
  name: string;
  kind: 'real' | 'test';
  /** Its business time when it was read. */
  now: Date;
  numberPrefix: string;
  createdAt: Date;
};

const columns = `id, name, kind, business_now(clocks) AS now, number_prefix AS "numberPrefix", created_at AS "createdAt"`;

export async function findClock(sql: Sql, name: string): Promise<Clock | undefined> {
  return (await sql.query<Clock>(`SELECT ${columns} FROM clocks WHERE name = $1`, [name])).rows[0];
}

/** A page of clocks, by name after the cursor. */
export async function listClocks(sql: Sql, page: { after: string | undefined; limit: number }): Promise<Clock[]> {
  const { rows } = await sql.query<Clock>(
    `SELECT ${columns} FROM clocks WHERE $1::text IS NULL OR name > $1 ORDER BY name LIMIT $2`,
    [page.after ?? null, page.limit],
  );
  return rows;
}

/** Adds a clock unless its name, prefix or, for the real one, kind is taken; answers whether it did. */
export async function insertClock(
  sql: Sql,
  clock: { id: string; name: string; kind: 'real' | 'test'; nowAt: Date | null; numberPrefix: string },
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `INSERT INTO clocks (id, name, kind, now_at, number_prefix) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
    [clock.id, clock.name, clock.kind, clock.nowAt, clock.numberPrefix],
  );
  return rowCount === 1;
}
