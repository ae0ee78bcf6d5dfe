import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DurabillError } from '../errors/error.ts';
import type { StackContext } from './context.ts';
import type { KeptChild } from './keeper-client.ts';
import { type StartedPart, startPart } from './part.ts';
import { freePort } from './ports.ts';
import { plainEnvironment } from './programs.ts';
import { findDocker, launchContainer, type RabbitmqPorts } from './rabbitmq-container.ts';
import { findRabbitmq, installRabbitmq, type RabbitmqPrograms } from './rabbitmq-program.ts';

const wellKnownPorts = { amqp: 5672, management: 15672 };
/** Erlang starts slowly on a busy machine: 6 to 10 s were measured on two cores. */
const readyTimeoutMs = 120_000;

/** The broker's own default user, which it lets in from this machine only. */
const credentials = 'guest:guest';

async function choosePorts(preferKnown: boolean): Promise<RabbitmqPorts> {
  return {
    amqp: await freePort(preferKnown ? wellKnownPorts.amqp : undefined),
    management: await freePort(preferKnown ? wellKnownPorts.management : undefined),
    distribution: await freePort(),
    epmd: await freePort(),
  };
}

/** Names the broker's database too, so it is chosen once and stays with the data, even if the clone moves. */
function nodeNameOf(base: string): string {
  const file = join(base, 'node-name');
  if (!existsSync(file)) writeFileSync(file, `durabill-${randomBytes(4).toString('hex')}@localhost`);
  return readFileSync(file, 'utf8');
}

function writeConfiguration(base: string, ports: RabbitmqPorts): void {
  mkdirSync(join(base, 'home'), { recursive: true });
  writeFileSync(join(base, 'env.conf'), '');
  writeFileSync(join(base, 'enabled_plugins'), '[rabbitmq_management].\n');
  const lines = [
    `listeners.tcp.1 = 127.0.0.1:${ports.amqp}`,
    'management.tcp.ip = 127.0.0.1',
    `management.tcp.port = ${ports.management}`,
  ];
  writeFileSync(join(base, 'rabbitmq.conf'), `${lines.join('\n')}\n`);
}

function environmentOf(context: StackContext, base: string, ports: RabbitmqPorts): NodeJS.ProcessEnv {
  return {
    ...plainEnvironment(context.env, join(base, 'home')),
    ERL_EPMD_PORT: String(ports.epmd),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_CONF_ENV_FILE: join(base, 'env.conf'),
    RABBITMQ_NODENAME: nodeNameOf(base),
    RABBITMQ_NODE_PORT: String(ports.amqp),
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_DIST_PORT: String(ports.distribution),
    RABBITMQ_MNESIA_BASE: join(base, 'mnesia'),
    RABBITMQ_LOG_BASE: join(base, 'log'),
    RABBITMQ_PID_FILE: join(base, 'pid'),
    RABBITMQ_CONFIG_FILE: join(base, 'rabbitmq.conf'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(base, 'enabled_plugins'),
    // The script then becomes the broker, so that signals reach it and its exit code is its own.
    RABBITMQ_ALLOW_INPUT: '1',
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-noinput +S 1:1 -kernel inet_dist_use_interface {127,0,0,1}',
  };
}

/**
 * Erlang's name server, as a child of its own: otherwise the broker starts a daemon that outlives it and that all
 * brokers of the machine would share.
 */
function launchEpmd(context: StackContext, programs: RabbitmqPrograms, base: string, port: number): Promise<KeptChild> {
  return context.keeper.start({
    name: 'epmd',
    command: programs.epmd,
    args: ['-address', '127.0.0.1', '-port', String(port)],
    env: plainEnvironment(context.env, join(base, 'home')),
    cwd: base,
    stopSignal: 'SIGTERM',
    graceMs: 2_000,
    // Below the broker, which signs off there when it stops.
    level: 0,
  });
}

async function isServing(ports: RabbitmqPorts): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${ports.management}/api/health/checks/protocol-listener/amqp`, {
    headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
    signal: AbortSignal.timeout(5_000),
  });
  await answer.arrayBuffer();
  return answer.ok;
}

/** Starts a broker on these ports. */
export type LaunchRabbitmq = (ports: RabbitmqPorts) => Promise<KeptChild>;

/**
 * A program of this machine first: it needs nothing else. Then a container, since nothing is installed for it; then the
 * package manager.
 *
 * @throws DurabillError `part-missing` with the command that gets it
 */
async function chooseLaunch(context: StackContext, base: string): Promise<LaunchRabbitmq> {
  const present = findRabbitmq(context.env);
  if (present !== undefined) return programLaunch(context, present, base);
  const docker = await findDocker(context);
  if (docker !== undefined) return (ports) => launchContainer(context, docker, base, ports);
  return programLaunch(context, await installRabbitmq(context), base);
}

/** Under a node name, ports, name server and data directory of its own, beside any other broker of the machine. */
function programLaunch(context: StackContext, programs: RabbitmqPrograms, base: string): LaunchRabbitmq {
  if (/['"]/.test(base)) {
    // Its watch over the disk puts the path between quotes for a shell, and then the start hangs.
    throw new DurabillError('part-failed', {
      field: 'rabbitmq',
      reason: `RabbitMQ does not start below a directory with a quote in its name: ${context.dataDir}`,
      mend: 'Move the data directory.',
    });
  }
  let epmd: { port: number; child: KeptChild } | undefined;
  return async (ports) => {
    if (epmd?.port !== ports.epmd) {
      await epmd?.child.stop();
      epmd = { port: ports.epmd, child: await launchEpmd(context, programs, base, ports.epmd) };
    }
    writeConfiguration(base, ports);
    return await context.keeper.start({
      name: 'rabbitmq',
      command: programs.server,
      args: [],
      env: environmentOf(context, base, ports),
      cwd: base,
      stopSignal: context.throwAway ? 'SIGKILL' : 'SIGTERM',
      graceMs: 30_000,
      level: 1,
    });
  };
}

/**
 * RabbitMQ with its management UI on 127.0.0.1.
 * @param choose how it is run; a test has a container where the machine has a program
 */
export async function startRabbitmq(
  context: StackContext,
  choose = chooseLaunch,
): Promise<StartedPart<RabbitmqPorts> & { amqpUrl: string; rabbitmqUiUrl: string }> {
  const base = join(context.dataDir, 'rabbitmq');
  mkdirSync(base, { recursive: true });
  const launch = await choose(context, base);
  const started = await startPart(
    {
      name: 'rabbitmq',
      choosePorts: (attempt) => choosePorts(context.preferKnownPorts && attempt === 0),
      launch,
      isReady: isServing,
      readyTimeoutMs,
    },
    context.onLost,
  );
  const { amqp, management } = started.ports;
  return {
    ...started,
    amqpUrl: `amqp://${credentials}@127.0.0.1:${amqp}`,
    rabbitmqUiUrl: `http://127.0.0.1:${management}`,
  };
}
