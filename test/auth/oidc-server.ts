import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

export type Account = { email?: string; email_verified?: boolean; name?: string; groups?: string[] };

/** A real provider of OpenID Connect, whose account is whoever `become` has said. */
export async function startOidcServer(redirectUri: string) {
  let account: Account = {};
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: 'durabill', client_secret: 'a-secret-of-the-test', redirect_uris: [redirectUri] }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'groups'] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    cookies: { keys: ['of the test'] },
    findAccount: async (_context, sub) => ({ accountId: sub, claims: async () => ({ sub, ...account }) }),
    interactions: { url: async (_context, interaction) => `/interaction/${interaction.uid}` },
  });
  server.on('request', (request, reply) => {
    if (!request.url?.startsWith('/interaction/')) {
      provider.callback()(request, reply);
      return;
    }
    void agree(provider, request, reply);
  });
  return {
    issuer,
    become(next: Account) {
      account = next;
    },
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Signs in as the one account there is, and agrees to everything. */
async function agree(provider: Provider, ...[request, reply]: Parameters<Provider['interactionDetails']>) {
  const { prompt, params, session } = await provider.interactionDetails(request, reply);
  if (prompt.name === 'login') {
    await provider.interactionFinished(request, reply, { login: { accountId: 'somebody' } });
    return;
  }
  const grant = new provider.Grant({ accountId: session?.accountId ?? '', clientId: String(params['client_id']) });
  grant.addOIDCScope(String(params['scope']));
  const grantId = await grant.save();
  await provider.interactionFinished(request, reply, { consent: { grantId } });
}
