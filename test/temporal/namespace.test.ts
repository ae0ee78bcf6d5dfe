import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { ensureNamespace } from '../../src/temporal/namespace.ts';
import { searchAttributes } from '../../workflows/contract/search-attributes.ts';
import { getStack } from '../support/stack.ts';

const daySeconds = 24 * 60 * 60;
/** temporal.api.enums.v1.IndexedValueType */
const names: Record<number, string> = { 1: 'Text', 2: 'Keyword', 3: 'Int', 6: 'Datetime' };

describe('the namespace', function () {
  this.timeout(60_000);
  let connection: Connection;
  before(async () => {
    connection = await Connection.connect({ address: getStack().temporalAddress });
  });
  after(() => connection.close());

  const retentionDays = async (namespace: string) => {
    const { config } = await connection.workflowService.describeNamespace({ namespace });
    return Number(config?.workflowExecutionRetentionTtl?.seconds) / daySeconds;
  };
  const register = (namespace: string, days: number) =>
    connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: msToTs(days * daySeconds * 1_000),
    });
  const newName = () => `test-${randomUUID().slice(0, 8)}`;

  it('is made by two processes at once, serves both, and knows our attributes', async () => {
    const namespace = newName();
    await Promise.all([ensureNamespace(connection, namespace), ensureNamespace(connection, namespace)]);
    assert.equal(await retentionDays(namespace), 30);
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    const ours = Object.fromEntries(
      Object.keys(searchAttributes).map((name) => [name, names[customAttributes?.[name] ?? 0]]),
    );
    assert.deepEqual(ours, searchAttributes);
  });

  it('stays as it is when it is ensured again', async () => {
    const namespace = newName();
    await ensureNamespace(connection, namespace);
    const before = await connection.workflowService.describeNamespace({ namespace });
    await ensureNamespace(connection, namespace);
    const after = await connection.workflowService.describeNamespace({ namespace });
    assert.deepEqual(after.config, before.config);
    assert.equal(after.namespaceInfo?.id, before.namespaceInfo?.id);
  });

  it('is given 30 days where it keeps less, and left alone where it keeps more', async () => {
    for (const [days, expected] of [
      [1, 30],
      [90, 90],
    ] as const) {
      const namespace = newName();
      await register(namespace, days);
      await ensureNamespace(connection, namespace);
      assert.equal(await retentionDays(namespace), expected);
    }
  });
});
