import { type Client, WithStartWorkflowOperation, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { defineSearchAttributeKey, TypedSearchAttributes, type Workflow } from '@temporalio/common';
import { syncCustomerId, syncInvoiceId, workflowTypes } from '../../workflows/contract/ids.ts';
import type { SyncCustomerInput, SyncInvoiceInput } from '../../workflows/contract/inputs.ts';
import { type Answer, type AnswerKind, type AnswerOutcome, messages } from '../../workflows/contract/messages.ts';
import { taskQueues } from '../../workflows/contract/task-queues.ts';

/** What the Web UI shows of a sync: ids, number and amount, nothing personal. */
export type SyncSubject = {
  invoiceId: string;
  /** Null for a draft that is held. */
  number: string | null;
  customerId: string;
  externalId: string;
  clockId: string;
  currency: string;
  totalMinor: bigint;
  priority: 'normal' | 'high';
};

const keys = {
  invoiceId: defineSearchAttributeKey('InvoiceId', 'KEYWORD'),
  invoiceNumber: defineSearchAttributeKey('InvoiceNumber', 'KEYWORD'),
  customerId: defineSearchAttributeKey('CustomerId', 'KEYWORD'),
  clockId: defineSearchAttributeKey('ClockId', 'KEYWORD'),
  amountMinor: defineSearchAttributeKey('AmountMinor', 'INT'),
};

/** Temporal serves 1 before 3; new activities of a sync inherit it. */
const priorityKeys = { high: 1, normal: 3 };

/** Servers take 400 bytes of summary (`limit.userMetadataSummarySize`), and an external id may have 1,020. */
function shortened(externalId: string): string {
  const characters = [...externalId];
  return characters.length <= 60 ? externalId : `${characters.slice(0, 59).join('')}…`;
}

function startOptions(subject: SyncSubject, amountText: string) {
  const { invoiceId } = subject;
  return {
    taskQueue: taskQueues.billing,
    workflowId: syncInvoiceId(invoiceId),
    args: [{ invoiceId, version: 2 }] as [SyncInvoiceInput],
    staticSummary: `${subject.number ?? 'Draft'} · ${shortened(subject.externalId)} · ${amountText}`,
    priority: { priorityKey: priorityKeys[subject.priority] },
    typedSearchAttributes: new TypedSearchAttributes([
      { key: keys.invoiceId, value: invoiceId },
      ...(subject.number === null ? [] : [{ key: keys.invoiceNumber, value: subject.number }]),
      { key: keys.customerId, value: subject.customerId },
      { key: keys.clockId, value: subject.clockId },
      { key: keys.amountMinor, value: Number(subject.totalMinor) },
    ]),
  };
}

/**
 * Sees to it that the invoice's sync looks at the books: starts it, or signals the one that runs. A start alone is cheaper
 * than a signal with a start, and nearly every sync is started once and never signalled.
 * @param signalName what one that runs is told: to look again, or to do so before all others
 */
export async function wakeSync(
  client: Client,
  subject: SyncSubject,
  amountText: string,
  signalName: typeof messages.dirty | typeof messages.hurry = messages.dirty,
): Promise<void> {
  const options = startOptions(subject, amountText);
  try {
    await client.workflow.start(workflowTypes.syncInvoice, options);
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    // It may end in this moment; then the signal starts the next run.
    const signal = { signal: signalName, signalArgs: [] };
    await client.workflow.signalWithStart(workflowTypes.syncInvoice, { ...options, ...signal });
  }
}

/** grpc.status RESOURCE_EXHAUSTED: the last run of this id began less than a second ago. */
const resourceExhausted = 8;

/**
 * Begins the sync of an invoice anew, before all others. A run that has been started and has not done anything waits for its
 * first workflow task among hundreds, at the priority that it was started with for ever; a new one takes its place. Were
 * it at work by now all the same, it would only be overtaken: an attempt sends nothing once another has begun.
 */
export async function restartSync(client: Client, subject: SyncSubject, amountText: string): Promise<void> {
  try {
    await client.workflow.start(workflowTypes.syncInvoice, {
      ...startOptions(subject, amountText),
      workflowIdConflictPolicy: 'TERMINATE_EXISTING',
    });
  } catch (error) {
    const { code } = (error instanceof Error && error.cause !== undefined ? error.cause : error) as { code?: number };
    if (code !== resourceExhausted) throw error;
    await wakeSync(client, subject, amountText, messages.hurry);
  }
}

/** Gives an invoice a person's answer, and revives a run that was lost. The update's id makes a repeated call one. */
export async function answerSync(
  client: Client,
  subject: SyncSubject,
  amountText: string,
  { kind, ...answer }: Answer & { kind: AnswerKind },
): Promise<AnswerOutcome> {
  return await client.workflow.executeUpdateWithStart<Workflow, AnswerOutcome, [Answer]>(messages[kind], {
    // All that makes it this answer: Temporal gives a repeated update the outcome of the first, whatever it is about.
    updateId: [kind, answer.decisionId, answer.parkingNumber ?? '', answer.correctionId ?? ''].join('/'),
    args: [answer],
    startWorkflowOperation: new WithStartWorkflowOperation(workflowTypes.syncInvoice, {
      ...startOptions(subject, amountText),
      workflowIdConflictPolicy: 'USE_EXISTING',
    }),
  });
}

/** Asks the customer's one writer to bring it to Stripe. @returns its id there */
export async function ensureCustomer(
  client: Client,
  customerId: string,
  priority: SyncSubject['priority'],
): Promise<string> {
  const isUrgent = priority === 'high';
  return await client.workflow.executeUpdateWithStart<Workflow, string, []>(messages.ensure, {
    args: [],
    startWorkflowOperation: new WithStartWorkflowOperation(workflowTypes.syncCustomer, {
      taskQueue: taskQueues.billing,
      workflowId: syncCustomerId(customerId),
      args: [{ customerId, ...(isUrgent && { isUrgent }) }] satisfies [SyncCustomerInput],
      priority: { priorityKey: priorityKeys[priority] },
      staticSummary: `Customer ${customerId} at Stripe`,
      typedSearchAttributes: new TypedSearchAttributes([{ key: keys.customerId, value: customerId }]),
      workflowIdConflictPolicy: 'USE_EXISTING',
    }),
  });
}
