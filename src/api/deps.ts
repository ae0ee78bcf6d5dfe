import type { FastifyBaseLogger } from 'fastify';
import type { Database } from '../store/database.ts';

/**
 * Starts a billing run durably. Asked again for the same run it answers the one that was started.
 * @throws DurabillError unavailable
 */
export type StartRun = (run: {
  kind: 'invoicing' | 'due-scan' | 'advance';
  clockId: string;
  at: Date;
}) => Promise<{ id: string; workflowId: string; alreadyStarted: boolean }>;

/** `up`, or in a few words what is wrong. */
export type Health = Record<'postgresql' | 'rabbitmq' | 'temporal', 'up' | (string & {})>;

export type ApiDeps = {
  database: Database;
  startRun: StartRun;
  health: () => Promise<Health>;
  logger?: FastifyBaseLogger;
};
