import assert from 'node:assert/strict';
import { previewInvoice } from '../../../src/billing/preview/preview-invoice.ts';
import { assertRefused } from '../../domain/support/properties.ts';
import { assertBill, eventsOf, meterOf, monthOf, type ReadLine } from './support.ts';

/** Which events count, and as what. */
describe('Bills and meters', () => {
  it('take "3" and 3 for the same', () => {
    // Signal Sensors, January 2026: one program sends numbers, another the same ones in quotes.
    //   sensors  3, "3" and 3.0 are one; "3.0" and "03" are other names: 3 × 2.00 = 6.00
    //   values   3 + "3" + 3.0 + "3.0" + "03" = 15 × 0.10 = 1.50
    //   indoor   true and "true" pass the filter for "true", "TRUE" does not: 2 × 1.00 = 2.00
    const events = eventsOf('readings', [
      ['2026-01-02T00:00:00Z', { sensor: 3, indoor: true }],
      ['2026-01-03T00:00:00Z', { sensor: '3', indoor: 'true' }],
      ['2026-01-04T00:00:00Z', { sensor: JSON.parse('3.0'), indoor: 'TRUE' }],
      ['2026-01-05T00:00:00Z', { sensor: '3.0' }],
      ['2026-01-06T00:00:00Z', { sensor: '03' }],
    ]);
    const reads = { eventType: 'readings', property: 'sensor' };
    assertBill(
      {
        currency: 'USD',
        period: monthOf('2026-01'),
        meters: [
          meterOf('sensors', 'unique_count', reads),
          meterOf('values', 'sum', reads),
          meterOf('indoor', 'count', { eventType: 'readings', filter: { indoor: ['true'] } }),
        ],
        events,
        prices: [
          { model: 'per_unit', key: 'sensors', name: 'Sensors', meter: 'sensors', unitAmount: '2' },
          { model: 'per_unit', key: 'values', name: 'Values', meter: 'values', unitAmount: '0.10' },
          { model: 'per_unit', key: 'indoor', name: 'Indoor', meter: 'indoor', unitAmount: '1' },
        ],
      },
      [
        ['Sensors', '3', '6.00'],
        ['Values', '15', '1.50'],
        ['Indoor', '2', '2.00'],
      ],
      'USD 9.50',
    );
  });

  it('take back what was counted too much, and never charge less than nothing', () => {
    // Ledger Labs, February 2026, 0.05 a page. On the 3rd 120 pages, on the 4th -20, a correction:
    //   negatives taken (unless said otherwise)  120 - 20 = 100 × 0.05 = 5.00
    //   negatives skipped                        120 × 0.05 = 6.00, and one event told as skipped
    // March has 10 pages and -30, a correction of February that came late. -20 pages cannot be charged: the bill is
    // refused, so that a person looks at it, or is for nothing where the price says that it may.
    const bill = (month: string, further: object = {}, belowZero = 'refused') => ({
      currency: 'USD',
      period: monthOf(month),
      meters: [meterOf('pages', 'sum', { property: 'count', ...further })],
      events: eventsOf('pages', [
        ['2026-02-03T00:00:00Z', { count: 120 }],
        ['2026-02-04T00:00:00Z', { count: -20 }],
        ['2026-03-10T00:00:00Z', { count: 10 }],
        ['2026-03-11T00:00:00Z', { count: -30 }],
      ]),
      prices: [{ model: 'per_unit', name: 'Pages', meter: 'pages', unitAmount: '0.05', belowZero }],
    });
    assertBill(bill('2026-02'), [['Pages', '100', '5.00']], 'USD 5.00');
    const skipping = bill('2026-02', { negatives: 'skipped' });
    assertBill(skipping, [['Pages', '120', '6.00']], 'USD 6.00');
    assert.equal(previewInvoice(skipping).lines[0]?.skippedCount, 1);
    assertRefused(() => previewInvoice(bill('2026-03')), 'quantity-negative', 'prices[0]', /-20/);
    assertBill(bill('2026-03', {}, 'zero'), [['Pages', '-20', '0.00']], 'USD 0.00');
  });

  it('have both of two events at the same instant', () => {
    // Lago #280, and #5740 and #5861 of its api: two events with one timestamp broke the usage. Its #4454: their order
    // was left open, so that unique counts came out one way or the other.
    //
    // Metro Meters, on 5 October 2026 at 12:00:00.000: 10 units, then 15; and Ann comes and goes.
    //   count   2 × 1.00 = 2.00
    //   sum     25 × 0.10 = 2.50
    //   latest  15 × 1.00 = 15.00, the last of those at one instant
    //   people  none where she goes after she came, and 1 × 1.00 where she came after she went
    // 19.50 or 20.50.
    const noon = '2026-10-05T12:00:00.000Z';
    const bill = (...operations: string[]) => ({
      currency: 'USD',
      period: monthOf('2026-10'),
      meters: [
        meterOf('counted', 'count', { eventType: 'units' }),
        meterOf('summed', 'sum', { eventType: 'units', property: 'used' }),
        meterOf('last', 'latest', { eventType: 'units', property: 'used' }),
        meterOf('people', 'unique_count', { property: 'person', operationProperty: 'operation' }),
      ],
      events: [
        ...eventsOf('units', [
          [noon, { used: 10 }],
          [noon, { used: 15 }],
        ]),
        ...eventsOf(
          'people',
          operations.map((operation) => [noon, { person: 'ann', operation }]),
        ),
      ],
      prices: [
        { model: 'per_unit', key: 'counted', name: 'Counted', meter: 'counted', unitAmount: '1' },
        { model: 'per_unit', key: 'summed', name: 'Summed', meter: 'summed', unitAmount: '0.10' },
        { model: 'per_unit', key: 'last', name: 'Last', meter: 'last', unitAmount: '1' },
        { model: 'per_unit', key: 'people', name: 'People', meter: 'people', unitAmount: '1' },
      ],
    });
    const lines = (people: string): ReadLine[] => [
      ['Counted', '2', '2.00'],
      ['Summed', '25', '2.50'],
      ['Last', '15', '15.00'],
      ['People', people, `${people}.00`],
    ];
    assertBill(bill('add', 'remove'), lines('0'), 'USD 19.50');
    assertBill(bill('remove', 'add'), lines('1'), 'USD 20.50');
  });

  it('tell use that could not be read from no use at all', () => {
    // Fountain #503: a failure to meter looked like a month without use, and nobody saw it.
    //
    // Opal Search, November 2026, 0.01 a token. Of five events one has 500 tokens and one 1e3 as a number, 1,000; "1,200",
    // "n/a" and nothing are no numbers: 1,500 × 0.01 = 15.00, of 5 events, 3 of them skipped. December has no events: 0.00
    // of 0, none skipped.
    const bill = (month: string) => ({
      currency: 'USD',
      period: monthOf(month),
      meters: [meterOf('tokens', 'sum', { property: 'count' })],
      events: eventsOf('tokens', [
        ['2026-11-01T00:00:00Z', { count: '500' }],
        ['2026-11-02T00:00:00Z', { count: 1e3 }],
        ['2026-11-03T00:00:00Z', { count: '1,200' }],
        ['2026-11-04T00:00:00Z', { count: 'n/a' }],
        ['2026-11-05T00:00:00Z'],
      ]),
      prices: [{ model: 'per_unit', name: 'Tokens', meter: 'tokens', unitAmount: '0.01' }],
    });
    const counts = (month: string) => {
      const line = previewInvoice(bill(month)).lines[0];
      return [line?.eventCount, line?.skippedCount];
    };
    assertBill(bill('2026-11'), [['Tokens', '1500', '15.00']], 'USD 15.00');
    assert.deepEqual(counts('2026-11'), [5, 3]);
    assertBill(bill('2026-12'), [['Tokens', '0', '0.00']], 'USD 0.00');
    assert.deepEqual(counts('2026-12'), [0, 0]);
  });
});
