import { createApiKey } from '../../src/auth/api-keys.ts';
import { scopes } from '../../src/auth/scopes.ts';
import { applyPlans } from '../../src/billing/apply-plans.ts';
import { createConnection } from '../../src/broker/connection.ts';
import { parsePlanFile } from '../../src/domain/rating/plan.ts';
import { type Deployment, openDeployment } from '../support/deployment.ts';
import { connectApis } from './api-client.ts';
import { planFile } from './business.ts';
import type { Context } from './context.ts';
import { armsFor, kinds, unhitOf } from './crash-plan.ts';
import { readBooks, readFaultsMet, readStripe } from './evidence.ts';
import { type KillLog, openKillLog } from './kills.ts';
import type { ChaosOptions } from './options.ts';
import { pause, untilDone } from './patience.ts';
import { lastingPorts } from './ports.ts';
import { randomOf } from './random.ts';
import { awaitRest } from './rest.ts';
import { Sent } from './sent.ts';
import { keepStripeRules, type StripeRules } from './stripe-rules.ts';
import { requestStorm, webhookStorm } from './stripe-storm.ts';
import { placesOf, type Supervisor, superviseProcesses } from './supervisor.ts';
import { torment, type Victim } from './torment.ts';
import { type Finding, verify } from './verify.ts';
import { registerEndpoints } from './webhook-endpoints.ts';
import { startWork } from './work.ts';

export type Report = {
  passed: boolean;
  attempts: number;
  acknowledged: number;
  lost: number;
  duplicated: number;
  unexpected: number;
  recovered: number;
  longestRecoverySeconds: number;
  kills: number;
  leastKills: number;
  killsByTarget: Record<string, number>;
  crashPoints: Record<string, number>;
  unhit: string[];
  seed: number;
  invoices: number;
  minutes: number;
} & Record<string, unknown>;

/** Bills under faults, lets everything come to rest, and verifies. Everything that it started has ended afterwards. */
export async function runChaos(
  options: ChaosOptions,
  say: (line: string) => void,
): Promise<Report & { findings: Finding[] }> {
  say(
    `seed ${options.seed}: ${options.invoices} invoices, ${options.minutes} minutes of ${[...options.faults].join(', ')}`,
  );
  const deployment = await openDeployment();
  try {
    return await runOn(deployment, options, say);
  } finally {
    await deployment.close();
  }
}

async function runOn(deployment: Deployment, options: ChaosOptions, say: (line: string) => void) {
  const { seed, points, faults } = options;
  const apiKey = await furnish(deployment);
  const kills = openKillLog(say);
  const plan = { wanted: points, hitsOf: kills.hitsOf, random: randomOf(seed, 'crash points') };
  const faultsOver = new AbortController();
  const ports = await lastingPorts(4 * kinds.length);
  const places = placesOf(kinds, () => ports.pop()!);
  const apis = places.filter(({ kind }) => kind === 'api').map(({ port }) => port);
  const supervisor = superviseProcesses(deployment, kills, {
    places,
    env: { STRIPE_WEBHOOK_SECRET: await registerEndpoints(deployment, apis) },
    armsFor: (kind) => (faultsOver.signal.aborted ? '' : armsFor(kind, plan)),
  });
  try {
    await untilAllServe(supervisor);
    const sent = new Sent();
    const giveUp = new AbortController();
    const api = connectApis(apis, apiKey, giveUp.signal);
    const stripeRules = keepStripeRules(deployment, giveUp.signal);
    const context: Context = { deployment, api, sent, seed, faults, stripeRules, giveUp: giveUp.signal, say };
    if (faults.has('stripe')) await stripeRules.add(requestStorm(seed));
    if (faults.has('webhooks')) await stripeRules.addForWebhooks(webhookStorm(seed));

    kills.begin();
    const startedAt = performance.now();
    const work = startWork(context, options, faultsOver.signal);
    const partsStay = new AbortController();
    const killing = torment(
      { stack: deployment.stack, simulator: simulatorOf(deployment, stripeRules), supervisor, kills, faults, seed },
      { parts: partsStay.signal, processes: faultsOver.signal },
    );
    await pause(options.minutes * 60_000, giveUp.signal);
    const overtime = AbortSignal.timeout(overtimeMs(options.minutes));
    await untilSo(() => kills.all.length >= options.leastKills, overtime);
    partsStay.abort();
    // Processes are still killed, since each is armed at its start only.
    await untilSo(() => unhitOf(points, kills.hitsOf).length === 0, overtime);
    faultsOver.abort();
    say('the faults are over');
    await killing;
    if (faults.has('stripe') || faults.has('webhooks')) await stripeRules.heal();
    const faultSeconds = (performance.now() - startedAt) / 1_000;

    const unrest = await untilDone(
      () => awaitRest(deployment, { isOver: () => work.isOver() && supervisor.allServe(), say }),
      giveUp.signal,
    );
    giveUp.abort();
    const repeatedMessages = await work.end();
    supervisor.release();
    const restSeconds = (performance.now() - startedAt) / 1_000 - faultSeconds;
    const [books, stripe, met] = await Promise.all([
      readBooks(deployment),
      readStripe(deployment),
      readFaultsMet(deployment),
    ]);
    const findings = verify({ sent, books, stripe, unrest, ownEnds: supervisor.ownEnds });
    return reportOf(options, kills, sent, findings, {
      issued: books.invoices.filter(({ lifecycle }) => lifecycle === 'issued').length,
      atStripe: stripe.invoices.length,
      answers: sent.answers.size,
      repeatedMessages,
      ...met,
      startsGivenUp: supervisor.startsGivenUp(),
      faultSeconds: Math.round(faultSeconds),
      restSeconds: Math.round(restSeconds),
    });
  } finally {
    supervisor.release();
  }
}

/** Its state is in its journal; its rules are told to it anew. */
function simulatorOf({ simulator }: Deployment, rules: StripeRules): Victim {
  return {
    name: 'simulator',
    kill: (signal) => simulator.kill(signal),
    async restart() {
      await simulator.restart();
      await rules.restore();
    },
  };
}

/** What has not been reached by then, as on a busy machine, is told as unhit. */
function overtimeMs(minutes: number): number {
  return Math.min(10, Math.max(5, minutes)) * 60_000;
}

async function untilSo(condition: () => boolean, limit: AbortSignal): Promise<void> {
  while (!condition() && !limit.aborted) await pause(1_000, limit);
}

/** Plan, key and queues. @returns the key's secret */
async function furnish({ database, stack }: Deployment): Promise<string> {
  await applyPlans(database, parsePlanFile(planFile), 'chaos');
  // RabbitMQ 3.10 can lose a quorum queue that is killed within a second of its declaration: so that is long ago.
  const broker = createConnection({ url: stack.amqpUrl, name: 'chaos' });
  await broker.ready();
  await broker.close();
  return (await createApiKey(database, { name: 'chaos', scopes: [...scopes] })).secret;
}

const startLimitMs = 120_000;

async function untilAllServe(supervisor: Supervisor): Promise<void> {
  const until = Date.now() + startLimitMs;
  while (!supervisor.allServe()) {
    if (Date.now() > until) throw new Error(`Not all processes serve: ${supervisor.ownEnds.join('; ')}`);
    await pause(250, new AbortController().signal);
  }
}

function reportOf(
  { seed, invoices, minutes, faults, points, leastKills }: ChaosOptions,
  kills: KillLog,
  sent: Sent,
  findings: Finding[],
  facts: Record<string, unknown>,
): Report & { findings: Finding[] } {
  const count = (kind: Finding['kind']) => findings.filter((finding) => finding.kind === kind).length;
  const unhit = unhitOf(points, kills.hitsOf);
  const summary = kills.summary();
  const { attempts, acknowledged } = sent;
  const passed = findings.length === 0 && unhit.length === 0 && summary.kills >= leastKills;
  return {
    passed,
    attempts,
    acknowledged,
    lost: count('lost'),
    duplicated: count('duplicated'),
    unexpected: count('unexpected'),
    ...summary,
    leastKills,
    crashPoints: Object.fromEntries(points.map((point) => [point, kills.hitsOf(point)])),
    unhit,
    seed,
    invoices,
    minutes,
    faults: [...faults],
    ...facts,
    findings,
  };
}
