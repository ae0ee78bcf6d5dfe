type Example = { summary: string; value: { currency: string; prices: object[]; [field: string]: unknown } };

const usd = (price: object): Example['value'] => ({ currency: 'USD', prices: [price] });
const january = { startAt: '2026-01-01T00:00:00Z', endAt: '2026-02-01T00:00:00Z' };

/** One request for each model, and one for each other thing that a request can say. */
export const previewExamples: Record<string, Example> = {
  flat: { summary: 'A fixed amount a cycle, three of it', value: usd({ model: 'flat', amount: '29.00', units: '3' }) },
  per_unit: {
    summary: 'A price for each unit: bytes billed as started gigabytes, the first ten of them free',
    value: usd({
      model: 'per_unit',
      unitAmount: '0.09',
      convert: { divideBy: '1000000000', rounding: 'up' },
      included: '10',
      usage: { quantity: '52400000000' },
    }),
  },
  graduated: {
    summary: "Tiers, each with its own part of the quantity at that tier's price",
    value: usd({
      model: 'graduated',
      tiers: [
        { upTo: '100', unitAmount: '0.10' },
        { upTo: '1000', unitAmount: '0.05', flatAmount: '5.00' },
        { upTo: null, unitAmount: '0.02' },
      ],
      usage: { quantity: '250' },
    }),
  },
  blocks: {
    summary: 'Tiers sold in blocks: ten of 100, then blocks of 1000, and nothing for what is above 100 of those',
    value: usd({
      model: 'graduated',
      tiers: [
        { upTo: '1000', packageSize: '100', packageAmount: '1' },
        { upTo: '101000', packageSize: '1000', packageAmount: '1' },
        { upTo: null, unitAmount: '0' },
      ],
      usage: { quantity: '5325' },
    }),
  },
  volume: {
    summary: 'The whole quantity at the price of the tier it falls into',
    value: usd({
      model: 'volume',
      tiers: [
        { upTo: '100', unitAmount: '2', flatAmount: '10' },
        { upTo: null, unitAmount: '1' },
      ],
      usage: { quantity: '101' },
    }),
  },
  stairstep: {
    summary: 'One amount by the tier that the quantity falls into; the first one without use as well',
    value: usd({
      model: 'stairstep',
      tiers: [
        { upTo: '1000', flatAmount: '49.00' },
        { upTo: null, flatAmount: '99.00' },
      ],
      zeroUsage: 'charged',
      usage: { quantity: '0' },
    }),
  },
  package: {
    summary: 'Started packages of 1000',
    value: usd({ model: 'package', packageSize: '1000', packageAmount: '5.00', usage: { quantity: '2500' } }),
  },
  percentage: {
    summary: 'A percentage of each payment and a fixed amount for each, at least and at most so much for one',
    value: usd({
      model: 'percentage',
      rate: '2.99',
      fixedAmount: '2',
      transactionMinimum: '1.75',
      transactionMaximum: '12',
      usage: { transactions: ['10.00', '80.00', '10000.00'] },
    }),
  },
  graduated_percentage: {
    summary: 'A percentage that falls as the amount rises',
    value: usd({
      model: 'graduated_percentage',
      tiers: [
        { upTo: '100', rate: '5' },
        { upTo: null, rate: '2', flatAmount: '10' },
      ],
      usage: { quantity: '150' },
    }),
  },
  dynamic: {
    summary: 'What the events say that they cost, with a markup of a fifth',
    value: usd({
      model: 'dynamic',
      amountProperty: 'cost',
      multiplier: '1.2',
      usage: { quantity: '4', carriedAmount: '12.345' },
    }),
  },
  seats: {
    summary: 'Seats that change in mid-period: five, and eight from the 16th on, by the day',
    value: {
      currency: 'USD',
      proration: 'day',
      period: january,
      prices: [
        {
          model: 'seats',
          unitAmount: '12.00',
          usage: {
            seats: [
              { from: '2026-01-01T00:00:00Z', quantity: '5' },
              { from: '2026-01-16T00:00:00Z', quantity: '8' },
            ],
          },
        },
      ],
    },
  },
  seats_and_flats: {
    summary: 'Seats in tiers that are shared by time, and flat amounts of the tiers that are not: by the most seats',
    value: {
      currency: 'USD',
      proration: 'day',
      period: january,
      prices: [
        {
          model: 'seats',
          tiers: [
            { upTo: '5', unitAmount: '10.00' },
            { upTo: null, unitAmount: '8.00' },
          ],
          usage: {
            seats: [
              { from: '2026-01-01T00:00:00Z', quantity: '5' },
              { from: '2026-01-16T00:00:00Z', quantity: '8' },
            ],
          },
        },
        {
          model: 'graduated',
          tiers: [
            { upTo: '5', flatAmount: '20.00' },
            { upTo: null, flatAmount: '30.00' },
          ],
          usage: { quantity: '8' },
        },
      ],
    },
  },
  capacity: {
    summary: 'A capacity that is paid in any case, and a price for what is above it',
    value: usd({
      model: 'capacity',
      amount: '120.00',
      capacity: '500',
      overageUnitAmount: '0.02',
      usage: { quantity: '600' },
    }),
  },
  matrix: {
    summary: 'A unit price by region and class',
    value: usd({
      model: 'matrix',
      properties: ['region', 'class'],
      cells: [
        { values: ['eu', 'gold'], unitAmount: '0.04' },
        { values: ['us', 'gold'], unitAmount: '0.03' },
      ],
      otherwise: '0.05',
      usage: {
        cells: [
          { values: ['eu', 'gold'], quantity: '40' },
          { values: ['eu', 'silver'], quantity: '10' },
        ],
      },
    }),
  },
  events: {
    summary: 'Events, a meter that sums them, and a line for each region with tiers of its own',
    value: {
      currency: 'EUR',
      zone: 'Europe/Berlin',
      period: { startAt: '2026-01-01T00:00:00+01:00', endAt: '2026-02-01T00:00:00+01:00' },
      meters: [{ key: 'tokens', name: 'Tokens', eventType: 'completion', aggregation: 'sum', property: 'tokens' }],
      events: [
        { type: 'completion', occurredAt: '2026-01-12T08:30:00Z', properties: { tokens: 1200, region: 'eu' } },
        { type: 'completion', occurredAt: '2026-01-12T08:31:00Z', properties: { tokens: 300, region: 'us' } },
      ],
      prices: [
        {
          model: 'graduated',
          name: 'Tokens',
          meter: 'tokens',
          groupBy: ['region'],
          tiers: [
            { upTo: '1000', unitAmount: '0.01' },
            { upTo: null, unitAmount: '0.005' },
          ],
        },
      ],
    },
  },
  subscription: {
    summary: 'The first period of a subscription that begins in mid-month, after a trial, by the day',
    value: {
      currency: 'USD',
      proration: 'day',
      subscription: {
        startsAt: '2026-03-01T00:00:00Z',
        trialEndsAt: '2026-03-15T00:00:00Z',
        interval: 'month',
        anchor: 'calendar',
      },
      prices: [{ model: 'flat', amount: '31.00' }],
    },
  },
  plan_change: {
    summary: 'An upgrade on the 16th: the unused rest of the old plan as a credit, that of the new one as a charge',
    value: {
      currency: 'USD',
      proration: 'day',
      period: {
        startAt: '2026-01-16T00:00:00Z',
        endAt: '2026-02-01T00:00:00Z',
        cycleStartAt: '2026-01-01T00:00:00Z',
        cycleEndAt: '2026-02-01T00:00:00Z',
      },
      prices: [
        { model: 'flat', name: 'Small plan, unused', amount: '29.00', isCredit: true, creditLimit: '29.00' },
        { model: 'flat', name: 'Large plan', amount: '99.00' },
      ],
    },
  },
  commitment: {
    summary: 'A promise for the whole period: half again as much for what is above it',
    value: {
      currency: 'USD',
      commitment: { amount: '100.00', overageFactor: '1.5' },
      prices: [
        { model: 'flat', amount: '20.00' },
        { model: 'per_unit', unitAmount: '0.10', usage: { quantity: '1200' } },
      ],
    },
  },
  whole_bill: {
    summary: 'A coupon of 10 %, VAT on what it leaves, and prepaid credit that pays a part',
    value: {
      currency: 'EUR',
      prices: [
        { model: 'flat', amount: '100.00' },
        { model: 'per_unit', unitAmount: '0.10', usage: { quantity: '499.9' } },
      ],
      discounts: [{ name: 'Spring offer', percentage: '10' }],
      taxes: { rates: [{ key: 'vat', name: 'VAT', percentage: '19', country: 'DE' }] },
      credits: [{ name: 'Prepaid credit', amount: '60.64' }],
    },
  },
  taxes_by_line: {
    summary: 'Two taxes, one on top of the other, each rounded on each line; one line has a rate of its own',
    value: {
      currency: 'CAD',
      prices: [
        { model: 'flat', amount: '3.33' },
        { model: 'flat', amount: '3.33', taxRates: ['gst'] },
      ],
      taxes: {
        rounding: 'line',
        rates: [
          { key: 'gst', name: 'GST', percentage: '5' },
          { key: 'qst', name: 'QST', percentage: '9.975', compound: true },
        ],
      },
    },
  },
};
