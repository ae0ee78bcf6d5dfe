import assert from 'node:assert/strict';
import { decimalText } from '../../../src/domain/money/exact.ts';
import {
  compareLists,
  compareTexts,
  propertyNumber,
  propertyText,
} from '../../../src/domain/rating/measure/property.ts';
import { isOrderly } from '../../../src/domain/rating/measure/reading.ts';
import { measured, type Said } from '../support/measured.ts';

const quantityOf = (...args: Parameters<typeof measured>) => decimalText(measured(...args).usage.quantity);

describe('the events of a period', () => {
  const values: Said[] = [{ value: 2 }, { value: 7 }, { value: 4 }];

  it('are counted, or their largest, smallest or last value is taken', () => {
    assert.equal(quantityOf({ aggregation: 'count' }, [{}, {}, {}]), '3');
    assert.equal(quantityOf({ aggregation: 'max', property: 'value' }, values), '7');
    assert.equal(quantityOf({ aggregation: 'min', property: 'value' }, values), '2');
    assert.equal(quantityOf({ aggregation: 'latest', property: 'value' }, values), '4');
  });

  it('have a percentile in the order of their values, not of their times', () => {
    // Of 2, 4, 7 the ceil(3 × 50 / 100) = 2nd.
    assert.equal(quantityOf({ aggregation: 'percentile', property: 'value', percentile: '50' }, values), '4');
  });

  it('are those of the meter’s type', () => {
    assert.equal(quantityOf({ aggregation: 'count' }, [{}, { type: 'used' }, {}]), '2');
  });

  it('are those that the filters of the meter and of the price let pass', () => {
    const said = (region: unknown, size?: unknown): Said => ({ properties: { region, size } });
    const all = [said('eu', 'xl'), said('us', 'xl'), said('ap', 'xl'), said('eu', 's'), said('eu'), said(null, 'xl')];
    const meter = { aggregation: 'count', filter: { region: ['eu', 'us'] } };
    assert.equal(quantityOf(meter, all), '4');
    assert.equal(quantityOf(meter, all, { filter: { size: ['xl', 'xxl'] } }), '2');
    assert.equal(quantityOf(meter, all, { filter: { size: ['xl'], region: ['us'] } }), '1');
  });

  it('at one instant are in the order of their source, and then of their id', () => {
    const said: Said[] = [
      { source: 'b', id: '1', value: 1 },
      { source: 'a', id: '2', value: 2 },
      { source: 'b', id: '0', value: 3 },
    ];
    const latest = { aggregation: 'latest', property: 'value' };
    // a/2, b/0, b/1
    assert.equal(quantityOf(latest, said), '1');
    assert.equal(quantityOf(latest, said.slice(1)), '3');
    const earlier = { occurredAt: new Date('2023-08-09T00:00:00Z'), source: 'c', id: '9', value: 4 };
    assert.equal(quantityOf(latest, [...said, earlier]), '1');
  });

  it('without a property to count are skipped by a unique count, and by a sum', () => {
    const said: Said[] = [{ value: 'a' }, {}, { value: 'b' }];
    const unique = measured({ aggregation: 'unique_count', property: 'value' }, said);
    assert.deepEqual([decimalText(unique.usage.quantity), unique.skippedCount], ['2', 1n]);
    const sum = measured({ aggregation: 'sum', property: 'value' }, [{ value: 3 }, {}, { value: 0 }]);
    assert.deepEqual([decimalText(sum.usage.quantity), sum.skippedCount], ['3', 1n]);
  });

  it('of zero are no negative ones', () => {
    const zeros = measured({ aggregation: 'average', property: 'value', negatives: 'skipped' }, [
      { value: 0 },
      { value: -1 },
      { value: 4 },
    ]);
    // 0 and 4: an average of 2, one skipped
    assert.deepEqual([decimalText(zeros.usage.quantity), zeros.skippedCount], ['2', 1n]);
  });
});

describe('seats that are measured', () => {
  const seats = { model: 'seats', unitAmount: '1' };
  const spansOf = (meter: object, said: readonly Said[]) =>
    measured({ property: 'value', ...meter }, said, seats).usage.spans!.map(({ startAt, quantity }) => [
      startAt.toISOString().slice(0, 10),
      decimalText(quantity),
    ]);
  const on = (day: string, value: unknown): Said => ({ occurredAt: new Date(`2023-08-${day}T00:00:00Z`), value });

  it('stand from each change on where a value stands over time', () => {
    const said = [on('05', 3), on('09', 3), on('09', 5), on('20', 1)];
    assert.deepEqual(spansOf({ aggregation: 'latest' }, said), [
      ['2023-08-01', '0'],
      ['2023-08-05', '3'],
      ['2023-08-09', '5'],
      ['2023-08-20', '1'],
    ]);
    // 3, 3 + 3 + 5 = 11, 12
    for (const aggregation of ['sum', 'weighted_sum']) {
      assert.deepEqual(spansOf({ aggregation }, said), [
        ['2023-08-01', '0'],
        ['2023-08-05', '3'],
        ['2023-08-09', '11'],
        ['2023-08-20', '12'],
      ]);
    }
  });

  it('are as many for the whole period where a value does not', () => {
    const said = [on('05', 3), on('20', 1)];
    assert.deepEqual(spansOf({ aggregation: 'max' }, said), [['2023-08-01', '3']]);
    assert.deepEqual(spansOf({ aggregation: 'unique_count' }, said), [['2023-08-01', '2']]);
  });

  it('are one span from the start on that they were there, and where the number stays the same', () => {
    assert.deepEqual(spansOf({ aggregation: 'latest' }, [on('01', 3), on('09', 3)]), [['2023-08-01', '3']]);
  });
});

describe('a property of an event', () => {
  const number = (value: unknown) => {
    const read = propertyNumber({ value }, 'value');
    return read === undefined ? undefined : decimalText(read);
  };

  it('is a number in quotes of at most 25 digits before and 20 after the point', () => {
    assert.equal(number('9'.repeat(25)), '9'.repeat(25));
    assert.equal(number(`0.${'1'.repeat(20)}`), `0.${'1'.repeat(20)}`);
    for (const none of ['9'.repeat(26), `0.${'1'.repeat(21)}`, '1.', '.5', '1.2.3', '1 ', 'x1', '1x', '1,5', '--1']) {
      assert.equal(number(none), undefined, none);
    }
  });

  it('is no number when it is not there, is a list, or is true', () => {
    assert.equal(propertyNumber({}, 'value'), undefined);
    assert.equal(propertyNumber({}, 'toString'), undefined);
    for (const none of [['1'], { a: 1 }, true, undefined]) assert.equal(number(none), undefined);
  });

  it('is written without an exponent', () => {
    const written = [0, -0.5, 1e21, -1e21, 1e-7, -1.25e-7, 123456789.125, 1.5e300].map((value) =>
      propertyText({ value }, 'value'),
    );
    assert.deepEqual(written, [
      '0',
      '-0.5',
      '1000000000000000000000',
      '-1000000000000000000000',
      '0.0000001',
      '-0.000000125',
      '123456789.125',
      `15${'0'.repeat(299)}`,
    ]);
  });

  it('has the keys of an object by their length in bytes, and then by their bytes', () => {
    // 1 byte: a, b, 2: é, 3: aaa, €, 4: aaaa, U+10000, 😀, and 5.
    const value = { aaaaa: 1, '😀': 2, aaa: 3, '€': 4, é: 5, b: 6, a: 7, '\u{10000}': 8, aaaa: 9 };
    assert.equal(
      propertyText({ value }, 'value'),
      '{"a": 7, "b": 6, "é": 5, "aaa": 3, "€": 4, "aaaa": 9, "\u{10000}": 8, "😀": 2, "aaaaa": 1}',
    );
    const edges = { aa: 1, '\u007f': 2, '\u0080': 3, aaa: 4, '\u07ff': 5, '\u0800': 6, aaaa: 7, '\uffff': 8 };
    // U+007F is one byte, U+0080 to U+07FF two (0x61 < 0xC2 < 0xDF), U+0800 to U+FFFF three (0x61 < 0xE0 < 0xEF)
    assert.equal(
      propertyText({ value: edges }, 'value'),
      '{"\u007f": 2, "aa": 1, "\u0080": 3, "\u07ff": 5, "aaa": 4, "\u0800": 6, "\uffff": 8, "aaaa": 7}',
    );
  });

  it('of texts and lists writes quotes, empty lists and nothing', () => {
    const written = [[], {}, ['a', 1, null], { a: 'b"' }, false, ''].map((value) => propertyText({ value }, 'value'));
    assert.deepEqual(written, ['[]', '{}', '["a", 1, null]', '{"a": "b\\""}', 'false', '']);
  });
});

describe('texts in the order of their bytes', () => {
  it('have what lies above U+FFFF after all others', () => {
    // In UTF-16 the halves of a pair, D800 to DFFF, lie below E000.
    const inOrder = ['', 'a', 'ab', 'b', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{10ffff}'];
    assert.deepEqual(inOrder.toReversed().sort(compareTexts), inOrder);
    for (const [index, text] of inOrder.entries()) {
      assert.equal(compareTexts(text, text), 0);
      const next = inOrder[index + 1];
      if (next !== undefined) assert.ok(compareTexts(text, next) < 0 && compareTexts(next, text) > 0, text);
    }
  });

  it('decide between lists by the first that differs', () => {
    assert.equal(compareLists(['a', 'b'], ['a', 'b']), 0);
    assert.ok(compareLists(['a', 'b'], ['a', 'c']) < 0);
    assert.ok(compareLists(['b', 'a'], ['a', 'c']) > 0);
  });
});

describe('the order of transactions', () => {
  it('matters as soon as some are free or have a bound of their own', () => {
    assert.equal(isOrderly({ rate: '1', fixedAmount: '1' }), false);
    for (const term of ['freeTransactions', 'freeAmount', 'transactionMinimum', 'transactionMaximum']) {
      assert.equal(isOrderly({ rate: '1', [term]: '1' }), true, term);
    }
  });
});
