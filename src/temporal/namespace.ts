import type { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { searchAttributes } from '../../workflows/contract/search-attributes.ts';
import { untilTrue } from './until-true.ts';

/** Closed runs can be looked at, reset and replayed for this long. */
const retentionSeconds = 30 * 24 * 60 * 60;

/** temporal.api.enums.v1.IndexedValueType */
const indexedValueTypes = { Keyword: 2, Int: 3, Datetime: 6 } as const;
/** grpc.status */
const notFound = 5;
const alreadyExists = 6;

/**
 * Makes sure that the namespace is there, keeps closed runs for 30 days and knows our search attributes. Safe to call at
 * every start and by several processes at once; attributes are only ever added.
 */
export async function ensureNamespace(connection: Connection, namespace: string): Promise<void> {
  await registerNamespace(connection, namespace);
  // A new namespace is known to every part of the server a few seconds later.
  await untilTrue(() => namespaceIsServed(connection, namespace), 60_000);
  await ensureSearchAttributes(connection, namespace);
}

async function registerNamespace(connection: Connection, namespace: string): Promise<void> {
  const { workflowService } = connection;
  const workflowExecutionRetentionPeriod = msToTs(retentionSeconds * 1_000);
  try {
    const { config } = await workflowService.describeNamespace({ namespace });
    if (Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0) < retentionSeconds) {
      await workflowService.updateNamespace({
        namespace,
        config: { workflowExecutionRetentionTtl: workflowExecutionRetentionPeriod },
      });
    }
  } catch (error) {
    if ((error as { code?: number }).code !== notFound) throw error;
    try {
      await workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod });
    } catch (failure) {
      if ((failure as { code?: number }).code !== alreadyExists) throw failure;
    }
  }
}

async function namespaceIsServed(connection: Connection, namespace: string): Promise<boolean> {
  try {
    await connection.workflowService.listWorkflowExecutions({ namespace, pageSize: 1 });
    return true;
  } catch (error) {
    if ((error as { code?: number }).code === notFound) return false;
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
    if ((error as { code?: number }).code !== alreadyExists) throw error;
  }
  await untilTrue(async () => (await listMissing()).length === 0, 60_000);
}
