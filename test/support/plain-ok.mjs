/**
 * `assert.ok(value)` without a message looks in the source for the expression that failed. It looks at the place that the
 * code has once tsx has transformed it, finds another expression, or searches without an end: the test then hangs
 * where it should fail, and no time limit of mocha's ends it. So it is given a message.
 */
import assert from 'node:assert/strict';

const { ok } = assert;
assert.ok = (value, message = `${String(value)} where a true value was expected`) => ok(value, message);
