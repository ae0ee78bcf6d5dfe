import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { type Business, invoicesOf, openBusiness, perDeparture, perMile } from '../billing/business.ts';
import { tamper } from '../support/tamper.ts';
import { assertProblem, useApi } from './support.ts';

describe('The history and the proof of an invoice', () => {
  const api = useApi();
  let business: Business;
  let id = '';

  before(async () => {
    business = await openBusiness(api.database);
    const plan = await business.plan('use', [perDeparture('2'), perMile('1')]);
    const customerId = await business.customer('B6', { plan });
    // Seven departures on the first seven days of January, one of them without miles: 14.00 and 60.00 dollars.
    const departures = Array.from({ length: 7 }, (_, day) => ({
      id: `flight "${day}" é`,
      at: `2013-01-0${day + 1}T10:00:00Z`,
      properties: day === 3 ? {} : { miles: 10 },
    }));
    await business.use('B6', departures);
    await business.invoice('2013-02-01T13:00:00Z');
    await business.scan('2013-02-02T15:00:00Z');
    await business.use('B6', [{ id: 'late', at: '2013-01-05T11:00:00Z', properties: { miles: 1 } }]);
    id = (await invoicesOf(api.database, customerId))[0]!.id;
  });

  async function allOf(url: string): Promise<Record<string, unknown>[]> {
    const seen: Record<string, unknown>[] = [];
    for (let cursor = ''; seen.length < 100; ) {
      const { status, body } = await api.get(`${url}${cursor}`);
      assert.equal(status, 200);
      seen.push(...body.data);
      if (body.nextCursor === null) return seen;
      cursor = `&cursor=${body.nextCursor}`;
    }
    assert.fail('The pages do not end.');
  }

  it('tell what happened, oldest first, page by page, with the hash of each entry', async () => {
    const entries = await allOf(`/v1/invoices/${id}/history?limit=1`);
    assert.deepEqual(
      entries.map(({ sequence, action }) => [sequence, action]),
      [
        [1, 'generated'],
        [2, 'issued'],
      ],
    );
    assert.deepEqual(entries[1]!['detail'], { totalMinor: '7400', rebuilt: false });
    const { body } = await api.get(`/v1/invoices/${id}/history`);
    assert.deepEqual(body.verified, { holds: true, links: 2, headHash: entries[1]!['hash'], fault: null });
  });

  it('are proven, with late usage apart', async () => {
    const { status, body } = await api.get(`/v1/invoices/${id}/proof`);
    assert.equal(status, 200);
    assert.deepEqual([body.holds, body.failure, body.totalMinor, body.currency], [true, null, 7_400, 'USD']);
    const [landing, miles] = body.lines;
    assert.deepEqual([landing.position, landing.evidence.events, landing.evidence.late], [1, 7, 1]);
    assert.deepEqual([miles.evidence.events, miles.evidence.firstAt], [7, '2013-01-01T10:00:00.000Z']);
    assert.equal(body.atStripe, null);
    assert.equal(body.history.links, 2);
    const quantity = miles.comparisons.find(({ what }: { what: string }) => what === 'quantity');
    assert.deepEqual([quantity.billed, quantity.found, quantity.holds], ['60', '60', true]);
  });

  it('list the events of a line in the order of its digest', async () => {
    const events = await allOf(`/v1/invoices/${id}/proof/events?line=2&limit=3`);
    assert.equal(events.length, 8);
    assert.deepEqual(
      events.filter(({ isSkipped }) => isSkipped).map((event) => event['id']),
      ['flight "3" é'],
    );
    assert.deepEqual(
      events.filter(({ isLate }) => isLate).map((event) => event['id']),
      ['late'],
    );
    const digest = events
      .filter(({ isLate }) => !isLate)
      .reduce((before, { source, id: name, contentHash }) => {
        const item = `[${[source, name, contentHash].map((part) => JSON.stringify(part)).join(', ')}]`;
        return createHash('sha256').update(before).update(item).digest();
      }, Buffer.alloc(0));
    const { body } = await api.get(`/v1/invoices/${id}/proof`);
    assert.equal(body.lines[1].evidence.digest, digest.toString('hex'));
  });

  it('export the events of a line as CSV, with what was sent', async () => {
    const url = `/v1/invoices/${id}/proof/events/csv?line=2`;
    const { headers, body } = await api.app.inject({ url, headers: { authorization: `Bearer ${api.key}` } });
    assert.equal(headers['content-type'], 'text/csv; charset=utf-8; header=present');
    assert.match(String(headers['content-disposition']), /^attachment; filename="line-events\.csv"$/);
    const [header, ...rows] = body.trimEnd().split('\r\n');
    assert.equal(
      header,
      'source,id,version,type,occurredAt,receivedAt,measured,skipped,superseded,properties,late',
      'the columns of the usage explorer, and whether it came too late',
    );
    const listed = await allOf(`/v1/invoices/${id}/proof/events?line=2`);
    assert.equal(rows.length, listed.length);
    for (const [index, { source, occurredAt, isSkipped, isLate }] of listed.entries()) {
      assert.ok(rows[index]?.startsWith(`${source},`) && rows[index].includes(`,${occurredAt},`), rows[index]);
      assert.ok(rows[index]?.endsWith(`,${isLate}`), rows[index]);
      assert.equal(rows[index]?.includes(',true,,'), isSkipped, rows[index]);
    }
    assert.match(body, /,"flight ""3"" é",1,departure,/, 'quotes are doubled');
    // Of seven flights one has no miles.
    assert.equal(rows.filter((row) => /Z,10,false,,"\{""miles"":10/.test(row)).length, 6);
    assertProblem(await api.get(`/v1/invoices/${id}/proof/events/csv?line=3`), 404, 'not-found', 'line');
  });

  it('refuse ids, lines and cursors that are not there, with a sentence', async () => {
    for (const what of ['history', 'proof', 'proof/events?line=1']) {
      assertProblem(await api.get(`/v1/invoices/${randomUUID()}/${what}`), 404, 'not-found', 'id');
    }
    assertProblem(await api.get(`/v1/invoices/${id}/proof/events?line=3`), 404, 'not-found', 'line');
    assertProblem(await api.get(`/v1/invoices/${id}/proof/events`), 400, 'request-invalid', 'line');
    for (const cursor of ['WyJhIl0', 'WyIwIl0', 'e30']) {
      assertProblem(await api.get(`/v1/invoices/${id}/history?cursor=${cursor}`), 400, 'request-invalid', 'cursor');
      const events = `/v1/invoices/${id}/proof/events?line=1&cursor=${cursor}`;
      assertProblem(await api.get(events), 400, 'request-invalid', 'cursor');
    }
  });

  it('tell where they do not hold', async () => {
    await tamper(
      api.database,
      `UPDATE audit_log SET detail = '{"totalMinor": "1"}' WHERE subject_id = $1 AND sequence = 1`,
      [id],
    );
    const { body: history } = await api.get(`/v1/invoices/${id}/history`);
    assert.deepEqual([history.verified.holds, history.verified.fault], [false, { sequence: 1, fault: 'changed' }]);
    const { body: proof } = await api.get(`/v1/invoices/${id}/proof`);
    assert.deepEqual([proof.holds, proof.history.holds], [false, false]);
    const fault = proof.comparisons.find(({ holds }: { holds: boolean }) => holds === false);
    assert.deepEqual([fault.what, fault.sentence], ['history', 'Its history does not hold: link 1 was changed.']);
  });
});
