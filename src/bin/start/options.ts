import { parseArgs } from 'node:util';
import { DurabillError } from '../../errors/error.ts';

export type StartOptions = { once: boolean; json: boolean; until: Date | undefined };

export const usage = `npm start -- [--once] [--json] [--until 2013-02-20]
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

function readUntil(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const written = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text;
  const until = new Date(written);
  if (!/(Z|[+-]\d\d:\d\d)$/.test(written) || Number.isNaN(until.getTime())) {
    throw new DurabillError('config-invalid', {
      field: '--until',
      reason: `--until has to be a day such as 2013-02-20 or an instant such as 2013-02-20T12:00:00Z, not "${text}".`,
      mend: usage,
    });
  }
  return until;
}
