import assert from 'node:assert/strict';
import type { FaultRule } from '../../src/stripe-simulator/faults.ts';
import { assertOneBodyAKey, assertOneEqual, bringInTheEnd, failureOf, operationsOf } from './outcomes.ts';
import { usd, useTarget } from './support.ts';

describe('a request whose key can no longer vouch for it', () => {
  const target = useTarget();
  const looks: Record<string, string> = {
    'customers.create': 'customers.list',
    'invoices.create': 'invoices.list',
    'invoices.addLines': 'invoices.listLineItems',
    'invoices.finalizeInvoice': 'invoices.retrieve',
  };
  const doubts = [
    { name: 'is older than 23 hours', ages: true, committed: 'commit-then-truncate', lost: '503' },
    { name: 'answers a stored 500', ages: false, committed: 'error-500-stored', lost: 'error-500-stored' },
  ] as const;

  for (const { name, ages, committed, lost } of doubts) {
    for (const operation of Object.keys(looks)) {
      for (const wasCarriedOut of [true, false]) {
        it(`${operation}, ${name}, ${wasCarriedOut ? 'is looked for and adopted' : 'is looked for and sent anew'}`, async () => {
          const invoice = await target.issue({ amountsMinor: usd(51) });
          const fault: FaultRule = wasCarriedOut ? { kind: committed } : { kind: lost, commit: false };
          await target.fail({ ...fault, operation, times: 1 });
          await failureOf(target.bringImpatiently(invoice.id));
          if (ages) await target.letKeysAge();

          const before = await target.lastEntry();
          assert.deepEqual(await target.bringImpatiently(invoice.id), { state: 'synced' });
          const entries = await target.journal(before);
          const look = entries.findIndex((entry) => entry.operation === looks[operation]);
          const sent = entries.findIndex(
            (entry) => entry.operation === operation && entry.idempotencyKey?.endsWith('/2') === true,
          );
          assert.notEqual(look, -1, 'Stripe was looked at');
          if (wasCarriedOut) assert.equal(sent, -1, 'nothing was sent again');
          else assert.ok(sent > look, 'the look came before the new generation');
          assertOneBodyAKey(await target.journal());
          await assertOneEqual(target, invoice, 51);
        });
      }
    }
  }

  it('is not doubted after a server error that is not stored: it may be under way, so the same key asks again', async () => {
    const invoice = await target.issue({ amountsMinor: usd(1) });
    const before = await target.lastEntry();
    await target.fail({ kind: '503', operation: 'invoices.create', times: 1 });
    assert.equal(await bringInTheEnd(target, invoice.id), 2);
    const entries = await target.journal(before);
    const keys = entries
      .filter(({ operation }) => operation === 'invoices.create')
      .map((entry) => entry.idempotencyKey);
    assert.equal(keys.length, 2);
    assert.equal(keys[0], keys[1]);
    assert.ok(!operationsOf(entries).includes('invoices.list'), "!operationsOf(entries).includes('invoices.list')");
  });

  it('is looked for once the same key has repeated its server error', async () => {
    const invoice = await target.issue({ amountsMinor: usd(1) });
    // Stripe does not say at first that the error is stored.
    await target.fail({ kind: 'error-500-stored', operation: 'invoices.create', times: 1, shouldRetry: true });
    assert.equal(await bringInTheEnd(target, invoice.id), 3);
    await assertOneEqual(target, invoice, 1);
  });
});
