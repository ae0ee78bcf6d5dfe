import type { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { searchAttributes } from '../../workflows/contract/search-attributes.ts';
import { DurabillError } from '../errors/error.ts';
import { untilTrue } from './until-true.ts';

/** Closed runs can be looked at, reset and replayed for this long. */
const retentionSeconds = 30 * 24 * 60 * 60;

/** temporal.api.enums.v1.IndexedValueType */
const indexedValueTypes = { Keyword: 2, Int: 3, Datetime: 6 } as const;
/** grpc.status */
const notFound = 5;
const alreadyExists = 6;
/** PERMISSION_DENIED, UNIMPLEMENTED, UNAUTHENTICATED: how Temporal Cloud, or a server with rules of its own, says no. */
const refusals = [7, 12, 16];

const codeOf = (error: unknown) => (error as { code?: number }).code;
const isRefusal = (error: unknown) => refusals.includes(codeOf(error) ?? 0);

/**
 * Makes sure that the namespace is there, keeps closed runs for 30 days and knows our search attributes. Safe to call at
 * every start and by several processes at once; attributes are only ever added.
 *
 * @returns what the server does not let us set, and can be lived with, one sentence each
 * @throws DurabillError config-invalid when it is to be made by a person, as on Temporal Cloud
 */
export async function ensureNamespace(connection: Connection, namespace: string): Promise<string[]> {
  const notes = await registerNamespace(connection, namespace);
  // A new namespace is known to every part of the server a few seconds later.
  await untilTrue(() => namespaceIsServed(connection, namespace), 60_000);
  await ensureSearchAttributes(connection, namespace);
  return notes;
}

async function registerNamespace(connection: Connection, namespace: string): Promise<string[]> {
  const { workflowService } = connection;
  const config = { workflowExecutionRetentionTtl: msToTs(retentionSeconds * 1_000) };
  let kept: number;
  try {
    const described = await workflowService.describeNamespace({ namespace });
    kept = Number(described.config?.workflowExecutionRetentionTtl?.seconds ?? 0);
  } catch (error) {
    if (isRefusal(error)) throw namespaceNeeded(namespace, error);
    if (codeOf(error) !== notFound) throw error;
    await workflowService
      .registerNamespace({ namespace, workflowExecutionRetentionPeriod: config.workflowExecutionRetentionTtl })
      .catch((failure: unknown) => {
        if (isRefusal(failure)) throw namespaceNeeded(namespace, failure);
        if (codeOf(failure) !== alreadyExists) throw failure;
      });
    return [];
  }
  if (kept >= retentionSeconds) return [];
  try {
    await workflowService.updateNamespace({ namespace, config });
    return [];
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const days = Math.floor(kept / 86_400);
    return [
      `The namespace ${namespace} keeps closed runs for ${days} days; 30 are advised, and here only its owner can set it.`,
    ];
  }
}

function namespaceNeeded(namespace: string, cause: unknown): DurabillError {
  return new DurabillError('config-invalid', {
    field: 'TEMPORAL_NAMESPACE',
    reason: `The Temporal server knows no namespace "${namespace}" that we may use, and does not let us make it.`,
    mend:
      'Make it first (Temporal Cloud: in its console, with 30 days of retention) and set TEMPORAL_NAMESPACE to its ' +
      'whole name, there with the account behind a dot, and TEMPORAL_API_KEY to a key that may use it.',
    cause,
  });
}

/** Whether every part of the server knows the namespace. */
export async function namespaceIsServed(connection: Connection, namespace: string): Promise<boolean> {
  try {
    await connection.workflowService.listWorkflowExecutions({ namespace, pageSize: 1 });
    return true;
  } catch (error) {
    if (codeOf(error) === notFound) return false;
    throw error;
  }
}

async function ensureSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  const { operatorService } = connection;
  const listMissing = async () => {
    const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
    return Object.entries(searchAttributes).filter(([name]) => customAttributes?.[name] === undefined);
  };
  const missing = await listMissing();
  if (missing.length === 0) return;
  try {
    await operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map(([name, type]) => [name, indexedValueTypes[type]])),
    });
  } catch (error) {
    if (isRefusal(error)) throw attributesNeeded(namespace, missing, error);
    if (codeOf(error) !== alreadyExists) throw error;
  }
  await untilTrue(async () => (await listMissing()).length === 0, 60_000);
}

function attributesNeeded(namespace: string, missing: [string, string][], cause: unknown): DurabillError {
  const list = missing.map(([name, type]) => `${name} (${type})`).join(', ');
  return new DurabillError('config-invalid', {
    field: 'TEMPORAL_NAMESPACE',
    reason: `The namespace "${namespace}" lacks search attributes, and its server does not let us add them: ${list}.`,
    mend: 'Add them by name and type (Temporal Cloud: in its console, at the namespace), then run the setup again.',
    cause,
  });
}
