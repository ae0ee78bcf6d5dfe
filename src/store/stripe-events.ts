import type { Sql } from './database.ts';

export type EventOutcome =
  | 'looked'
  | 'echo'
  | 'not ours'
  | 'ignored'
  | 'other mode'
  | 'other account'
  | 'unknown request'
  | 'parked';

export type NewStripeEvent = {
  eventId: string;
  type: string;
  createdAt: Date;
  livemode: boolean;
  accountId: string | null;
  objectKind: string;
  objectId: string | null;
  remoteInvoiceId: string | null;
  namedInvoiceId: string | null;
  idempotencyKey: string | null;
  /** One that says nothing to us is stored with its outcome. */
  isHandled: boolean;
};

/** Account that the database is bound to, how many of the events were new, and how many of those are to be taken up. */
export type StoredEvents = { accountId: string; stored: number; due: number };

/**
 * Stores events that are not known yet, by one statement. One of another mode or account is stored too, with the reason
 * why it is left alone.
 * @returns undefined while the database is bound to no account: then nothing is stored
 */
export async function storeEvents(
  sql: Sql,
  source: 'webhook' | 'sweep',
  events: readonly NewStripeEvent[],
): Promise<StoredEvents | undefined> {
  const { rows } = await sql.query<StoredEvents>({
    name: 'store-stripe-events',
    text: `WITH bound AS (SELECT account_id, livemode FROM target_accounts WHERE target = 'stripe'),
      judged AS (
        SELECT g.*, b.account_id, b.livemode AS bound_livemode,
               CASE WHEN g.livemode <> b.livemode THEN 'other mode' WHEN g.account <> b.account_id THEN 'other account'
                    WHEN NOT g.is_handled THEN 'ignored' END AS outcome
        FROM unnest($2::text[], $3::text[], $4::timestamptz[], $5::boolean[], $6::text[], $7::text[], $8::text[],
                    $9::text[], $10::uuid[], $11::text[], $12::boolean[])
          AS g (event_id, type, created_at, livemode, account, object_kind, object_id, remote_invoice_id,
                named_invoice_id, idempotency_key, is_handled), bound b),
      stored AS (
        INSERT INTO stripe_events (account_id, event_id, type, object_kind, object_id, remote_invoice_id,
          named_invoice_id, idempotency_key, source, created_at, due_at, processed_at, outcome, failure)
        SELECT account_id, event_id, type, object_kind, object_id, remote_invoice_id, named_invoice_id, idempotency_key,
               $1, created_at, CASE WHEN outcome IS NULL THEN now() END, CASE WHEN outcome IS NOT NULL THEN now() END,
               outcome,
               CASE outcome
                 WHEN 'other mode' THEN format('The event is of %s mode, the database is bound to %s mode.',
                   CASE WHEN livemode THEN 'live' ELSE 'test' END, CASE WHEN bound_livemode THEN 'live' ELSE 'test' END)
                 WHEN 'other account' THEN format('The event is of %s, the database is bound to %s.', account, account_id)
               END
        FROM judged ORDER BY event_id ON CONFLICT DO NOTHING RETURNING outcome)
      SELECT b.account_id AS "accountId", (SELECT count(*) FROM stored)::int AS stored,
             (SELECT count(*) FROM stored WHERE outcome IS NULL)::int AS due FROM bound b`,
    values: [
      source,
      events.map((event) => event.eventId),
      events.map((event) => event.type),
      events.map((event) => event.createdAt),
      events.map((event) => event.livemode),
      events.map((event) => event.accountId),
      events.map((event) => event.objectKind),
      events.map((event) => event.objectId),
      events.map((event) => event.remoteInvoiceId),
      events.map((event) => event.namedInvoiceId),
      events.map((event) => event.idempotencyKey),
      events.map((event) => event.isHandled),
    ],
  });
  return rows[0];
}

export type DueEvent = {
  eventId: string;
  type: string;
  objectKind: string;
  objectId: string | null;
  remoteInvoiceId: string | null;
  idempotencyKey: string | null;
  createdAt: Date;
  attempts: number;
  /** Our invoice, by its mapping, or by its name where our own answer is not stored yet. */
  invoiceId: string | null;
  /** A stored request of ours has caused it. */
  isEcho: boolean;
  /** A request with a key of ours has caused it that is not stored here, since the last restore was adopted. */
  isUnknownRequest: boolean;
  /** A payment of the invoice was seen to fail, or to wait for its owner, and has not ended since. */
  hasOpenPayment: boolean;
};

/** Instants are kept in whole milliseconds, so what is due from now on may be up to half of one ahead. */
const nearlyNow = `now() + interval '1 millisecond'`;

/** An event that a request of ours has caused which is not stored here. */
export type UnknownRequest = Pick<DueEvent, 'eventId' | 'type' | 'createdAt' | 'idempotencyKey'>;

/** True of an event `e` that is not of another mode or account: those may have keys and names like ours. */
export const isOfAccount = `coalesce(e.outcome, '') NOT IN ('other mode', 'other account')`;

/**
 * An adoption that began then has what was known here before, and what began at Stripe before: five minutes earlier by
 * Stripe's clock, since it counts whole seconds and ours may be ahead of it.
 */
const isAdopted = (adoptedUntil: string) =>
  `(e.received_at <= ${adoptedUntil} OR e.created_at <= ${adoptedUntil} - interval '5 minutes')`;

/** True of an event `e` whose key is ours, given whether it `is stored`: this database has never sent its request. */
const isOfLost = (isStored: string) =>
  `NOT ${isStored} AND starts_with(e.idempotency_key, 'durabill/' || e.account_id || '/')`;

/** The same, unless a restore has left it behind that is adopted by now. */
const isUnknown = (isStored: string) =>
  `coalesce(${isOfLost(isStored)}
    AND NOT EXISTS (SELECT FROM pauses p WHERE p.kind = 'restore' AND ${isAdopted('p.adopted_until')}), false)`;

const isStored = 'EXISTS (SELECT FROM stored_requests s WHERE s.idempotency_key = e.idempotency_key)';

/** Stored events of unknown requests, taken up or not, that an adoption which began then has not listed. */
export async function countUnlistedRequests(sql: Sql, accountId: string, startedAt: Date): Promise<number> {
  const { rows } = await sql.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM stripe_events e
     WHERE e.account_id = $1 AND ${isOfAccount} AND NOT ${isAdopted('$2::timestamptz')} AND ${isOfLost(isStored)}`,
    [accountId, startedAt],
  );
  return rows[0]?.count ?? 0;
}

/** Of the events that are not taken up yet, those of requests that this database does not know; the oldest first. */
export async function readUnknownRequests(sql: Sql, accountId: string): Promise<UnknownRequest[]> {
  const { rows } = await sql.query<UnknownRequest>(
    `SELECT e.event_id AS "eventId", e.type, e.created_at AS "createdAt", e.idempotency_key AS "idempotencyKey"
     FROM stripe_events e WHERE e.account_id = $1 AND e.due_at IS NOT NULL AND ${isUnknown(isStored)}
     ORDER BY e.created_at, e.event_id LIMIT 100`,
    [accountId],
  );
  return rows;
}

/** The events that are due, those that wait the longest first, with what the books know about them. */
export async function readDueEvents(sql: Sql, accountId: string, limit: number): Promise<DueEvent[]> {
  const { rows } = await sql.query<DueEvent>({
    name: 'read-due-stripe-events',
    text: `SELECT e.event_id AS "eventId", e.type, e.object_kind AS "objectKind", e.object_id AS "objectId",
        e.remote_invoice_id AS "remoteInvoiceId", e.idempotency_key AS "idempotencyKey", e.created_at AS "createdAt",
        e.attempts, i.id AS "invoiceId", q.is_stored AS "isEcho",
        ${isUnknown('q.is_stored')} AS "isUnknownRequest",
        EXISTS (SELECT FROM remote_records r
          WHERE r.invoice_id = i.id AND r.kind = 'payment' AND NOT r.is_final) AS "hasOpenPayment"
      FROM stripe_events e
      LEFT JOIN invoice_mappings m ON m.account_id = e.account_id AND m.remote_id = e.remote_invoice_id
      LEFT JOIN invoices i ON i.id = coalesce(m.invoice_id, e.named_invoice_id)
      CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM stored_requests s
        WHERE s.idempotency_key = e.idempotency_key) AS is_stored) q
      WHERE e.account_id = $1 AND e.due_at <= ${nearlyNow} ORDER BY e.due_at, e.created_at, e.event_id LIMIT $2`,
    values: [accountId, limit],
  });
  return rows;
}

export async function hasDueEvents(sql: Sql, accountId: string): Promise<boolean> {
  const { rows } = await sql.query<{ isDue: boolean }>(
    `SELECT EXISTS (SELECT FROM stripe_events WHERE account_id = $1 AND due_at <= ${nearlyNow}) AS "isDue"`,
    [accountId],
  );
  return rows[0]?.isDue === true;
}

export type SettledEvent = { eventId: string; outcome: EventOutcome; invoiceId: string | null };

/** Writes down what came of events; one that has an outcome keeps it. */
export async function settleEvents(sql: Sql, accountId: string, settled: readonly SettledEvent[]): Promise<void> {
  if (settled.length === 0) return;
  await sql.query({
    name: 'settle-stripe-events',
    text: `UPDATE stripe_events e SET outcome = s.outcome, invoice_id = s.invoice_id, processed_at = now(), due_at = NULL,
             attempts = e.attempts + 1, failure = NULL
           FROM unnest($2::text[], $3::text[], $4::uuid[]) AS s (event_id, outcome, invoice_id)
           WHERE e.account_id = $1 AND e.event_id = s.event_id AND e.outcome IS NULL`,
    values: [
      accountId,
      settled.map(({ eventId }) => eventId),
      settled.map(({ outcome }) => outcome),
      settled.map(({ invoiceId }) => invoiceId),
    ],
  });
}

/** Puts an event off after a failure, or parks it when no further attempt is due. */
export async function failEvent(
  sql: Sql,
  accountId: string,
  failed: { eventId: string; failure: string; retryInMs: number | null },
): Promise<void> {
  await sql.query(
    `UPDATE stripe_events SET attempts = attempts + 1, failure = $3, due_at = now() + $4::float8 * interval '1 ms',
       outcome = CASE WHEN $4::float8 IS NULL THEN 'parked' END, processed_at = CASE WHEN $4::float8 IS NULL THEN now() END
     WHERE account_id = $1 AND event_id = $2 AND outcome IS NULL`,
    [accountId, failed.eventId, failed.failure, failed.retryInMs],
  );
}

/** Events that wait, counted up to 10,000, and how many seconds the first of them has been here. */
export async function readEventBacklog(sql: Sql): Promise<{ unprocessed: number; oldestSeconds: number }> {
  const { rows } = await sql.query<{ unprocessed: number; oldestSeconds: number }>(
    `SELECT count(*)::int AS unprocessed,
            coalesce(extract(epoch FROM now() - min(received_at)), 0)::float8 AS "oldestSeconds"
     FROM (SELECT received_at FROM stripe_events WHERE due_at IS NOT NULL LIMIT 10000) e`,
  );
  return rows[0] as { unprocessed: number; oldestSeconds: number };
}
