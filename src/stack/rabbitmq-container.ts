import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StackContext } from './context.ts';
import type { KeptChild } from './keeper-client.ts';
import { findPrograms, runToEnd } from './programs.ts';

export type RabbitmqPorts = { amqp: number; management: number; distribution: number; epmd: number };

/** The official image; its default user may come from outside of the container, which is how the port reaches it. */
export const image = 'rabbitmq:4.2.9-management';

/** A client whose engine is away may wait for it. */
const engineTimeoutMs = 10_000;

const answers = (docker: string, context: StackContext, ...args: string[]): boolean =>
  spawnSync(docker, args, { env: context.env, stdio: 'ignore', timeout: engineTimeoutMs }).status === 0;

/**
 * The program `docker`, if an engine answers it and the broker's image is there or can be fetched. Otherwise undefined:
 * there are other ways to a broker.
 */
export async function findDocker(context: StackContext): Promise<string | undefined> {
  const docker = findPrograms('docker', context.env)[0];
  if (docker === undefined || !answers(docker, context, 'info')) return undefined;
  if (answers(docker, context, 'image', 'inspect', image)) return docker;
  context.say(`Fetching the image ${image} (once).`);
  try {
    await runToEnd(context.keeper, {
      name: 'docker-pull',
      command: docker,
      args: ['pull', '--quiet', image],
      env: context.env,
      cwd: context.dataDir,
    });
    return docker;
  } catch (error) {
    context.say(`The image could not be fetched. ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
}

/** Names container and volume; chosen once and kept with the data directory, so that one made anew begins anew. */
async function nameOf(base: string): Promise<string> {
  const file = join(base, 'container-name');
  if (!existsSync(file)) writeFileSync(file, `durabill-rabbitmq-${randomBytes(4).toString('hex')}`);
  return await readFile(file, 'utf8');
}

/**
 * Runs the broker in a container that belongs to this data directory. The engine, not the keeper, owns the container:
 * one that outlived its `docker run` is removed before the next start, and by the keeper whenever `docker run` ends,
 * however it ends.
 */
export async function launchContainer(
  context: StackContext,
  docker: string,
  base: string,
  ports: RabbitmqPorts,
): Promise<KeptChild> {
  const name = await nameOf(base);
  const remove = ['rm', '--force', '--volumes', name];
  // One that is not there is no news; one that cannot be removed makes the run below say so.
  spawnSync(docker, remove, { env: context.env, stdio: 'ignore' });
  return await context.keeper.start({
    name: 'rabbitmq',
    command: docker,
    args: [
      ...['run', '--rm', '--name', name, '--hostname', 'durabill'],
      ...['--publish', `127.0.0.1:${ports.amqp}:5672`, '--publish', `127.0.0.1:${ports.management}:15672`],
      // Data to be thrown away is in a volume without a name, which goes with the container.
      ...(context.throwAway ? [] : ['--volume', `${name}:/var/lib/rabbitmq`]),
      image,
    ],
    env: context.env,
    cwd: base,
    // `docker run` passes it on; a SIGKILL would reach only the client.
    stopSignal: 'SIGTERM',
    graceMs: 30_000,
    level: 1,
    afterwards: { command: docker, args: remove },
  });
}
