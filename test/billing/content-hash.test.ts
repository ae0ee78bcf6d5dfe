import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { canonicalJson, type JsonValue } from '../../src/billing/canonical-json.ts';
import { contentHash, readEvent } from '../../src/billing/usage-event.ts';
import { isDurabillError } from '../../src/errors/error.ts';

// RFC 8785, section 3.2.3: keys by UTF-16 units, where a code point order would differ.
const keysOfTheStandard = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\u{1f600}': 5, '\u0080': 6, '\u00f6': 7 };

describe('canonical JSON', () => {
  it('is what the package for RFC 8785 writes, for any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        assert.equal(canonicalJson(value as JsonValue), canonicalize(value));
      }),
      { numRuns: 1_000 },
    );
  });

  it('orders keys as the standard does', () => {
    assert.equal(
      canonicalJson(keysOfTheStandard),
      '{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\u{1f600}":5,"\ufb33":3}',
    );
  });

  it('is what stored hashes were made from: content by content the same as before', () => {
    const properties = fc.dictionary(fc.string({ unit: 'grapheme', maxLength: 5 }), fc.jsonValue({ maxDepth: 2 }), {
      maxKeys: 4,
    });
    const customerId = '7d286bcd-5371-53c2-b184-090cac105441';
    let compared = 0;
    fc.assert(
      fc.property(properties, fc.string({ minLength: 1, maxLength: 9, unit: 'grapheme' }), (given, type) => {
        const raw = { id: '1', customer: 'B6', type, occurredAt: '2013-01-31T23:59:59-05:00', properties: given };
        const event = attempt(() => readEvent(raw));
        if (event === undefined) return;
        compared += 1;
        const content = { customerId, type, occurredAt: '2013-02-01T04:59:59.000Z', properties: given };
        const expected = createHash('sha256').update(canonicalize(content)!).digest('hex');
        assert.equal(contentHash(event, customerId), expected);
      }),
      { numRuns: 500 },
    );
    assert.ok(compared > 100, 'compared > 100');
  });
});

/** What is refused has no hash. */
function attempt<T>(step: () => T): T | undefined {
  try {
    return step();
  } catch (error) {
    if (!isDurabillError(error)) throw error;
    return undefined;
  }
}
