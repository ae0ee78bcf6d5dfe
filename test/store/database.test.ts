import assert from 'node:assert/strict';
import { until } from '../broker/support.ts';
import { useTestDatabase } from '../support/database.ts';

describe('A transaction whose connection breaks between two statements', () => {
  const opened = useTestDatabase();

  it('fails at the next one, ends nothing else, and leaves no connection that is broken', async () => {
    const { database } = opened;
    const cutOff = database.transaction(async (sql) => {
      const { rows } = await sql.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      const [{ pid }] = rows as [{ pid: number }];
      await database.query('SELECT pg_terminate_backend($1)', [pid]);
      await until(async () => {
        const { rowCount } = await database.query('SELECT FROM pg_stat_activity WHERE pid = $1', [pid]);
        return rowCount === 0;
      }, 'the connection is gone');
      await sql.query('SELECT 1');
    });
    await assert.rejects(cutOff);
    const { rows } = await database.transaction((sql) => sql.query<{ one: number }>('SELECT 1 AS one'));
    assert.deepEqual(rows, [{ one: 1 }]);
  });
});
