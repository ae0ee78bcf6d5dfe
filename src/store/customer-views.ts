import type { Sql } from './database.ts';

/** Notes that a viewer has looked at a customer. @returns whether it is the viewer's first look */
export async function noteView(sql: Sql, viewer: string, customerId: string): Promise<boolean> {
  const { rowCount } = await sql.query(
    'INSERT INTO customer_views (viewer, customer_id) VALUES ($1, $2) ON CONFLICT DO NOTHING',
    [viewer, customerId],
  );
  return rowCount === 1;
}
