import type { FastifyInstance } from 'fastify';
import { answerConditionally } from './conditional.ts';
import { tellDeprecations } from './deprecation.ts';
import type { ApiDeps } from './deps.ts';
import { heedIdempotencyKeys } from './idempotency.ts';
import { limitRates } from './rate-limits.ts';
import { logRequests } from './request-log.ts';

/** What holds for every address alike, once it is known who calls; docs/api.md tells of each. */
export function addQualities(app: FastifyInstance, { database, rateLimits }: ApiDeps): void {
  if (rateLimits !== undefined) limitRates(app, rateLimits);
  tellDeprecations(app);
  answerConditionally(app, database);
  heedIdempotencyKeys(app, database);
  logRequests(app, database);
}
