import { DurabillError } from '../../errors/error.ts';
import type { TaxId } from '../../store/customer-taxes.ts';
import { readText } from '../text.ts';
import { hasTaxIdForm, taxIdTypes } from './tax-id-forms.ts';

/**
 * Reads tax ids and checks their form; whether somebody has the number only an authority can say. They are kept without
 * spaces and in upper case, so that the same number is known again. Refusals do not repeat the number: it may name a
 * person, and they stand in logs.
 * @throws DurabillError tax-id-invalid, request-invalid
 */
export function readTaxIds(given: readonly TaxId[], field: string): TaxId[] {
  const seen = new Set<string>();
  return given.map(({ type, value }, index) => {
    const at = `${field}[${index}]`;
    if (!taxIdTypes.includes(type)) {
      throw new DurabillError('tax-id-invalid', {
        field: `${at}.type`,
        reason: `"${type}" is not a kind of tax id whose form is known.`,
        mend: `Choose one of ${taxIdTypes.join(', ')}.`,
      });
    }
    const text = readText(value, { code: 'request-invalid', field: `${at}.value`, name: 'The tax id', maxLength: 50 });
    const compact = text.replace(/\s/gu, '').toUpperCase();
    if (!hasTaxIdForm(type, compact)) {
      throw new DurabillError('tax-id-invalid', {
        field: `${at}.value`,
        reason:
          type === 'eu_vat'
            ? 'The number is no VAT number of the European Union: two letters of the country and what it writes behind them.'
            : `The number does not have the form of ${type}.`,
      });
    }
    if (seen.has(`${type} ${compact}`)) {
      throw new DurabillError('request-invalid', { field: at, reason: 'The tax id is there twice.' });
    }
    seen.add(`${type} ${compact}`);
    return { type, value: compact };
  });
}
