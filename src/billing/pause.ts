import { appendAudit } from '../store/audit.ts';
import type { Database } from '../store/database.ts';
import { beginPause, endPause, type Pause, type PauseKind } from '../store/pauses.ts';
import { readReason } from './text.ts';

/** Stops all issuing and every write to Stripe, at once and for every process. @returns the pause that is on now */
export async function pauseAll(
  database: Database,
  { kind = 'operator', reason }: { kind?: PauseKind; reason: string },
  actor: string,
): Promise<Pause & { isNew: boolean }> {
  const given = readReason(reason);
  return await database.transaction(async (sql) => {
    const pause = await beginPause(sql, { kind, reason: given, begunBy: actor });
    if (pause.isNew) {
      await appendAudit(sql, [
        { subjectKind: 'pause', subjectId: pause.id, actor, action: 'paused', detail: { kind } },
      ]);
    }
    return pause;
  });
}

/** Ends the pause of a kind; what waited goes on within a minute. @returns the one that was ended; undefined if none was on */
export async function resumeAll(
  database: Database,
  { kind = 'operator', reason }: { kind?: PauseKind; reason: string },
  actor: string,
): Promise<Pause | undefined> {
  const given = readReason(reason);
  return await database.transaction(async (sql) => {
    const pause = await endPause(sql, { kind, endedBy: actor, reason: given });
    if (pause !== undefined) {
      await appendAudit(sql, [
        { subjectKind: 'pause', subjectId: pause.id, actor, action: 'resumed', detail: { kind } },
      ]);
    }
    return pause;
  });
}
