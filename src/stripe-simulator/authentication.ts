import { unauthorized } from './errors.ts';

/** Checks a secret key sent as bearer token or as the user of basic authentication. Throws a 401 as Stripe words it. */
export function authenticate(authorization: string | undefined, accepted: string): void {
  const sent = keyOf(authorization);
  if (sent === '') {
    throw unauthorized(
      "You did not provide an API key. Send it in the Authorization header: 'Bearer YOUR_SECRET_KEY'.",
    );
  }
  if (sent !== accepted) throw unauthorized(`Invalid API Key provided: ${masked(sent)}`);
}

function keyOf(authorization: string | undefined): string {
  const [scheme = '', credentials = ''] = (authorization ?? '').split(' ');
  if (scheme.toLowerCase() === 'bearer') return credentials;
  if (scheme.toLowerCase() !== 'basic') return '';
  return Buffer.from(credentials, 'base64').toString('utf8').split(':')[0] ?? '';
}

/** Enough to recognise one's own key, not enough to use it. */
function masked(key: string): string {
  return key.length < 12 ? '*'.repeat(key.length) : `${key.slice(0, 8)}${'*'.repeat(key.length - 12)}${key.slice(-4)}`;
}
