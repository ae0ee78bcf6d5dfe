import { createApiKey } from '../auth/api-keys.ts';
import { scopes } from '../auth/scopes.ts';
import { reasonOf } from '../broker/limits.ts';
import type { Config } from '../config.ts';
import { isDurabillError } from '../errors/error.ts';
import { openDatabase } from '../store/database.ts';
import { readCommand } from './shared/command-line.ts';
import { prepare } from './shared/prepare.ts';

const usage = `Usage: npm run setup [-- --api-key NAME]
Brings schema, clock, Temporal namespace and Schedules into the form of this version. It can be repeated, also by
several at once, and is run before or beside the processes of a new version, which wait for it.
  --api-key   make an API key with every scope under this name, and print it, this once`;

const { values, config } = readCommand(usage, { 'api-key': { type: 'string' } }, ({ 'api-key': name }) => {
  if (name?.trim() === '') throw new Error('--api-key wants a name, by which you will know the key later.');
});

try {
  for (const note of await prepare(config)) console.error(note);
  console.error('Schema, clock, namespace and Schedules are in place.');
  if (values['api-key'] !== undefined) console.log(await makeKey(config, values['api-key']));
  process.exit(0);
} catch (error) {
  const sentence = isDurabillError(error) ? `${error.message} ${error.mend}` : reasonOf(error);
  console.error(`The setup could not be done: ${sentence}`);
  process.exit(1);
}

async function makeKey({ databaseUrl }: Config, name: string): Promise<string> {
  const database = openDatabase(databaseUrl, { maxConnections: 1 });
  try {
    return (await createApiKey(database, { name, scopes: [...scopes] }, 'npm run setup')).secret;
  } finally {
    await database.close();
  }
}
