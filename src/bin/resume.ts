import { resumeAll } from '../billing/pause.ts';
import { readOpenPauses } from '../store/pauses.ts';
import { openBooks } from './shared/books-command.ts';
import { readOptions } from './shared/command-line.ts';
import { actorHere, tellAndExit } from './shared/one-shot.ts';

const usage = `Usage: npm run resume -- --reason TEXT
Ends what npm run pause began; what waited goes on within a minute.
  --reason   why it can go on`;

const values = readOptions(usage, { reason: { type: 'string' } }, ({ reason }) => {
  if (!reason?.trim()) throw new Error('--reason is missing: say why it can go on.');
});
await tellAndExit(openBooks(), async (database) => {
  const ended = await resumeAll(database, { reason: values.reason as string }, actorHere());
  const [left] = await readOpenPauses(database);
  const said =
    ended === undefined ? 'No pause of an operator was on.' : 'Resumed: what waited goes on within a minute.';
  return left === undefined ? said : `${said} Still paused since ${left.begunAt.toISOString()}: ${left.reason}`;
});
