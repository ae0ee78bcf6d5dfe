import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { v5 } from 'uuid';
import { answerSync, type SyncSubject } from '../../src/temporal/syncs.ts';
import { failureTypes } from '../../workflows/contract/failure-types.ts';
import type { Context } from './context.ts';
import { Hopeless, pause, untilDone } from './patience.ts';

const lookEveryMs = 1_000;
const answerLimitMs = 15_000;
const namespace = '0c9d63f4-0c0e-5b55-8a6c-6a8f3a1d7e10';

type Parked = SyncSubject & { parkingNumber: number };

/** The person who looks at parked invoices: answers each by `retry`, every answer sent twice. */
export async function answerParked(context: Context, until: AbortSignal): Promise<void> {
  const { deployment, giveUp, say } = context;
  const open = new Map<string, Promise<void>>();
  while (!until.aborted) {
    const parked = await untilDone(() => readParked(context), giveUp);
    for (const invoice of parked) {
      const decisionId = v5(`${deployment.stack.dataDir}/${invoice.invoiceId}/${invoice.parkingNumber}`, namespace);
      if (open.has(decisionId)) continue;
      say(`${invoice.number} is parked (${invoice.parkingNumber}), answering`);
      open.set(decisionId, answerTwice(context, invoice, decisionId));
    }
    await pause(lookEveryMs, until);
  }
  await Promise.all(open.values());
}

async function readParked({ deployment: { database } }: Context): Promise<Parked[]> {
  const { rows } = await database.query<Parked>(
    `SELECT i.id AS "invoiceId", i.number, i.customer_id AS "customerId", c.external_id AS "externalId",
       i.clock_id AS "clockId", i.currency, i.total_minor AS "totalMinor", s.priority,
       s.parking_number AS "parkingNumber"
     FROM invoice_states s JOIN invoices i ON i.id = s.invoice_id JOIN customers c ON c.id = i.customer_id
     WHERE s.sync = 'parked'`,
  );
  return rows;
}

async function answerTwice(context: Context, parked: Parked, decisionId: string): Promise<void> {
  const { deployment, sent, giveUp } = context;
  const { client } = deployment.temporal;
  const entry = { kind: 'retry', decisionId, invoiceId: parked.invoiceId, acknowledged: false };
  sent.answers.set(decisionId, entry);
  const answer = {
    kind: 'retry' as const,
    decisionId,
    parkingNumber: parked.parkingNumber,
    actor: 'chaos',
    reason: 'The fault has passed.',
  };
  const send = () =>
    untilDone(async () => {
      try {
        await client.withDeadline(Date.now() + answerLimitMs, () =>
          answerSync(client, parked, `${parked.totalMinor} minor units`, answer),
        );
      } catch (error) {
        throw isRefusal(error) ? new Hopeless((error as Error).message) : error;
      }
    }, giveUp);
  try {
    await Promise.all([send(), send()]);
    entry.acknowledged = true;
  } catch (error) {
    sent.surprises.push(`the answer to ${parked.number} was not taken: ${(error as Error).message}`);
  }
}

/** The books have refused the answer, which the next time would be refused too. */
function isRefusal(error: unknown): boolean {
  const cause = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
  const refusals: readonly unknown[] = [failureTypes.staleAnswer, failureTypes.faultyAnswer];
  return cause instanceof ApplicationFailure && refusals.includes(cause.type);
}
