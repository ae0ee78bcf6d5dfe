import assert from 'node:assert/strict';
import { createApiKey } from '../../src/auth/api-keys.ts';
import { customerScopes } from '../../src/auth/roles.ts';
import { type Business, flat, openBusiness, perDeparture, perMile } from '../billing/business.ts';
import { signedIn } from './access-support.ts';
import { type Answer, assertProblem, useApi } from './support.ts';

describe('The API of usage and expected bills', () => {
  const api = useApi();
  let business: Business;
  let at: string;
  const span = 'from=2013-01-01T00:00:00Z&to=2013-02-01T00:00:00Z';

  before(async () => {
    business = await openBusiness(api.database);
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

  it('finds one event by its id', async () => {
    const { body } = await api.get(`${at}/usage/events?${span}&event=d3`);
    assert.deepEqual(
      body.data.map(({ id }: { id: string }) => id),
      ['d3'],
    );
    assert.deepEqual((await api.get(`${at}/usage/events?${span}&event=none`)).body.data, []);
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

  describe('for a customer', () => {
    let at: string;
    let customerId: string;
    let mine: string;
    let bound: Record<string, Record<string, string>>;

    before(async () => {
      mine = await business.plan('own', [flat('31'), perDeparture('0.50')]);
      customerId = await business.customer('LH', { plan: mine });
      // A later version that the customer has not been given, with another meter, grouped by what is nobody's business.
      const secret = { ...perDeparture('9'), key: 'secret', groupBy: ['margin'] };
      await business.plan('own', [flat('77'), perMile('0.07'), secret]);
      const { secret: key } = await createApiKey(api.database, { name: 'of LH', scopes: customerScopes, customerId });
      bound = {
        'a session': await signedIn(api.database, { customerId, userId: null, role: 'admin' }),
        'a key': { authorization: `Bearer ${key}` },
      };
      at = `/v1/customers/${customerId}`;
    });

    const offer = (offered: boolean) => api.call('PUT', `/v1/plans/${mine}/offer`, { body: { offered } });
    const keysOf = ({ body }: Answer) => body.data.map(({ key }: { key: string }) => key);

    it('supposes a plan in the version that it sees', async () => {
      const [{ id: subscription }] = (await api.get(at)).body.subscriptions;
      const body = { plans: [{ subscription, plan: mine }] };
      const afterOf = async (headers: Record<string, string>, isKeyless = true) => {
        const answer = await api.call('POST', `${at}/what-if`, { headers, isKeyless, body });
        assert.equal(answer.status, 200);
        return answer.body.bills[0].after.total;
      };
      assert.equal(await afterOf({}, false), 'USD 77.00');
      for (const headers of Object.values(bound)) assert.equal(await afterOf(headers), 'USD 31.00');
      await offer(true);
      for (const headers of Object.values(bound)) assert.equal(await afterOf(headers), 'USD 77.00');
      await offer(false);
    });

    it('has no meters but those of the plans that it sees', async () => {
      const ask = (headers: Record<string, string>, url: string) => api.call('GET', url, { headers, isKeyless: true });
      const paths = ['usage', 'usage/csv', 'usage/events', 'usage/events/csv'];
      const refusalOf = async (headers: Record<string, string>, path: string, meter: string) => {
        const answer = await ask(headers, `${at}/${path}?${span}&meter=${meter}`);
        assertProblem(answer, 404, 'not-found', 'meter');
        return JSON.stringify({ ...answer.body, requestId: '', instance: '' }).replaceAll(meter, 'METER');
      };
      assert.ok(keysOf(await api.get('/v1/meters')).includes('jfk-miles'));
      assert.equal((await api.get(`${at}/usage?${span}&meter=miles`)).status, 200);
      assert.match(JSON.stringify((await api.get(`${at}/usage/meters`)).body), /margin/);
      for (const [caller, headers] of Object.entries(bound)) {
        assert.deepEqual(keysOf(await ask(headers, '/v1/meters')), ['departures'], caller);
        assert.equal((await ask(headers, `${at}/usage?${span}&meter=departures`)).status, 200, caller);
        assert.doesNotMatch(JSON.stringify((await ask(headers, `${at}/usage/meters`)).body), /margin/);
        for (const path of paths) {
          assert.equal(await refusalOf(headers, path, 'miles'), await refusalOf(headers, path, 'no-such'), caller);
        }
      }
      await offer(true);
      for (const headers of Object.values(bound)) {
        assert.deepEqual(keysOf(await ask(headers, '/v1/meters')), ['departures', 'miles']);
        assert.equal((await ask(headers, `${at}/usage?${span}&meter=miles`)).status, 200);
      }
      await offer(false);
    });
  });
});
