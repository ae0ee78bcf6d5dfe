import { parseArgs } from 'node:util';
import { earliestUntil, latestUntil } from '../../../examples/airports/bill.ts';
import { DurabillError } from '../../errors/error.ts';

export type StartOptions = { once: boolean; json: boolean; until: Date | undefined };

export const usage = `Usage: npm start -- [--once] [--json] [--until 2013-02-20]
  --once    end after the summary instead of staying up
  --json    print the summary as one JSON object on the last line
  --until   stop the sample's clock at this instant (a day is its 00:00 UTC), with a month left open`;

/** @throws DurabillError config-invalid with the option at fault */
export function readStartOptions(args: readonly string[]): StartOptions {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { once: { type: 'boolean' }, json: { type: 'boolean' }, until: { type: 'string' } },
    });
    return { once: values.once ?? false, json: values.json ?? false, until: readUntil(values.until) };
  } catch (error) {
    if (error instanceof DurabillError) throw error;
    throw new DurabillError('config-invalid', { reason: `${(error as Error).message}\n`, mend: usage });
  }
}

/** The calendar has it: a Date takes 30 February for 2 March. */
function isDay(day: string): boolean {
  const at = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day);
}

function readUntil(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const written = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text;
  const until = new Date(written);
  const isReal = /(Z|[+-]\d\d:\d\d)$/.test(written) && !Number.isNaN(until.getTime()) && isDay(text.slice(0, 10));
  if (!isReal || until < earliestUntil || until > latestUntil) {
    const [from, to] = [earliestUntil, latestUntil].map((at) => at.toISOString().slice(0, 10));
    throw new DurabillError('config-invalid', {
      field: '--until',
      reason:
        `--until has to be a day such as 2013-02-20 or an instant such as 2013-02-20T12:00:00Z, ` +
        `from ${from} to ${to}; "${text}" is not.\n`,
      mend: usage,
    });
  }
  return until;
}
