import { webhookTypes } from '../../targets/stripe/event-types.ts';

type Endpoint = { id: string; url: string; secret?: string };

const path = '/v1/webhooks/stripe';

/**
 * Registers the API at the simulated Stripe, in place of what earlier starts of this data directory left there: their
 * port may be another's today, and a secret is told only once.
 * @returns the signing secret
 */
export async function registerWebhooks(stripe: { base: string; key: string }, apiAddress: string): Promise<string> {
  const call = async <T>(method: string, address: string, form?: URLSearchParams): Promise<T> => {
    const answer = await fetch(`${stripe.base}/v1/webhook_endpoints${address}`, {
      method,
      headers: { authorization: `Bearer ${stripe.key}` },
      ...(form !== undefined && { body: form }),
    });
    if (!answer.ok) throw new Error(`The simulated Stripe takes no webhook endpoint: ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  const { data } = await call<{ data: Endpoint[] }>('GET', '?limit=100');
  for (const { id, url } of data) if (url.endsWith(path)) await call('DELETE', `/${id}`);
  const form = new URLSearchParams({ url: `${apiAddress}${path}` });
  for (const type of webhookTypes) form.append('enabled_events[]', type);
  return (await call<Required<Endpoint>>('POST', '', form)).secret;
}
