/** Writes the schema that the migrations make to prisma/schema-dump.txt, where a change to it can be read and judged. */
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { startStack, stopOnSignals } from '../stack/index.ts';
import { openDatabase } from '../store/database.ts';
import { migrate } from '../store/migrate.ts';
import { dumpSchema } from '../store/schema-dump.ts';

const pathOf = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const file = 'prisma/schema-dump.txt';

// Always a new database of our own; what a variable names is not started, and neither is what a dump has no use for.
const { DATABASE_URL: _outside, ...env } = process.env;
const stack = await startStack({
  dataDir: pathOf(`.durabill/dump-${randomBytes(4).toString('hex')}`),
  throwAway: true,
  env: { ...env, AMQP_URL: 'not needed', TEMPORAL_ADDRESS: 'not needed', SMTP_URL: 'not needed' },
});
stopOnSignals(stack.stop);
try {
  await migrate(stack.databaseUrl);
  const database = openDatabase(stack.databaseUrl);
  await writeFile(pathOf(file), await dumpSchema(database));
  await database.close();
  console.log(`Wrote ${file}.`);
} finally {
  await stack.stop();
}
