import { DurabillError } from '../../errors/error.ts';
import type { Database, Sql } from '../../store/database.ts';

const maxTries = 5;
/** Below the limit of an answer, so that no statement goes on, with its locks, when nobody waits for it any more. */
const statementLimitMs = 25_000;

/**
 * Runs a transaction, and once more where PostgreSQL has ended it so that another one could go on: corrections lock customers
 * before invoices, a billing run the other way round where it writes both.
 */
export async function takingTurns<T>(database: Database, work: (sql: Sql) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await database.transaction(async (sql) => {
        await sql.query(`SET LOCAL statement_timeout = ${statementLimitMs}`);
        return await work(sql);
      });
    } catch (error) {
      const { code = '' } = error as { code?: string };
      if (code === queryCanceled) throw tooLong(error);
      if (code !== deadlockDetected || tries === maxTries) throw error;
    }
  }
}

const deadlockDetected = '40P01';
const queryCanceled = '57014';

function tooLong(cause: unknown): DurabillError {
  return new DurabillError('unavailable', {
    reason: `The invoices that the correction changes could not be computed within ${statementLimitMs / 1_000} s.`,
    mend: 'Make several corrections of it, or ask again when the database has less to do.',
    cause,
  });
}
