import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../store/database.ts';
import { furthestTurnMs, putOffTurns, takeTurn, takeTurnFirst } from '../store/request-turns.ts';
import { isStoppedSince } from '../store/requests.ts';
import { type RequestPace, stoppedCode, TargetError } from '../targets/port.ts';
import { type RequestWindow, windowOf } from './request-window.ts';

/** Requests a second, kept by all processes together. */
export type RequestRates = { perOperation: number; total: number };

/** One in so many may go first: about one a second of what Stripe takes of an operation. */
const reservedShare = 1 / 24;

/** Whoever has waited longer than this may have been stopped meanwhile. */
const noticeableMs = 100;

/**
 * After a refusal so many turns are left out, beside the one that was of no use. The pace stays below the limit, so that what is
 * refused came a little too close together, and one turn makes room again; where others use up the account's limit, each
 * refusal adds to it.
 */
const turnsLeftOut = 1;

/**
 * The pace of requests to a target, shared through PostgreSQL by every process on every machine. Waiting takes no
 * connection and no lock; a turn whose caller dies is lost, which costs one interval.
 * @param priority `high` goes before all that wait, at the little pace that is kept free for it
 */
export function requestPaceOf(
  database: Database,
  rates: RequestRates,
  priority: 'normal' | 'high' = 'normal',
  window: RequestWindow = windowOf(rates),
): RequestPace {
  const intervals = { operationMs: 1_000 / rates.perOperation, totalMs: 1_000 / rates.total };
  const reserved = { operationMs: intervals.operationMs / reservedShare, totalMs: intervals.totalMs / reservedShare };
  const take = async (operation: string) =>
    (priority === 'high' ? await takeTurnFirst(database, operation, intervals, reserved) : undefined) ??
    (await takeTurn(database, operation, intervals));
  return {
    async turn(operation, write) {
      const turn = await take(operation).catch((cause: Error) => {
        throw new TargetError('retry', 'pace', `The pace of ${operation} cannot be read: ${cause.message}`, { cause });
      });
      if (turn === undefined) {
        const reason = `The pace of ${operation} is booked out for ${furthestTurnMs / 1_000} s.`;
        throw new TargetError('retry', 'pace', reason, { retryAfterMs: furthestTurnMs / 2 });
      }
      if (turn.waitMs > 0) await sleep(turn.waitMs);
      if (
        write !== undefined &&
        turn.waitMs >= noticeableMs &&
        (await isStoppedSince(database, write.idempotencyKey))
      ) {
        throw new TargetError('retry', stoppedCode, 'It was paused or held while it waited for its turn.');
      }
      // The last of all: whatever else is waited for could let many go in the same moment.
      await window(operation);
    },
    async refused(operation, scope) {
      // The refusal itself is what the caller hears; if putting off fails too, the next request finds out by itself.
      const [name, interval] = scope === 'all' ? ['total', intervals.totalMs] : [operation, intervals.operationMs];
      await putOffTurns(database, name, turnsLeftOut * interval).catch(() => undefined);
    },
  };
}
