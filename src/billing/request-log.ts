import type { Database } from '../store/database.ts';
import { type RequestSubject, readLatestRequest, recordAnswer, storeRequest } from '../store/requests.ts';
import { type RequestLog, stoppedCode, TargetError } from '../targets/port.ts';

/**
 * The stored requests of one subject. A key names account, subject, step and generation, so it is the same in every
 * retry and every run, and never comes from anything that changes with them.
 */
export function requestLogOf(database: Database, subject: RequestSubject): RequestLog {
  return {
    async begin({ step, operation, params, after }) {
      const keyPrefix = ['durabill', subject.accountId, subject.kind, subject.id, step].join('/');
      const afterGeneration = after?.generation ?? 0;
      const stored = await storeRequest(database, subject, { step, afterGeneration, keyPrefix, operation, params });
      if (stored === undefined)
        throw new TargetError('retry', stoppedCode, 'Nothing is sent now: a pause or a hold is on.');
      return stored;
    },
    latest: async (step) => await readLatestRequest(database, subject, step),
    answered: async (request, answer) => await recordAnswer(database, request.idempotencyKey, answer),
  };
}
