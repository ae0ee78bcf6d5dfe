import { parseArgs } from 'node:util';
import { type Business, type BusinessName, businesses, limitsOf } from '../../../examples/airports/businesses.ts';
import { DurabillError } from '../../errors/error.ts';

export type StartOptions = {
  help: boolean;
  once: boolean;
  json: boolean;
  customers: BusinessName;
  until: Date | undefined;
};

export const usage = `Usage: npm start -- [--customers aircraft] [--once] [--json] [--until 2013-02-20]
  --customers  who is billed: airlines, 16 of them for ten months, or aircraft, some 4,000 for October; airlines
               unless said otherwise
  --once       end after the summary instead of staying up
  --json       print the summary as one JSON object on the last line
  --until      stop the sample's clock at this instant (a day is its 00:00 UTC), with a month left open
  --help       print this`;

/** @throws DurabillError config-invalid with the option at fault */
export function readStartOptions(args: readonly string[]): StartOptions {
  const { help = false, once = false, json = false, customers: name = 'airlines', until } = parse(args);
  const customers = readName(name);
  return { help, once, json, customers, until: readUntil(until, businesses[customers]) };
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h' },
        once: { type: 'boolean' },
        json: { type: 'boolean' },
        customers: { type: 'string' },
        until: { type: 'string' },
      },
    });
    return values;
  } catch (error) {
    throw new DurabillError('config-invalid', { reason: `${(error as Error).message}\n`, mend: usage });
  }
}

function readName(name: string): BusinessName {
  if (Object.hasOwn(businesses, name)) return name as BusinessName;
  const names = Object.keys(businesses).join(' or ');
  const reason = `--customers has to be ${names}; "${name}" is not.\n`;
  throw new DurabillError('config-invalid', { field: '--customers', reason, mend: usage });
}

/** The calendar has it: a Date takes 30 February for 2 March. */
function isDay(day: string): boolean {
  const at = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day);
}

function readUntil(text: string | undefined, business: Business): Date | undefined {
  if (text === undefined) return undefined;
  const written = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text;
  const until = new Date(written);
  const isReal = /(Z|[+-]\d\d:\d\d)$/.test(written) && !Number.isNaN(until.getTime()) && isDay(text.slice(0, 10));
  const { earliest, latest } = limitsOf(business);
  if (!isReal || until < earliest || until > latest) {
    const [from = '', to = ''] = [earliest, latest].map((at) => at.toISOString().slice(0, 10));
    throw new DurabillError('config-invalid', {
      field: '--until',
      reason:
        `--until has to be a day such as ${from} or an instant such as ${from}T12:00:00Z, ` +
        `from ${from} to ${to}; "${text}" is not.\n`,
      mend: usage,
    });
  }
  return until;
}
