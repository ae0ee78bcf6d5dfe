import { Type } from 'typebox';
import { amountMinor, closed, count, decimal, id, instant, instantText, nullable, text } from './common.ts';
import { Meter } from './meters.ts';
import { PeriodText, periodFields, ShareNumbers, SubscriptionText } from './preview-period.ts';
import { PreviewCredits } from './preview-terms-credit.ts';
import { PreviewDiscounts } from './preview-terms-discount.ts';
import { AppliedTax, PreviewTaxes } from './preview-terms-tax.ts';
import { Usage } from './preview-usage.ts';
import { boundFieldsOf } from './price-bounds.ts';
import { number } from './price-words.ts';
import { priceSchemas } from './prices.ts';
import { Step } from './working.ts';

// These describe the request for readers of /openapi.json; it is read by src/billing/preview/, whose refusals name the
// field and the reason.

const PreviewPrice = Type.Union(
  priceSchemas(
    {
      usage: Type.Optional(Usage),
      isCredit: Type.Optional(
        Type.Boolean({
          description:
            'Gives back what it would charge: a line below zero, such as for the unused rest of a plan that was paid in ' +
            'advance. An upgrade in mid-period is the old price as a credit and the new one as a charge, each with the ' +
            'period from the change to the end of the cycle. What is billed event by event or slice by slice is the price ' +
            'with all use until now as a charge, and with the use that was billed as a credit; its bounds are left out ' +
            'until the last slice. A percentage off is not said by a credit but by `units` (such as "0.8") or a smaller ' +
            'amount',
          examples: [true],
        }),
      ),
      creditLimit: Type.Optional(
        number(
          'For isCredit: the most that a line gives back, in major units and not shared by the period: what was paid, ' +
            'without what was credited before',
          '20.00',
        ),
      ),
      period: Type.Optional(
        Type.Object(periodFields, {
          ...closed,
          description:
            'Of this price alone, for its events and its share, where it is not that of the request: one of several cycles ' +
            'that are billed at once, the rest of a cycle after a change',
        }),
      ),
      share: Type.Optional(ShareNumbers),
      plan: Type.Optional(text('Key of the plan that it is of, for discounts that are limited to some', 'starter', 63)),
      baseCurrency: Type.Optional(
        text(
          'ISO 4217 code of the amounts outside of `currencies`; the currency of the request unless said otherwise',
          'USD',
          3,
        ),
      ),
    },
    'unnamed',
  ),
  { description: 'A price and what was used of it; the fields depend on the model' },
);

const PreviewEvent = Type.Object(
  {
    type: text('What happened, as meters name it', 'api.call'),
    occurredAt: instantText('When it happened', '2026-01-12T08:30:00Z'),
    properties: Type.Optional(
      Type.Object(
        {},
        { additionalProperties: true, description: 'What meters read', examples: [{ tokens: 1200, region: 'eu' }] },
      ),
    ),
  },
  { ...closed, description: 'A usage event; those at the same instant count in the order of the list' },
);

const AdHoc = Type.Object(
  {
    currency: text(
      'ISO 4217 code of the invoice: USD has 2 decimals, JPY 0, KWD 3. Lower case is taken too, and answered in upper case',
      'USD',
      3,
    ),
    zone: Type.Optional(
      text(
        'IANA time zone in which days, weeks and months are counted; UTC unless said otherwise',
        'Europe/Berlin',
        64,
      ),
    ),
    period: Type.Optional(PeriodText),
    subscription: Type.Optional(SubscriptionText),
    proration: Type.Optional(
      Type.Enum(['second', 'day', 'day_counting_end', 'none'], {
        type: 'string',
        description:
          'How the share of the cycle is counted: elapsed seconds (unless said otherwise); local days without the one on ' +
          'which the period ends, whatever the time of day; local days with it, unless it ends at midnight; or not at all, ' +
          'so that a part costs as much as the whole. Spans of seats are counted in the same way: with `day` the day of a ' +
          'change counts at the number that it changes to, and a seat that comes and goes on one day pays nothing; with ' +
          '`day_counting_end` at the larger number, and such a seat pays one day',
        examples: ['second'],
      }),
    ),
    share: Type.Optional(ShareNumbers),
    ...boundFieldsOf('the whole period'),
    meters: Type.Optional(Type.Array(Meter, { maxItems: 200, description: 'How events become quantities' })),
    events: Type.Optional(
      Type.Array(PreviewEvent, {
        maxItems: 10_000,
        description: 'Events for the meters; earlier ones serve meters that carry on',
      }),
    ),
    prices: Type.Array(PreviewPrice, {
      minItems: 1,
      maxItems: 200,
      description: 'What is priced, in the order of the lines',
    }),
    discounts: Type.Optional(PreviewDiscounts),
    taxes: Type.Optional(PreviewTaxes),
    credits: Type.Optional(PreviewCredits),
  },
  {
    ...closed,
    description:
      'Everything that an invoice of one period depends on. Without `period` and `subscription` every price is for a whole ' +
      'cycle. Each line is computed exactly and rounded once, half away from zero, to the minor unit of the currency; the ' +
      'subtotal is the sum of the lines. Discounts come off the lines, taxes are on what is left of each, and credits pay what ' +
      'is then due. A total is never below zero: the rest is carried to the balance. Bounds of the whole period are held against the sum of the rounded charges, without ' +
      'credits, and are multiplied by the share of the request, whatever share its prices have.',
  },
);

const OfSubscription = Type.Object(
  { subscription: id('Our id of a subscription in the books') },
  {
    ...closed,
    description:
      'The expected bill of a subscription to date: what no invoice has billed of it yet, with its usage so far',
  },
);

export const PreviewRequest = Type.Union([AdHoc, OfSubscription], {
  description: 'Everything that a bill depends on, or a subscription that has it all',
});

const PreviewLine = Type.Object(
  {
    priceKey: text('Key of the price; `minimum`, `maximum` or `overage` for a bound of the whole period', 'price-1'),
    description: text('What is billed', 'API calls', 2_000),
    model: nullable(text('Model of the price', 'graduated')),
    group: Type.Optional(Type.Array(Type.String(), { description: 'Values of groupBy', examples: [['eu']] })),
    quantity: decimal('Measured quantity; 1 for a price without use', '250'),
    billableQuantity: decimal('Quantity that was charged: converted, and without what is included', '250'),
    unitAmount: nullable(
      decimal('Exact amount over measured quantity, in major units; null where nothing was measured', '0.07'),
    ),
    exactAmount: decimal(
      'Amount in major units before rounding. What does not end is cut to 20 decimals, so that sums of such amounts may ' +
        'differ in the last digit',
      '17.5',
    ),
    amountMinor: amountMinor('Amount', 1_750),
    amount: decimal('The same in major units', '17.50'),
    discountMinor: amountMinor('What discounts take off it', 0),
    taxMinor: amountMinor('Taxes that are added to what is left', 0),
    inclusiveTaxMinor: amountMinor('Taxes that are in what is left', 0),
    eventCount: count('Events read for it', 0),
    skippedCount: count('Events that lacked what the meter measures', 0),
    working: Type.Array(Step, { description: 'How the amount came about, step by step' }),
  },
  { description: 'A line as the invoice would have it' },
);

export const PreviewAnswer = Type.Object(
  {
    subscription: Type.Optional(id('The subscription of the books, if one was named')),
    customer: Type.Optional(text('External id of its customer', 'B6')),
    asOf: Type.Optional(
      instant("Time of its customer's clock, up to which usage is in it", '2026-01-20T09:30:00.000Z'),
    ),
    currency: text('ISO 4217 code of all amounts', 'USD', 3),
    zone: text('IANA time zone of the period', 'UTC', 64),
    period: nullable(
      Type.Object(
        {
          startAt: instant('First instant of the period', '2026-01-10T00:00:00.000Z'),
          endAt: instant('First instant after the period', '2026-02-01T00:00:00.000Z'),
          cycleStartAt: instant('First instant of its cycle', '2026-01-01T00:00:00.000Z'),
          cycleEndAt: instant('First instant after its cycle', '2026-02-01T00:00:00.000Z'),
        },
        { description: 'The period; null for a request that named none' },
      ),
    ),
    proration: text('How its share of the cycle was counted', 'second'),
    share: Type.Object(
      {
        numerator: Type.String({ description: 'Above the line', examples: ['22'] }),
        denominator: Type.String({ description: 'Below the line', examples: ['31'] }),
      },
      { description: 'The share of the cycle, in lowest terms' },
    ),
    lines: Type.Array(PreviewLine, { description: 'The lines in the order of the prices' }),
    subtotalMinor: amountMinor('Sum of the lines', 1_750),
    subtotal: decimal('The same in major units', '17.50'),
    discounts: Type.Array(
      Type.Object(
        {
          key: text('Key of the discount', 'discount-1'),
          name: text('Its name', 'Spring offer'),
          amountMinor: amountMinor('What it takes off', 250),
        },
        { description: 'A discount that took something' },
      ),
      { description: 'Discounts in their order' },
    ),
    discountMinor: amountMinor('Sum of the discounts', 0),
    taxes: Type.Array(AppliedTax, { description: 'Taxes in their order' }),
    taxMinor: amountMinor('Sum of the taxes that are added', 0),
    inclusiveTaxMinor: amountMinor('Sum of the taxes that the lines contain', 0),
    carriedMinor: amountMinor('What would be below zero and is given to the balance instead', 0),
    credits: Type.Array(
      Type.Object(
        {
          source: Type.Enum(['balance', 'wallet'], {
            type: 'string',
            description: 'Where it comes from',
            examples: ['wallet'],
          }),
          name: text('Its name', 'Prepaid credit'),
          amountMinor: amountMinor('What it pays', 500),
        },
        { description: 'A credit that paid something' },
      ),
      { description: 'Credits in their order' },
    ),
    creditMinor: amountMinor('Sum of the credits', 0),
    totalMinor: amountMinor('What is to be paid: subtotal - discount + tax + carried - credit', 1_750),
    total: decimal('The same in major units', '17.50'),
    text: text('The same for people', 'USD 17.50'),
  },
  { description: 'What an invoice of this period would say; nothing was stored' },
);
