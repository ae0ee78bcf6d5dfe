import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Database, openDatabase } from '../../store/database.ts';

/**
 * The books, for a command that needs nothing else: by DATABASE_URL, or those of the `npm start` that runs in this clone.
 * Ends the process with a sentence when there are none.
 */
export function openBooks(): Database {
  const url = process.env['DATABASE_URL'] || addressOfStart();
  if (url !== undefined) return openDatabase(url, { maxConnections: 1 });
  console.error('Which database? DATABASE_URL is not set, and no `npm start` runs here. Nothing was changed.');
  process.exit(1);
}

/** `npm start` leaves its addresses in the data directory. */
function addressOfStart(): string | undefined {
  const file = join(process.env['DURABILL_DATA_DIR'] || '.durabill', 'env');
  try {
    return /^DATABASE_URL='?([^'\n]+)'?$/m.exec(readFileSync(file, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}
