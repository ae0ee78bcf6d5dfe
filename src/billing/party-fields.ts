import { type Address, canonicalLanguage, isCountry, type PartyTaxId } from '../domain/party/party.ts';
import { DurabillError } from '../errors/error.ts';
import { readText } from './text.ts';

export type AddressInput = {
  lines: string[];
  city?: string | null;
  postalCode?: string | null;
  region?: string | null;
  country: string;
};

/** A text that may be left out; null and nothing are the same. @throws DurabillError request-invalid */
export function optionalText(value: string | null | undefined, field: string, maxLength: number): string | null {
  if (value === undefined || value === null) return null;
  const text = readText(value, { code: 'request-invalid', field, name: 'The text', maxLength });
  if (text.trim() === '') throw invalid(field, 'The text is blank.', 'Leave it out, or say null.');
  return text;
}

/** @throws DurabillError request-invalid */
export function readAddress({ lines, country, ...rest }: AddressInput, field: string): Address {
  if (!isCountry(country)) {
    throw invalid(
      `${field}.country`,
      `"${country.slice(0, 20)}" is no country of ISO 3166-1.`,
      'Write the two capital letters, such as DE.',
    );
  }
  return {
    lines: lines.map((line, index) => optionalText(line, `${field}.lines[${index}]`, 255) as string),
    city: optionalText(rest.city, `${field}.city`, 100),
    postalCode: optionalText(rest.postalCode, `${field}.postalCode`, 20),
    region: optionalText(rest.region, `${field}.region`, 100),
    country,
  };
}

/** @throws DurabillError request-invalid */
export function readLanguage(tag: string, field: string): string {
  const language = tag.length > 35 ? undefined : canonicalLanguage(tag);
  if (language !== undefined) return language;
  throw invalid(field, `"${tag.slice(0, 40)}" is no language of BCP 47.`, 'Write it like "en", "de-AT" or "zh-Hant".');
}

/** @throws DurabillError request-invalid */
export function readPartyTaxIds(ids: readonly PartyTaxId[], field: string): PartyTaxId[] {
  return ids.map(({ type, value }, index) => ({
    type: optionalText(type, `${field}[${index}].type`, 40) as string,
    value: optionalText(value, `${field}[${index}].value`, 60) as string,
  }));
}

function invalid(field: string, reason: string, mend: string): DurabillError {
  return new DurabillError('request-invalid', { field, reason, mend });
}
