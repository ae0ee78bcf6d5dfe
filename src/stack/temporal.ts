import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StackContext } from './context.ts';
import { type StartedPart, startPart } from './part.ts';
import { freePort } from './ports.ts';
import { plainEnvironment } from './programs.ts';
import { findTemporal } from './temporal-program.ts';

const namespace = 'durabill';
const database = 'temporal.db';

/**
 * How often the server forgets tasks that are done. It walks through all it remembers for each new one, so that with the
 * default of half a minute a fifteenth of its time went there while thousands of workflows ran.
 */
const forgetDoneEvery = '2s';

const wellKnownPorts = { grpc: 7233, ui: 8233 };
const readyTimeoutMs = 60_000;

type TemporalPorts = { grpc: number; ui: number; http: number; metrics: number };

async function choosePorts(preferKnown: boolean): Promise<TemporalPorts> {
  return {
    grpc: await freePort(preferKnown ? wellKnownPorts.grpc : undefined),
    ui: await freePort(preferKnown ? wellKnownPorts.ui : undefined),
    http: await freePort(),
    metrics: await freePort(),
  };
}

/**
 * One process gains nothing from queues in four partitions, which forward tasks and polls to each other. A home that began
 * with four is still read in all of them: what waits in one that nobody reads would wait for ever.
 */
function readPartitions(home: string): 1 | 4 {
  const single = join(home, 'single-partition');
  if (!existsSync(join(home, database))) writeFileSync(single, '');
  return existsSync(single) ? 1 : 4;
}

function serverArguments(ports: TemporalPorts, home: string): string[] {
  return [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--namespace', namespace, '--log-level', 'warn'],
    ...['--port', `${ports.grpc}`, '--ui-port', `${ports.ui}`],
    ...['--http-port', `${ports.http}`, '--metrics-port', `${ports.metrics}`],
    // Relative to the working directory, so that no character of the clone's path is read as part of a database URL.
    ...['--db-filename', database],
    // Twice the throughput of the defaults. Survives kills; a power cut may lose the last commits.
    ...['--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL'],
    ...['--dynamic-config-value', `matching.numTaskqueueReadPartitions=${readPartitions(home)}`],
    ...['--dynamic-config-value', 'matching.numTaskqueueWritePartitions=1'],
    ...['transfer', 'timer', 'visibility'].flatMap((queue) => [
      '--dynamic-config-value',
      `history.${queue}ProcessorUpdateAckInterval="${forgetDoneEvery}"`,
    ]),
  ];
}

/** Loaded late: reading the client takes longer than everything else here, and is not needed for an outside server. */
async function isServing(address: string): Promise<boolean> {
  const { Connection } = await import('@temporalio/client');
  const connection = await Connection.connect({ address, connectTimeout: '2s' });
  try {
    const health = await connection.healthService.check({ service: 'temporal.api.workflowservice.v1.WorkflowService' });
    await connection.workflowService.describeNamespace({ namespace });
    return health.status === 1;
  } finally {
    await connection.close();
  }
}

/**
 * Temporal's server with its Web UI on 127.0.0.1, its history in a file of the data directory. Its namespace
 * `durabill` is there from the start; how long it keeps runs is set by whoever uses it.
 */
export async function startTemporal(
  context: StackContext,
): Promise<StartedPart<TemporalPorts> & { temporalAddress: string; temporalUiUrl: string }> {
  const program = await findTemporal(context);
  const home = join(context.dataDir, 'temporal');
  mkdirSync(home, { recursive: true });

  const started = await startPart(
    {
      name: 'temporal',
      choosePorts: (attempt) => choosePorts(context.preferKnownPorts && attempt === 0),
      launch: (ports) =>
        context.keeper.start({
          name: 'temporal',
          command: program,
          args: serverArguments(ports, home),
          // Its heap is small and its garbage much, so that by default it collects many times a second.
          env: { ...plainEnvironment(context.env, home), GOGC: '400' },
          cwd: home,
          stopSignal: context.throwAway ? 'SIGKILL' : 'SIGTERM',
          graceMs: 15_000,
          level: 1,
        }),
      isReady: ({ grpc }) => isServing(`127.0.0.1:${grpc}`),
      readyTimeoutMs,
    },
    context.onLost,
  );
  const temporalAddress = `127.0.0.1:${started.ports.grpc}`;
  return { ...started, temporalAddress, temporalUiUrl: `http://127.0.0.1:${started.ports.ui}` };
}
