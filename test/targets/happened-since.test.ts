import assert from 'node:assert/strict';
import { beginPause } from '../../src/store/pauses.ts';
import { adopt } from '../billing/reconciliation/support.ts';
import { until } from '../broker/support.ts';
import { failureOf, operationsOf } from './outcomes.ts';
import { usd, useTarget } from './support.ts';

/** Every invoice here has two lines, of 1.00 and 1.01 USD: 2.01 in all. */
describe('what has happened at Stripe since a request was first sent', () => {
  const target = useTarget();
  const books = {
    get database() {
      return target.database;
    },
    get simulator() {
      return target.simulator;
    },
  };
  const issue = () => target.issue({ amountsMinor: usd(2) });
  const copiesOf = async (invoiceId: string) =>
    (await target.stripe.invoices.list({ limit: 100 })).data.filter(
      ({ metadata }) => metadata?.['durabill_invoice'] === invoiceId,
    );
  const seenOf = async (invoiceId: string) =>
    (await copiesOf(invoiceId)).map(({ status, total }) => ({ status, total }));
  const readsSince = async (since: number) =>
    operationsOf((await target.journal(since)).filter(({ method }) => method === 'GET')).filter(
      (name) => name !== 'accounts.retrieveCurrent',
    );

  it('is read when Stripe only repeats that it was made final: voided there meanwhile', async () => {
    const invoice = await issue();
    await target.fail({ kind: 'commit-then-reset', operation: 'invoices.finalizeInvoice', times: 2 });
    await failureOf(target.bring(invoice.id));
    await target.heal();
    const [remote] = await copiesOf(invoice.id);
    assert.equal(remote!.status, 'open', 'it was made final, and the answer was lost');
    await target.stripe.invoices.voidInvoice(remote!.id);
    const before = await target.lastEntry();
    const failure = await failureOf(target.bring(invoice.id));
    assert.deepEqual([failure.action, failure.code], ['person', 'void-at-target']);
    assert.deepEqual(await readsSince(before), ['invoices.retrieve']);
  });

  it('is read when Stripe only repeats that the lines were added: another line was added there by hand', async () => {
    const invoice = await issue();
    await target.fail({ kind: 'commit-then-reset', operation: 'invoices.addLines', times: 2 });
    await failureOf(target.bring(invoice.id));
    await target.heal();
    const [remote] = await copiesOf(invoice.id);
    await target.stripe.invoices.addLines(remote!.id, { lines: [{ amount: 5, description: 'by hand' }] });
    const failure = await failureOf(target.bring(invoice.id));
    assert.deepEqual([failure.action, failure.code], ['person', 'total-differs']);
    // 2.01 of ours and 0.05 by hand: seen while it was a draft.
    assert.deepEqual(await seenOf(invoice.id), [{ status: 'draft', total: 206 }]);
  });

  it('costs a calm sync no read', async () => {
    const invoice = await issue();
    const before = await target.lastEntry();
    assert.deepEqual(await target.bring(invoice.id), { state: 'synced' });
    assert.deepEqual(await readsSince(before), []);
  });

  it('is looked at when this database is a backup from the time between the draft and its lines, a day old', async () => {
    const invoice = await issue();
    await target.fail({ kind: '403', operation: 'invoices.finalizeInvoice', times: 1 });
    await failureOf(target.bring(invoice.id));
    assert.deepEqual(await seenOf(invoice.id), [{ status: 'draft', total: 201 }]);
    await target.database.query(`DELETE FROM stored_requests WHERE subject_id = $1 AND step <> 'create'`, [invoice.id]);
    await target.letKeysAge();
    await beginPause(target.database, { kind: 'restore', reason: 'a backup', begunBy: 'test' });
    await adopt(books);
    assert.deepEqual(await target.bring(invoice.id), { state: 'synced' });
    assert.deepEqual(await seenOf(invoice.id), [{ status: 'open', total: 201 }], 'each line once');
  });

  it('is awaited, not done again, when lines of an adopted draft are still being added', async () => {
    const invoice = await issue();
    // The draft was found by a look, so that its later steps are looked for before they are sent.
    await target.fail({ kind: 'error-500-stored', operation: 'invoices.create', times: 1, commit: true });
    await failureOf(target.bringImpatiently(invoice.id));
    // Beyond our patience of a second, so that the next attempt comes before they are there. It makes nothing final before
    // they are.
    await target.fail(
      { kind: 'slow', operation: 'invoices.addLines', delayMs: 2_500, times: 1 },
      { kind: 'slow', operation: 'invoices.finalizeInvoice', delayMs: 4_000, times: 1 },
    );
    await failureOf(target.bringImpatiently(invoice.id));
    await until(async () => {
      const outcome = await target.bring(invoice.id).catch((error: { code?: string }) => ({ state: error.code }));
      if (outcome.state !== 'idempotency_key_in_use') assert.deepEqual(outcome, { state: 'synced' });
      return outcome.state === 'synced';
    }, 'the lines are there and it is final');
    assert.deepEqual(await seenOf(invoice.id), [{ status: 'open', total: 201 }], 'each line once');
  });
});
