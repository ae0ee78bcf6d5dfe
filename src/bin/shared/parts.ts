import type { BrokerConnection } from '../../broker/connection.ts';
import { within } from '../../broker/limits.ts';
import type { Database } from '../../store/database.ts';
import type { Logger } from '../../telemetry/log.ts';
import type { Temporal } from '../../temporal/connection.ts';

const answerLimitMs = 2_000;

/** Asks each part that a process stands on whether it answers. */
export async function healthOf(
  log: Logger,
  parts: { database: Database; broker: BrokerConnection; temporal: Temporal },
): Promise<Record<'postgresql' | 'rabbitmq' | 'temporal', string>> {
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
