import assert from 'node:assert/strict';
import { assertBill, monthOf, type ReadLine, workingOf } from './support.ts';

/** What was promised, what is the most, and a capacity that was bought. */
describe('Bills and their bounds', () => {
  const fromDay = (day: number, month = '2026-04') => ({
    ...monthOf(month),
    startAt: `${month}-${day}T00:00:00Z`,
    cycleStartAt: monthOf(month).startAt,
  });

  it('are brought to a commitment, to its share in a month that began late', () => {
    // Anchor Data promised 300.00 a month from 21 April 2026 on, 10 of 30 days, so 100.00 in April; 45.00 a month count
    // towards it.
    //   April  plan 45 × 10 / 30 = 15.00; 948 queries × 0.05 = 47.40; 62.40, missing 37.60:  100.00
    //   May    plan 45.00; 6,100 × 0.05 = 305.00: 350.00 is above the 300.00, nothing is missing
    const bill = (period: object, quantity: string) => ({
      currency: 'USD',
      period,
      commitment: { amount: '300' },
      prices: [
        { model: 'flat', key: 'plan', name: 'Plan', amount: '45' },
        { model: 'per_unit', key: 'queries', name: 'Queries', unitAmount: '0.05', usage: { quantity } },
      ],
    });
    const april = bill(fromDay(21), '948');
    assertBill(
      april,
      [
        ['Plan', '1', '15.00'],
        ['Queries', '948', '47.40'],
        ['Minimum commitment', '1', '37.60'],
      ],
      'USD 100.00',
    );
    assert.deepEqual(workingOf(april, 0), ['flat 1 × 1/3 = 15']);
    assert.deepEqual(workingOf(april, 2), ['floor × 1/3 = 37.6']);
    assertBill(
      bill(monthOf('2026-05'), '6100'),
      [
        ['Plan', '1', '45.00'],
        ['Queries', '6100', '305.00'],
      ],
      'USD 350.00',
    );
  });

  it('multiply what goes above a commitment, and only that', () => {
    // Volt Charging, June 2026, committed to 1,000.00 of energy at 0.25 a kWh; above it a half more is due.
    //   4,960 kWh  1,240.00; 240.00 above, × 1.5 = 360.00, so 120.00 more:  1,360.00
    //   4,000 kWh  1,000.00 exactly, nothing added
    //   1,600 kWh    400.00, and 600.00 to the promise; without a true-up 400.00 stay
    const bill = (quantity: string, trueUp: boolean) => ({
      currency: 'EUR',
      prices: [
        {
          model: 'per_unit',
          name: 'Energy',
          unitAmount: '0.25',
          commitment: { amount: '1000', overageFactor: '1.5', trueUp },
          usage: { quantity },
        },
      ],
    });
    assertBill(bill('4960', true), [['Energy', '4960', '1360.00']], 'EUR 1,360.00');
    assert.deepEqual(workingOf(bill('4960', true)), ['units 4960 = 1240', 'overage = 120']);
    assertBill(bill('4000', true), [['Energy', '4000', '1000.00']], 'EUR 1,000.00');
    assert.deepEqual(workingOf(bill('4000', true)), ['units 4000 = 1000']);
    assertBill(bill('1600', true), [['Energy', '1600', '1000.00']], 'EUR 1,000.00');
    assert.deepEqual(workingOf(bill('1600', true)), ['units 1600 = 400', 'floor = 600']);
    assertBill(bill('1600', false), [['Energy', '1600', '400.00']], 'EUR 400.00');
  });

  it('never exceed the maximum of a line, nor that of the month', () => {
    // Gitpod #12881: an invoice has to stay within the limit that the customer set; it had gone above.
    //
    // Orbit Desktops, at most 50.00 for machines and 80.00 for the month. 130 hours × 0.50 = 65.00, at most 50.00;
    // 90 GB × 0.50 = 45.00; 95.00, of which 15.00 come off: 80.00.
    // For who began on the 16th of April the bounds are halves: 25.00 + 45.00 = 70.00, of which 30.00 come off: 40.00.
    const bill = (period: object) => ({
      currency: 'USD',
      period,
      maximumAmount: '80',
      prices: [
        {
          model: 'per_unit',
          key: 'machines',
          name: 'Machines',
          unitAmount: '0.50',
          maximumAmount: '50',
          usage: { quantity: '130' },
        },
        { model: 'per_unit', key: 'disks', name: 'Disks', unitAmount: '0.50', usage: { quantity: '90' } },
      ],
    });
    const lines = (machines: string, most: string): ReadLine[] => [
      ['Machines', '130', machines],
      ['Disks', '90', '45.00'],
      ['Maximum for the period', '1', most],
    ];
    assertBill(bill(monthOf('2026-04')), lines('50.00', '-15.00'), 'USD 80.00');
    assertBill(bill(fromDay(16)), lines('25.00', '-30.00'), 'USD 40.00');
    assert.deepEqual(workingOf(bill(fromDay(16))), ['units 130 = 65', 'cap × 1/2 = -40']);
  });

  it('compare a minimum with the sum that the customer adds up', () => {
    // Trio Telecom, July 2026: three lines of 0.335 are 0.34 each and 1.02 together. To the minimum of 1.03 a cent is
    // missing; with the exact sum of 1.005 it would be 0.025, so 0.03, and the bill 1.05.
    const number = (name: string) => ({
      model: 'per_unit',
      key: name.toLowerCase(),
      name,
      unitAmount: '0.005',
      usage: { quantity: '67' },
    });
    assertBill(
      { currency: 'EUR', minimumAmount: '1.03', prices: [number('Alto'), number('Basso'), number('Canto')] },
      [
        ['Alto', '67', '0.34'],
        ['Basso', '67', '0.34'],
        ['Canto', '67', '0.34'],
        ['Minimum commitment', '1', '0.01'],
      ],
      'EUR 1.03',
    );
  });

  it('charge a capacity by its share of the month, and what goes above it in full', () => {
    // Bay Storage, June 2026: 100.00 a month for 1,000 GB and 0.15 for each GB above, bought on the 11th, 20 of 30 days.
    //   1,200 GB at 0.15      66.666… + 200 × 0.15 = 30.00        96.666…, so 96.67
    //   1,200 GB at 0.15003   66.666… + 200 × 0.15003 = 30.006    96.672…, so 96.67; 66.67 and 30.01 would be 96.68
    //   1,000 GB              nothing is above                    66.67
    //   none                  the capacity is due all the same    66.67
    const bill = (quantity: string, overageUnitAmount = '0.15') => ({
      currency: 'USD',
      period: fromDay(11, '2026-06'),
      prices: [
        { model: 'capacity', name: 'Storage', amount: '100', capacity: '1000', overageUnitAmount, usage: { quantity } },
      ],
    });
    assertBill(bill('1200'), [['Storage', '1200', '96.67']], 'USD 96.67');
    assert.deepEqual(workingOf(bill('1200')), ['flat 1000 × 2/3 = 66.66666666666666666666', 'overage 200 = 30']);
    assertBill(bill('1200', '0.15003'), [['Storage', '1200', '96.67']], 'USD 96.67');
    assertBill(bill('1000'), [['Storage', '1000', '66.67']], 'USD 66.67');
    assertBill(bill('0'), [['Storage', '0', '66.67']], 'USD 66.67');
  });

  it('carry what is below zero, and say the sum as it is', () => {
    // Lago's api #4273, #4642 and #4794: credits that outweighed the charges led to negative totals in one place and to
    // other figures in another.
    //
    // Baltic Boats goes from 1,200.00 a year to 300.00 on 2 July 2026, 183 of 365 days before the end of the year:
    // -601.64 as for the dearer plan; 300 × 183 / 365 = 54,900 / 365 = 150.4109…, so 150.41. Together -451.23,
    // which the balance gets; nothing is to be paid.
    assertBill(
      {
        currency: 'USD',
        period: {
          startAt: '2026-07-02T00:00:00Z',
          endAt: '2027-01-01T00:00:00Z',
          cycleStartAt: '2026-01-01T00:00:00Z',
        },
        prices: [
          { model: 'flat', key: 'old', name: 'Basic, unused', amount: '1200', isCredit: true },
          { model: 'flat', key: 'new', name: 'Harbour, to the end of the year', amount: '300' },
        ],
      },
      [
        ['Basic, unused', '1', '-601.64'],
        ['Harbour, to the end of the year', '1', '150.41'],
      ],
      'USD 0.00',
    );
  });
});
