import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { applyUsageCorrection } from '../../src/billing/apply-usage-correction.ts';
import { flat, openBusiness } from '../billing/business.ts';
import { deprecate, fly, preview } from '../billing/corrections/support.ts';
import { useTestDatabase } from '../support/database.ts';
import { refusedWith } from './refusals.ts';

describe('The rules of corrections in the database', () => {
  const books = useTestDatabase();
  const sql = (text: string, values?: unknown[]) => books.database.query(text, values);
  let customer = '';
  let previewed = '';
  let applied = '';

  before(async () => {
    const business = await openBusiness(books.database);
    customer = await business.customer('B6', { plan: await business.plan('base', [flat('1')]) });
    await fly(books.database, [
      { id: 'one', customer, at: '2013-01-05T10:00:00Z' },
      { id: 'two', customer, at: '2013-01-06T10:00:00Z' },
    ]);
    applied = (await preview(books.database, { changes: [deprecate('two', customer)] })).id;
    await applyUsageCorrection(books.database, applied, 'Grace');
    previewed = (await preview(books.database, { changes: [deprecate('one', customer)] })).id;
  });

  const supersede = (id: string, correction: string, more = '', at = 'clock_timestamp()') =>
    sql(`UPDATE usage_events SET superseded_at = ${at}, superseded_by = $2 ${more} WHERE event_id = $1`, [
      id,
      correction,
    ]);

  it('let an event be superseded by a correction alone, and only while that is carried out', async () => {
    await refusedWith(['DB001'], supersede('one', randomUUID()), 'by nobody');
    await refusedWith(['DB001'], supersede('one', applied), 'by one that is over');
    await refusedWith(['DB001'], supersede('one', previewed, `, properties = '{"miles": 1}'`), 'and changed');
    await refusedWith(['DB001'], supersede('one', previewed, `, version = 2`), 'and renumbered');
    await refusedWith(['DB001'], supersede('one', previewed, '', `now() - interval '1 second'`), 'in the past');
    await refusedWith(['DB001'], supersede('two', previewed), 'twice');
    const back = sql(`UPDATE usage_events SET superseded_at = NULL, superseded_by = NULL WHERE event_id = 'two'`);
    await refusedWith(['DB001'], back, 'taken back');
    const { rows } = await sql(`SELECT event_id AS id FROM usage_events WHERE superseded_at IS NULL`);
    assert.deepEqual(rows, [{ id: 'one' }]);
  });

  it('let no later version in without its correction and its hash', async () => {
    const insert = (correction: string | null, hash: string | null) =>
      sql(
        `INSERT INTO usage_events (customer_id, event_type, occurred_at, source, event_id, properties, version,
           correction_id, content_hash)
         VALUES ($1, 'departure', '2013-01-07Z', 'tower', 'three', '{}', 2, $2, decode($3, 'hex'))`,
        [customer, correction, hash],
      );
    await refusedWith(['23514'], insert(null, '00'.repeat(32)), 'no correction', 'usage_events_amended');
    await refusedWith(['23514'], insert(previewed, null), 'no hash', 'usage_events_amended');
  });

  it('keep a correction as it was previewed, and as it ended', async () => {
    const change = (set: string, id: string) => sql(`UPDATE usage_corrections SET ${set} WHERE id = $1`, [id]);
    const ended = `state = 'discarded', ended_at = now(), ended_by = 'Eve'`;
    await refusedWith(['DB001'], change(`${ended}, outcome = '{}'`, previewed), 'another outcome');
    await refusedWith(['DB001'], change(`reason = 'Another.'`, previewed), 'another reason');
    await refusedWith(['DB001'], change(ended, applied), 'another end');
    await refusedWith(['DB001'], sql('DELETE FROM usage_corrections'), 'delete');
    await refusedWith(['DB001'], sql('TRUNCATE usage_corrections CASCADE'), 'truncate');
  });
});
