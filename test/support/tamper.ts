import type { Database } from '../../src/store/database.ts';

/** Does what only a superuser can: changes rows behind the triggers that refuse it. */
export async function tamper(database: Database, statement: string, values: unknown[] = []): Promise<void> {
  await database.transaction(async (sql) => {
    await sql.query('SET LOCAL session_replication_role = replica');
    await sql.query(statement, values);
  });
}
