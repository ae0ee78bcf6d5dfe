import { pauseAll } from '../billing/pause.ts';
import { openBooks } from './shared/books-command.ts';
import { readOptions } from './shared/command-line.ts';
import { actorHere, tellAndExit } from './shared/one-shot.ts';

const usage = `Usage: npm run pause -- --reason TEXT
Stops all issuing and every write to Stripe, at once and for every process, until npm run resume. It needs PostgreSQL
only (DATABASE_URL, or those of the npm start that runs here), so it works when everything else is away.
  --reason     why, for whoever finds it
  --restored   the database was restored from a backup: adopt first what Stripe has, which ends this pause`;

const values = readOptions(
  usage,
  { reason: { type: 'string' }, restored: { type: 'boolean', default: false } },
  ({ reason }) => {
    if (!reason?.trim()) throw new Error('--reason is missing: say why, for whoever finds it.');
  },
);
await tellAndExit(openBooks(), async (database) => {
  const pause = await pauseAll(
    database,
    { kind: values.restored ? 'restore' : 'operator', reason: values.reason as string },
    actorHere(),
  );
  return pause.isNew
    ? `Paused: nothing is issued and nothing is sent to Stripe until ${values.restored ? 'the adoption is done' : 'npm run resume'}.`
    : `It is paused already, since ${pause.begunAt.toISOString()} by ${pause.begunBy}: ${pause.reason}`;
});
