import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { addCustomer } from '../support/books.ts';
import { assertProblem, useApi } from './support.ts';

const departure = (id: string, rest: Record<string, unknown> = {}) => ({
  id,
  customer: 'B6',
  type: 'departure',
  occurredAt: '2013-01-31T23:59:00-05:00',
  properties: { miles: 2475 },
  ...rest,
});

const cloudEvent = (id: string, rest: Record<string, unknown> = {}) => ({
  specversion: '1.0',
  id,
  source: '/departures',
  type: 'departure',
  subject: 'B6',
  time: '2013-01-31T23:59:00-05:00',
  datacontenttype: 'application/json',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  data: { miles: 2475 },
  ...rest,
});

describe('POST /v1/events', () => {
  const api = useApi();

  before(async () => {
    await addCustomer(api.database, 'B6');
  });

  const storedIds = async (source: string) => {
    const { rows } = await api.database.query<{ id: string }>(
      `SELECT event_id AS id FROM usage_events WHERE source = $1 ORDER BY event_id`,
      [source],
    );
    return rows.map(({ id }) => id);
  };
  const everything = async () => {
    const { rows } = await api.database.query(
      `SELECT (SELECT count(*) FROM event_keys) AS keys, (SELECT count(*) FROM usage_events) AS events`,
    );
    return rows[0];
  };

  it('accepts an event once, knows it again and keeps it against another of the same id', async () => {
    const first = await api.post('/v1/events', departure('1', { source: 'single' }));
    assert.deepEqual([first.status, first.body], [202, { id: '1', status: 'accepted' }]);
    const again = await api.post('/v1/events', departure('1', { source: 'single' }));
    assert.deepEqual([again.status, again.body], [200, { id: '1', status: 'duplicate' }]);
    const other = await api.post('/v1/events', departure('1', { source: 'single', properties: { miles: 1 } }));
    assertProblem(other, 409, 'event-conflict', 'id');
    assert.deepEqual(await storedIds('single'), ['1']);
  });

  it('refuses what cannot be billed with a code, a field and a sentence, and changes nothing', async () => {
    const before = await everything();
    const refuse = async (event: unknown, status: number, code: string, field: string | null) =>
      assertProblem(await api.post('/v1/events', event), status, code, field);
    await refuse(departure('x', { customer: 'nobody' }), 422, 'event-customer-unknown', 'customer');
    await refuse(departure('x', { occurredAt: '2113-01-01T00:00:00Z' }), 422, 'event-too-late', 'occurredAt');
    await refuse(departure('x', { occurredAt: '1970-01-01T00:00:01Z' }), 422, 'event-too-early', 'occurredAt');
    await refuse(departure('x', { occurredAt: 1_356_998_400 }), 422, 'event-invalid', 'occurredAt');
    await refuse(departure('x', { miles: 3 }), 422, 'event-invalid', 'miles');
    await refuse(departure('x', { id: 3 }), 422, 'event-invalid', 'id');
    await refuse([departure('x')], 422, 'event-invalid', 'body');
    assert.deepEqual(await everything(), before);
  });

  it('refuses bodies that are no JSON, no JSON type or nothing at all', async () => {
    const before = await everything();
    const send = (raw: string, type = 'application/json') =>
      api.call('POST', '/v1/events', { raw, headers: { 'content-type': type } });
    assertProblem(await send('{"id": '), 400, 'request-invalid', 'body');
    assertProblem(await send(''), 400, 'request-invalid', 'body');
    assertProblem(await send('{"__proto__": {"admin": true}}'), 422, 'event-invalid', '__proto__');
    assertProblem(
      await send(JSON.stringify(departure('x')), 'text/plain'),
      415,
      'media-type-unsupported',
      'content-type',
    );
    assertProblem(await send('id,customer', 'text/csv'), 415, 'media-type-unsupported', 'content-type');
    assertProblem(await api.call('POST', '/v1/events'), 422, 'event-invalid', 'body');
    assert.deepEqual(await everything(), before);
  });

  it('refuses what is not UTF-8, which a lenient reader would make one and the same event', async () => {
    const before = await everything();
    const send = (raw: Buffer, headers: Record<string, string> = {}) =>
      api.call('POST', '/v1/events', { raw, headers: { 'content-type': 'application/json', ...headers } });
    for (const byte of [0xe4, 0xf6]) {
      const [head, tail] = JSON.stringify(departure('#', { source: 'latin' })).split('#');
      const event = Buffer.concat([Buffer.from(head!), Buffer.from([byte]), Buffer.from(tail!)]);
      assertProblem(await send(event), 400, 'request-invalid', 'body');
    }
    const good = Buffer.from(JSON.stringify(departure('ä ö \u{1f6eb}', { source: 'utf-8' })));
    for (const charset of ['iso-8859-1', '"UTF-16"', 'utf-8x']) {
      const headers = { 'content-type': `application/json; charset=${charset}` };
      assertProblem(await send(good, headers), 415, 'media-type-unsupported', 'content-type');
    }
    const packed = await send(gzipSync(good), { 'content-encoding': 'gzip' });
    assertProblem(packed, 415, 'media-type-unsupported', 'content-encoding');
    assert.match(packed.body.detail, /gzip/);
    assert.deepEqual(await everything(), before);
    const headers = { 'content-type': 'application/json;charset="UTF-8"', 'content-encoding': 'identity' };
    assert.equal((await send(good, headers)).status, 202);
    assert.deepEqual(await storedIds('utf-8'), ['ä ö \u{1f6eb}']);
  });

  it('reads whole numbers that JSON can carry and a double cannot as refusals, not as other numbers', async () => {
    const raw = JSON.stringify(departure('big', { properties: { n: 'N' } })).replace('"N"', '12345678901234567890');
    const answer = await api.call('POST', '/v1/events', { raw });
    assertProblem(answer, 422, 'event-invalid', 'properties.n');
    assert.match(answer.body.mend, /string/);
    const text = departure('big', { properties: { n: '12345678901234567890' } });
    assert.equal((await api.post('/v1/events', text)).status, 202);
  });

  it('takes CloudEvents, one or many, and names fields as their senders do', async () => {
    const one = { 'content-type': 'application/cloudevents+json; charset=utf-8' };
    const many = { 'content-type': 'application/cloudevents-batch+json' };
    assert.equal((await api.post('/v1/events', cloudEvent('1'), one)).status, 202);
    // Without the envelope it is the same event.
    const plain = await api.post('/v1/events', departure('1', { source: '/departures' }));
    assert.deepEqual([plain.status, plain.body.status], [200, 'duplicate']);

    const refuse = async (event: unknown, code: string, field: string | null) =>
      assertProblem(await api.post('/v1/events', event, one), 422, code, field);
    await refuse(cloudEvent('x', { specversion: '0.3' }), 'event-invalid', 'specversion');
    await refuse(cloudEvent('x', { source: undefined }), 'event-invalid', 'source');
    await refuse(cloudEvent('x', { subject: undefined }), 'event-invalid', 'subject');
    await refuse(cloudEvent('x', { time: undefined }), 'event-invalid', 'time');
    await refuse(cloudEvent('x', { datacontenttype: 'text/xml' }), 'event-invalid', 'datacontenttype');
    await refuse(cloudEvent('x', { data: undefined, data_base64: 'AA==' }), 'event-invalid', 'data_base64');
    await refuse(cloudEvent('x', { data: { deep: { miles: 1e300 } } }), 'event-invalid', 'data.deep.miles');
    await refuse([cloudEvent('x')], 'event-invalid', 'body');

    const batch = [cloudEvent('1'), cloudEvent('2', { data: undefined }), cloudEvent('3', { time: 'noon' }), 7];
    const answer = await api.post('/v1/events', batch, many);
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.body.counts, { accepted: 1, duplicate: 1, conflict: 0, rejected: 2 });
    assert.deepEqual(
      answer.body.outcomes.map(({ error }: { error?: { field: string } }) => error?.field),
      [undefined, undefined, '[2].time', '[3]'],
    );
    assertProblem(await api.post('/v1/events', cloudEvent('x'), many), 400, 'request-invalid', 'body');
  });
});

describe('POST /v1/events/batch', () => {
  const api = useApi();

  before(async () => {
    await addCustomer(api.database, 'B6');
  });

  it('answers each event for itself, in order, with its path', async () => {
    const events = [
      departure('1'),
      departure('1'),
      departure('1', { properties: {} }),
      departure('2', { customer: 'nobody' }),
      'text',
      departure('3', { properties: { list: [1, Number.MAX_SAFE_INTEGER + 1] } }),
      departure('4'),
    ];
    const { status, body } = await api.post('/v1/events/batch', { events });
    assert.equal(status, 200);
    assert.deepEqual(body.counts, { accepted: 2, duplicate: 1, conflict: 1, rejected: 3 });
    const told = body.outcomes.map(
      (outcome: { id: string; status: string; error?: { code: string; field: string } }) => [
        outcome.id,
        outcome.status,
        outcome.error?.code,
        outcome.error?.field,
      ],
    );
    assert.deepEqual(told, [
      ['1', 'accepted', undefined, undefined],
      ['1', 'duplicate', undefined, undefined],
      ['1', 'conflict', 'event-conflict', 'events[2].id'],
      ['2', 'rejected', 'event-customer-unknown', 'events[3].customer'],
      [null, 'rejected', 'event-invalid', 'events[4]'],
      ['3', 'rejected', 'event-invalid', 'events[5].properties.list[1]'],
      ['4', 'accepted', undefined, undefined],
    ]);
  });

  it('may be 4 MiB as a batch, and 64 KiB as a single event', async () => {
    const many = { 'content-type': 'application/cloudevents-batch+json' };
    const padded = (body: unknown, bytes: number) => JSON.stringify(body).padEnd(bytes);
    const batch = padded({ events: [departure('large')] }, 4 * 1_024 * 1_024);
    assert.equal((await api.call('POST', '/v1/events/batch', { raw: batch })).status, 200);
    const cloudBatch = padded([cloudEvent('large')], 4 * 1_024 * 1_024);
    assert.equal((await api.call('POST', '/v1/events', { raw: cloudBatch, headers: many })).status, 200);
    const worst = departure('escaped', { properties: { text: 'x'.repeat(8_000) } });
    const escaped = JSON.stringify(worst)
      .replaceAll('x', '\\u0078')
      .padEnd(64 * 1_024);
    assert.equal((await api.call('POST', '/v1/events', { raw: escaped })).status, 202);
    assertProblem(await api.call('POST', '/v1/events', { raw: `${escaped} ` }), 413, 'request-too-large', 'body');
    assertProblem(await api.call('POST', '/v1/events/batch', { raw: `${batch} ` }), 413, 'request-too-large', 'body');
  });

  it('refuses a key that could harm a reader with its event, not with the batch', async () => {
    const wanted = [
      departure('good'),
      departure('top', { '#': 1 }),
      departure('deep', { properties: { a: { '#': {} } } }),
    ];
    const raw = JSON.stringify({ events: wanted }).replaceAll('#', '__proto__');
    const { status, body } = await api.call('POST', '/v1/events/batch', { raw });
    assert.equal(status, 200);
    assert.deepEqual(
      body.outcomes.map((outcome: { status: string; error?: { field: string } }) => [
        outcome.status,
        outcome.error?.field,
      ]),
      [
        ['accepted', undefined],
        ['rejected', 'events[1].__proto__'],
        ['rejected', 'events[2].properties.a'],
      ],
    );
  });

  it('answers what every reader of JSON can read, whatever was sent', async () => {
    const half = '\ud83d';
    const answer = await api.call('POST', '/v1/events/batch', {
      raw: JSON.stringify({
        events: [
          departure(''),
          departure(`half ${half}`),
          departure(`${'x'.repeat(254)}\u{1f6eb}x`),
          departure('x', { occurredAt: half }),
          departure('x', { [half]: 1 }),
          departure('x', { properties: { [`${'x'.repeat(99)}\u{1f6eb}`]: Number.MAX_VALUE } }),
          departure('\\ud83d', { customer: 'nobody' }),
        ],
      }),
    });
    const text = JSON.stringify(answer.body);
    assert.doesNotMatch(text.replaceAll('\\\\', ''), /\\ud[89a-f]/);
    const ids = answer.body.outcomes.map(({ id }: { id: string | null }) => id);
    assert.deepEqual(ids.slice(0, 2), [null, 'half \ufffd']);
    assert.equal(ids.at(-1), '\\ud83d', 'a backslash that was sent stays one');
    assertProblem(await api.post('/v1/events', departure('x', { [half]: 1 })), 422, 'event-invalid', '\ufffd');
  });

  it('takes 1,000 events and refuses one more, an empty list and other envelopes as a whole', async () => {
    const events = Array.from({ length: 1_001 }, (_, index) => departure(`many ${index}`));
    assertProblem(await api.post('/v1/events/batch', { events }), 413, 'request-too-large', 'events');
    const { body } = await api.post('/v1/events/batch', { events: events.slice(1) });
    assert.equal(body.counts.accepted, 1_000);
    assertProblem(await api.post('/v1/events/batch', { events: [] }), 400, 'request-invalid', 'events');
    assertProblem(await api.post('/v1/events/batch', {}), 400, 'request-invalid', 'events');
    assertProblem(
      await api.post('/v1/events/batch', { events: { 0: departure('x') } }),
      400,
      'request-invalid',
      'events',
    );
    assertProblem(await api.post('/v1/events/batch', [departure('x')]), 400, 'request-invalid', 'body');
    assertProblem(
      await api.post('/v1/events/batch', { events: [departure('x')], dryRun: true }),
      400,
      'request-invalid',
      'dryRun',
    );
  });
});
