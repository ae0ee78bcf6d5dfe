import assert from 'node:assert/strict';
import { previewInvoice } from '../../../src/billing/preview/preview-invoice.ts';
import { assertRefused } from '../../domain/support/properties.ts';
import { assertBill, eventsOf, meterOf, periodOf } from './support.ts';

/** Cycles that begin with the subscription, or with its trial's end. */
describe('Bills and anniversaries', () => {
  it('fall on the 31st, or the last day, of each month for ever', () => {
    // Kill Bill #127: with the 31st as billing day the third invoice was never made, because after 28 February the day
    // was 28 and the next one looked for was 31 April; the account stopped being billed.
    //
    // Kaspar Coffee, 20.00 a month from 31 January 2017, cancels for 15 April:
    //   31 January to 28 February   20.00
    //   28 February to 31 March     20.00
    //   31 March to 15 April        15 of the 30 days to 30 April: 10.00
    // Beans of 28 February are the second month's, at 1.00 each: 3.
    const bill = (at: string) => ({
      currency: 'USD',
      subscription: {
        startsAt: '2017-01-31T00:00:00Z',
        endsAt: '2017-04-15T00:00:00Z',
        interval: 'month',
        anchor: 'anniversary',
        at,
      },
      meters: [meterOf('beans', 'count')],
      events: eventsOf('beans', [
        ['2017-02-27T23:59:59.999Z'],
        ['2017-02-28T00:00:00.000Z'],
        ['2017-02-28T12:00:00Z'],
        ['2017-03-30T23:59:59.999Z'],
      ]),
      prices: [
        { model: 'flat', key: 'club', name: 'Club', amount: '20' },
        { model: 'per_unit', key: 'beans', name: 'Beans', meter: 'beans', unitAmount: '1' },
      ],
    });
    const holds = (at: string, period: string, club: string, beans: [string, string], total: string) => {
      assert.equal(periodOf(bill(at)), period);
      assertBill(
        bill(at),
        [
          ['Club', '1', club],
          ['Beans', ...beans],
        ],
        total,
      );
    };
    holds('2017-02-01T00:00:00Z', '2017-01-31T00:00Z to 2017-02-28T00:00Z', '20.00', ['1', '1.00'], 'USD 21.00');
    holds('2017-03-01T00:00:00Z', '2017-02-28T00:00Z to 2017-03-31T00:00Z', '20.00', ['3', '3.00'], 'USD 23.00');
    holds('2017-04-01T00:00:00Z', '2017-03-31T00:00Z to 2017-04-15T00:00Z', '10.00', ['0', '0.00'], 'USD 10.00');
  });

  it('keep the 31st of a late evening in Los Angeles', () => {
    // Kill Bill #743: a trial of 30 days that began on 1 March 2017 at 23:30 in Los Angeles ended across the change of
    // clocks of the 12th, and the billing day became the 1st instead of the 31st.
    //
    // Sunset Scripts, 31.00 a month. The trial ends on 31 March at 23:30 local time, UTC-7 by then: 1 April 06:30 UTC.
    // The first month ends on 30 April at 23:30, the second on 31 May at 23:30; each is whole.
    const bill = (at: string) => ({
      currency: 'USD',
      zone: 'America/Los_Angeles',
      subscription: {
        startsAt: '2017-03-01T23:30:00-08:00',
        trialEndsAt: '2017-03-31T23:30:00-07:00',
        interval: 'month',
        anchor: 'anniversary',
        at,
      },
      prices: [{ model: 'flat', name: 'Scripts', amount: '31' }],
    });
    assert.equal(periodOf(bill('2017-04-10T00:00:00Z')), '2017-04-01T06:30Z to 2017-05-01T06:30Z');
    assert.equal(periodOf(bill('2017-05-10T00:00:00Z')), '2017-05-01T06:30Z to 2017-06-01T06:30Z');
    assertBill(bill('2017-04-10T00:00:00Z'), [['Scripts', '1', '31.00']], 'USD 31.00');
    assertBill(bill('2017-05-10T00:00:00Z'), [['Scripts', '1', '31.00']], 'USD 31.00');
  });

  it('come to an end in Juneau when clocks go back', () => {
    // Kill Bill #445: a subscription of 1 October 2015, 08:09:02 UTC, in Juneau sent the invoice into an infinite loop,
    // since the hour of the clocks turned the next billing day into another date.
    //
    // In Juneau it began at 00:09:02. On 1 November clocks go back at 02:00, after that time of day; on 1 December
    // 00:09:02 is an hour later in UTC. November has 721 hours.
    // Glacier Guides, 5.00 a tour: 31 October 1 tour; 1 December 08:30 UTC (30 November 23:30 there) 2, 09:30 UTC 4.
    // October 1 × 5 = 5.00, November 2 × 5 = 10.00.
    const bill = (at: string) => ({
      currency: 'USD',
      zone: 'America/Juneau',
      subscription: { startsAt: '2015-10-01T08:09:02Z', interval: 'month', anchor: 'anniversary', at },
      meters: [meterOf('tours', 'sum', { property: 'count' })],
      events: eventsOf('tours', [
        ['2015-10-31T20:00:00Z', { count: 1 }],
        ['2015-12-01T08:30:00Z', { count: 2 }],
        ['2015-12-01T09:30:00Z', { count: 4 }],
      ]),
      prices: [{ model: 'per_unit', name: 'Tours', meter: 'tours', unitAmount: '5' }],
    });
    assert.equal(periodOf(bill('2015-10-15T00:00:00Z')), '2015-10-01T08:09:02Z to 2015-11-01T08:09:02Z');
    assertBill(bill('2015-10-15T00:00:00Z'), [['Tours', '1', '5.00']], 'USD 5.00');
    assert.equal(periodOf(bill('2015-11-15T00:00:00Z')), '2015-11-01T08:09:02Z to 2015-12-01T09:09:02Z');
    assertBill(bill('2015-11-15T00:00:00Z'), [['Tours', '2', '10.00']], 'USD 10.00');
  });

  it('have the use of the last day and of its last millisecond, and none after', () => {
    // Tuist #11903: the minutes of a day were sent without their time and fell into the cycle in which they arrived; the
    // last day of a cancelled subscription had no cycle to fall into. Lago's api #5583 and #5651: fractions of a second
    // were lost on the way.
    //
    // Anvil Builds, 0.08 a minute, from 15 June 2026 09:30 to its end a month later at the same time:
    //   15 June 09:30:00.000           10 minutes, the first instant
    //   15 July 00:10                  15, the final day
    //   15 July 09:29:59.999           25, the last millisecond
    //   15 July 09:29:59.999999999      5, the same millisecond
    //   15 July 09:30:00.000          100, after the end
    // 10 + 15 + 25 + 5 = 55 × 0.08 = 4.40. There is no later bill for the 100 to be on.
    const bill = (at: string) => ({
      currency: 'USD',
      subscription: {
        startsAt: '2026-06-15T09:30:00Z',
        endsAt: '2026-07-15T09:30:00Z',
        interval: 'month',
        anchor: 'anniversary',
        at,
      },
      meters: [meterOf('minutes', 'sum', { property: 'used' })],
      events: eventsOf('minutes', [
        ['2026-06-15T09:30:00.000Z', { used: 10 }],
        ['2026-07-15T00:10:00Z', { used: 15 }],
        ['2026-07-15T09:29:59.999Z', { used: 25 }],
        ['2026-07-15T09:29:59.999999999Z', { used: 5 }],
        ['2026-07-15T09:30:00.000Z', { used: 100 }],
      ]),
      prices: [{ model: 'per_unit', name: 'Minutes', meter: 'minutes', unitAmount: '0.08' }],
    });
    assertBill(bill('2026-07-15T09:29:59.999Z'), [['Minutes', '55', '4.40']], 'USD 4.40');
    assertRefused(() => previewInvoice(bill('2026-07-15T09:30:00.000Z')), 'preview-invalid', 'subscription.at');
  });

  it('end a quarter in February and come back to the 30th', () => {
    // Norse Notary, 91.00 NOK a quarter from 30 November 2026, ends on 15 April 2027.
    //   30 November to 28 February   91.00
    //   28 February to 15 April      28 + 18 = 46 of the 28 + 31 + 32 = 91 days to 30 May: 91 × 46 / 91 = 46.00
    const bill = (at: string) => ({
      currency: 'NOK',
      subscription: {
        startsAt: '2026-11-30T00:00:00Z',
        endsAt: '2027-04-15T00:00:00Z',
        interval: 'quarter',
        anchor: 'anniversary',
        at,
      },
      prices: [{ model: 'flat', name: 'Seal', amount: '91' }],
    });
    assert.equal(periodOf(bill('2026-12-24T00:00:00Z')), '2026-11-30T00:00Z to 2027-02-28T00:00Z');
    assertBill(bill('2026-12-24T00:00:00Z'), [['Seal', '1', '91.00']], 'NOK 91.00');
    assert.equal(periodOf(bill('2027-03-01T00:00:00Z')), '2027-02-28T00:00Z to 2027-04-15T00:00Z');
    assertBill(bill('2027-03-01T00:00:00Z'), [['Seal', '1', '46.00']], 'NOK 46.00');
    assert.equal(
      previewInvoice(bill('2027-03-01T00:00:00Z')).period?.cycleEndAt.toISOString(),
      '2027-05-30T00:00:00.000Z',
    );
  });
});
