import type { Deployment } from '../support/deployment.ts';

/**
 * Registers an endpoint at the simulated Stripe for each API, so that every event comes to both of them.
 * @returns their secrets, as STRIPE_WEBHOOK_SECRET takes them
 */
export async function registerEndpoints(
  { simulatorUrl, config }: Deployment,
  apiPorts: readonly number[],
): Promise<string> {
  const secrets: string[] = [];
  for (const port of apiPorts) {
    const answer = await fetch(`${simulatorUrl}/v1/webhook_endpoints`, {
      method: 'POST',
      headers: { authorization: `Bearer ${config.stripe.secretKey}` },
      body: new URLSearchParams({ url: `http://127.0.0.1:${port}/v1/webhooks/stripe`, 'enabled_events[]': '*' }),
    });
    const { secret } = (await answer.json()) as { secret?: string };
    if (secret === undefined) throw new Error(`The simulator has registered no endpoint: ${answer.status}`);
    secrets.push(secret);
  }
  return secrets.join(',');
}
