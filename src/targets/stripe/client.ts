import Stripe from 'stripe';
import type { RequestPace } from '../port.ts';
import { pacedHttpClient } from './paced-http.ts';

/** The version that requests are written for and answers read by; moved on purpose, never by an update of the SDK. */
export const apiVersion = '2026-10-28.endive';
/** Below the activity's own limit, so that a hanging call ends as an answer that never came. */
const timeoutMs = 30_000;

/**
 * The official SDK. Its own retries are off: Temporal's are durable, visible and reuse the stored key. (It still
 * repeats a reset connection once by itself, under the same key.)
 * @param options.apiBase another server that speaks Stripe's API, such as the simulator
 * @param options.pace asked for a turn before each HTTP request; without it nothing slows the requests down
 */
export function openStripe(options: { secretKey: string; apiBase?: string | undefined; pace?: RequestPace }): Stripe {
  const server = options.apiBase === undefined ? undefined : new URL(options.apiBase);
  return new Stripe(options.secretKey, {
    apiVersion,
    maxNetworkRetries: 0,
    timeout: timeoutMs,
    telemetry: false,
    appInfo: { name: 'Durabill' },
    ...(options.pace && { httpClient: pacedHttpClient(options.pace) }),
    ...(server !== undefined && {
      host: server.hostname,
      port: server.port || (server.protocol === 'https:' ? '443' : '80'),
      protocol: server.protocol === 'https:' ? 'https' : 'http',
    }),
  });
}
