import assert from 'node:assert/strict';
import { openBusiness, perDeparture, perMile } from '../billing/business.ts';
import { assertProblem, useApi } from './support.ts';

describe('The API of usage and expected bills', () => {
  const api = useApi();
  let at: string;
  const span = 'from=2013-01-01T00:00:00Z&to=2013-02-01T00:00:00Z';

  before(async () => {
    const business = await openBusiness(api.database);
    const plan = await business.plan('basic', [perDeparture('0.50'), perMile('0.01')]);
    const customerId = await business.customer('UA', { plan });
    at = `/v1/customers/${customerId}`;
    await business.use(
      'UA',
      Array.from({ length: 5 }, (_, index) => ({
        id: `d${index}`,
        at: `2013-01-0${index + 1}T10:00:00Z`,
        properties: { origin: index < 3 ? 'JFK' : '=LGA', ...(index !== 4 && { miles: 100 }) },
      })),
    );
    await business.invoice('2013-02-01T13:00:00Z');
  });

  it('shows what will be billed, and drafts apart', async () => {
    const { status, body } = await api.get(`${at}/expected-bill`);
    assert.equal(status, 200);
    assert.deepEqual(
      body.bills.map(({ periodStartAt, totalMinor }: Record<string, unknown>) => [periodStartAt, totalMinor]),
      [['2013-02-01T00:00:00.000Z', 0]],
    );
    // 5 × 0.50 + 400 × 0.01
    assert.deepEqual([body.inReview[0].totalMinor, body.inReview[0].total], [650, 'USD 6.50']);
    assert.equal(body.inReview[0].issuedAt, '2013-02-02T15:00:00.000Z');
    assert.deepEqual(
      body.bills[0].change.byKind.map(({ kind, amountMinor }: Record<string, unknown>) => [kind, amountMinor]),
      [['quantity', -650]],
    );
    assert.equal(body.bills[0].change.differenceMinor, -650);
    const { body: apart } = await api.get(`${at}/expected-bill?compare=none`);
    assert.equal(apart.bills[0].change, null);
    assertProblem(await api.get('/v1/customers/nobody/expected-bill'), 404, 'not-found', 'customer');
    assertProblem(await api.get(`${at}/expected-bill?compare=all`), 400, 'request-invalid', 'compare');
  });

  it('shows usage over time with its meters', async () => {
    const { body: meters } = await api.get(`${at}/usage/meters`);
    assert.deepEqual(
      meters.data.map(({ meter, prices, properties }: { meter: { key: string } } & Record<string, unknown>) => [
        meter.key,
        prices,
        properties,
      ]),
      [
        ['departures', ['Departures'], ['miles', 'origin']],
        ['miles', ['Departures'], ['miles', 'origin']],
      ],
    );
    const { body } = await api.get(`${at}/usage?meter=miles&${span}&groupBy=origin`);
    assert.deepEqual(body.total, { quantity: '400', eventCount: 5, skippedCount: 1 });
    assert.deepEqual(
      body.groups.map(({ value, quantity }: Record<string, unknown>) => [value, quantity]),
      [
        ['JFK', '300'],
        ['=LGA', '100'],
      ],
    );
    assertProblem(await api.get(`${at}/usage?meter=none&${span}`), 404, 'not-found', 'meter');
    assertProblem(await api.get(`${at}/usage?meter=miles&${span}&groups=21`), 400, 'request-invalid', 'groups');
  });

  it('pages through the events behind a number, filtered', async () => {
    const first = await api.get(`${at}/usage/events?meter=miles&${span}&limit=3`);
    assert.deepEqual(
      first.body.data.map(({ id, measured, isSkipped }: Record<string, unknown>) => [id, measured, isSkipped]),
      [
        ['d4', null, true],
        ['d3', '100', false],
        ['d2', '100', false],
      ],
    );
    const second = await api.get(`${at}/usage/events?meter=miles&${span}&limit=3&cursor=${first.body.nextCursor}`);
    assert.deepEqual(
      [second.body.data.map(({ id }: { id: string }) => id), second.body.nextCursor],
      [['d1', 'd0'], null],
    );
    const filter = encodeURIComponent('{"origin":["=LGA"]}');
    const { body } = await api.get(`${at}/usage/events?${span}&filter=${filter}`);
    assert.deepEqual(
      body.data.map(({ id }: { id: string }) => id),
      ['d4', 'd3'],
    );
    assertProblem(await api.get(`${at}/usage/events?${span}&cursor=x`), 400, 'request-invalid', 'cursor');
  });

  it('exports both as CSV', async () => {
    const ask = (url: string) => api.app.inject({ url, headers: { authorization: `Bearer ${api.key}` } });
    const series = await ask(`${at}/usage/csv?meter=departures&${span}&groupBy=origin`);
    assert.equal(series.headers['content-type'], 'text/csv; charset=utf-8; header=present');
    assert.equal(series.body.split('\r\n').length, 1 + 31 * 2 + 1);
    assert.match(series.body, /,'=LGA,/);
    const events = await ask(`${at}/usage/events/csv?${span}`);
    assert.deepEqual([events.statusCode, events.body.trimEnd().split('\r\n').length], [200, 6]);
    assert.match(String(events.headers['content-disposition']), /^attachment; filename="usage-events\.csv"$/);
    assert.match(events.body, /"\{""miles"":100,""origin"":""JFK""\}"\r\n/);
  });
});
