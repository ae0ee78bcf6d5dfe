import assert from 'node:assert/strict';
import { previewInvoice } from '../../../src/billing/preview/preview-invoice.ts';
import { parseCurrency } from '../../../src/domain/money/currency.ts';
import { toStripeAmount } from '../../../src/domain/money/stripe-amount.ts';
import { assertRefused } from '../../domain/support/properties.ts';
import { assertBill, eventsOf, meterOf, monthOf, workingOf } from './support.ts';

/** What a total becomes as the integer that Stripe is sent. */
function atStripe(request: object): bigint {
  const { totalMinor, currency } = previewInvoice(request);
  return toStripeAmount({ amountMinor: BigInt(totalMinor), currency: parseCurrency(currency) });
}

/** Minor units of 0, 2 and 3 digits, and the one rounding that there is. */
describe('Bills and currencies', () => {
  it('take a yen for a yen', () => {
    // Autumn #1839, Paymenter #1258 and InvoicePlane #1677: amounts were multiplied by 100 whatever the currency, and
    // customers in Japan paid 8,000 yen for 80.
    //
    // Kumo Mail, Kyoto, April 2026: 80 yen a month, and 12,345 mails at 0.32 yen: 3,950.4, so 3,950. In all 4,030 yen,
    // which is the 4,030 that Stripe is sent.
    const bill = {
      currency: 'JPY',
      zone: 'Asia/Tokyo',
      prices: [
        { model: 'flat', key: 'box', name: 'Mailbox', amount: '80' },
        { model: 'per_unit', key: 'mails', name: 'Mails', unitAmount: '0.32', usage: { quantity: '12345' } },
      ],
    };
    assertBill(
      bill,
      [
        ['Mailbox', '1', '80'],
        ['Mails', '12345', '3950'],
      ],
      'JPY 4,030',
    );
    assert.equal(previewInvoice(bill).totalMinor, 4030);
    assert.equal(atStripe(bill), 4030n);
  });

  it('round a dinar to its third decimal, and tell when Stripe cannot carry it', () => {
    // Marina Berths, Kuwait, May 2026: 12.500 KWD a month; 3 nights at 1.2345 = 3.7035, half a fils, so 3.704; a
    // reminder of 0.0004, which is less than half a fils: 0.000. In all 16.204.
    // Stripe takes dinars with 0 as the third decimal only, so that 16.204 is refused rather than sent as 16.20 or 16.21.
    // With nights at 1.2350 they are 3.705 and the total of 16.205 is refused too; at 1.2400 it is 3.720: 16,220 fils.
    const bill = (night: string) => ({
      currency: 'KWD',
      zone: 'Asia/Kuwait',
      prices: [
        { model: 'flat', key: 'berth', name: 'Berth', amount: '12.5' },
        { model: 'per_unit', key: 'nights', name: 'Nights', unitAmount: night, usage: { quantity: '3' } },
        { model: 'per_unit', key: 'reminders', name: 'Reminders', unitAmount: '0.0004', usage: { quantity: '1' } },
      ],
    });
    const lines = (nights: string): [string, string, string][] => [
      ['Berth', '1', '12.500'],
      ['Nights', '3', nights],
      ['Reminders', '1', '0.000'],
    ];
    assertBill(bill('1.2345'), lines('3.704'), 'KWD 16.204');
    assert.equal(previewInvoice(bill('1.2345')).totalMinor, 16_204);
    assertRefused(() => atStripe(bill('1.2345')), 'stripe-amount-unsupported');
    assertBill(bill('1.2350'), lines('3.705'), 'KWD 16.205');
    assertRefused(() => atStripe(bill('1.2350')), 'stripe-amount-unsupported');
    assertBill(bill('1.24'), lines('3.720'), 'KWD 16.220');
    assert.equal(atStripe(bill('1.24')), 16_220n);
  });

  it('send krónur to Stripe with two zeros that they do not have', () => {
    // Hekla Hosting, Reykjavík, June 2026: 1,990 ISK a month and 37.5 hours at 12.90 = 483.75, so 484: 2,474 ISK. The
    // króna has no minor unit any more; Stripe still writes two digits, always 00: 247,400.
    const bill = {
      currency: 'ISK',
      zone: 'Atlantic/Reykjavik',
      prices: [
        { model: 'flat', key: 'host', name: 'Host', amount: '1990' },
        { model: 'per_unit', key: 'hours', name: 'Hours', unitAmount: '12.90', usage: { quantity: '37.5' } },
      ],
    };
    assertBill(
      bill,
      [
        ['Host', '1', '1990'],
        ['Hours', '37.5', '484'],
      ],
      'ISK 2,474',
    );
    assert.equal(previewInvoice(bill).totalMinor, 2474);
    assert.equal(atStripe(bill), 247_400n);
  });

  it('charge the euros that a price names, and convert nothing', () => {
    // Atlas Maps bills in USD, or in EUR where the price says what it costs there: 10.00 USD or 9.00 EUR a month, 0.002
    // USD or 0.0018 EUR a tile, at most 50.00 USD. March 2026: 30,000 tiles.
    //   USD  10.00 + 30,000 × 0.002 = 60.00, at most 50.00:  60.00
    //   EUR   9.00 + 30,000 × 0.0018 = 54.00, and no bound:  63.00
    // A maximum of 50 dollars is not one of 50 euros. Pounds are named by no price, so that there is no bill in GBP.
    const bill = (currency: string) => ({
      currency,
      prices: [
        {
          model: 'flat',
          key: 'plan',
          name: 'Plan',
          amount: '10',
          baseCurrency: 'USD',
          currencies: { EUR: { amount: '9' } },
        },
        {
          model: 'per_unit',
          key: 'tiles',
          name: 'Tiles',
          unitAmount: '0.002',
          maximumAmount: '50',
          baseCurrency: 'USD',
          currencies: { EUR: { unitAmount: '0.0018' } },
          usage: { quantity: '30000' },
        },
      ],
    });
    assertBill(
      bill('USD'),
      [
        ['Plan', '1', '10.00'],
        ['Tiles', '30000', '50.00'],
      ],
      'USD 60.00',
    );
    assert.deepEqual(workingOf(bill('USD'), 1), ['units 30000 = 60', 'cap = -10']);
    assertBill(
      bill('EUR'),
      [
        ['Plan', '1', '9.00'],
        ['Tiles', '30000', '54.00'],
      ],
      'EUR 63.00',
    );
    assertRefused(() => previewInvoice(bill('GBP')), 'price-invalid', 'prices[0].currencies');
  });

  it('add up to what the lines say', () => {
    // Lago's api #821, #2643 and #4553: amounts rounded for each fee and amounts rounded for the invoice were both used,
    // and documents were off by a cent.
    //
    // Trio Telecom, July 2026, three numbers with 67 seconds each at 0.005: 0.335, half a cent, so 0.34 a line.
    // The total is 3 × 0.34 = 1.02, the sum that the customer adds up; 3 × 0.335 = 1.005 rounded once would be 1.01.
    const number = (name: string) => ({
      model: 'per_unit',
      key: name.toLowerCase(),
      name,
      unitAmount: '0.005',
      usage: { quantity: '67' },
    });
    const bill = { currency: 'EUR', prices: [number('Alto'), number('Basso'), number('Canto')] };
    assert.equal(previewInvoice(bill).lines[0]?.exactAmount, '0.335');
    assertBill(
      bill,
      [
        ['Alto', '67', '0.34'],
        ['Basso', '67', '0.34'],
        ['Canto', '67', '0.34'],
      ],
      'EUR 1.02',
    );
  });

  it('round half a cent away from zero, for what is charged and for what is given back', () => {
    // Penny Press, August 2026. In binary 1.005 is a little less than it says, and rounds to 1.00; here it is what it
    // says: 1.01. A line of 0.125 is 0.13, and the same given back is -0.13, so that both together are nothing.
    // 0.1 + 0.2 is 0.3: of 0.1 and 0.2 pages at 50.05 it is 0.3 × 50.05 = 15.015, so 15.02.
    const bill = {
      currency: 'USD',
      period: monthOf('2026-08'),
      meters: [meterOf('pages', 'sum', { property: 'count' })],
      events: eventsOf('pages', [
        ['2026-08-03T00:00:00Z', { count: 0.1 }],
        ['2026-08-04T00:00:00Z', { count: 0.2 }],
      ]),
      prices: [
        { model: 'per_unit', key: 'proof', name: 'Proof', unitAmount: '1.005', usage: { quantity: '1' } },
        { model: 'flat', key: 'stamp', name: 'Stamp', amount: '0.125' },
        { model: 'flat', key: 'stamp-back', name: 'Stamp, returned', amount: '0.125', isCredit: true },
        { model: 'per_unit', key: 'pages', name: 'Pages', meter: 'pages', unitAmount: '50.05' },
      ],
    };
    assertBill(
      bill,
      [
        ['Proof', '1', '1.01'],
        ['Stamp', '1', '0.13'],
        ['Stamp, returned', '1', '-0.13'],
        ['Pages', '0.3', '15.02'],
      ],
      'USD 16.03',
    );
  });

  it('price 10^18 operations of 10^-12 dollars to the last of them', () => {
    // Kill Bill #1081 and #1325: large amounts of usage overflowed an integer, and were missing on the invoice.
    //
    // Quanta Storage, September 2026, 0.000000000001 an operation:
    //   10^18 operations, sent as digits in quotes, since JSON's numbers are exact only up to 9,007,199,254,740,991
    //   5 × 10^9 and 1 more
    // (10^18 + 5 × 10^9 + 1) × 10^-12 = 1,000,000 + 0.005 + 0.000000000001 = 1,000,000.005000000001: half a cent and a
    // little more, 1,000,000.01.
    const bill = {
      currency: 'USD',
      period: monthOf('2026-09'),
      meters: [meterOf('operations', 'sum', { property: 'count' })],
      events: eventsOf('operations', [
        ['2026-09-01T00:00:00Z', { count: '1000000000000000000' }],
        ['2026-09-02T00:00:00Z', { count: 5_000_000_000 }],
        ['2026-09-30T23:59:59.999Z', { count: 1 }],
      ]),
      prices: [{ model: 'per_unit', name: 'Operations', meter: 'operations', unitAmount: '0.000000000001' }],
    };
    assert.deepEqual(workingOf(bill), ['units 1000000005000000001 = 1000000.005000000001']);
    assertBill(bill, [['Operations', '1000000005000000001', '1000000.01']], 'USD 1,000,000.01');
  });
});
