import type { FaultRule } from '../../src/stripe-simulator/faults.ts';
import type { WebhookFaultRule } from '../../src/stripe-simulator/webhooks/faults.ts';
import type { Deployment } from '../support/deployment.ts';
import { untilDone } from './patience.ts';

export type StripeRules = {
  /** Puts rules in force, and keeps them so over a kill of the simulator, which knows its rules only while it runs. */
  add(rules: readonly FaultRule[]): Promise<void>;
  addForWebhooks(rules: readonly WebhookFaultRule[]): Promise<void>;
  /** To be called when the simulator serves again. A rule that had fired its times may fire them once more. */
  restore(): Promise<void>;
  /** Stripe is well from now on, and what it has to deliver it delivers. */
  heal(): Promise<void>;
};

export function keepStripeRules({ control }: Deployment, giveUp: AbortSignal): StripeRules {
  let requests: FaultRule[] = [];
  let webhooks: WebhookFaultRule[] = [];
  const tell = async (method: string, path: string, body?: unknown) => {
    await untilDone(() => control(method, path, body), giveUp);
  };
  const put = async (path: string, rules: readonly object[]) => {
    if (rules.length > 0) await tell('POST', path, { rules });
  };
  return {
    async add(rules) {
      requests.push(...rules);
      await put('/faults', rules);
    },
    async addForWebhooks(rules) {
      webhooks.push(...rules);
      await put('/webhook-faults', rules);
    },
    async restore() {
      await put('/faults', requests);
      await put('/webhook-faults', webhooks);
    },
    async heal() {
      requests = [];
      webhooks = [];
      await tell('DELETE', '/faults');
      await tell('DELETE', '/webhook-faults');
      await tell('POST', '/deliveries/retry', {});
    },
  };
}
