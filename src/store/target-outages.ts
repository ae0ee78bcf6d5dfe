import type { Sql } from './database.ts';

/** So many failures of the target's own in a row, over all processes, say that it is away and not one request odd. */
export const failuresOfOutage = 20;

/** Counts a failure of the target's own. */
export async function countOutage(sql: Sql, target: string): Promise<void> {
  await sql.query(
    `INSERT INTO target_outages AS o (target, failures_in_row, last_failed_at) VALUES ($1, 1, now())
     ON CONFLICT (target) DO UPDATE SET failures_in_row = o.failures_in_row + 1, last_failed_at = now()`,
    [target],
  );
}

/** As a part of a statement by which something is recorded that the target has carried out. */
export const outageEnded = (target: string) =>
  `UPDATE target_outages SET failures_in_row = 0 WHERE target = ${target} AND failures_in_row > 0`;

/** The target has carried something out. Costs a look, and writes only where failures were counted. */
export async function endOutage(sql: Sql, target: string): Promise<void> {
  await sql.query({
    name: 'end-outage',
    text: outageEnded('$1'),
    values: [target],
  });
}
