import assert from 'node:assert/strict';
import { previewInvoice } from '../../../src/billing/preview/preview-invoice.ts';
import { assertBill, eventsOf, meterOf, monthOf, workingOf } from './support.ts';

/** Percentages, matrices, conversions and what the events cost. */
describe('Bills and prices', () => {
  it('take their percentage of each payment, after those that are free and within its bounds', () => {
    // Mint Tickets, May 2026: 2.9 % and 0.30 for each payment, at least 0.50 and at most 20.00; the first two payments, or
    // the first 100.00 of money, are free, whichever is used up first.
    //    60.00   free, 40.00 of the allowance are left
    //    90.00   40.00 of it are free and end the allowance; 50.00 × 2.9 % + 0.30 = 1.45 + 0.30 = 1.75
    //   200.00   5.80 + 0.30 = 6.10
    //     5.00   0.145 + 0.30 = 0.445, at least 0.50
    // 1,000.00   29.00 + 0.30, at most 20.00
    // Plain are 50 + 200 = 250 × 2.9 % = 7.25 and 2 × 0.30; with 0.50 and 20.00: 28.35.
    const bill = {
      currency: 'USD',
      period: monthOf('2026-05'),
      meters: [meterOf('payments', 'sum', { property: 'amount' })],
      events: eventsOf('payments', [
        ['2026-05-09T00:00:00Z', { amount: '1000.00' }],
        ['2026-05-02T00:00:00Z', { amount: '60.00' }],
        ['2026-05-03T00:00:00Z', { amount: '90.00' }],
        ['2026-05-04T00:00:00Z', { amount: '200.00' }],
        ['2026-05-05T00:00:00Z', { amount: '5.00' }],
      ]),
      prices: [
        {
          model: 'percentage',
          name: 'Payments',
          meter: 'payments',
          rate: '2.9',
          fixedAmount: '0.30',
          freeTransactions: '2',
          freeAmount: '100',
          transactionMinimum: '0.50',
          transactionMaximum: '20',
        },
      ],
    };
    assert.deepEqual(workingOf(bill), [
      'free 100 = 0',
      'percentage 250 = 7.25',
      'fixed 2 = 0.6',
      'bounded 1 = 0.5',
      'bounded 1 = 20',
    ]);
    assertBill(bill, [['Payments', '1355', '28.35']], 'USD 28.35');
  });

  it('take a falling percentage of a growing amount', () => {
    // Bazaar Books, June 2026, a commission of 10 % to 1,000.00 sold, 5 % to 5,000.00, 2 % above, 50.00 once for reaching
    // the last. Sold were 7,250.50:
    //   1,000 × 10 % = 100.00; 4,000 × 5 % = 200.00; 2,250.50 × 2 % = 45.01 + 50.00 = 95.01; together 395.01.
    const bill = {
      currency: 'EUR',
      prices: [
        {
          model: 'graduated_percentage',
          name: 'Commission',
          tiers: [
            { upTo: '1000', rate: '10' },
            { upTo: '5000', rate: '5' },
            { upTo: null, rate: '2', flatAmount: '50' },
          ],
          usage: { quantity: '7250.50' },
        },
      ],
    };
    assert.deepEqual(workingOf(bill), ['tier 1000 = 100', 'tier 4000 = 200', 'tier 2250.5 = 95.01']);
    assertBill(bill, [['Commission', '7250.5', '395.01']], 'EUR 395.01');
  });

  it('find the price of a region and a class, and of what is neither', () => {
    // Comet Cloud, July 2026, hours by region × class: eu × gold 0.40, eu × basic 0.10, us × gold 0.35, otherwise 0.50.
    //   eu gold 10.5 + 4.5 = 15 × 0.40 = 6.00; eu basic 100 × 0.10 = 10.00; us gold 7 × 0.35 = 2.45
    //   ap gold 3 and eu without a class 2: each at 0.50, 1.50 and 1.00
    // 20.95 in all for 127 hours. Cells stand in the order of their values; a missing one is an empty text.
    const bill = {
      currency: 'USD',
      period: monthOf('2026-07'),
      meters: [meterOf('hours', 'sum', { property: 'used' })],
      events: eventsOf('hours', [
        ['2026-07-01T00:00:00Z', { region: 'eu', class: 'gold', used: 10.5 }],
        ['2026-07-02T00:00:00Z', { region: 'us', class: 'gold', used: 7 }],
        ['2026-07-03T00:00:00Z', { region: 'eu', class: 'basic', used: 100 }],
        ['2026-07-04T00:00:00Z', { region: 'eu', class: 'gold', used: 4.5 }],
        ['2026-07-05T00:00:00Z', { region: 'ap', class: 'gold', used: 3 }],
        ['2026-07-06T00:00:00Z', { region: 'eu', used: 2 }],
      ]),
      prices: [
        {
          model: 'matrix',
          name: 'Hours',
          meter: 'hours',
          properties: ['region', 'class'],
          cells: [
            { values: ['eu', 'gold'], unitAmount: '0.40' },
            { values: ['eu', 'basic'], unitAmount: '0.10' },
            { values: ['us', 'gold'], unitAmount: '0.35' },
          ],
          otherwise: '0.50',
        },
      ],
    };
    const cells = previewInvoice(bill).lines[0]?.working.map(({ values, amount }) => [values, amount]);
    assert.deepEqual(cells, [
      [{ region: 'ap', class: 'gold' }, '1.5'],
      [{ region: 'eu', class: '' }, '1'],
      [{ region: 'eu', class: 'basic' }, '10'],
      [{ region: 'eu', class: 'gold' }, '6'],
      [{ region: 'us', class: 'gold' }, '2.45'],
    ]);
    assertBill(bill, [['Hours', '127', '20.95']], 'USD 20.95');
  });

  it('turn bytes into gigabytes and round them as the price says', () => {
    // Silo Backup, September 2026, 0.90 a GB of 10^9 bytes. Moved: 1,234,567,890 and 1,265,432,111, together
    // 2,500,000,001 bytes, 2.500000001 GB.
    //   none               2.500000001 × 0.90 = 2.2500000009, so 2.25
    //   up                 3 × 0.90                             = 2.70
    //   down               2 × 0.90                             = 1.80
    //   half_up            2.500000001 is above the half: 3     = 2.70
    //   up, 1 decimal      2.6 × 0.90                           = 2.34
    const bill = (convert: object) => ({
      currency: 'USD',
      period: monthOf('2026-09'),
      meters: [meterOf('bytes', 'sum', { property: 'moved' })],
      events: eventsOf('bytes', [
        ['2026-09-10T00:00:00Z', { moved: 1_234_567_890 }],
        ['2026-09-20T00:00:00Z', { moved: 1_265_432_111 }],
      ]),
      prices: [
        {
          model: 'per_unit',
          name: 'Traffic',
          meter: 'bytes',
          unitAmount: '0.90',
          convert: { divideBy: '1000000000', ...convert },
        },
      ],
    });
    const holds = (convert: object, gigabytes: string, exact: string, amount: string) => {
      assert.deepEqual(workingOf(bill(convert)), [`converted ${gigabytes} = 0`, `units ${gigabytes} = ${exact}`]);
      assertBill(bill(convert), [['Traffic', '2500000001', amount]], `USD ${amount}`);
    };
    holds({ rounding: 'none' }, '2.500000001', '2.2500000009', '2.25');
    holds({ rounding: 'up' }, '3', '2.7', '2.70');
    holds({ rounding: 'down' }, '2', '1.8', '1.80');
    holds({ rounding: 'half_up' }, '3', '2.7', '2.70');
    holds({ rounding: 'up', decimals: 1 }, '2.6', '2.34', '2.34');
  });

  it('round the gigabytes of each region by themselves', () => {
    // Silo Backup, October 2026, by region: eu 1.00 a started GB, elsewhere 2.00. 1,500 MB went to eu and 1,200 to us.
    //   eu 1.5, so 2 GB × 1.00 = 2.00;  us 1.2, so 2 GB × 2.00 = 4.00;  6.00 for 4 GB
    // The 2.7 GB of both would be 3; what is charged is 4, and the bill says so.
    const bill = {
      currency: 'USD',
      prices: [
        {
          model: 'matrix',
          name: 'Traffic',
          properties: ['region'],
          cells: [{ values: ['eu'], unitAmount: '1' }],
          otherwise: '2',
          convert: { divideBy: '1000', rounding: 'up' },
          usage: {
            cells: [
              { values: ['eu'], quantity: '1500' },
              { values: ['us'], quantity: '1200' },
            ],
          },
        },
      ],
    };
    assert.deepEqual(workingOf(bill), ['converted 4 = 0', 'cell 2 = 2', 'cell 2 = 4']);
    assert.equal(previewInvoice(bill).lines[0]?.billableQuantity, '4');
    assertBill(bill, [['Traffic', '2700', '6.00']], 'USD 6.00');
  });

  it('pass on what the events cost, with a markup', () => {
    // Relay Models, October 2026, pays the makers of models by the call and adds 20 %: three calls cost 0.0045 and one
    // 1.2030, together 1.2165 × 1.2 = 1.4598, so 1.46. Rounded one by one, 3 × 0.0054 and 1.4436, they would have been
    // 3 × 0.01 + 1.44 = 1.47. A fifth call without its cost is told as skipped.
    const bill = {
      currency: 'USD',
      period: monthOf('2026-10'),
      meters: [meterOf('calls', 'count')],
      events: eventsOf('calls', [
        ['2026-10-01T00:00:00Z', { cost: '0.0045' }],
        ['2026-10-02T00:00:00Z', { cost: 0.0045 }],
        ['2026-10-02T00:00:00Z', { cost: 0.0045 }],
        ['2026-10-03T00:00:00Z', { cost: '1.2030' }],
        ['2026-10-04T00:00:00Z', { tokens: 12 }],
      ]),
      prices: [{ model: 'dynamic', name: 'Calls', meter: 'calls', amountProperty: 'cost', multiplier: '1.2' }],
    };
    assertBill(bill, [['Calls', '4', '1.46']], 'USD 1.46');
    const line = previewInvoice(bill).lines[0];
    assert.deepEqual([line?.exactAmount, line?.eventCount, line?.skippedCount], ['1.4598', 5, 1]);
  });
});
