import assert from 'node:assert/strict';
import { defineSearchAttributeKey } from '@temporalio/common';
import { syncCustomerId, syncInvoiceId } from '../../../workflows/contract/ids.ts';
import { until } from '../../broker/support.ts';
import type { World } from '../../support/world.ts';
import type { BilledInvoice } from './books.ts';

const keys = {
  InvoiceId: defineSearchAttributeKey('InvoiceId', 'KEYWORD'),
  InvoiceNumber: defineSearchAttributeKey('InvoiceNumber', 'KEYWORD'),
  CustomerId: defineSearchAttributeKey('CustomerId', 'KEYWORD'),
  ClockId: defineSearchAttributeKey('ClockId', 'KEYWORD'),
  AmountMinor: defineSearchAttributeKey('AmountMinor', 'INT'),
  SyncState: defineSearchAttributeKey('SyncState', 'KEYWORD'),
};

/**
 * What an operator sees in the Web UI: each invoice's sync and each customer's is there, completed, with a line that
 * names number, customer and amount, and found by any of its search attributes; nothing else than completed is there.
 */
export async function assertReadsLikeALedger(world: World, invoices: readonly BilledInvoice[]): Promise<void> {
  const { workflow } = world.temporal.client;
  const count = async (query: string) => (await workflow.count(query)).count;
  await until(async () => (await count(`ExecutionStatus = 'Running'`)) === 0, 'every workflow has ended');
  assert.equal(await count(`ExecutionStatus != 'Completed'`), 0);

  for (const invoice of invoices) {
    const sync = await workflow.getHandle(syncInvoiceId(invoice.id)).describe();
    assert.equal(
      await sync.staticSummary(),
      `${invoice.number} · ${invoice.customer} · ${dollars(invoice.totalMinor)}`,
    );
    const attributes = Object.entries(keys).map(([name, key]) => [name, sync.typedSearchAttributes.get(key as never)]);
    assert.deepEqual(Object.fromEntries(attributes), {
      InvoiceId: invoice.id,
      InvoiceNumber: invoice.number,
      CustomerId: invoice.customerId,
      ClockId: invoice.clockId,
      AmountMinor: Number(invoice.totalMinor),
      SyncState: undefined,
    });
    assert.equal(await count(`InvoiceNumber = '${invoice.number}' AND SyncState IS NULL`), 1);
    assert.equal((await workflow.getHandle(syncCustomerId(invoice.customerId)).describe()).status.name, 'COMPLETED');
  }

  // Every run of a clock tells for which instant it was.
  const clocks = [...new Set(invoices.map(({ clockId }) => clockId))];
  for (const clockId of clocks) {
    for await (const run of workflow.list({ query: `ClockId = '${clockId}' AND CutoffAt IS NOT NULL` })) {
      const { staticSummary } = await workflow.getHandle(run.workflowId, run.runId).describe();
      assert.match(
        (await staticSummary()) ?? '',
        /^(Invoicing|Due scan) of 2013-\d\d-\d\dT1[35]:00:00.000Z on a test clock$/,
      );
    }
  }
}

/** As people write it: 5388.78 is USD 5,388.78. */
function dollars(minor: bigint): string {
  const [whole = '', cents = ''] = [String(minor / 100n), String(minor % 100n).padStart(2, '0')];
  return `USD ${whole.replace(/\B(?=(\d{3})+$)/g, ',')}.${cents}`;
}
