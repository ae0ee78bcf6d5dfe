import { DurabillError } from '../errors/error.ts';
import { appendAudit } from '../store/audit.ts';
import { type Clock, findClock, insertClock } from '../store/clocks.ts';
import type { Database } from '../store/database.ts';
import { clockIdOf } from './ids.ts';
import { readInstant } from './instant.ts';

export type { Clock } from '../store/clocks.ts';

export const realClockName = 'real';
const realClockPrefix = 'INV';

/** Makes the one real clock on a new database and answers it. */
export async function ensureRealClock(database: Database): Promise<Clock> {
  const present = await findClock(database, realClockName);
  if (present !== undefined) return present;
  const { clock } = await openClock(database, {
    name: realClockName,
    kind: 'real',
    nowAt: null,
    numberPrefix: realClockPrefix,
    actor: 'durabill',
  });
  return clock;
}

export type NewTestClock = {
  /** Letters, digits, `.`, `_` and `-`, at most 80; it stands in addresses. */
  name: string;
  /** RFC 3339: the business time that it begins with. */
  startsAt: string;
  /** Opens the numbers of its invoices: 1 to 12 capital letters and digits, of its own. */
  numberPrefix: string;
};

/**
 * Makes a test clock. Asked again for the same it answers the one that is there, however far it has been advanced.
 * @throws DurabillError request-invalid, conflict
 */
export async function createTestClock(
  database: Database,
  input: NewTestClock,
  actor: string,
): Promise<{ clock: Clock; created: boolean }> {
  const { name, numberPrefix } = input;
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/.test(name)) {
    const reason = 'The name must be 1 to 80 letters, digits, ".", "_" and "-", and begin with a letter or digit.';
    throw new DurabillError('request-invalid', { field: 'name', reason });
  }
  if (!/^[A-Z0-9]{1,12}$/.test(numberPrefix)) {
    const reason = 'The prefix must be 1 to 12 capital letters and digits.';
    throw new DurabillError('request-invalid', { field: 'numberPrefix', reason });
  }
  const startsAt = readInstant(input.startsAt, 'startsAt');
  const { clock, created } = await openClock(database, { name, kind: 'test', nowAt: startsAt, numberPrefix, actor });
  if (!created) requireSame(clock, { numberPrefix, startsAt });
  return { clock, created };
}

/** The time that a clock began with is not kept, only where it stands: an earlier start may well be the same one. */
function requireSame(stored: Clock, { numberPrefix, startsAt }: { numberPrefix: string; startsAt: Date }): void {
  const refuse = (field: string, reason: string) => new DurabillError('conflict', { field, reason });
  if (stored.kind === 'real') throw refuse('name', `"${stored.name}" is the name of the real clock.`);
  if (stored.numberPrefix !== numberPrefix) {
    throw refuse('numberPrefix', `The clock "${stored.name}" has the prefix ${stored.numberPrefix}.`);
  }
  if (startsAt > stored.now) {
    throw refuse('startsAt', `The clock "${stored.name}" is there and stands at ${stored.now.toISOString()}.`);
  }
}

async function openClock(
  database: Database,
  { actor, ...clock }: { name: string; kind: 'real' | 'test'; nowAt: Date | null; numberPrefix: string; actor: string },
): Promise<{ clock: Clock; created: boolean }> {
  return await database.transaction(async (sql) => {
    const id = clockIdOf(clock.name);
    const created = await insertClock(sql, { id, ...clock });
    if (created) {
      const detail = { kind: clock.kind, numberPrefix: clock.numberPrefix };
      await appendAudit(sql, [{ subjectKind: 'clock', subjectId: id, actor, action: 'created', detail }]);
    }
    const stored = await findClock(sql, clock.name);
    if (stored === undefined) {
      const reason = `The prefix ${clock.numberPrefix} belongs to another clock.`;
      throw new DurabillError('conflict', { field: 'numberPrefix', reason });
    }
    return { clock: stored, created };
  });
}

/** @throws DurabillError clock-unknown */
export async function getClock(database: Database, name: string, field = 'clock'): Promise<Clock> {
  const clock = await findClock(database, name);
  if (clock === undefined) {
    throw new DurabillError('clock-unknown', { field, reason: `There is no clock "${name.slice(0, 80)}".` });
  }
  return clock;
}
