import { userInfo } from 'node:os';
import { reasonOf } from '../../broker/limits.ts';
import { isDurabillError } from '../../errors/error.ts';
import type { Database } from '../../store/database.ts';

/** Who sits at the keyboard, for the audit log. */
export function actorHere(): string {
  return `shell:${userInfo().username}`;
}

/** Runs one deed on the database, says what came of it, and ends the process: 0 if it was done, 1 with the reason if not. */
export async function tellAndExit(database: Database, deed: (database: Database) => Promise<string>): Promise<never> {
  try {
    console.log(await deed(database));
    await database.close();
    process.exit(0);
  } catch (error) {
    console.error(isDurabillError(error) ? `${error.message} ${error.mend}` : `It was not done: ${reasonOf(error)}`);
    process.exit(1);
  }
}
