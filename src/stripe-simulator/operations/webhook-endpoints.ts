import { apiVersion } from '../api-version.ts';
import { beyondSimulator, invalid, Refusal, resourceMissing } from '../errors.ts';
import { eventTypes } from '../events/types.ts';
import { newId } from '../ids.ts';
import type { WebhookEndpointRecord } from '../objects/records.ts';
import { renderWebhookEndpoint } from '../objects/webhook-endpoint.ts';
import type { Checked } from '../schema.ts';
import { beyond, boolean, expand, id, list, metadata, required, text } from '../schema.ts';
import type { Sequence, Transaction } from '../state.ts';
import { pageParameters, paginate, validatePage } from './listing.ts';
import { mergeMetadata } from './metadata.ts';
import { operation } from './operation.ts';

/** Section 5: an account may have so many. */
const maximumEndpoints = 16;

const createParameters = {
  api_version: id(),
  connect: beyond('false'),
  description: text(),
  enabled_events: required(list(id())),
  expand: expand(),
  metadata: metadata(),
  url: required(id()),
};

const updateParameters = {
  description: text(),
  disabled: boolean(),
  enabled_events: list(id()),
  expand: expand(),
  metadata: metadata(),
  url: id(),
};

/** Stripe wants HTTPS and a public address; here a program on the same machine shall listen. */
function validateTarget({ url, enabled_events }: Checked<typeof updateParameters>): void {
  if (url !== undefined && !(URL.canParse(url) && /^https?:$/.test(new URL(url).protocol))) {
    throw new Refusal('Invalid URL: it must begin with a scheme, such as https.', {
      code: 'url_invalid',
      param: 'url',
    });
  }
  for (const [index, type] of (enabled_events ?? []).entries()) {
    if (type === '*' || eventTypes.has(type)) continue;
    throw invalid(`Invalid enabled_events[${index}]: there is no event '${type}'.`, `enabled_events[${index}]`);
  }
}

function existing(tx: Transaction, endpointId: string): WebhookEndpointRecord {
  const endpoint = tx.get('webhookEndpoint', endpointId);
  if (endpoint === undefined) throw resourceMissing('webhook endpoint', endpointId, 'id', 'path');
  return endpoint;
}

function count(endpoints: Sequence<unknown>): number {
  let found = 0;
  for (let index = 0; index < endpoints.length; index += 1) found += endpoints.at(index) === undefined ? 0 : 1;
  return found;
}

export const webhookEndpointOperations = [
  operation({
    name: 'webhookEndpoints.create',
    method: 'POST',
    path: '/v1/webhook_endpoints',
    parameters: createParameters,
    answers: 'webhook_endpoint',
    validate: (params) => {
      validateTarget(params);
      if ((params.api_version ?? apiVersion) !== apiVersion) throw beyondSimulator('api_version');
    },
    run: ({ params, tx, now, business }) => {
      if (count(tx.all('webhookEndpoint')) >= maximumEndpoints) {
        throw invalid(`You have reached the maximum of ${maximumEndpoints} webhook endpoints.`);
      }
      const endpoint: WebhookEndpointRecord = {
        id: newId('we'),
        created: now,
        apiVersion: params.api_version ?? null,
        description: params.description ?? null,
        disabled: false,
        enabledEvents: params.enabled_events,
        metadata: mergeMetadata({}, params.metadata),
        secret: newId('whsec', 32),
        url: params.url,
      };
      tx.put('webhookEndpoint', endpoint);
      return renderWebhookEndpoint(endpoint, business, { withSecret: true });
    },
  }),
  operation({
    name: 'webhookEndpoints.retrieve',
    method: 'GET',
    path: '/v1/webhook_endpoints/{endpoint}',
    parameters: { expand: expand() },
    answers: 'webhook_endpoint',
    run: ({ ids: { endpoint = '' }, tx, business }) => renderWebhookEndpoint(existing(tx, endpoint), business),
  }),
  operation({
    name: 'webhookEndpoints.update',
    method: 'POST',
    path: '/v1/webhook_endpoints/{endpoint}',
    parameters: updateParameters,
    answers: 'webhook_endpoint',
    validate: validateTarget,
    run: ({ params, ids: { endpoint = '' }, tx, business }) => {
      const found = existing(tx, endpoint);
      const changed: WebhookEndpointRecord = {
        ...found,
        description: params.description === undefined ? found.description : params.description,
        disabled: params.disabled ?? found.disabled,
        enabledEvents: params.enabled_events ?? found.enabledEvents,
        metadata: mergeMetadata(found.metadata, params.metadata),
        url: params.url ?? found.url,
      };
      tx.put('webhookEndpoint', changed);
      return renderWebhookEndpoint(changed, business);
    },
  }),
  operation({
    name: 'webhookEndpoints.list',
    method: 'GET',
    path: '/v1/webhook_endpoints',
    parameters: pageParameters,
    answers: 'webhook_endpoint',
    isList: true,
    validate: validatePage,
    run: ({ params, tx, business }) =>
      paginate(tx.all('webhookEndpoint'), params, {
        noun: 'webhook endpoint',
        url: '/v1/webhook_endpoints',
        render: (endpoint) => renderWebhookEndpoint(endpoint, business),
      }),
  }),
  operation({
    name: 'webhookEndpoints.del',
    method: 'DELETE',
    path: '/v1/webhook_endpoints/{endpoint}',
    parameters: {},
    answers: 'deleted',
    run: ({ ids: { endpoint = '' }, tx }) => {
      tx.remove('webhookEndpoint', existing(tx, endpoint).id);
      return { id: endpoint, object: 'webhook_endpoint', deleted: true };
    },
  }),
];
