import { DurabillError } from '../errors/error.ts';
import { appendAudit } from '../store/audit.ts';
import type { Database } from '../store/database.ts';
import { findRun } from '../store/run-views.ts';
import type { RunKind } from '../store/runs.ts';
import { runIdOf } from './ids.ts';
import { readInstant } from './instant.ts';
import { type Clock, getClock } from './open-clock.ts';
import { readText } from './text.ts';

/** An advance lays out and bills every month on the way; a slipped digit of the year is not to start that. */
const longestAdvanceYears = 5;

/** Those of the hours are started by their Schedule alone, or by an advance: each takes all that is due by then. */
export type OrderedKind = Exclude<RunKind, 'hourly-invoicing' | 'dunning'>;

export type RunOrder = {
  kind: OrderedKind;
  clock: Clock;
  at: Date;
  /** The same advance, where it has been made already: there is nothing to start. */
  finished?: { id: string; workflowId: string; alreadyStarted: true };
};

/**
 * Reads the order for a billing run and refuses what would do harm: a cut-off that the clock has not reached would
 * bill months that are still going on, the real clock cannot be moved, and no clock goes back.
 * @param input `at` is RFC 3339
 * @throws DurabillError request-invalid, clock-unknown, run-refused
 */
export async function readRunOrder(
  database: Database,
  input: { kind: OrderedKind; clock: string; at: string },
): Promise<RunOrder> {
  const { kind } = input;
  const at = readInstant(input.at, 'at');
  const name = readText(input.clock, { code: 'request-invalid', field: 'clock', name: 'The clock', maxLength: 80 });
  const clock = await getClock(database, name);
  if (kind === 'advance') return await readAdvance(database, clock, at);
  if (at > clock.now) {
    throw refusal(
      `${timeOn(clock)}; ${at.toISOString()} is still to come.`,
      clock.kind === 'test'
        ? 'Advance the clock first, or instead.'
        : 'Wait until then, or choose an instant that is over.',
    );
  }
  return { kind, clock, at };
}

/** Tells in the run's audit chain who has ordered it. Before it is started, so that none is at work untold. */
export async function tellOfRun(database: Database, { kind, clock, at }: RunOrder, actor: string): Promise<void> {
  const subject = { subjectKind: 'run', subjectId: runIdOf(clock.id, kind, at) };
  const detail = { kind, clockId: clock.id, at: at.toISOString() };
  await database.transaction((sql) => appendAudit(sql, [{ ...subject, actor, action: 'ordered', detail }]));
}

async function readAdvance(database: Database, clock: Clock, at: Date): Promise<RunOrder> {
  const kind = 'advance';
  if (clock.kind === 'real') {
    throw new DurabillError('run-refused', {
      field: 'clock',
      reason: 'The real clock moves by itself; only a test clock can be advanced.',
      mend: 'Name a test clock; POST /v1/clocks makes one.',
    });
  }
  const furthest = new Date(clock.now);
  furthest.setUTCFullYear(furthest.getUTCFullYear() + longestAdvanceYears);
  if (at > furthest) {
    const reason = `${timeOn(clock)}; one run advances it by at most ${longestAdvanceYears} years.`;
    throw refusal(reason, `Advance it to ${furthest.toISOString()} or less, then on from there.`);
  }
  const run = await findRun(database, runIdOf(clock.id, kind, at));
  if (run !== undefined && run.finishedAt !== null) {
    return { kind, clock, at, finished: { id: run.id, workflowId: run.workflowId, alreadyStarted: true } };
  }
  // One that is on the way may have moved the clock to its goal a moment ago.
  if (at < clock.now && run === undefined) {
    throw refusal(`${timeOn(clock)}; a clock does not go back.`, 'Choose a later instant.');
  }
  return { kind, clock, at };
}

function timeOn({ name, now }: Clock): string {
  return `It is ${now.toISOString()} on the clock "${name}"`;
}

function refusal(reason: string, mend: string): DurabillError {
  return new DurabillError('run-refused', { field: 'at', reason, mend });
}
