import { randomUUID } from 'node:crypto';
import { prepare } from '../../src/bin/shared/prepare.ts';
import { startService } from '../../src/bin/start/services.ts';
import { readConfig } from '../../src/config.ts';
import type { RunningChild } from '../../src/stack/index.ts';
import { freePort } from '../../src/stack/ports.ts';
import type { Database } from '../../src/store/database.ts';
import { type Simulator, startSimulator } from '../../src/stripe-simulator/index.ts';
import { connectTemporal, type Temporal } from '../../src/temporal/connection.ts';
import { createVhost } from '../broker/support.ts';
import { openTestDatabase } from './database.ts';
import { getStack } from './stack.ts';

export type ServiceName = 'worker' | 'bridge' | 'api';

/**
 * A Durabill of its own for one test file: database, broker vhost, Temporal namespace and simulated Stripe that nobody
 * else uses, on the one stack of the run. Services are real processes; a test starts those that it needs, and kills
 * them as it likes.
 */
export type World = {
  database: Database;
  databaseUrl: string;
  temporal: Temporal;
  namespace: string;
  simulator: Simulator;
  env: Record<string, string>;
  start(name: ServiceName): Promise<RunningChild>;
  /** Asks the simulator's control API: `control('GET', '/journal')`. */
  control(method: string, path: string, body?: unknown): Promise<unknown>;
  close(): Promise<void>;
};

export async function openWorld(): Promise<World> {
  const stack = getStack();
  const id = randomUUID().slice(0, 8);
  const [opened, vhost, simulator] = await Promise.all([openTestDatabase(), createVhost(), startSimulator()]);
  const namespace = `world-${id}`;
  const env = {
    DATABASE_URL: opened.url,
    AMQP_URL: vhost.url,
    TEMPORAL_ADDRESS: stack.temporalAddress,
    TEMPORAL_NAMESPACE: namespace,
    SMTP_URL: stack.smtpUrl,
    MAIL_FROM: 'Blue Heron Air <billing@blue-heron.example>',
    STRIPE_SECRET_KEY: simulator.key,
    STRIPE_API_BASE: simulator.url,
    // This Stripe has no limits unless a test asks for them.
    DURABILL_STRIPE_RATE_PER_OPERATION: '1000',
    DURABILL_STRIPE_RATE_TOTAL: '1000',
    DURABILL_API_PORT: String(await freePort()),
    DURABILL_API_DRAIN_SECONDS: '0',
  };
  await prepare(readConfig(env));
  const temporal = connectTemporal({ address: stack.temporalAddress, namespace });
  const services: RunningChild[] = [];
  return {
    database: opened.database,
    databaseUrl: opened.url,
    temporal,
    namespace,
    simulator,
    env,
    async start(name) {
      const service = await startService(stack, {
        name: `${name}-${id}-${services.length + 1}`,
        program: name,
        env,
        ready: 'log',
      });
      services.push(service);
      return service;
    },
    async control(method, path, body) {
      const answer = await fetch(`${simulator.url}/_control${path}`, {
        method,
        ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      });
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
      return await answer.json();
    },
    async close() {
      await Promise.all(services.map((service) => service.stop()));
      await temporal.close();
      await Promise.all([simulator.stop(), opened.drop(), vhost.remove()]);
    },
  };
}
