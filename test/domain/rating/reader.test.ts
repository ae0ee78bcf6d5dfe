import assert from 'node:assert/strict';
import { parseFilter } from '../../../src/domain/rating/filter.ts';
import { readerFor } from '../../../src/domain/rating/reader.ts';
import { assertRefused } from '../support/properties.ts';

const read = readerFor('meter-invalid');
const refused = (action: () => unknown, field: string, reason: RegExp) =>
  assertRefused(action, 'meter-invalid', field, reason);

describe('a reader of plans', () => {
  it('takes an object with the keys that are known, and names the first other one', () => {
    assert.deepEqual(read.record({ a: 1, b: null }, 'f', ['a', 'b', 'c']), { a: 1, b: null });
    for (const other of [null, [], 'a', 1, undefined]) {
      refused(() => read.record(other, 'f', ['a']), 'f', /has to be an object/);
    }
    refused(() => read.record({ a: 1, c: 2 }, 'f', ['a', 'b']), 'f.c', /not known here; possible are a, b\./);
    refused(() => read.record({ ['x'.repeat(61)]: 1 }, 'f', ['a']), `f.${'x'.repeat(60)}`, /not known here/);
  });

  it('takes a list between its limits', () => {
    const limits = { least: 1, most: 2 };
    assert.deepEqual(read.list([1], 'f', limits), [1]);
    assert.deepEqual(read.list([1, 2], 'f', limits), [1, 2]);
    refused(() => read.list({ length: 1 }, 'f', limits), 'f', /has to be a list/);
    refused(() => read.list([], 'f', limits), 'f', /needs at least 1/);
    refused(() => read.list([1, 2, 3], 'f', limits), 'f', /has 3 entries; at most 2 are taken/);
  });

  it('takes a text that can stand on one line', () => {
    assert.equal(read.text('Departures from JFK', 'f'), 'Departures from JFK');
    for (const none of [undefined, '']) refused(() => read.text(none, 'f'), 'f', /missing or empty/);
    for (const other of [false, 3, null, {}]) refused(() => read.text(other, 'f'), 'f', /to be a text; in YAML/);
    for (const text of ['a\u0000b', 'a\nb', ' a', 'a ', '\u0085']) {
      refused(() => read.text(text, 'f'), 'f', /control characters or outer spaces/);
    }
    assert.equal(read.text('x'.repeat(200), 'f').length, 200);
    refused(() => read.text('x'.repeat(201), 'f'), 'f', /longer than 200 characters/);
  });

  it('takes a key of at most 63 plain characters that begins with a letter', () => {
    for (const key of ['a', 'storage_gb-2', `a${'0'.repeat(62)}`]) assert.equal(read.key(key, 'f'), key);
    for (const key of ['A', '1a', '-a', 'a b', 'aB', 'é', `a${'0'.repeat(63)}`]) {
      refused(() => read.key(key, 'f'), 'f', new RegExp(`"${key}" is not a key: lower-case letters, digits`));
    }
    refused(() => read.key(undefined, 'f'), 'f', /missing or empty/);
  });

  it('takes one of the choices', () => {
    assert.equal(read.oneOf('b', 'f', ['a', 'b']), 'b');
    refused(() => read.oneOf('c', 'f', ['a', 'b']), 'f', /has to be one of a, b\./);
    refused(() => read.oneOf(undefined, 'f', ['a', 'b']), 'f', /has to be one of a, b\./);
  });

  it('takes a decimal of zero or more, or above it, as it is written', () => {
    assert.equal(read.decimal('0.00', 'f'), '0.00');
    assert.equal(read.decimal('0.01', 'f', { above: true }), '0.01');
    refused(() => read.decimal(undefined, 'f'), 'f', /It is missing/);
    refused(() => read.decimal('-0.5', 'f'), 'f', /-0\.5 is not zero or more/);
    refused(() => read.decimal('0.00', 'f', { above: true }), 'f', /^0 is not above zero/);
    refused(() => read.decimal('-1', 'f', { above: true }), 'f', /-1 is not above zero/);
    assertRefused(() => read.decimal(1, 'f'), 'decimal-invalid', 'f', /1 is not a string of digits/);
    assert.deepEqual(read.decimals({ a: '1', b: undefined, c: 'x' }, 'f', ['a', 'b']), { a: '1' });
    refused(() => read.decimals({ a: '-1' }, 'f', ['a']), 'f.a', /-1 is not zero or more/);
  });

  it('takes whole numbers in quotes where it counts, and plain ones where it measures', () => {
    assert.deepEqual(read.wholes({ a: '3', b: '4.0' }, 'f', ['a', 'b', 'c']), { a: '3', b: '4.0' });
    refused(() => read.wholes({ a: '3', b: '2.5' }, 'f', ['a', 'b']), 'f.b', /2\.5 is not a whole number/);
    const limits = { least: 1, most: 24 };
    for (const number of [1, 24]) assert.equal(read.whole(number, 'f', limits), number);
    assert.equal(read.whole(0, 'f', { most: 5 }), 0);
    for (const number of [0, 25, 1.5, '1', null, Number.NaN]) {
      refused(() => read.whole(number, 'f', limits), 'f', /whole number from 1 to 24/);
    }
    refused(() => read.whole(-1, 'f', { most: 5 }), 'f', /whole number from 0 to 5/);
  });

  it('takes true and false, and no word for them', () => {
    assert.equal(read.flag(true, 'f'), true);
    assert.equal(read.flag(false, 'f'), false);
    refused(() => read.flag('yes', 'f'), 'f', /has to be true or false/);
  });

  it('takes each key once', () => {
    read.unique([{ key: 'a' }, { key: 'b' }], 'f');
    refused(() => read.unique([{ key: 'a' }, { key: 'b' }, { key: 'a' }], 'f'), 'f[2].key', /"a" is there twice/);
  });
});

describe('a filter', () => {
  const filter = (input: unknown) => parseFilter(read, input, 'f');
  const named = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, ['a']]));

  it('names at least one property and at most 20', () => {
    refused(() => filter({}), 'f', /names no property; leave it out to count every event/);
    assert.equal(Object.keys(filter(named(20))).length, 20);
    refused(() => filter(named(21)), 'f', /names more than 20 properties/);
    refused(() => filter('JFK'), 'f', /has to be an object/);
    refused(() => filter(null), 'f', /has to be an object/);
    refused(() => filter({ ' origin': ['JFK'] }), 'f', /outer spaces/);
  });

  it('lists at most 500 texts for each, and each once', () => {
    const values = Array.from({ length: 500 }, (_, index) => `v${index}`);
    assert.deepEqual(filter({ p: values }), { p: values });
    refused(() => filter({ p: [...values, 'more'] }), 'f.p', /has 501 entries; at most 500 are taken/);
    refused(() => filter({ p: [] }), 'f.p', /needs at least 1/);
    refused(() => filter({ p: ['a', 1] }), 'f.p[1]', /has to be a text/);
    refused(() => filter({ p: ['a', 'b', 'a'] }), 'f.p[2]', /"a" is there twice/);
  });
});
