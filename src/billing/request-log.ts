import type { Database } from '../store/database.ts';
import { noteRequest, type RequestSubject, readLatestRequest, recordAnswer, storeRequest } from '../store/requests.ts';
import { type RequestLog, stoppedCode, TargetError } from '../targets/port.ts';

/**
 * The stored requests of one subject. A key names account, subject, step and generation, so it is the same in every
 * retry and every run, and never comes from anything that changes with them. What is sent and what becomes of it goes
 * into the subject's history.
 */
export function requestLogOf(database: Database, subject: RequestSubject): RequestLog {
  return {
    async begin({ after, ...request }) {
      const keyPrefix = ['durabill', subject.accountId, subject.kind, subject.id, request.step].join('/');
      const afterGeneration = after?.generation ?? 0;
      const stored = await storeRequest(database, subject, { ...request, afterGeneration, keyPrefix });
      if (stored === undefined) {
        const reason = 'Nothing is sent now: a pause or a hold is on, or another attempt has taken over.';
        throw new TargetError('retry', stoppedCode, reason);
      }
      return stored;
    },
    latest: async (step) => await readLatestRequest(database, subject, step),
    answered: async (request, answer) => await recordAnswer(database, request.idempotencyKey, answer),
    noted: async (request, news) => await noteRequest(database, subject, request, news),
  };
}
