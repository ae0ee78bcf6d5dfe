import assert from 'node:assert/strict';
import fc from 'fast-check';
import { deliveryWaitMs, longestMs, mostTries } from '../../../src/domain/webhook/retry.ts';

const random = fc.double({ min: 0, max: 1, noNaN: true });

describe('The waits between attempts to deliver a webhook', () => {
  it('end within three days and not before two and a half, however they fall', () => {
    fc.assert(
      fc.property(fc.array(random, { minLength: mostTries, maxLength: mostTries }), (draws) => {
        const waits = draws.slice(1).map((draw, index) => deliveryWaitMs(index + 1, draw) ?? Number.NaN);
        const totalMs = waits.reduce((sum, wait) => sum + wait, 0);
        assert.ok(totalMs <= longestMs && totalMs >= 60 * 3_600_000, `${totalMs} ms in all`);
        // Jitter shortens by a tenth at most, so a wait is never shorter than the one before it was.
        for (const [index, wait] of waits.entries()) {
          assert.ok(wait >= (waits[index - 1] ?? 1) * 0.9, `the wait after try ${index + 1}`);
        }
        assert.equal(deliveryWaitMs(mostTries, draws[0] ?? 0), undefined, 'then it is given up');
      }),
    );
  });
});
