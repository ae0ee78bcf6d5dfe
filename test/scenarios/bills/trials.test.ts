import assert from 'node:assert/strict';
import { previewInvoice } from '../../../src/billing/preview/preview-invoice.ts';
import { assertRefused } from '../../domain/support/properties.ts';
import { assertBill, eventsOf, meterOf, periodOf } from './support.ts';

/** What is not billed, and from when on everything is. */
describe('Bills and trials', () => {
  it('begin with one whole month when the trial ends on the billing day', () => {
    // Lago's api #2244: a trial that ended on the billing day met the run of that day.
    //
    // Alster Post, Hamburg, 49.00 EUR a month and 0.01 a letter, tries from 17 June 2026 to midnight of 1 July.
    //   20 June  1,000 letters, in the trial
    //   9 July     300 letters
    // July 49.00 + 300 × 0.01 = 3.00: 52.00, from 30 June 22:00 to 31 July 22:00 UTC; nothing for June.
    const bill = {
      currency: 'EUR',
      zone: 'Europe/Berlin',
      subscription: { startsAt: '2026-06-17T08:00:00Z', trialEndsAt: '2026-06-30T22:00:00Z', interval: 'month' },
      meters: [meterOf('letters', 'sum', { property: 'sent' })],
      events: eventsOf('letters', [
        ['2026-06-20T10:00:00Z', { sent: 1000 }],
        ['2026-07-09T10:00:00Z', { sent: 300 }],
      ]),
      prices: [
        { model: 'flat', key: 'plan', name: 'Plan', amount: '49' },
        { model: 'per_unit', key: 'letters', name: 'Letters', meter: 'letters', unitAmount: '0.01' },
      ],
    };
    assert.equal(periodOf(bill), '2026-06-30T22:00Z to 2026-07-31T22:00Z');
    assertBill(
      bill,
      [
        ['Plan', '1', '49.00'],
        ['Letters', '300', '3.00'],
      ],
      'EUR 52.00',
    );
  });

  it('skip no month after a trial that was extended', () => {
    // Lago #771: a trial from 15 June 2026, made 11 days longer so that it ended on 26 July, still counted with its old
    // end of 15 July, and a month had no invoice at all.
    //
    // Leaf Analytics, 149.00 a month. July: from the 26th to the 31st, 6 of 31 days: 149 × 6 / 31 = 894 / 31 =
    // 28.8387…, so 28.84. August and September whole: 149.00 each.
    const bill = (at: string) => ({
      currency: 'USD',
      subscription: {
        startsAt: '2026-06-15T00:00:00Z',
        trialEndsAt: '2026-07-26T00:00:00Z',
        interval: 'month',
        at,
      },
      prices: [{ model: 'flat', name: 'Pro', amount: '149' }],
    });
    assert.deepEqual(
      ['2026-07-31T23:59:59.999Z', '2026-08-01T00:00:00Z', '2026-09-30T00:00:00Z'].map((at) => periodOf(bill(at))),
      [
        '2026-07-26T00:00Z to 2026-08-01T00:00Z',
        '2026-08-01T00:00Z to 2026-09-01T00:00Z',
        '2026-09-01T00:00Z to 2026-10-01T00:00Z',
      ],
    );
    assertBill(bill('2026-07-26T00:00:00Z'), [['Pro', '1', '28.84']], 'USD 28.84');
    assertBill(bill('2026-08-15T00:00:00Z'), [['Pro', '1', '149.00']], 'USD 149.00');
    assertBill(bill('2026-09-15T00:00:00Z'), [['Pro', '1', '149.00']], 'USD 149.00');
  });

  it('charge no use of the trial', () => {
    // Polar #11046: usage that came in during a trial waited, and was charged with the first order after it.
    //
    // Quill AI, 0.02 a page, tries from 1 to 15 April 2026: 500 pages on the 8th, 1 in the last millisecond of the trial,
    // 1 at its end and 39 on the 20th. The month that begins on the 15th has 1 + 39 = 40 × 0.02 = 0.80. For the time of
    // the trial there is no bill to ask for.
    const bill = (at: string) => ({
      currency: 'USD',
      subscription: {
        startsAt: '2026-04-01T00:00:00Z',
        trialEndsAt: '2026-04-15T00:00:00Z',
        interval: 'month',
        anchor: 'anniversary',
        at,
      },
      meters: [meterOf('pages', 'sum', { property: 'count' })],
      events: eventsOf('pages', [
        ['2026-04-08T00:00:00Z', { count: 500 }],
        ['2026-04-14T23:59:59.999Z', { count: 1 }],
        ['2026-04-15T00:00:00.000Z', { count: 1 }],
        ['2026-04-20T00:00:00Z', { count: 39 }],
      ]),
      prices: [{ model: 'per_unit', name: 'Pages', meter: 'pages', unitAmount: '0.02' }],
    });
    assert.equal(periodOf(bill('2026-04-15T00:00:00Z')), '2026-04-15T00:00Z to 2026-05-15T00:00Z');
    assertBill(bill('2026-04-15T00:00:00Z'), [['Pages', '40', '0.80']], 'USD 0.80');
    assertRefused(() => previewInvoice(bill('2026-04-14T23:59:59.999Z')), 'preview-invalid', 'subscription.at');
  });
});
