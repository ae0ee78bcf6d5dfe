import type { FastifyInstance } from 'fastify';
import { readReason } from '../billing/text.ts';
import { DurabillError } from '../errors/error.ts';
import { giveReason } from '../store/given-reason.ts';

/** Headers are ASCII, and reasons are written in any language: percent-encoded UTF-8. */
export const reasonHeader = 'durabill-reason';

/**
 * Takes the reason that may come beside any request, so that every audit link that is written for it says why. One shape for all
 * actions, whether or not their body has a place for it; a reason in the body is the action's own and goes first.
 */
export function readReasons(app: FastifyInstance): void {
  app.addHook('preHandler', (request, _reply, done) => {
    const header = request.headers[reasonHeader];
    if (header === undefined || request.method === 'GET' || request.method === 'HEAD') return done();
    let reason: string;
    try {
      reason = readReason(decode(String(header)));
    } catch (error) {
      return done(error as Error);
    }
    giveReason(reason, done);
  });
}

function decode(header: string): string {
  try {
    return decodeURIComponent(header);
  } catch {
    throw new DurabillError('request-invalid', {
      field: reasonHeader,
      reason: 'The header is not percent-encoded UTF-8.',
      mend: 'Encode it, as encodeURIComponent does.',
    });
  }
}
