import assert from 'node:assert/strict';
import { refusalOf, signatureOf, useSimulator } from './support.ts';

const url = 'https://durabill.example/hook';

describe('webhook endpoints', () => {
  const bench = useSimulator();

  it('are made, changed, listed and deleted; the secret is told once', async () => {
    const { webhookEndpoints } = bench.stripe;
    const made = await webhookEndpoints.create({
      url,
      enabled_events: ['invoice.paid'],
      api_version: '2026-10-28.endive',
    });
    assert.match(made.secret ?? '', /^whsec_\w{32}$/);
    assert.match(made.id, /^we_/);
    const { secret: _, ...shown } = made;
    assert.deepEqual({ ...(await webhookEndpoints.retrieve(made.id)) }, shown);
    const changed = await webhookEndpoints.update(made.id, {
      enabled_events: ['*'],
      description: 'main',
      metadata: { team: 'billing' },
      disabled: true,
    });
    const { enabled_events, description, metadata, status, secret } = changed;
    assert.deepEqual(
      { enabled_events, description, metadata, status, secret },
      {
        enabled_events: ['*'],
        description: 'main',
        metadata: { team: 'billing' },
        status: 'disabled',
        secret: undefined,
      },
    );
    assert.deepEqual(
      (await webhookEndpoints.list()).data.map(({ id }) => id),
      [made.id],
    );
    const gone = await webhookEndpoints.del(made.id);
    assert.deepEqual({ ...gone }, { id: made.id, object: 'webhook_endpoint', deleted: true });
    assert.equal((await refusalOf(webhookEndpoints.retrieve(made.id))).statusCode, 404);
  });

  it('refuse what could never be delivered', async () => {
    const { webhookEndpoints } = bench.stripe;
    const noUrl = await refusalOf(webhookEndpoints.create({ url: 'durabill', enabled_events: ['*'] }));
    assert.deepEqual(signatureOf(noUrl), {
      type: 'invalid_request_error',
      code: 'url_invalid',
      param: 'url',
      status: 400,
    });
    const misspelt = ['*', 'invoice.payed'] as unknown as ['*'];
    const noEvent = await refusalOf(webhookEndpoints.create({ url, enabled_events: misspelt }));
    assert.equal(noEvent.param, 'enabled_events[1]');
    const older = await refusalOf(
      webhookEndpoints.create({ url, enabled_events: ['*'], api_version: '2025-03-31.basil' }),
    );
    assert.equal(older.param, 'api_version', 'shapes of other versions are not carried');
  });

  // Section 5: at most 16 destinations.
  it('are at most sixteen at a time', async () => {
    const { webhookEndpoints } = bench.stripe;
    const create = () => webhookEndpoints.create({ url, enabled_events: ['*'] });
    const { id } = await create();
    for (let more = 1; more < 16; more += 1) await create();
    assert.equal((await refusalOf(create())).statusCode, 400);
    await webhookEndpoints.del(id);
    await create();
  });
});
