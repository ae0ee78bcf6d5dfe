import { randomBytes } from 'node:crypto';
import { choosableTypes } from '../../domain/webhook/event-types.ts';
import { DurabillError } from '../../errors/error.ts';
import { type Rules, urlFault } from '../../notify/webhooks/addresses.ts';
import type { Database } from '../../store/database.ts';
import { findEndpoint, type WebhookEndpoint } from '../../store/webhook-endpoints.ts';

/** Of one customer, and of the business. */
export const mostEndpoints = 20;

/** 32 random bytes, as Standard Webhooks writes them. */
export function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

/** @throws DurabillError request-invalid */
export function readUrl(url: string, rules: Rules): string {
  const fault = urlFault(url, rules);
  if (fault === undefined) return url;
  throw new DurabillError('request-invalid', {
    field: 'url',
    reason: `Nothing can be sent to this address: ${fault}.`,
    mend: 'Name an https address of the internet.',
  });
}

/** @throws DurabillError request-invalid for a type that there is not, or of which its owner is not told */
export function readEventTypes(types: readonly string[] | null, isOfCustomer: boolean): string[] | null {
  if (types === null) return null;
  const known = choosableTypes(isOfCustomer).map(({ type }) => type);
  const unknown = types.findIndex((type) => !known.includes(type));
  if (unknown < 0) return [...new Set(types)];
  throw new DurabillError('request-invalid', {
    field: `eventTypes[${unknown}]`,
    reason: `There is no event type "${types[unknown]?.slice(0, 60)}" for this endpoint.`,
    mend: `Event types are ${known.join(', ')}.`,
  });
}

/** @throws DurabillError not-found */
export async function getEndpoint(database: Database, reference: string): Promise<WebhookEndpoint> {
  const found = await findEndpoint(database, reference);
  if (found !== undefined) return found;
  throw noSuchEndpoint(reference);
}

export function noSuchEndpoint(reference: string): DurabillError {
  const reason = `There is no webhook endpoint with the id "${reference.slice(0, 80)}".`;
  return new DurabillError('not-found', { field: 'id', reason });
}
