import { Type } from 'typebox';
import { key } from './price-words.ts';

export const TaxRateKeys = Type.Array(key('Key of a tax rate', 'vat-standard'), {
  maxItems: 20,
  uniqueItems: true,
  description:
    'Tax rates in the order in which they apply: those of the lines of a price, in the place of the customer’s own and ' +
    'of the deployment’s. An empty list is no tax',
  examples: [['vat-reduced']],
});
