import type { WebhookEndpointRecord } from './records.ts';
import type { Business, WireWebhookEndpoint } from './wire.ts';

/** An endpoint as Stripe answers it: the secret is told once, when it is made. */
export function renderWebhookEndpoint(
  endpoint: WebhookEndpointRecord,
  business: Business,
  { withSecret = false } = {},
): WireWebhookEndpoint {
  return {
    id: endpoint.id,
    object: 'webhook_endpoint',
    api_version: endpoint.apiVersion,
    application: null,
    created: endpoint.created,
    description: endpoint.description,
    enabled_events: [...endpoint.enabledEvents],
    livemode: business.livemode,
    metadata: { ...endpoint.metadata },
    ...(withSecret ? { secret: endpoint.secret } : {}),
    status: endpoint.disabled ? 'disabled' : 'enabled',
    url: endpoint.url,
  };
}
