import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { connectApi } from '../../examples/airports/api.ts';
import { bill } from '../../examples/airports/bill.ts';
import { businesses } from '../../examples/airports/businesses.ts';
import { createApiKey } from '../auth/api-keys.ts';
import { scopes } from '../auth/scopes.ts';
import { applyPlans } from '../billing/apply-plans.ts';
import { clockIdOf } from '../billing/ids.ts';
import { findLateUsage } from '../billing/late-usage.ts';
import { offerPlan } from '../billing/offer-plan.ts';
import { getClock } from '../billing/open-clock.ts';
import { storeSeller } from '../billing/store-seller.ts';
import { given, readConfig } from '../config.ts';
import { type Currency, parseCurrency } from '../domain/money/currency.ts';
import { parsePlanFile } from '../domain/rating/plan.ts';
import { DurabillError } from '../errors/error.ts';
import { type RunningChild, type Stack, startStack, stopOnSignals } from '../stack/index.ts';
import { freePort } from '../stack/ports.ts';
import { type Database, openDatabase } from '../store/database.ts';
import { readSeller } from '../store/seller-settings.ts';
import { readTotals } from '../store/totals.ts';
import { prepare } from './shared/prepare.ts';
import { openDoors } from './start/access.ts';
import { readStartOptions, type StartOptions, usage } from './start/options.ts';
import { reportProgress } from './start/progress.ts';
import { startService } from './start/services.ts';
import { type Summary, summaryJson, summaryTable } from './start/summary.ts';
import { registerWebhooks } from './start/webhooks.ts';

/** The journal and the key of the simulated Stripe belong to the data directory, like the books that are bound to it. */
const simulatorKey = 'sk_test_durabillSample0000';

/** As whom the sample business writes. */
const sampleSender = 'Sample airports <billing@airports.example>';

/** Who bills it: every invoice names a seller. */
const sampleSeller = {
  legalName: 'Sample airports',
  address: { lines: ['Terminal Road 1'], city: 'Jamaica', region: 'NY', postalCode: '11430', country: 'US' },
  footer: 'Questions? Write to billing@airports.example.',
};

const say = (line: string) => process.stderr.write(`${line}\n`);

async function start(): Promise<void> {
  const options = readStartOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(`${usage}\n`);
    return;
  }
  const dataDir = resolve(process.env['DURABILL_DATA_DIR'] || '.durabill');
  refuseLiveKey(process.env);
  // A fault is told before minutes have gone into starting the rest; the stack's own addresses come later.
  readConfig({ ...placeholders, ...given(process.env) });
  const abort = new AbortController();
  let stack: Stack | undefined;
  const stop = async () => {
    if (stack !== undefined && !abort.signal.aborted) say('Stopping…');
    abort.abort();
    await stack?.stop();
  };
  stopOnSignals(stop);
  /** A demonstration with a part missing would only confuse. */
  const watch = ({ name, exited }: RunningChild) => {
    void exited.then(async () => {
      if (abort.signal.aborted) return;
      say(`The process ${name} has ended by itself, so everything stops; see ${join(dataDir, 'log', `${name}.log`)}.`);
      await stop();
      process.exit(1);
    });
  };
  const clock = stopwatch();
  try {
    say('Starting PostgreSQL, RabbitMQ, Temporal and a mail server…');
    stack = await startStack({ dataDir, preferKnownPorts: true, say, signal: abort.signal });
    clock.lap('stack');
    const env = await startOwnProcesses(stack, dataDir, watch);
    clock.lap('processes');
    const database = openDatabase(env.DATABASE_URL, { maxConnections: 4 });
    const summary = await demonstrate(database, { stack, dataDir, env }, options, clock);
    await database.close();
    if (options.json) {
      say(summaryTable(summary));
      process.stdout.write(`${summaryJson(summary)}\n`);
    } else process.stdout.write(`${summaryTable(summary)}\n`);
    if (!options.once) {
      say(
        `The API key is in ${join(dataDir, 'api-key')}, the addresses for further processes in ${join(dataDir, 'env')}.`,
      );
      say('Everything stays up until Ctrl-C.');
      return;
    }
  } catch (error) {
    if (abort.signal.aborted) return;
    await stop();
    throw error;
  }
  await stop();
  process.exit(0);
}

/** What the stack and the simulated Stripe will give, in form. */
const placeholders = {
  DATABASE_URL: 'postgresql://127.0.0.1/durabill',
  AMQP_URL: 'amqp://127.0.0.1',
  TEMPORAL_ADDRESS: '127.0.0.1:7233',
  MAIL_FROM: sampleSender,
  STRIPE_SECRET_KEY: simulatorKey,
};

/** The sample business must never reach real money. */
function refuseLiveKey(env: NodeJS.ProcessEnv): void {
  if (/^[sr]k_live_/.test(env['STRIPE_SECRET_KEY'] ?? '')) {
    throw new DurabillError('config-invalid', {
      reason: 'STRIPE_SECRET_KEY is a live key, and `npm start` bills a sample business.',
      mend: 'Use a test key, or unset it to use the local simulator.',
    });
  }
}

type Env = { DATABASE_URL: string; DURABILL_API_PORT: string; API_KEY: string; STRIPE_API_BASE?: string };

type Watch = (child: RunningChild) => void;

async function startOwnProcesses(stack: Stack, dataDir: string, watch: Watch): Promise<Env> {
  const apiPort = await freePort(7070);
  const stripe = await startStripe(stack, dataDir, watch, `http://127.0.0.1:${apiPort}`);
  const env = {
    DATABASE_URL: stack.databaseUrl,
    AMQP_URL: stack.amqpUrl,
    TEMPORAL_ADDRESS: stack.temporalAddress,
    SMTP_URL: stack.smtpUrl,
    ...(stack.temporalUiUrl && { DURABILL_TEMPORAL_UI_URL: stack.temporalUiUrl }),
    MAIL_FROM: process.env['MAIL_FROM'] || sampleSender,
    DURABILL_API_PORT: String(apiPort),
    DURABILL_PUBLIC_URL: `http://127.0.0.1:${apiPort}`,
    // Whoever tries webhooks here receives them on this machine.
    DURABILL_WEBHOOKS_TO_LOOPBACK: 'true',
    // No load balancer stands before a demonstration.
    DURABILL_API_DRAIN_SECONDS: '0',
    ...stripe,
  };
  const config = readConfig({ ...process.env, ...env });
  await told('schema', prepare(config));
  await furnishSample(env.DATABASE_URL);
  const apiAddress = `http://${config.api.host}:${env.DURABILL_API_PORT}`;
  const children = await Promise.all([
    told('worker', startService(stack, { name: 'worker', env, ready: 'log' })),
    told('bridge', startService(stack, { name: 'bridge', env, ready: 'log' })),
    told('api', startService(stack, { name: 'api', env, ready: { url: `${apiAddress}/readyz` } })),
  ]);
  children.forEach(watch);
  await writeAddresses(join(dataDir, 'env'), { ...env, DURABILL_API_PORT: undefined });
  return { ...env, API_KEY: await apiKey(env.DATABASE_URL, dataDir) };
}

/** For whoever starts further processes beside these; the API's port is taken by ours. */
async function writeAddresses(file: string, env: Record<string, string | undefined>): Promise<void> {
  const lines = Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [`${name}='${value}'`]));
  const head = `# For processes beside this start: set -a; . '${file}'; set +a; npm run worker`;
  await writeFile(file, `${[head, ...lines].join('\n')}\n`, { mode: 0o600 });
}

/** The local Stripe, unless the environment names a key of Stripe's own. */
async function startStripe(
  stack: Stack,
  dataDir: string,
  watch: Watch,
  apiAddress: string,
): Promise<Record<string, string>> {
  if (process.env['STRIPE_SECRET_KEY']) return {};
  const port = await freePort(12111);
  const base = `http://127.0.0.1:${port}`;
  const child = await told(
    'simulator',
    startService(stack, {
      name: 'simulator',
      args: [
        ...['--port', String(port), '--key', simulatorKey, '--journal', join(dataDir, 'stripe-journal.ndjson')],
        ...['--limits', 'live'],
      ],
      env: {},
      ready: { url: `${base}/_control/health` },
    }),
  );
  watch(child);
  // It limits requests as Stripe does in live mode, so the pace is that of live mode, which the key alone does not say.
  const pace = process.env['DURABILL_STRIPE_RATE_TOTAL'] || '96';
  const secret = await registerWebhooks({ base, key: simulatorKey }, apiAddress);
  return {
    STRIPE_SECRET_KEY: simulatorKey,
    STRIPE_API_BASE: base,
    STRIPE_WEBHOOK_SECRET: secret,
    DURABILL_STRIPE_RATE_TOTAL: pace,
  };
}

/** Says when a part is ready, and how long it took, so that nobody waits before a silent terminal. */
async function told<T>(part: string, starting: Promise<T>): Promise<T> {
  const startedAt = performance.now();
  const result = await starting;
  say(`${part} is ready (${((performance.now() - startedAt) / 1_000).toFixed(1)} s).`);
  return result;
}

/** The plans of the sample business, and who bills. Another seller, whom somebody has named since, stays. */
async function furnishSample(databaseUrl: string): Promise<void> {
  const file = new URL('../../plans/airports.yaml', import.meta.url);
  const database = openDatabase(databaseUrl, { maxConnections: 1 });
  try {
    const plans = parsePlanFile(parseYaml(await readFile(file, 'utf8')));
    await applyPlans(database, plans, 'npm start');
    for (const { key } of plans.plans) await offerPlan(database, { key, offered: true }, 'npm start');
    if ((await readSeller(database)) === undefined) await storeSeller(database, sampleSeller, 'npm start');
  } finally {
    await database.close();
  }
}

/** The operator's key of this data directory, made once; only its hash is in the database. */
async function apiKey(databaseUrl: string, dataDir: string): Promise<string> {
  const file = join(dataDir, 'api-key');
  const kept = await readFile(file, 'utf8').catch(() => undefined);
  if (kept !== undefined) return kept.trim();
  const database = openDatabase(databaseUrl, { maxConnections: 1 });
  try {
    const { secret } = await createApiKey(database, { name: 'npm start', scopes: [...scopes] });
    await writeFile(file, `${secret}\n`, { mode: 0o600 });
    return secret;
  } finally {
    await database.close();
  }
}

async function demonstrate(
  database: Database,
  { stack, dataDir, env }: { stack: Stack; dataDir: string; env: Env },
  { customers, until }: StartOptions,
  clock: ReturnType<typeof stopwatch>,
): Promise<Summary> {
  const address = `http://127.0.0.1:${env.DURABILL_API_PORT}`;
  const reporter = reportProgress();
  const api = connectApi({ baseUrl: address, apiKey: env.API_KEY });
  const business = businesses[customers];
  const done = await bill(api, business, { ...(until && { until }), reporter }).finally(() => reporter.done());
  const clockId = clockIdOf(business.clock.name);
  const totals = await readTotals(database, clockId);
  clock.skip();
  const late = await findLateUsage(database, clockId);
  clock.lap('recompute');
  const { name, now } = await getClock(database, business.clock.name);
  return {
    clock: { name, now },
    customers: totals.customers,
    events: done.events,
    leftOut: done.leftOut,
    invoices: { total: totals.invoices, generated: done.progress.generated },
    amounts: totals.amounts.map((sum) => ({ ...sum, currency: sum.currency as Currency })),
    sync: totals.sync,
    recomputed: {
      ...late,
      differences: late.differences.map(({ amountMinor, currency }) => ({
        amountMinor,
        currency: parseCurrency(currency),
      })),
    },
    seconds: { ...clock.seconds, ...done.seconds },
    work: done.work,
    signIn: await openDoors(database, { dataDir, publicUrl: address, clockId }),
    addresses: {
      api: address,
      apiDocument: `${address}/openapi.json`,
      temporal: stack.temporalUiUrl
        ? `${stack.temporalUiUrl}/namespaces/durabill`
        : `outside, beside ${stack.temporalAddress}`,
      rabbitmq: stack.rabbitmqUiUrl ?? 'outside',
      mail: stack.mailUiUrl ?? 'outside',
      stripe: env.STRIPE_API_BASE === undefined ? 'Stripe itself, in test mode' : `${env.STRIPE_API_BASE}/_control/`,
    },
  };
}

function stopwatch() {
  let since = performance.now();
  const seconds: Record<string, number> = {};
  return {
    seconds,
    lap(stage: string) {
      seconds[stage] = (performance.now() - since) / 1_000;
      since = performance.now();
    },
    /** Leaves out what somebody else has timed. */
    skip() {
      since = performance.now();
    },
  };
}

await start();
