import { createHmac } from 'node:crypto';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

/** `Stripe-Signature`: HMAC-SHA256 with the endpoint's secret over the time, a dot and the raw body. */
export function signatureOf(secret: string, seconds: number, body: string): string {
  const v1 = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return `t=${seconds},v1=${v1}`;
}

/** What came of a POST: a status, or why there was none. */
export type Posted = { status: number; error: null } | { status: null; error: string };

/** Sends one event. Redirects are not followed, and every POST has a connection of its own, as a restart would break a kept one. */
export function post(url: string, body: string, signature: string, signal: AbortSignal): Promise<Posted> {
  const headers = {
    Accept: '*/*; q=0.5, application/xml',
    'Cache-Control': 'no-cache',
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    'Stripe-Signature': signature,
    'User-Agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
  };
  const send = url.startsWith('https:') ? requestHttps : requestHttp;
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException) =>
      resolve({ status: null, error: signal.aborted ? 'timeout' : (error.code ?? error.message) });
    const sent = send(url, { method: 'POST', headers, agent: false, signal }, (response) => {
      // The answer's body says nothing to Stripe, but has to be read for the connection to end.
      response.on('error', failed);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, error: null }));
      response.resume();
    });
    sent.on('error', failed);
    sent.end(body);
  });
}
