import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createApiKey } from '../../src/auth/api-keys.ts';
import { scopes } from '../../src/auth/scopes.ts';
import { until } from '../broker/support.ts';
import { openBooks } from '../support/books.ts';
import { openWorld, type World } from '../support/world.ts';
import { issueInvoice, usd } from '../targets/support.ts';

/** What an operator does by the API while Stripe refuses, from the refusal to the end, on real processes. */
describe('An operator who steers an invoice by the API', function () {
  this.timeout(240_000);
  let world: World;
  let key: string;
  before(async () => {
    world = await openWorld();
    await openBooks(world.database);
    key = (await createApiKey(world.database, { name: 'ops', scopes: [...scopes] })).secret;
    await world.start('worker');
    await world.start('api');
  });
  after(() => world?.close());

  const call = async (method: 'GET' | 'POST', path: string, body?: object) => {
    const answer = await fetch(`http://127.0.0.1:${world.env['DURABILL_API_PORT']}/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    // biome-ignore lint/suspicious/noExplicitAny: what a server answers is not known before it is looked at
    return { status: answer.status, body: (await answer.json()) as any };
  };
  const reached = (id: string, sync: string) =>
    until(async () => (await call('GET', `/invoices/${id}`)).body.sync === sync, `it is ${sync}`, 60_000);
  const refuse = (operation: string) => world.control('POST', '/faults', [{ kind: '403', operation }]);
  const heal = () => world.control('DELETE', '/faults');

  it('is told why an answer does not fit, and by a fitting one brings it to its end', async () => {
    const { id } = await issueInvoice(world.database, { amountsMinor: usd(2) });
    await refuse('invoices.create');
    assert.equal((await call('POST', `/invoices/${id}/sync`)).status, 202);
    await reached(id, 'parked');
    const answer = (given: object) => call('POST', `/invoices/${id}/answers`, { reason: 'looked at', ...given });

    for (const [given, status, code, field] of [
      [{ kind: 'retry', parkingNumber: 2 }, 409, 'answer-stale', 'parkingNumber'],
      [{ kind: 'release', parkingNumber: 1 }, 409, 'answer-unfit', 'kind'],
      [{ kind: 'hold' }, 409, 'answer-unfit', 'kind'],
      [{ kind: 'fix', parkingNumber: 1, correctionId: randomUUID() }, 409, 'answer-unfit', 'correctionId'],
      [{ kind: 'fix', parkingNumber: 1 }, 400, 'request-invalid', 'correctionId'],
      [{ kind: 'retry', parkingNumber: 1, correctionId: randomUUID() }, 400, 'request-invalid', 'correctionId'],
      [{ kind: 'retry' }, 400, 'request-invalid', 'parkingNumber'],
    ] as const) {
      const { status: got, body } = await answer(given);
      assert.deepEqual([got, body.code, body.field], [status, code, field], JSON.stringify(body));
      assert.ok(body.detail.length > 10 && body.mend.length > 10, JSON.stringify(body));
    }
    assert.equal((await call('POST', `/invoices/${id}/void`, { reason: '  ' })).body.field, 'reason');
    assert.equal((await call('POST', `/invoices/${id}/void`, { reason: 'by mistake' })).body.code, 'void-refused');
    assert.equal((await call('POST', `/invoices/${id}/sync`)).body.code, 'sync-refused');
    assert.equal((await call('GET', `/invoices/${id}`)).body.parked.parkingNumber, 1, 'nothing has changed');

    await heal();
    const decisionId = randomUUID();
    const retry = { kind: 'retry', parkingNumber: 1, decisionId };
    assert.deepEqual((await answer(retry)).body, { decisionId, outcome: 'accepted', workflowUrl: null });
    assert.equal(
      (await answer({ ...retry, kind: 'abandon' })).body.code,
      'answer-stale',
      'another answer under its id',
    );
    await reached(id, 'synced');
    assert.equal((await answer({ kind: 'retry', parkingNumber: 1 })).body.code, 'answer-stale');

    assert.equal((await call('POST', `/invoices/${id}/void`, { reason: 'billed by mistake' })).status, 202);
    await until(async () => (await call('GET', `/invoices/${id}`)).body.lifecycle === 'void', 'it is void', 60_000);
    const { body } = await call('GET', `/invoices/${id}`);
    assert.deepEqual([body.copies[0].status, body.status], ['void', 'Cancelled, nothing is to be paid']);
  });

  it('stops everything, and sees it go on afterwards', async () => {
    const { id } = await issueInvoice(world.database, { amountsMinor: usd(1) });
    const paused = await call('POST', '/pauses', { reason: 'an incident' });
    assert.deepEqual([paused.status, paused.body.kind], [201, 'operator']);
    assert.match((await call('POST', `/invoices/${id}/sync`)).body.detail, /an incident/);
    assert.equal((await call('POST', '/pauses/end', { reason: 'over' })).status, 200);
    assert.equal((await call('POST', `/invoices/${id}/sync`)).status, 202);
    await reached(id, 'synced');
    assert.equal((await call('POST', '/pauses/end', { reason: 'over' })).body.code, 'conflict');
  });
});
