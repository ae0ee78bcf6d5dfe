import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepare } from '../../src/bin/shared/prepare.ts';
import { startService } from '../../src/bin/start/services.ts';
import { type Config, readConfig } from '../../src/config.ts';
import { type RunningChild, type Stack, startStack, stopOnSignals } from '../../src/stack/index.ts';
import { freePort } from '../../src/stack/ports.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { connectTemporal, type Temporal } from '../../src/temporal/connection.ts';

const simulatorKey = 'sk_test_durabillBench000000';

/**
 * A whole Durabill of its own: real PostgreSQL, RabbitMQ and Temporal with throw-away data, a simulated Stripe in a
 * process of its own, schema and namespace prepared. Our processes are started as they are needed.
 */
export type Deployment = {
  stack: Stack;
  config: Config;
  env: Record<string, string>;
  database: Database;
  temporal: Temporal;
  simulatorUrl: string;
  /** The simulated Stripe's process, whose state is in a file; for whoever kills it. */
  simulator: { kill(signal: NodeJS.Signals): Promise<void>; restart(): Promise<void> };
  /** Starts one of our processes and waits until it says that it is ready; its log is named after `name`. */
  start(program: 'api' | 'worker' | 'bridge', options?: StartOptions): Promise<RunningChild>;
  /** Starts another program of ours, told by its file. */
  run(name: string, file: string, env?: Record<string, string>): Promise<RunningChild>;
  /** Asks the simulator's control API: `control('GET', '/counts')`. */
  control<Answer>(method: string, path: string, body?: unknown): Promise<Answer>;
  close(): Promise<void>;
};

export type StartOptions = { name?: string; args?: string[]; env?: Record<string, string> };

export type DeploymentOptions = {
  /** PostgreSQL waits for the disk at every commit, as in production. */
  waitForDisks?: boolean;
  /** Further arguments of the simulator. */
  simulatorArgs?: string[];
  /** What all our processes get besides the addresses. */
  env?: Record<string, string>;
  /** Called when a part of the stack ends without having been told to; by default everything stops. */
  onLost?: () => void;
};

export async function openDeployment(options: DeploymentOptions = {}): Promise<Deployment> {
  const {
    DATABASE_URL: _database,
    AMQP_URL: _broker,
    TEMPORAL_ADDRESS: _temporal,
    SMTP_URL: _mail,
    ...own
  } = process.env;
  const stack = await startStack({
    dataDir: fileURLToPath(new URL(`../../.durabill/bench-${randomBytes(4).toString('hex')}`, import.meta.url)),
    throwAway: true,
    waitForDisks: options.waitForDisks ?? false,
    env: own,
    ...(options.onLost && { onLost: options.onLost }),
  });
  stopOnSignals(stack.stop);
  try {
    return await furnish(stack, options);
  } catch (error) {
    await stack.stop();
    throw error;
  }
}

async function furnish(stack: Stack, options: DeploymentOptions): Promise<Deployment> {
  const port = await freePort();
  const simulatorUrl = `http://127.0.0.1:${port}`;
  const startSimulator = () =>
    startService(stack, {
      name: 'simulator',
      args: [
        ...['--port', String(port), '--key', simulatorKey],
        // In memory it would keep every answer; as a file it costs what it costs beside `npm start`.
        ...['--journal', join(stack.dataDir, 'stripe-journal.ndjson')],
        ...(options.simulatorArgs ?? []),
      ],
      env: {},
      ready: { url: `${simulatorUrl}/_control/health` },
    });
  let simulator = await startSimulator();
  const env = {
    DATABASE_URL: stack.databaseUrl,
    AMQP_URL: stack.amqpUrl,
    TEMPORAL_ADDRESS: stack.temporalAddress,
    STRIPE_SECRET_KEY: simulatorKey,
    STRIPE_API_BASE: simulatorUrl,
    // The pace of live mode, which the key of a simulator does not say.
    DURABILL_STRIPE_RATE_TOTAL: '96',
    // A benchmark asks with one key what a thousand callers ask; the limit counts all the same, and is never reached.
    DURABILL_API_REQUESTS_PER_MINUTE: '10000000',
    DURABILL_API_PORT: String(await freePort()),
    DURABILL_API_DRAIN_SECONDS: '0',
    ...options.env,
  };
  const config = readConfig(env);
  await prepare(config);
  const database = openDatabase(stack.databaseUrl);
  const temporal = connectTemporal(config.temporal);
  let started = 0;
  return {
    stack,
    config,
    env,
    database,
    temporal,
    simulatorUrl,
    simulator: {
      async kill(signal) {
        simulator.kill(signal);
        await simulator.exited;
      },
      async restart() {
        simulator = await startSimulator();
      },
    },
    async start(program, { name, args, env: more } = {}) {
      started += 1;
      return await startService(stack, {
        name: name ?? `${program}-${started}`,
        program,
        ...(args && { args }),
        env: { ...env, ...more },
        ready: 'log',
      });
    },
    run: async (name, file, more) => await startService(stack, { name, file, env: { ...env, ...more }, ready: 'log' }),
    async control<Answer>(method: string, path: string, body?: unknown) {
      const answer = await fetch(`${simulatorUrl}/_control${path}`, {
        method,
        ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      });
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
      return (await answer.json()) as Answer;
    },
    async close() {
      await Promise.all([database.close(), temporal.close()]);
      await stack.stop();
    },
  };
}
