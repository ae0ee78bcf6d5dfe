import assert from 'node:assert/strict';
import { instantOf, typedOf } from '../../src/dashboard/pages/operations/parts/typed-times.ts';

describe('A time that an operator types', () => {
  const { TZ } = process.env;
  before(() => {
    process.env['TZ'] = 'America/New_York';
  });
  after(() => {
    if (TZ === undefined) delete process.env['TZ'];
    else process.env['TZ'] = TZ;
  });

  it('is one of the zone of the browser', () => {
    assert.equal(instantOf('2013-02-01 08:00'), '2013-02-01T13:00:00.000Z');
    assert.equal(instantOf('2013-07-01T08:00:30'), '2013-07-01T12:00:30.000Z');
    assert.equal(typedOf('2013-07-01T12:00:30.500Z'), '2013-07-01T08:00:30');
  });

  it('is taken as it stands where it names another, or is no time', () => {
    for (const text of [
      '2013-02-01T08:00:00Z',
      '2013-02-01T08:00:00+05:30',
      '2013-02-01',
      'tomorrow',
      '2013-02-31T25:00',
    ]) {
      assert.equal(instantOf(text), text);
    }
  });

  it('is read as it was shown, also in the hour that comes twice', () => {
    // Summer time ends in New York on 3 November 2013 at 06:00 UTC.
    for (let minutes = -120; minutes <= 120; minutes += 15) {
      const at = new Date(Date.UTC(2013, 10, 3, 6, minutes)).toISOString();
      assert.equal(new Date(instantOf(typedOf(at))).toISOString(), at);
    }
  });

  it('is moved on in the hour that there is not', () => {
    // 02:30 on 10 March 2013 is 03:30 by summer time.
    assert.equal(instantOf('2013-03-10T02:30:00'), '2013-03-10T07:30:00.000Z');
  });
});
