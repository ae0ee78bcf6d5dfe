import { eventTypes } from '../events/types.ts';
import { type Checks, chanceChecks, isDuration, isOneOf, isText, parseRules } from '../fault-rules.ts';
import { type WebhookFaultRule, webhookFaultKinds } from './faults.ts';

const checks: Checks<WebhookFaultRule> = {
  ...chanceChecks,
  kind: { check: isOneOf(webhookFaultKinds), says: `one of ${webhookFaultKinds.join(', ')}` },
  type: { check: (value) => eventTypes.has(String(value)), says: 'the name of an event, such as invoice.paid' },
  endpoint: { check: isText, says: 'the id of a webhook endpoint' },
  delayMs: { check: isDuration, says: 'a whole number of milliseconds' },
};

/** The rules in a control request, or the sentence that says what is wrong. */
export function parseWebhookFaultRules(sent: unknown): WebhookFaultRule[] | string {
  return parseRules(checks, sent, 'A webhook fault rule');
}
