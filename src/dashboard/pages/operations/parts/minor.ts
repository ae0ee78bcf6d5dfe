import { ApiError } from '../../../../client/index.ts';
import { currencyDigits } from '../../../ui/currency.ts';

/**
 * What a person has typed as an amount, in whole minor units of the currency; both `.` and `,` open its fraction.
 * @throws ApiError for the field, as the API refuses one
 */
export function minorOf(text: string, currency: string, field: string): number {
  const digits = currencyDigits(currency);
  const [, whole = '', fraction = ''] = /^(\d{1,12})(?:[.,](\d+))?$/.exec(text.trim()) ?? [];
  if (whole === '' || fraction.length > digits) {
    throw new ApiError({
      code: 'request-invalid',
      title: 'The amount cannot be read.',
      status: 400,
      detail: `“${text}” is no amount in ${currency}.`,
      field,
      mend: digits === 0 ? 'Write whole units only.' : `Write it with at most ${digits} digits behind the point.`,
    });
  }
  return Number(whole + fraction.padEnd(digits, '0'));
}
