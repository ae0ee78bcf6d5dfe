import assert from 'node:assert/strict';
import { dayOf, filterOf, readView, startOfDay, usageSearch } from '../../src/dashboard/pages/usage/address.ts';
import { readSupposed, writeSupposed } from '../../src/dashboard/pages/what-if/address.ts';

describe('Addresses of the usage pages', () => {
  it('begin days where the clocks of the zone show them to begin', () => {
    for (const [on, zone, at] of [
      ['2013-03-10', 'America/New_York', '2013-03-10T05:00:00.000Z'],
      ['2013-03-11', 'America/New_York', '2013-03-11T04:00:00.000Z'],
      ['2013-11-03', 'America/New_York', '2013-11-03T04:00:00.000Z'],
      ['2013-11-04', 'America/New_York', '2013-11-04T05:00:00.000Z'],
      ['2013-10-01', 'Asia/Kolkata', '2013-09-30T18:30:00.000Z'],
      ['2013-10-01', 'UTC', '2013-10-01T00:00:00.000Z'],
    ] as const) {
      assert.equal(startOfDay(on, zone), at, `${on} in ${zone}`);
      assert.equal(dayOf(at, zone), on);
    }
  });

  it('hold a whole view, and read it back', () => {
    const view = {
      meter: 'miles',
      from: 'a',
      to: 'b',
      bucket: 'hour',
      groupBy: 'origin',
      only: 'x=y=z',
      compare: true,
    };
    assert.deepEqual(readView(new URLSearchParams(usageSearch(view as Parameters<typeof usageSearch>[0]))), view);
    assert.equal(filterOf('x=y=z'), '{"x":["y=z"]}');
    assert.equal(filterOf('nothing'), undefined);
  });

  it('hold what is supposed, and pass over what somebody has cut short', () => {
    const supposed = { added: [{ price: 'miles', quantity: '-5', group: ['JFK'] }], plans: { s1: 'pro' } };
    assert.deepEqual(readSupposed(writeSupposed(supposed)), supposed);
    assert.deepEqual(readSupposed(new URLSearchParams('add=["miles&add=[1,2]&plan=[]')), { added: [], plans: {} });
  });
});
