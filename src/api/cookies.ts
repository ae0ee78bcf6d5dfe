import { fastifyCookie } from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * The cookie that carries a session's secret. Over https it has the prefix by which browsers refuse it from any other host,
 * path or plain connection.
 */
export function sessionCookieName(publicUrl: string): string {
  return isSecure(publicUrl) ? '__Host-durabill_session' : 'durabill_session';
}

export function readCookie({ headers }: FastifyRequest, name: string): string | undefined {
  return headers.cookie === undefined ? undefined : fastifyCookie.parse(headers.cookie)[name];
}

/** No script reads it, and no other site's request carries it but for a link that is followed. */
export function setCookie(
  reply: FastifyReply,
  publicUrl: string,
  { name, value, maxAgeSeconds }: { name: string; value: string; maxAgeSeconds: number },
): void {
  const options = { httpOnly: true, sameSite: 'lax', path: '/', secure: isSecure(publicUrl) } as const;
  reply.header('set-cookie', fastifyCookie.serialize(name, value, { ...options, maxAge: maxAgeSeconds }));
}

const isSecure = (publicUrl: string) => new URL(publicUrl).protocol === 'https:';
