import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isDurabillError } from '../../../src/errors/error.ts';

/** Set by `npm run test:mutation`, which runs a test again for each of thousands of faults: how many samples to draw. */
const fewer = process.env['DURABILL_TEST_SAMPLES'];

/**
 * So many random samples of a property; in mutation testing few, always the same ones, and without a search for the
 * smallest counterexample, which can take minutes. Fewer samples notice less, so a score that is got with them is too low
 * rather than too high.
 */
export function samples(numRuns: number): { numRuns: number; seed?: number; endOnFailure?: boolean } {
  return fewer === undefined ? { numRuns } : { numRuns: Math.min(numRuns, Number(fewer)), seed: 1, endOnFailure: true };
}

export const runs = samples(1000);

/** A list that a test walks from end to end; in mutation testing every tenth of it. */
export function walked<T>(list: readonly T[]): readonly T[] {
  return fewer === undefined ? list : list.filter((_, index) => index % 10 === 0);
}

/**
 * Shows that a property can fail: run on a planted fault, fast-check has to find a counterexample. Left out of mutation
 * testing, where it is slow and would say nothing: the fault in question is another one.
 */
export function assertFindsFault<T>(property: fc.IProperty<T>): void {
  if (fewer !== undefined) return;
  // Without a search for the smallest counterexample, which can take minutes and is of no use here.
  // Ends with the first fault; some are rare, and have to be found in every run of the tests.
  const { failed } = fc.check(property, { numRuns: 50_000, endOnFailure: true });
  assert.equal(failed, true, 'the property did not notice the planted fault');
}

/** The text of a decimal with up to these digits before and after the point. */
export function decimalArbitrary(options: {
  integer: number;
  fraction: number;
  signed?: boolean;
}): fc.Arbitrary<string> {
  const digits = (least: number, most: number) =>
    fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: least, maxLength: most });
  return fc
    .tuple(options.signed ? fc.boolean() : fc.constant(false), digits(1, options.integer), digits(0, options.fraction))
    .map(([negative, whole, fraction]) => `${negative ? '-' : ''}${whole}${fraction && `.${fraction}`}`);
}

/**
 * Asserts a coded error. Where the path of the field at fault is given it has to be named, with a reason of its own and
 * not the catalogue's title; one that has to be like `reason`, if that is given too.
 */
export function assertRefused(action: () => unknown, code: string, field?: string, reason?: RegExp): void {
  assert.throws(action, (error: unknown) => {
    assert.ok(isDurabillError(error), String(error));
    assert.equal(error.code, code, error.message);
    if (field !== undefined) {
      assert.equal(error.field, field, error.message);
      assert.notEqual(error.message, error.entry.title);
    }
    if (reason !== undefined) assert.match(error.message, reason);
    return true;
  });
}
