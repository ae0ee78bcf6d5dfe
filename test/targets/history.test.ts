import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type Stripe from 'stripe';
import { requestLogOf } from '../../src/billing/request-log.ts';
import { shownOf } from '../../src/targets/stripe/history.ts';
import { chainOf, faultsOf, type Link } from '../support/chains.ts';
import { bringInTheEnd, failureOf } from './outcomes.ts';
import { usd, useTarget } from './support.ts';

describe('the history of what was asked of Stripe', () => {
  const target = useTarget();
  const historyOf = async (id: string) => {
    const chain = await chainOf(target.database, id);
    assert.deepEqual(faultsOf(chain), [], 'the chain holds');
    return chain;
  };
  const actionsOf = (chain: readonly Link[]) =>
    chain.map(({ action, detail }) => (detail['step'] === undefined ? action : `${action}: ${detail['step']}`));

  it('has each request and its answer, in the statements that store them', async () => {
    const invoice = await target.issue({ amountsMinor: [100n, 101n] });
    await target.bring(invoice.id);
    const chain = await historyOf(invoice.id);
    assert.deepEqual(actionsOf(chain), [
      'request: create',
      'answer: create',
      'request: add lines from 1',
      'answer: add lines from 1',
      'request: finalize',
      'answer: finalize',
      'synced',
    ]);
    const [create, created, add, , , finalized] = chain.map(({ detail }) => detail);
    assert.deepEqual([create!['operation'], create!['generation'], create!['sends']], ['invoices.create', 1, 1]);
    assert.match(String(create!['key']), new RegExp(`^durabill/acct_.*/invoice/${invoice.id}/create/1$`));
    const body = create!['body'] as Record<string, unknown>;
    assert.deepEqual([body['currency'], body['number'], body['auto_advance']], ['usd', invoice.number, false]);
    assert.deepEqual(body['metadata'], {
      durabill_invoice: invoice.id,
      durabill_revision: '1',
      durabill_customer: invoice.customerId,
      durabill_payment_due_on: (body['metadata'] as Record<string, string>)['durabill_payment_due_on'],
    });
    const lines = (add!['body'] as { lines: Record<string, unknown>[]; withheld: string[] }).lines;
    assert.deepEqual(
      lines.map((line) => line['amount']),
      [100, 101],
    );
    assert.deepEqual((add!['body'] as { withheld: string[] }).withheld, ['description']);

    // 1.00 + 1.01 dollars.
    const { fields, status, requestId, remoteId } = finalized as Record<string, unknown>;
    const { total, amount_paid, currency, status: state } = fields as Record<string, unknown>;
    assert.deepEqual([status, state, total, amount_paid, currency], [200, 'open', 201, 0, 'usd']);
    assert.match(String(requestId), /^req_/);
    assert.equal(created!['remoteId'], remoteId);
  });

  it('has hashes by which the stored request and what Stripe has can be held against it', async () => {
    const invoice = await target.issue({ amountsMinor: usd(1) });
    await target.bring(invoice.id);
    const chain = await historyOf(invoice.id);
    const { rows } = await target.database.query<{ step: string; params: string }>(
      'SELECT step, params::text AS params FROM stored_requests WHERE subject_id = $1',
      [invoice.id],
    );
    for (const { step, params } of rows) {
      const told = chain.find(({ action, detail }) => action === 'request' && detail['step'] === step);
      assert.equal(told?.detail['bodySha256'], createHash('sha256').update(params).digest('hex'));
    }
    const last = chain.findLast(({ action }) => action === 'answer')!;
    const remote = await target.stripe.invoices.retrieve(String(last.detail['remoteId']));
    assert.equal(last.detail['bodySha256'], createHash('sha256').update(JSON.stringify(remote)).digest('hex'));
  });

  it('never names a person: not of the customer, not of a line, not by a hash that a guess could be held against', async () => {
    const invoice = await target.issue({ amountsMinor: usd(1) });
    await target.bring(invoice.id);
    const customer = await historyOf(invoice.customerId);
    assert.deepEqual(actionsOf(customer), ['created', 'request: create', 'answer: create']);
    const told = [...customer, ...(await historyOf(invoice.id))].map(({ detailText }) => detailText).join('\n');
    for (const personal of ['Blue Heron', 'airline-', 'Line 1']) assert.equal(told.includes(personal), false, personal);
    const [, request, answer] = customer;
    assert.deepEqual([request!.actor, request!.detail['bodySha256']], ['sync-customer', undefined]);
    assert.deepEqual(request!.detail['body'], {
      metadata: { durabill_customer: invoice.customerId },
      withheld: ['durabill_external_id', 'name'],
    });
    assert.match(String(answer!.detail['remoteId']), /^cus_/);
    assert.deepEqual([answer!.detail['bodySha256'], answer!.detail['fields']], [undefined, undefined]);
  });

  it('withholds what is not on the list, at any depth', () => {
    const params = {
      amount: 5,
      shipping: { name: 'Ada', address: { city: 'Ely' } },
      lines: [{ amount: 1, description: 'for Ada', period: { start: 1, end: 2 } }],
      metadata: { durabill_invoice: 'i', note: 'Ada called' },
    };
    assert.deepEqual(shownOf(params), {
      amount: 5,
      lines: [{ amount: 1, period: { start: 1, end: 2 } }],
      metadata: { durabill_invoice: 'i' },
      withheld: ['description', 'note', 'shipping'],
    });
  });

  it('has an answer that was lost, and that the same body went out again under the same key', async () => {
    const invoice = await target.issue({ amountsMinor: usd(1) });
    await target.fail({ kind: 'commit-then-timeout', operation: 'invoices.create', times: 1 });
    await bringInTheEnd(target, invoice.id);
    const chain = await historyOf(invoice.id);
    assert.deepEqual(actionsOf(chain).slice(0, 4), [
      'request: create',
      'answer lost: create',
      'request: create',
      'answer: create',
    ]);
    const [first, lost, again] = chain.map(({ detail }) => detail);
    assert.equal(lost!['code'], 'connection');
    assert.deepEqual([first!['sends'], again!['sends'], again!['body']], [1, 2, undefined]);
    assert.deepEqual([again!['key'], again!['bodySha256']], [first!['key'], first!['bodySha256']]);
  });

  it('has an answer that nobody can read as lost, and one with a code as a refusal', async () => {
    for (const [kind, action, code] of [
      ['502-html', 'answer lost', 'gateway'],
      ['429', 'refusal', 'rate_limit'],
      ['401', 'refusal', 'api_key_expired'],
    ] as const) {
      const invoice = await target.issue({ amountsMinor: usd(1) });
      await target.fail({ kind, operation: 'invoices.create', times: 1 });
      await failureOf(target.bringImpatiently(invoice.id));
      const [, news] = await historyOf(invoice.id);
      assert.deepEqual([news!.action, news!.detail['code']], [action, code], kind);
      if (action === 'refusal')
        assert.deepEqual([news!.detail['status'], 'type' in news!.detail], [Number(kind), true]);
      await target.heal();
    }
  });

  for (const [name, commit, expected] of [
    ['found', true, ['look: create', 'look: add lines from 1', 'request: add lines from 1']],
    ['did not find', false, ['look: create', 'request: create', 'answer: create', 'request: add lines from 1']],
  ] as const) {
    it(`has a look after doubt, and that it ${name} what was asked for`, async () => {
      const invoice = await target.issue({ amountsMinor: usd(1) });
      await target.fail({ kind: 'error-500-stored', operation: 'invoices.create', times: 1, commit });
      await bringInTheEnd(target, invoice.id);
      const chain = await historyOf(invoice.id);
      assert.deepEqual(actionsOf(chain).slice(0, 2), ['request: create', 'refusal: create']);
      assert.deepEqual(actionsOf(chain).slice(2, 2 + expected.length), expected);
      const { detail } = chain[2]!;
      assert.deepEqual([detail['found'], detail['generation']], [commit, 1]);
      assert.match(String(detail['remoteId'] ?? 'nothing'), commit ? /^in_/ : /^nothing$/);
    });
  }

  it('does not say of a request that is only looked for that it was sent', async () => {
    const invoice = await target.issue({ amountsMinor: usd(1) });
    await target.fail({ kind: 'commit-then-truncate', operation: 'invoices.create', times: 1 });
    await failureOf(target.bringImpatiently(invoice.id));
    await target.letKeysAge();
    await target.bringImpatiently(invoice.id);
    const told = actionsOf(await historyOf(invoice.id)).filter((one) => one.endsWith(': create'));
    assert.deepEqual(told, ['request: create', 'answer lost: create', 'look: create']);
  });

  it('keeps one chain when attempts that were given up are still at work', async () => {
    const invoice = await target.issue({ amountsMinor: usd(1) });
    await target.bring(invoice.id);
    const { rows } = await target.database.query<{ accountId: string }>(
      'SELECT account_id AS "accountId" FROM target_accounts',
    );
    const subject = { accountId: rows[0]!.accountId, kind: 'invoice' as const, id: invoice.id };
    const log = requestLogOf(target.database, subject);
    const before = (await historyOf(invoice.id)).length;
    const attempts = Array.from({ length: 20 }, async (_, index) => {
      const params = { amount: index };
      const trustedSince = new Date(0);
      const request = await log.begin({ step: 'pay', operation: 'invoices.pay', params, shown: params, trustedSince });
      await log.noted(request, { what: 'answer lost', told: { code: 'connection' } });
    });
    await Promise.all(attempts);
    const added = (await historyOf(invoice.id)).slice(before);
    assert.equal(added.length, 40);
    const sends = added.flatMap(({ action, detail }) => (action === 'request' ? [detail['sends'] as number] : []));
    assert.deepEqual(
      sends.sort((a, b) => a - b),
      Array.from({ length: 20 }, (_, index) => index + 1),
    );
    assert.equal(
      added.filter(({ detail }) => detail['body'] !== undefined).length,
      1,
      'the body that all of them sent',
    );
  });

  it('can be read at Stripe too: the metadata names invoice, revision, customer and line', async () => {
    const invoice = await target.issue({ amountsMinor: usd(2) });
    await target.bring(invoice.id);
    const remoteId = String((await historyOf(invoice.id)).at(-1)!.detail['remoteId']);
    const remote = await target.stripe.invoices.retrieve(remoteId);
    const { rows } = await target.database.query<{ id: string }>(
      'SELECT id FROM invoice_lines WHERE invoice_id = $1 ORDER BY position',
      [invoice.id],
    );
    const {
      durabill_invoice: id,
      durabill_revision: revision,
      durabill_customer: customer,
    } = remote.metadata as Record<string, string>;
    assert.deepEqual([id, revision, customer], [invoice.id, '1', invoice.customerId]);
    assert.deepEqual(
      remote.lines.data.map(({ metadata }) => metadata['durabill_line']).sort(),
      rows.map((row) => row.id).sort(),
    );
    const payer = (await target.stripe.customers.retrieve(String(remote.customer))) as Stripe.Customer;
    assert.equal(payer.metadata['durabill_customer'], invoice.customerId);
  });
});
