import type { Sql } from './database.ts';

export type SubscriptionRequest = {
  customerId: string;
  requestId: string;
  subscriptionId: string;
  /** What was asked for, to tell a repetition from another request under the same id. */
  content: Record<string, unknown>;
};

/** What was stored under the id, and whether it asked for the same. */
export type EarlierRequest = { subscriptionId: string; isSame: boolean };

/**
 * Stores a request under its id, of which every customer has its own; waits for one that is storing the same.
 * @returns what is there already, undefined if this one is new
 */
export async function recordRequest(sql: Sql, request: SubscriptionRequest): Promise<EarlierRequest | undefined> {
  const { customerId, requestId, subscriptionId, content } = request;
  const { rowCount } = await sql.query(
    `INSERT INTO subscription_requests (customer_id, request_id, subscription_id, content) VALUES ($1, $2, $3, $4)
     ON CONFLICT DO NOTHING`,
    [customerId, requestId, subscriptionId, JSON.stringify(content)],
  );
  return rowCount === 1 ? undefined : await findRequest(sql, request);
}

export async function findRequest(
  sql: Sql,
  { customerId, requestId, content }: Omit<SubscriptionRequest, 'subscriptionId'>,
): Promise<EarlierRequest | undefined> {
  const { rows } = await sql.query<EarlierRequest>(
    `SELECT subscription_id AS "subscriptionId", content = $3::jsonb AS "isSame" FROM subscription_requests
     WHERE customer_id = $1 AND request_id = $2`,
    [customerId, requestId, JSON.stringify(content)],
  );
  return rows[0];
}
