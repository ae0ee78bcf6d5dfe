import { DurabillError } from '../errors/error.ts';
import type { Database } from '../store/database.ts';
import type { RunKind } from '../store/runs.ts';
import { readInstant } from './instant.ts';
import { type Clock, getClock } from './open-clock.ts';

export type RunOrder = { kind: RunKind; clock: Clock; at: Date };

/**
 * Reads the order for a billing run and refuses what would do harm: a cut-off that the clock has not reached would
 * bill months that are still going on, and the real clock cannot be moved.
 * @param input `at` is RFC 3339
 * @throws DurabillError request-invalid, clock-unknown, run-refused
 */
export async function readRunOrder(
  database: Database,
  input: { kind: RunKind; clock: string; at: string },
): Promise<RunOrder> {
  const at = readInstant(input.at, 'at');
  const clock = await getClock(database, input.clock);
  const { kind } = input;
  if (kind === 'advance' && clock.kind === 'real') {
    throw new DurabillError('run-refused', {
      field: 'clock',
      reason: 'The real clock moves by itself; only a test clock can be advanced.',
      mend: 'Name a test clock; POST /v1/clocks makes one.',
    });
  }
  if (kind !== 'advance' && at > clock.now) {
    throw new DurabillError('run-refused', {
      field: 'at',
      reason: `It is ${clock.now.toISOString()} on the clock "${clock.name}"; ${at.toISOString()} is still to come.`,
      mend:
        clock.kind === 'test'
          ? 'Advance the clock first, or instead.'
          : 'Wait until then, or choose an instant that is over.',
    });
  }
  return { kind, clock, at };
}
