import { Type } from 'typebox';
import { maxTaxIds } from '../../billing/tax/set-customer-tax.ts';
import { taxIdTypes } from '../../billing/tax/tax-id-forms.ts';
import { addressText, closed, id, instant, nullable, page, pageQuery, text } from './common.ts';
import { choice, key } from './price-words.ts';
import { TaxRateKeys } from './tax-rate-keys.ts';

const percentage = Type.String({
  pattern: '^\\d{1,3}(\\.\\d{1,20})?$',
  description: 'From 0 to 100 with at most four decimals, as a decimal in quotes: "19" is 19 %',
  examples: ['19'],
});
const rateKey = key('Name of the rate for programs; it takes one percentage for ever', 'de-vat-19');
const name = text('Name of the tax on invoices', 'VAT', 50);
const inclusive = 'Whether prices have the tax in them already; false adds it';
const compound = 'Whether it is on the net and the taxes before it, in the place of the net alone';
const country = 'ISO 3166-1 code of the country that takes it';
const taxType = 'What Stripe is to call it (`tax_type` of a rate there)';
const description = 'For yourself';
const createdAt = '2026-01-01T00:00:00.000Z';

export const NewTaxRate = Type.Object(
  {
    key: rateKey,
    name,
    percentage,
    inclusive: Type.Optional(
      Type.Boolean({ description: `${inclusive}, as it is unless said otherwise`, examples: [false] }),
    ),
    compound: Type.Optional(
      Type.Boolean({ description: `${compound}; false unless said otherwise`, examples: [false] }),
    ),
    country: Type.Optional(text(country, 'DE', 2)),
    taxType: Type.Optional(text(taxType, 'vat', 50)),
    description: Type.Optional(text(description, 'German standard rate', 500)),
  },
  { ...closed, description: 'A rate to add. It never changes: another percentage is another key' },
);

export const TaxRate = Type.Object(
  {
    id: id('Id of the rate'),
    key: rateKey,
    name,
    percentage,
    inclusive: Type.Boolean({ description: inclusive, examples: [false] }),
    compound: Type.Boolean({ description: compound, examples: [false] }),
    country: nullable(text(country, 'DE', 2)),
    taxType: nullable(text(taxType, 'vat', 50)),
    description: nullable(text(description, 'German standard rate', 500)),
    createdAt: instant('When it was added', createdAt),
    archivedAt: nullable(instant('Since when it is given to nothing new, or null', createdAt)),
  },
  { description: 'A rate of the table' },
);

export const TaxRatePage = page(TaxRate, 'Rates in the order of their keys', ['de-vat-19']);
export const TaxRateQuery = Type.Object(
  {
    ...pageQuery(['de-vat-19']),
    archived: Type.Optional(
      choice(['yes', 'no'], 'Whether archived ones are listed too; `no` unless said otherwise', 'yes'),
    ),
  },
  closed,
);
export const TaxRateParams = Type.Object({ key: addressText('Key of the rate', 'de-vat-19') }, closed);

const TaxId = Type.Object(
  {
    type: choice(taxIdTypes, 'Its kind, as Stripe calls it', 'eu_vat'),
    value: text('The number, with or without spaces; its form and its check digits are looked at', 'DE136695976', 50),
  },
  { ...closed, description: 'A tax id of the customer' },
);

const status = choice(
  ['taxable', 'exempt', 'reverse_charge'],
  'Whether taxes are charged. Under `reverse_charge` the customer owes them to the authority',
  'reverse_charge',
);
const reason = text('Why nothing is taxed, as invoices say it', 'Reverse charge, Article 196 VAT Directive', 500);
const taxIds = Type.Array(TaxId, { maxItems: maxTaxIds, description: 'Tax ids, the one for invoices first' });

export const CustomerTaxInput = Type.Object(
  {
    status,
    reason: Type.Optional(nullable(reason)),
    taxIds: Type.Optional(taxIds),
    defaultRates: Type.Optional(nullable(TaxRateKeys)),
  },
  {
    ...closed,
    description: 'All that is to hold from now on: what is left out is nothing. `reason` is needed unless `taxable`',
  },
);

export const TaxIdsInput = Type.Object(
  { taxIds },
  { ...closed, description: 'All tax ids that the customer has from now on; an empty list takes them away' },
);

export const CustomerTax = Type.Object(
  {
    status,
    reason: nullable(reason),
    taxIds,
    defaultRates: nullable(TaxRateKeys),
    changedAt: nullable(instant('Since when it is so; null if nothing was ever said', createdAt)),
  },
  { description: 'How the customer is taxed. `defaultRates` null are those of the deployment' },
);

const rounding = choice(
  ['invoice', 'line'],
  'Each tax is rounded once over the invoice and spread over its lines (`invoice`), or once on each line (`line`)',
  'invoice',
);

const engine = choice(
  ['table', 'outside'],
  'Who says which taxes are on a bill: the table of rates, or an engine that workers ask (TAX_ENGINE_URL)',
  'table',
);

export const TaxSettingsInput = Type.Object(
  { rounding, engine: Type.Optional(engine), defaultRates: TaxRateKeys },
  {
    ...closed,
    description:
      'The rounding can be chosen until the first invoice is issued; the engine is `table` unless said otherwise',
  },
);

export const TaxSettings = Type.Object(
  {
    rounding,
    engine,
    defaultRates: TaxRateKeys,
    changedAt: nullable(instant('When they were chosen last; null for those of the beginning', createdAt)),
    isRoundingFixed: Type.Boolean({
      description: 'Whether an invoice was issued, so that the rounding stays',
      examples: [true],
    }),
  },
  { description: 'Settings of the deployment' },
);
