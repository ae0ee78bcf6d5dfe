/** It comes without types: as much of it as the test's server uses. */
declare module 'oidc-provider' {
  import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

  type Interaction = {
    uid: string;
    prompt: { name: string };
    params: Record<string, unknown>;
    session?: { accountId: string };
  };
  type Grant = { addOIDCScope(scope: string): void; save(): Promise<string> };
  type Settings = Record<string, unknown> & {
    findAccount: (
      context: unknown,
      sub: string,
    ) => Promise<{ accountId: string; claims: () => Promise<Record<string, unknown>> }>;
    interactions: { url: (context: unknown, interaction: Interaction) => Promise<string> };
  };

  export default class Provider {
    constructor(issuer: string, settings: Settings);
    callback(): RequestListener;
    interactionDetails(request: IncomingMessage, reply: ServerResponse): Promise<Interaction>;
    interactionFinished(request: IncomingMessage, reply: ServerResponse, result: object): Promise<void>;
    Grant: new (of: {
      accountId: string;
      clientId: string;
    }) => Grant;
  }
}
