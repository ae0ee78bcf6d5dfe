import { setTimeout as sleep } from 'node:timers/promises';
import { deadLetterQueue, dueQueues } from '../../src/broker/topology.ts';
import { workflowTypes } from '../../workflows/contract/ids.ts';
import type { Deployment } from '../support/deployment.ts';

/** What is still under way; empty and 0 when all is at rest. */
export type Unrest = {
  /** Messages that wait in the broker or are in a bridge's hands. */
  messages: number;
  deadLetters: number;
  /** Ids of workflows that run, without the customers' idle ones. */
  workflows: string[];
  /** Invoices by what they wait for. */
  invoices: Record<string, number>;
};

const lookEveryMs = 2_000;
/** How long nothing may move, beyond the last planned retry; a busy machine is slow, and yet it moves. */
const patienceMs = 180_000;
/** In all, so that what moves in a circle is told as well; three copies on two cores need more than a quarter of an hour. */
const mostMs = 2_400_000;

/** Waits until nothing is under way, or until nothing has moved for three minutes. @returns what is left */
export async function awaitRest(
  deployment: Deployment,
  options: { isOver(): boolean; say(line: string): void },
): Promise<Unrest> {
  const startedAt = Date.now();
  let said = '';
  let movedAt = startedAt;
  for (;;) {
    const unrest = await readUnrest(deployment);
    const { deadLetters: _dead, ...underWay } = unrest;
    const line = JSON.stringify({ ...underWay, workflows: unrest.workflows.length });
    if (line !== said) {
      options.say(`coming to rest: ${line}`);
      movedAt = Date.now();
    }
    said = line;
    if (isAtRest(unrest) && options.isOver()) return unrest;
    const lastRetryAt = await readLastRetry(deployment);
    if (Date.now() > Math.min(startedAt + mostMs, Math.max(movedAt, lastRetryAt) + patienceMs)) return unrest;
    await sleep(lookEveryMs);
  }
}

export function isAtRest({ messages, workflows, invoices }: Unrest): boolean {
  return messages === 0 && workflows.length === 0 && Object.keys(invoices).length === 0;
}

async function readUnrest(deployment: Deployment): Promise<Unrest> {
  const [counts, workflows, invoices] = await Promise.all([
    readQueues(deployment),
    readWorkflows(deployment),
    readInvoices(deployment),
  ]);
  const due = Object.values(dueQueues).map((queue) => counts.get(queue) ?? 0);
  return {
    messages: due.reduce((sum, count) => sum + count, 0),
    deadLetters: counts.get(deadLetterQueue) ?? 0,
    workflows,
    invoices,
  };
}

/** As the broker counts them for its own pages, those in consumers' hands included: some seconds old. */
async function readQueues({ stack }: Deployment): Promise<Map<string, number>> {
  const { username, password } = new URL(stack.amqpUrl);
  const answer = await fetch(new URL('/api/queues', stack.rabbitmqUiUrl), {
    headers: { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` },
  });
  const queues = (await answer.json()) as { name: string; messages?: number }[];
  return new Map(queues.map(({ name, messages = 0 }) => [name, messages]));
}

async function readWorkflows({ temporal }: Deployment): Promise<string[]> {
  const ids: string[] = [];
  for await (const { workflowId, type } of temporal.client.workflow.list({ query: `ExecutionStatus = 'Running'` })) {
    // A customer's writer waits for a minute in case that it is asked again.
    if (type !== workflowTypes.syncCustomer && Object.values<string>(workflowTypes).includes(type))
      ids.push(workflowId);
  }
  return ids;
}

async function readInvoices({ database }: Deployment): Promise<Record<string, number>> {
  const { rows } = await database.query<{ state: string; count: number }>(
    `SELECT CASE WHEN lifecycle = 'issued' THEN sync ELSE lifecycle END AS state, count(*)::int AS count
     FROM invoice_states WHERE lifecycle IN ('draft', 'held') OR sync NOT IN ('none', 'synced') GROUP BY 1`,
  );
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
}

async function readLastRetry({ database }: Deployment): Promise<number> {
  const { rows } = await database.query<{ at: Date | null }>(
    `SELECT max(next_retry_at) AS at FROM invoice_states WHERE sync = 'backing_off'`,
  );
  return rows[0]?.at?.getTime() ?? 0;
}
