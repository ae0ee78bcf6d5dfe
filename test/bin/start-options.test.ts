import assert from 'node:assert/strict';
import { readStartOptions, usage } from '../../src/bin/start/options.ts';
import { DurabillError } from '../../src/errors/error.ts';

describe('the options of npm start', () => {
  const refusal = (...args: string[]): DurabillError => {
    try {
      readStartOptions(args);
    } catch (error) {
      assert.ok(error instanceof DurabillError, String(error));
      assert.equal(error.code, 'config-invalid');
      assert.equal(error.mend, usage);
      return error;
    }
    throw new Error(`${args.join(' ')} was taken`);
  };

  it('bills the airlines and stays up, unless told otherwise', () => {
    const options = { help: false, once: false, json: false, customers: 'airlines', until: undefined };
    assert.deepEqual(readStartOptions([]), options);
    assert.deepEqual(readStartOptions(['--customers', 'aircraft', '--once', '--json']), {
      ...options,
      once: true,
      json: true,
      customers: 'aircraft',
    });
  });

  it('tells how it is used', () => {
    assert.equal(readStartOptions(['--help']).help, true);
    assert.equal(readStartOptions(['-h']).help, true);
  });

  it('refuses customers that the sample does not have, and options that there are not', () => {
    assert.match(refusal('--customers', 'passengers').message, /airlines or aircraft; "passengers" is not/);
    assert.match(refusal('--customers', 'toString').message, /"toString" is not/);
    assert.match(refusal('--aircraft').message, /Unknown option '--aircraft'/);
  });

  it('takes an end within the months of the business', () => {
    const untilOf = (...args: string[]) => readStartOptions(args).until?.toISOString();
    assert.equal(untilOf('--until', '2013-02-20'), '2013-02-20T00:00:00.000Z');
    assert.equal(
      untilOf('--customers', 'aircraft', '--until', '2013-10-20T12:00:00-04:00'),
      '2013-10-20T16:00:00.000Z',
    );
    assert.match(refusal('--customers', 'aircraft', '--until', '2013-02-20').message, /from 2013-10-02 to 2013-11-03/);
    assert.match(refusal('--until', '2013-02-30').message, /from 2013-01-02 to 2013-11-03; "2013-02-30" is not/);
  });
});
