import { setTimeout as sleep } from 'node:timers/promises';
import type { BrokerConnection } from '../../broker/connection.ts';
import { within } from '../../broker/limits.ts';
import type { Database } from '../../store/database.ts';
import { missingMigrations } from '../../store/migrate.ts';
import type { Logger } from '../../telemetry/log.ts';
import type { Temporal } from '../../temporal/connection.ts';
import { namespaceIsServed } from '../../temporal/namespace.ts';
import type { Life } from './process.ts';

const answerLimitMs = 2_000;
const setupCheckMs = 1_000;

export type Parts = { database: Database; broker: BrokerConnection; temporal: Temporal };

export type Readiness = {
  /** Each part that the process stands on: `up`, or in a few words what is wrong. */
  health(): Promise<Record<string, string>>;
  /** Resolves once `npm run setup` has been run for this version; until then `health` says that it has not. */
  untilSetUp(): Promise<void>;
};

/**
 * Whether a process can do its work. It waits for its setup instead of failing, so that processes and setup may be
 * started in any order; and from a signal to its end it is not ready, so that nothing new is sent to it.
 */
export function watchReadiness(log: Logger, life: Life, parts: Parts): Readiness {
  let lacking: string | undefined = 'not looked at yet';
  return {
    async health() {
      if (life.stopping()) return { process: 'stopping' };
      const states = await healthOf(log, parts);
      return lacking === undefined ? states : { ...states, setup: lacking };
    },
    async untilSetUp() {
      // Tells of every part that is away, and why: the process waits for it without a further word.
      void healthOf(log, parts);
      for (;;) {
        const found = await lackingSetup(log, parts, lacking);
        if (found !== lacking && found !== undefined) log.warn({ lacking: found }, 'waiting for the setup');
        lacking = found;
        if (lacking === undefined) return;
        await sleep(setupCheckMs);
      }
    },
  };
}

/** What `npm run setup` has yet to do, in words for whoever runs the process. */
async function lackingSetup(
  log: Logger,
  { database, temporal }: Parts,
  before: string | undefined,
): Promise<string | undefined> {
  const { namespace } = temporal.client.options;
  const looks: [part: string, look: () => Promise<string | undefined>][] = [
    [
      'PostgreSQL',
      async () =>
        (await missingMigrations(database)).length > 0
          ? 'the schema of this version is not in the database: run `npm run setup`'
          : undefined,
    ],
    [
      'Temporal',
      async () =>
        (await namespaceIsServed(temporal.connection, namespace))
          ? undefined
          : `the Temporal namespace ${namespace} is not there: run \`npm run setup\``,
    ],
  ];
  for (const [part, look] of looks) {
    try {
      const lacking = await look();
      if (lacking !== undefined) return lacking;
    } catch (error) {
      // Those who ask /readyz need no key, so they only hear that it is away; the log hears why, once.
      const lacking = `${part} does not answer`;
      if (lacking !== before) log.warn({ err: error, part }, 'part is away');
      return lacking;
    }
  }
  return undefined;
}

/** Asks each part whether it answers. */
async function healthOf(log: Logger, parts: Parts): Promise<Record<string, string>> {
  const [postgresql, rabbitmq, temporal] = await Promise.all([
    stateOf(log, 'postgresql', parts.database.query('SELECT 1')),
    stateOf(log, 'rabbitmq', parts.broker.ready(answerLimitMs)),
    parts.temporal.healthy().then((up) => (up ? 'up' : notAnswering)),
  ]);
  return { postgresql, rabbitmq, temporal };
}

const notAnswering = 'not answering';

/** The log hears why a part is away; those who ask need no key, so they only hear that it is. */
async function stateOf(log: Logger, part: string, asked: Promise<unknown>): Promise<string> {
  try {
    await within(asked, answerLimitMs, 'no answer within two seconds');
    return 'up';
  } catch (error) {
    log.warn({ err: error, part }, 'part is away');
    return notAnswering;
  }
}
