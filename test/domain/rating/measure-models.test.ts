import assert from 'node:assert/strict';
import { decimalText } from '../../../src/domain/money/exact.ts';
import { measured, measuredGroups, type Said } from '../support/measured.ts';

const sum = { aggregation: 'sum', property: 'value' };
const carrying = { ...sum, carries: true };
const july = new Date('2023-07-20T00:00:00Z');

describe('what a model reads beside the quantity', () => {
  it('is of the period alone, whatever carries on, and without what is skipped', () => {
    const said: Said[] = [
      { occurredAt: july, value: 100, properties: { cost: '7' } },
      { value: 20, properties: { cost: '0.5' } },
      { value: 'none', properties: { cost: '3' } },
      { value: 5, properties: { cost: '0.25' } },
    ];
    const { usage, eventCount, skippedCount } = measured(carrying, said, {
      model: 'percentage',
      rate: '1',
    });
    // 100 + 20 + 5 in all, 20 + 5 of them in August
    const { count, sum: paid } = usage.transactions!;
    assert.deepEqual(
      [decimalText(usage.quantity), count, decimalText(paid), eventCount, skippedCount],
      ['125', 2n, '25', 3n, 1n],
    );
    const dynamic = { model: 'dynamic', amountProperty: 'cost' };
    const carried = measured(carrying, said, dynamic).usage;
    assert.deepEqual([decimalText(carried.quantity), decimalText(carried.carried!)], ['125', '0.75']);
  });

  it('has no cell of a matrix that only carries on nothing', () => {
    const price = {
      model: 'matrix',
      properties: ['region'],
      cells: [{ values: ['eu'], unitAmount: '1' }],
      otherwise: '2',
    };
    const said = (value: number, region: string, occurredAt = july): Said => ({
      occurredAt,
      value,
      properties: { region },
    });
    const all = [said(3, 'eu'), said(-3, 'eu'), said(2, 'us'), said(0, 'ap', new Date('2023-08-02T00:00:00Z'))];
    assert.deepEqual(
      measured(carrying, all, price).usage.cells!.map(({ values, quantity }) => [values, decimalText(quantity)]),
      [
        [['ap'], '0'],
        [['us'], '2'],
      ],
    );
  });

  it('has seats go on where an event does not say how many', () => {
    const on = (day: string, value?: number): Said => ({
      occurredAt: new Date(`2023-08-${day}T00:00:00Z`),
      ...(value !== undefined && { value }),
    });
    const seats = measured({ ...sum, aggregation: 'latest' }, [on('01', 3), on('09'), on('20', 4)], {
      model: 'seats',
      unitAmount: '1',
    });
    assert.deepEqual(
      seats.usage.spans!.map(({ quantity }) => decimalText(quantity)),
      ['3', '4'],
    );
    assert.equal(seats.skippedCount, 1n);
  });
});

describe('a period without use', () => {
  it('has nothing to tell, but of seats that there are none', () => {
    assert.deepEqual(measuredGroups(sum, []), []);
    assert.deepEqual(measuredGroups(sum, [], { groupBy: ['region'] }), []);
    assert.deepEqual(measuredGroups(sum, [], { model: 'seats', unitAmount: '1', groupBy: ['region'] }), []);
    const { usage, eventCount, skippedCount } = measured(sum, [], { model: 'seats', unitAmount: '1' });
    assert.deepEqual([decimalText(usage.quantity), usage.spans?.length, eventCount, skippedCount], ['0', 1, 0n, 0n]);
  });

  it('is also one in which every event is skipped, whatever is made of them', () => {
    for (const aggregation of ['sum', 'max', 'min', 'average', 'latest', 'unique_count', 'weighted_sum']) {
      const { usage, group, ...counts } = measured({ ...sum, aggregation }, [{}, {}]);
      assert.equal(decimalText(usage.quantity), '0', aggregation);
      assert.deepEqual([group, counts], [undefined, { eventCount: 2n, skippedCount: 2n }]);
    }
    const daily = measured({ ...sum, aggregation: 'max', window: 'day', over: 'max' }, [{}]);
    assert.equal(decimalText(daily.usage.quantity), '0');
  });
});
