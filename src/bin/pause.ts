import { pauseAll } from '../billing/pause.ts';
import { openDatabase } from '../store/database.ts';
import { readCommand } from './shared/command-line.ts';
import { actorHere, tellAndExit } from './shared/one-shot.ts';

const usage = `Usage: npm run pause -- --reason TEXT
Stops all issuing and every write to Stripe, at once and for every process, until npm run resume. It needs PostgreSQL
only, so it works when everything else is away.
  --reason   why, for whoever finds it`;

const { values, config } = readCommand(usage, { reason: { type: 'string' } }, ({ reason }) => {
  if (!reason?.trim()) throw new Error('--reason is missing: say why, for whoever finds it.');
});
await tellAndExit(openDatabase(config.databaseUrl, { maxConnections: 1 }), async (database) => {
  const pause = await pauseAll(database, { reason: values.reason as string }, actorHere());
  return pause.isNew
    ? 'Paused: nothing is issued and nothing is sent to Stripe until npm run resume.'
    : `It is paused already, since ${pause.begunAt.toISOString()} by ${pause.begunBy}: ${pause.reason}`;
});
