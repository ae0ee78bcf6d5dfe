import { Type } from 'typebox';
import { closed, text } from './common.ts';
import { choice, key } from './price-words.ts';
import { TaxRateKeys } from './tax-rate-keys.ts';

// They describe what src/domain/tax/read-taxes.ts reads, whose refusals name the field and the reason.

const Rate = Type.Object(
  {
    key: Type.Optional(key('By which prices name it; `tax-1`, `tax-2` by its place unless said otherwise', 'vat')),
    name: Type.Optional(text('Name of the tax; its key unless said otherwise', 'VAT', 50)),
    percentage: Type.String({
      pattern: '^\\d{1,3}(\\.\\d{1,20})?$',
      description: 'From 0 to 100 with at most four decimals, as a decimal in quotes',
      examples: ['19'],
    }),
    inclusive: Type.Optional(
      Type.Boolean({
        description: 'Whether prices have it in them already; false unless said otherwise',
        examples: [false],
      }),
    ),
    compound: Type.Optional(
      Type.Boolean({
        description: 'Whether it is on the net and the taxes before it; false unless said otherwise',
        examples: [false],
      }),
    ),
    country: Type.Optional(text('ISO 3166-1 code of the country that takes it', 'DE', 2)),
  },
  { ...closed, description: 'A rate of this preview, which need not be in the books' },
);

export const PreviewTaxes = Type.Object(
  {
    rates: Type.Optional(Type.Array(Rate, { maxItems: 20, description: 'Rates in the order in which they apply' })),
    defaultRates: Type.Optional(TaxRateKeys),
    rounding: Type.Optional(
      choice(['invoice', 'line'], 'Over the invoice, unless said otherwise, or on each line', 'invoice'),
    ),
    status: Type.Optional(
      choice(['taxable', 'exempt', 'reverse_charge'], '`taxable` unless said otherwise', 'taxable'),
    ),
    reason: Type.Optional(text('Why nothing is taxed', 'Reverse charge, Article 196 VAT Directive', 500)),
  },
  {
    ...closed,
    description:
      'Taxes. `defaultRates` are the rates of lines whose price names none in its own `taxRates`; all of `rates` unless said otherwise',
  },
);

const minor = (description: string, example: number) => Type.Integer({ description, examples: [example] });

/** A tax of an invoice or preview, as computed. */
export const AppliedTax = Type.Object(
  {
    key: text('Key of the rate; `exempt` or `reverse_charge` for what is not taxed', 'de-vat-19', 63),
    name: text('Name of the tax', 'VAT', 50),
    percentage: Type.String({ description: 'In percent', examples: ['19'] }),
    inclusive: Type.Boolean({ description: 'Whether the charges have it in them already', examples: [false] }),
    taxableMinor: minor('What it is on, in minor units', 10_000),
    amountMinor: minor('The tax, in minor units; the sum of the lines’ parts', 1_900),
    reason: Type.Union([text('Why nothing is taxed', 'Reverse charge, Article 196 VAT Directive', 500), Type.Null()]),
  },
  { description: 'One tax over the whole invoice' },
);
