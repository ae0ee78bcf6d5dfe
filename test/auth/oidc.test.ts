import assert from 'node:assert/strict';
import { createOidcProvider } from '../../src/auth/oidc.ts';
import { createOperator } from '../../src/auth/operators.ts';
import type { OperatorRole } from '../../src/auth/roles.ts';
import { headersOf, secretIn } from '../api/access-support.ts';
import { useApi } from '../api/support.ts';
import { type Account, startOidcServer } from './oidc-server.ts';

const publicUrl = 'http://127.0.0.1:7070';
const redirectUri = `${publicUrl}/v1/sign-in/oidc/callback`;

type Server = Awaited<ReturnType<typeof startOidcServer>>;

/** The server is named by the deployment's configuration, which is read before a test's own server is up. */
const lateOidc = (of: () => ReturnType<typeof createOidcProvider>): ReturnType<typeof createOidcProvider> => ({
  begin: (...given) => of().begin(...given),
  finish: (...given) => of().finish(...given),
});

describe('Sign-in by OpenID Connect', function () {
  this.timeout(30_000);
  let server: Server;
  let oidc: ReturnType<typeof createOidcProvider>;
  const api = useApi({ access: { publicUrl, oidc: lateOidc(() => oidc) } });
  const openWith = (roles?: Record<string, OperatorRole>) => {
    const mapped = roles && { claim: 'groups', byValue: new Map(Object.entries(roles)) };
    const settings = { clientId: 'durabill', clientSecret: 'a-secret-of-the-test', roles: mapped };
    oidc = createOidcProvider({ issuer: server.issuer, ...settings }, { allowsHttp: true });
  };
  before(async () => {
    server = await startOidcServer(redirectUri);
  });
  after(() => server?.stop());
  beforeEach(() => openWith());

  const cookiesOf = (headers: Record<string, unknown>) =>
    [headers['set-cookie'] ?? []].flat().map((cookie) => String(cookie).split(';')[0] ?? '');

  async function begin() {
    const answer = await api.app.inject({ url: '/v1/sign-in/oidc' });
    assert.equal(answer.statusCode, 303);
    return { url: String(answer.headers.location), cookie: cookiesOf(answer.headers).join('; ') };
  }

  /** Walks through the provider as a browser does. @returns where it sends the browser back to */
  async function walk(start: string): Promise<string> {
    const jar = new Map<string, string>();
    let url = start;
    for (let step = 0; step < 12; step += 1) {
      const cookie = [...jar].map((pair) => pair.join('=')).join('; ');
      const answer = await fetch(url, { redirect: 'manual', headers: { cookie } });
      for (const set of answer.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
        jar.set(name, value);
      }
      const location = answer.headers.get('location');
      assert.ok(location, `${url} leads nowhere: ${answer.status} ${await answer.text()}`);
      url = new URL(location, url).href;
      if (url.startsWith(redirectUri)) return url;
    }
    throw new Error('The provider leads in a circle.');
  }

  const finish = (back: string, cookie: string) =>
    api.app.inject({ url: back.slice(publicUrl.length), headers: { cookie } });
  const signInAs = async (account: Account) => {
    server.become(account);
    const { url, cookie } = await begin();
    return await finish(await walk(url), cookie);
  };
  const who = async (headers: Record<string, string>) => (await api.app.inject({ url: '/v1/session', headers })).json();
  const refusedAt = (answer: Awaited<ReturnType<typeof finish>>) => {
    assert.equal(answer.headers.location, `${publicUrl}/sign-in/operator?refused=sign-in-refused`);
    assert.ok(cookiesOf(answer.headers).every((cookie) => !cookie.startsWith('durabill_session=')));
  };

  it('lets an operator in who is here, with PKCE, state and nonce, in the role of here', async () => {
    const email = 'ada@acme.example';
    await createOperator(api.database, { email, name: 'Ada', role: 'finance' }, 'test');
    const { url } = await begin();
    const { searchParams } = new URL(url);
    assert.equal(searchParams.get('code_challenge_method'), 'S256');
    for (const name of ['code_challenge', 'state', 'nonce']) assert.ok(searchParams.get(name), name);
    const answer = await signInAs({ email: 'Ada@acme.example', email_verified: true, groups: ['admins'] });
    assert.equal(answer.headers.location, `${publicUrl}/operations`);
    const session = await who(headersOf(secretIn(answer.headers)));
    assert.deepEqual([session.kind, session.email, session.role], ['operator', email, 'finance']);
    assert.deepEqual((await api.get('/v1/sign-in')).body, { mail: false, oidc: true });
  });

  it('refuses who is not here, is disabled, or has an address that nobody has verified', async () => {
    refusedAt(await signInAs({ email: 'nobody@acme.example', email_verified: true }));
    const { id } = await createOperator(
      api.database,
      { email: 'out@acme.example', name: 'Out', role: 'admin' },
      'test',
    );
    await createOperator(api.database, { email: 'other@acme.example', name: 'Other', role: 'admin' }, 'test');
    await api.call('PATCH', `/v1/operators/${id}`, { body: { disabled: true } });
    refusedAt(await signInAs({ email: 'out@acme.example', email_verified: true }));
    refusedAt(await signInAs({ email: 'other@acme.example', email_verified: false }));
    refusedAt(await signInAs({ email: 'other@acme.example' }));
    refusedAt(await signInAs({}));
  });

  it('takes an answer once, and from the browser that asked', async () => {
    await createOperator(api.database, { email: 'one@acme.example', name: 'One', role: 'viewer' }, 'test');
    server.become({ email: 'one@acme.example', email_verified: true });
    const mine = await begin();
    const theirs = await begin();
    const back = await walk(mine.url);
    refusedAt(await finish(back, ''));
    refusedAt(await finish(back, theirs.cookie));
    const forged = new URL(back);
    forged.searchParams.set('state', new URL(theirs.url).searchParams.get('state') ?? '');
    refusedAt(await finish(forged.href, theirs.cookie));
    assert.equal((await finish(back, mine.cookie)).headers.location, `${publicUrl}/operations`);
    refusedAt(await finish(back, mine.cookie));
  });

  it('gives roles by a claim, the highest of several, and follows it', async () => {
    openWith({ billing: 'finance', chiefs: 'admin' });
    const email = 'grace@acme.example';
    const first = await signInAs({ email, email_verified: true, name: 'Grace', groups: ['billing', 'golf'] });
    const session = await who(headersOf(secretIn(first.headers)));
    assert.deepEqual([session.name, session.role], ['Grace', 'finance']);
    const second = await signInAs({ email, email_verified: true, groups: ['billing', 'chiefs'] });
    assert.equal((await who(headersOf(secretIn(second.headers)))).role, 'admin');
    refusedAt(await signInAs({ email, email_verified: true, groups: ['golf'] }));
    refusedAt(await signInAs({ email, email_verified: true }));
  });

  it('says that the provider is away', async () => {
    oidc = createOidcProvider(
      { issuer: 'http://127.0.0.1:1', clientId: 'durabill', clientSecret: 'x', roles: undefined },
      { allowsHttp: true },
    );
    const answer = await api.app.inject({ url: '/v1/sign-in/oidc' });
    assert.deepEqual([answer.statusCode, answer.json().code], [503, 'unavailable']);
  });
});
