import assert from 'node:assert/strict';
import { aircraft, airlines, limitsOf } from '../../examples/airports/businesses.ts';
import { readFlights } from '../../examples/airports/events.ts';
import { readDepartures } from '../../examples/airports/load.ts';

/**
 * The numbers here were counted without this code, in examples/airports/data:
 *
 *     gunzip -c flights-*.csv.gz | awk -F, '$1 != "event_id" && $4 != "" {print $4}' | sort -u | wc -l      3969
 *     gunzip -c flights-2013-10.csv.gz | awk -F, '$11 == "false" {print $4}' | sort -u | wc -l              3159
 *     gunzip -c flights-2013-10.csv.gz | awk -F, '$4 == ""' | wc -l                                           82
 *     gunzip -c flights-2013-10.csv.gz | awk -F, '$4 != ""' | tail -n +2 | wc -l                           28807
 */
describe('the two businesses of the sample', function () {
  this.timeout(60_000);

  it('has a customer for every registration of the ten months, each once and in order', async () => {
    const registrations = (await aircraft.customers()).map(({ externalId }) => externalId);
    assert.equal(registrations.length, 3_969);
    assert.deepEqual(registrations, [...new Set(registrations)].sort());
    assert.deepEqual([registrations[0], registrations.at(-1)], ['D942DN', 'N9EAMQ']);
  });

  it('has no registration that is the code of an airline: both are external ids in the same books', async () => {
    const codes = (await airlines.customers()).map(({ externalId }) => externalId);
    const registrations = new Set((await aircraft.customers()).map(({ externalId }) => externalId));
    assert.equal(codes.length, 16);
    assert.deepEqual(
      codes.filter((code) => registrations.has(code)),
      [],
    );
  });

  it('expects 3,159 bills with an amount in October, and leaves out the 82 departures without an aircraft', async () => {
    assert.deepEqual(await aircraft.expect('2013-10'), { events: 28_807, leftOut: 82, billed: 3_159 });
    assert.deepEqual(await airlines.expect('2013-10'), { events: 28_889, leftOut: 0, billed: 16 });
  });

  it('expects of an open month what leaves before the instant', async () => {
    const until = new Date('2013-10-02T00:00:00Z');
    const { events, leftOut } = await aircraft.expect('2013-10', until);
    assert.equal((await airlines.expect('2013-10', until)).events, events + leftOut);
    let sent = 0;
    for await (const { occurredAt } of readDepartures(aircraft, '2013-10', until)) {
      assert.ok(new Date(occurredAt) < until, occurredAt);
      sent += 1;
    }
    assert.equal(sent, events);
  });

  it('knows nobody to bill only where a flight was cancelled', async () => {
    let without = 0;
    for await (const flight of readFlights('2013-10')) {
      if (aircraft.payerOf(flight) !== undefined) continue;
      assert.equal(flight.cancelled, 'true', flight.event_id);
      without += 1;
    }
    assert.equal(without, 82);
  });

  it('sends a departure for its aircraft as its own event, a cancelled one too', async () => {
    const [ofAirline, ofAircraft] = [airlines, aircraft].map((business) => readDepartures(business, '2013-10'));
    const { value: first } = await (ofAirline as AsyncGenerator).next();
    const { value: own } = await (ofAircraft as AsyncGenerator).next();
    assert.deepEqual([first.customer, first.source], ['US', 'airports']);
    assert.deepEqual(own, { ...first, customer: 'N538UW', source: 'aircraft' });
    let cancelled = 0;
    for await (const { properties } of readDepartures(aircraft, '2013-10')) if (properties.cancelled) cancelled += 1;
    // 236 in October, of which 82 have no aircraft.
    assert.equal(cancelled, 154);
  });

  it('may stop from the second day of the first month to the third after the last', () => {
    assert.deepEqual(limitsOf(airlines), {
      earliest: new Date('2013-01-02T00:00:00Z'),
      latest: new Date('2013-11-03T00:00:00Z'),
    });
    assert.deepEqual(limitsOf(aircraft), {
      earliest: new Date('2013-10-02T00:00:00Z'),
      latest: new Date('2013-11-03T00:00:00Z'),
    });
  });
});
