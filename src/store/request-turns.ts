import type { Sql } from './database.ts';

export type Turn = {
  /** Milliseconds from now until the request may be sent; 0 or less when it may go at once. */
  waitMs: number;
};

/** Turns are given out this far ahead; whoever comes later is told to come back instead of waiting here. */
export const furthestTurnMs = 30_000;

/** An instant further ahead than turns are ever given out says that the server's clock was set back: it counts as past. */
const isPlausible = (row: string) => `${row}.next_at < clock_timestamp() + 2 * ${furthestTurnMs} * interval '1 ms'`;
/** When the next turn of a row is: what it says, or now where that is past, implausible or not there. */
const nextFrom = (row: string) => `greatest(CASE WHEN ${isPlausible(row)} THEN ${row}.next_at END, clock_timestamp())`;
/** Whether a turn of a row is near enough to be given out. */
const isNear = (at: string) => `${at} < clock_timestamp() + ${furthestTurnMs} * interval '1 ms'`;

/**
 * Takes the next turn of an operation and then the next one of all operations together; the later of the two counts.
 * Each row is moved on by one interval, in that order for everybody, so that any number of processes share one pace
 * and never wait for each other in a circle. One statement: nothing is held while the caller waits for its turn.
 * @param intervals milliseconds between two requests of the operation, and between two of any
 * @returns undefined when every turn of the next half minute is taken
 */
export async function takeTurn(
  sql: Sql,
  operation: string,
  intervals: { operationMs: number; totalMs: number },
): Promise<Turn | undefined> {
  const { rows } = await sql.query<Turn>({
    name: 'take-turn',
    text: `WITH operation AS (
             INSERT INTO request_turns AS t (name, next_at) VALUES ($1, clock_timestamp() + $2 * interval '1 ms')
             ON CONFLICT (name) DO UPDATE SET next_at = ${nextFrom('t')} + $2 * interval '1 ms' WHERE ${isNear(nextFrom('t'))}
             RETURNING next_at - $2 * interval '1 ms' AS at),
           total AS (
             INSERT INTO request_turns AS t (name, next_at)
             SELECT 'total', clock_timestamp() + $3 * interval '1 ms' FROM operation
             ON CONFLICT (name) DO UPDATE SET next_at = ${nextFrom('t')} + $3 * interval '1 ms' WHERE ${isNear(nextFrom('t'))}
             RETURNING next_at - $3 * interval '1 ms' AS at)
           SELECT (extract(epoch FROM greatest(o.at, t.at) - clock_timestamp()) * 1000)::float8 AS "waitMs"
           FROM operation o, total t`,
    values: [operation, intervals.operationMs, intervals.totalMs],
  });
  return rows[0];
}

/** Milliseconds between two turns that go before all others: of the operation, and of all operations together. */
export type ReservedIntervals = { operationMs: number; totalMs: number };

/**
 * Takes a turn before all those that wait, from a small reserve that the pace leaves free; undefined where the ordinary
 * turn would not come later, or where the reserve too is taken for the next half minute. The row of the ordinary turns moves on as for any other, so that the pace on the average
 * stays what it is: who goes first lets the others wait one interval longer.
 */
export async function takeTurnFirst(
  sql: Sql,
  operation: string,
  intervals: { operationMs: number; totalMs: number },
  reserved: ReservedIntervals,
): Promise<Turn | undefined> {
  const { rows } = await sql.query<Turn>({
    name: 'take-turn-first',
    text: `WITH wanted AS (
             SELECT * FROM (VALUES ($1, 'first ' || $1, $2::float8, $4::float8), ('total', 'first total', $3, $5))
               AS w (name, reserve, interval_ms, reserved_ms)),
           waits AS (
             SELECT w.*, ${nextFrom('t')} AS ordinary, ${nextFrom('r')} AS at
             FROM wanted w LEFT JOIN request_turns t ON t.name = w.name LEFT JOIN request_turns r ON r.name = w.reserve),
           -- Of two that take the reserve at once the second finds the first's row changed, and comes later.
           reserve AS (
             INSERT INTO request_turns AS t (name, next_at)
             SELECT reserve, at + reserved_ms * interval '1 ms' FROM waits
             WHERE (SELECT max(at) FROM waits) < (SELECT max(ordinary) FROM waits)
               AND ${isNear('(SELECT max(at) FROM waits)')} ORDER BY reserve
             ON CONFLICT (name) DO UPDATE
               SET next_at = ${nextFrom('t')} + (excluded.next_at - (SELECT at FROM waits w WHERE w.reserve = t.name))
             RETURNING next_at, name),
           -- In the order in which every ordinary turn takes the two rows, so that nobody waits in a circle.
           operation AS (
             UPDATE request_turns t SET next_at = ${nextFrom('t')} + w.interval_ms * interval '1 ms'
             FROM waits w WHERE t.name = $1 AND w.name = $1 AND EXISTS (SELECT FROM reserve) RETURNING t.name),
           total AS (
             UPDATE request_turns t SET next_at = ${nextFrom('t')} + w.interval_ms * interval '1 ms'
             FROM waits w WHERE t.name = 'total' AND w.name = 'total' AND EXISTS (SELECT FROM operation) RETURNING t.name)
           SELECT (extract(epoch FROM max(r.next_at - w.reserved_ms * interval '1 ms') - clock_timestamp()) * 1000)::float8
             AS "waitMs"
           FROM reserve r JOIN waits w ON w.reserve = r.name HAVING count(*) > 0`,
    values: [operation, intervals.operationMs, intervals.totalMs, reserved.operationMs, reserved.totalMs],
  });
  return rows[0];
}

/**
 * Puts all further turns of an operation, or of all ('total'), off: the target says that it has had too many. Turns that
 * were given out before stay as they are.
 */
export async function putOffTurns(sql: Sql, name: string, forMs: number): Promise<void> {
  await sql.query(
    `INSERT INTO request_turns AS t (name, next_at) VALUES ($1, clock_timestamp() + $2 * interval '1 ms')
     ON CONFLICT (name) DO UPDATE SET next_at = ${nextFrom('t')} + $2 * interval '1 ms'
       WHERE ${isNear(nextFrom('t'))}`,
    [name, forMs],
  );
}
