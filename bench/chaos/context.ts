import type { Deployment } from '../support/deployment.ts';
import type { ApiClient } from './api-client.ts';
import type { Fault } from './options.ts';
import type { Sent } from './sent.ts';
import type { StripeRules } from './stripe-rules.ts';

/** What all that drives the run has in its hands. */
export type Context = {
  deployment: Deployment;
  api: ApiClient;
  sent: Sent;
  seed: number;
  faults: ReadonlySet<Fault>;
  stripeRules: StripeRules;
  /** Aborted when whoever still tries has to give up. */
  giveUp: AbortSignal;
  say(line: string): void;
};
