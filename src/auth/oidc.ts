import { randomBytes, randomUUID } from 'node:crypto';
import * as client from 'openid-client';
import { DurabillError } from '../errors/error.ts';
import type { Database } from '../store/database.ts';
import { insertAttempt, takeAttempt } from '../store/oidc-attempts.ts';
import { findOperatorByEmail, insertOperator, noteOperatorSignIn, updateOperator } from '../store/operators.ts';
import { readAddress, readName } from './fields.ts';
import { auditOperator } from './operators.ts';
import { type OperatorRole, operatorRoles } from './roles.ts';
import { hashOf } from './secrets.ts';
import { openSession } from './sessions.ts';

export type OidcConfig = {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** A claim whose values give roles; without it only operators who are here already come in, in the role that they have here. */
  roles: { claim: string; byValue: ReadonlyMap<string, OperatorRole> } | undefined;
};

export type OidcProvider = {
  /** Where the browser is to go, and what it has to bring back as a cookie. */
  begin(database: Database, redirectUri: string): Promise<{ url: string; browserSecret: string }>;
  /** @throws DurabillError sign-in-refused, unavailable */
  finish(
    database: Database,
    answer: { url: URL; browserSecret: string | undefined; userAgent: string | undefined },
  ): Promise<{ secret: string; lifeSeconds: number }>;
};

/** How long a sign-in may take at the provider. */
const attemptSeconds = 10 * 60;
const timeoutSeconds = 10;

/**
 * Sign-in of operators by OpenID Connect: the authorization code flow with PKCE, state and nonce, and the answer tied to the
 * browser that asked. Who somebody is, is their e-mail address, and only if the provider says that it is verified: otherwise whoever
 * may choose an address there would be whoever has it here. The provider is asked for its addresses at the first sign-in.
 */
export function createOidcProvider(config: OidcConfig, { allowsHttp = false } = {}): OidcProvider {
  let known: Promise<client.Configuration> | undefined;
  const discover = () => {
    const execute = allowsHttp ? [client.allowInsecureRequests] : [];
    const { issuer, clientId, clientSecret } = config;
    known ??= client
      .discovery(new URL(issuer), clientId, clientSecret, undefined, { execute, timeout: timeoutSeconds })
      .catch((cause: unknown) => {
        known = undefined;
        throw new DurabillError('unavailable', { reason: 'The provider of OpenID Connect cannot be reached.', cause });
      });
    return known;
  };
  return {
    async begin(database, redirectUri) {
      const provider = await discover();
      const codeVerifier = client.randomPKCECodeVerifier();
      const state = client.randomState();
      const nonce = client.randomNonce();
      const browserSecret = randomBytes(32).toString('base64url');
      const hashes = { stateHash: hashOf(state), browserHash: hashOf(browserSecret) };
      await insertAttempt(database, { ...hashes, codeVerifier, nonce, lifeSeconds: attemptSeconds });
      const url = client.buildAuthorizationUrl(provider, {
        redirect_uri: redirectUri,
        scope: 'openid email profile',
        code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: 'S256',
        state,
        nonce,
      });
      return { url: url.href, browserSecret };
    },

    async finish(database, { url, browserSecret, userAgent }) {
      const state = url.searchParams.get('state');
      const hashes = { stateHash: hashOf(state ?? ''), browserHash: hashOf(browserSecret ?? '') };
      const attempt = await takeAttempt(database, hashes);
      if (attempt === undefined || state === null) {
        throw new DurabillError('sign-in-refused', { reason: 'This sign-in was not begun here, or took too long.' });
      }
      const claims = await claimsOf(await discover(), url, { ...attempt, state });
      return await letIn(database, claims, config.roles, userAgent);
    },
  };
}

type Claims = Record<string, unknown>;

async function claimsOf(
  provider: client.Configuration,
  url: URL,
  { state, nonce, codeVerifier }: { state: string; nonce: string; codeVerifier: string },
): Promise<Claims> {
  try {
    const tokens = await client.authorizationCodeGrant(provider, url, {
      pkceCodeVerifier: codeVerifier,
      expectedState: state,
      expectedNonce: nonce,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    if (claims === undefined) throw new Error('The provider has sent no ID token.');
    // Many providers tell the address only there.
    const more =
      claims['email'] === undefined ? await client.fetchUserInfo(provider, tokens.access_token, claims.sub) : {};
    return { ...more, ...claims };
  } catch (cause) {
    throw new DurabillError('sign-in-refused', { reason: 'The provider of OpenID Connect has not let you in.', cause });
  }
}

async function letIn(
  database: Database,
  claims: Claims,
  roles: OidcConfig['roles'],
  userAgent: string | undefined,
): Promise<{ secret: string; lifeSeconds: number }> {
  const { email: given, email_verified: isVerified, name } = claims;
  if (typeof given !== 'string' || isVerified !== true) {
    throw new DurabillError('sign-in-refused', {
      reason: 'The provider does not say that your e-mail address is yours.',
    });
  }
  const email = readAddress(given);
  const role = roles && roleIn(claims[roles.claim], roles.byValue);
  const refused = new DurabillError('sign-in-refused', { reason: 'You have no access here.' });
  if (roles !== undefined && role === undefined) throw refused;
  return await database.transaction(async (sql) => {
    let operator = await findOperatorByEmail(sql, email);
    if (operator === undefined && role !== undefined) {
      const id = randomUUID();
      const called = readName(typeof name === 'string' && name.trim() !== '' ? name.slice(0, 255) : email);
      await insertOperator(sql, { id, email, name: called, role, passwordHash: null });
      await auditOperator(sql, id, 'oidc', 'operator added', { role });
      operator = await findOperatorByEmail(sql, email);
    }
    if (operator === undefined || operator.disabledAt !== null) throw refused;
    if (role !== undefined && role !== operator.role) {
      await updateOperator(sql, operator.id, { role });
      await auditOperator(sql, operator.id, 'oidc', 'operator changed', { changed: ['role'], role });
    }
    if (!(await noteOperatorSignIn(sql, operator.id))) throw refused;
    return await openSession(sql, { operatorId: operator.id, email }, { signedInBy: 'oidc', userAgent });
  });
}

/** The highest role that one of the values gives. */
function roleIn(claim: unknown, byValue: ReadonlyMap<string, OperatorRole>): OperatorRole | undefined {
  const given = [claim].flat().flatMap((value) => byValue.get(String(value)) ?? []);
  return operatorRoles.findLast((role) => given.includes(role));
}
