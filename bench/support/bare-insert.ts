import { createHash } from 'node:crypto';
import type pg from 'pg';
import type { LoadEvent } from './event-load.ts';

/** Columns of one statement, ready to be sent: what is done to them is not measured. */
export type BareBatch = unknown[][];

const statement = {
  name: 'bare-insert',
  text: `WITH incoming AS (
           SELECT * FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::bytea[], $5::uuid[], $6::text[], $7::jsonb[])
             AS e (source, event_id, occurred_at, content_hash, customer_id, event_type, properties)
         ), keys AS (
           INSERT INTO event_keys (source, event_id, occurred_at, content_hash)
           SELECT source, event_id, occurred_at, content_hash FROM incoming
         )
         INSERT INTO usage_events (customer_id, event_type, occurred_at, source, event_id, properties)
         SELECT customer_id, event_type, occurred_at, source, event_id, properties FROM incoming`,
};

export function bareRows(
  events: readonly LoadEvent[],
  customers: readonly { id: string; externalId: string }[],
  rows: number,
): BareBatch[] {
  const idOf = new Map(customers.map(({ externalId, id }) => [externalId, id]));
  return Array.from({ length: Math.ceil(events.length / rows) }, (_, index) => {
    const some = events.slice(index * rows, (index + 1) * rows);
    const column = <T>(pick: (event: LoadEvent) => T): T[] => some.map(pick);
    return [
      column(() => 'api'),
      column(({ id }) => id),
      column(({ occurredAt }) => occurredAt),
      column((event) => createHash('sha256').update(JSON.stringify(event)).digest()),
      column(({ customer }) => idOf.get(customer)),
      column(({ type }) => type),
      column(({ properties }) => JSON.stringify(properties)),
    ];
  });
}

/** Inserts all batches, one statement under way on each connection. */
export async function insertBare(clients: readonly pg.Client[], batches: readonly BareBatch[]): Promise<void> {
  let next = 0;
  await Promise.all(
    clients.map(async (client) => {
      while (next < batches.length) {
        const values = batches[next]!;
        next += 1;
        await client.query({ ...statement, values });
      }
    }),
  );
}
