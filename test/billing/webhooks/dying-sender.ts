import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What a process takes that delivers everything which is due. */
export const claim = { busy: [], takesFailing: true, limit: 100, leaseMs: 60_000 };

const program = `
  const { openDatabase } = await import('./src/store/database.ts');
  const { createWebhookSender } = await import('./src/notify/webhooks/sender.ts');
  const { claimDeliveries } = await import('./src/store/webhook-deliveries.ts');
  const { deliver } = await import('./src/billing/webhooks/deliver.ts');
  const database = openDatabase(process.env.URL, { maxConnections: 1 });
  const sender = createWebhookSender({ allowsLoopback: true });
  for (const one of await claimDeliveries(database, ${JSON.stringify(claim)})) await deliver({ database, sender }, one);
`;

/** Delivers what is due, in a process that is killed at a point of its way. @returns the signal by which it ended */
export async function deliverAndDie(url: string, crashPoint: string): Promise<NodeJS.Signals | null> {
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', program], {
    cwd: fileURLToPath(new URL('../../..', import.meta.url)),
    env: { ...process.env, URL: url, DURABILL_CRASH_AT: crashPoint },
    stdio: 'ignore',
  });
  const [, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return signal;
}
