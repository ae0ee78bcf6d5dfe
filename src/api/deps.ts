import type { FastifyBaseLogger } from 'fastify';
import type { OidcProvider } from '../auth/oidc.ts';
import type { DeadLetterBox } from '../billing/operations/dead-letters.ts';
import type { WorkflowState } from '../billing/operations/read-summary.ts';
import type { ReadDelivery } from '../billing/receive-stripe-event.ts';
import type { AccessMailDependencies } from '../billing/send-access-mail.ts';
import type { Database } from '../store/database.ts';
import type { Dashboard } from './pages.ts';
import type { RateLimits } from './rate-limits.ts';
import type { Syncs } from './syncs.ts';

/**
 * Starts a billing run durably. Asked again for the same run it answers the one that was started.
 * @throws DurabillError unavailable
 */
export type StartRun = (run: {
  kind: 'invoicing' | 'due-scan' | 'advance';
  clockId: string;
  at: Date;
}) => Promise<{ id: string; workflowId: string; alreadyStarted: boolean }>;

/**
 * Starts a reconciliation durably.
 * @throws DurabillError unavailable
 */
export type StartReconciliation = (order: {
  id: string;
  kind: 'on-demand' | 'adoption';
  fromAt: Date | null;
  toAt: Date | null;
  askedBy: string;
}) => Promise<{ workflowId: string }>;

/** `up`, or in a few words what is wrong. */
export type Health = Record<string, 'up' | (string & {})>;

/** Workflows as Temporal and its Web UI show them. */
export type Workflows = {
  /** Page of a workflow in the Web UI; null where none is configured. */
  urlOf(workflowId: string): string | null;
  /** The page that lists all of them; null where none is configured. */
  listUrl: string | null;
  /** Rejects while Temporal cannot be reached. */
  stateOf(workflowId: string): Promise<WorkflowState>;
};

/** Where a browser on this machine finds an API that was told nothing else. */
const defaultPublicUrl = 'http://127.0.0.1:7070';

/** How people come in. */
export type AccessDeps = {
  /** The address of the pages, which links name; the Host of a request is anybody's word. */
  publicUrl: string;
  /** By what mails with links are sent; without it none are. */
  mail?: AccessMailDependencies;
  /** Sign-in of operators by OpenID Connect, where it was set up. */
  oidc?: OidcProvider;
  /** Proxies whose word about the address of a client is taken: without them all clients behind one are one. */
  trustedProxies?: string[];
};

export function publicUrlOf({ access }: Pick<ApiDeps, 'access'>): string {
  return access?.publicUrl ?? defaultPublicUrl;
}

export type ApiDeps = {
  database: Database;
  access?: AccessDeps;
  startRun: StartRun;
  syncs: Syncs;
  /** What a customer may read about a failure, by its code; null for none. */
  noticeOf: (failureCode: string | null) => string | null;
  /** The kind of failure by code: all codes that a failure may have which are no kinds themselves. */
  failureCodes: ReadonlyMap<string, string>;
  /** Reads a delivery of Stripe's and proves its signature. */
  readStripeDelivery: ReadDelivery;
  /** Has the stored events of the account taken up, later and in the background. */
  wakeStripeEvents: (accountId: string) => void;
  startReconciliation: StartReconciliation;
  /** What a key or session may ask in a minute; any number unless set. */
  rateLimits?: RateLimits;
  /** Where endpoints of webhooks may be: on the internet only, unless set. */
  webhookRules?: { allowsLoopback: boolean };
  deadLetters: DeadLetterBox;
  workflows: Workflows;
  health: () => Promise<Health>;
  /** Told of every answer, for the figures. */
  observe?: (answer: { method: string; route: string; status: number; seconds: number }) => void;
  /** Told of every answer to events, by outcome. */
  countEvents?: (counts: Record<string, number>) => void;
  /** The pages that are served beside it; none in tests of the API alone. */
  dashboard?: Dashboard;
  logger?: FastifyBaseLogger;
};
