import type { Speech } from './locale.ts';
import type { Address } from './model.ts';

/** Where the postal code stands after the city and its region ("San Francisco CA 94107"). */
const codeLast: ReadonlySet<string> = new Set(['US', 'CA', 'AU', 'GB', 'IE', 'IN', 'NZ', 'SG', 'HK', 'TW', 'ID', 'TH']);

/** An address in the order of its country, the country's name in the language of the document at the end. */
export function addressLines(address: Address | null, speech: Speech): string[] {
  if (address === null) return [];
  const { postalCode, city, region, country } = address;
  const place =
    country !== null && codeLast.has(country)
      ? [[city, region].filter((part) => part).join(', '), postalCode]
      : [postalCode, city, region && region !== city ? `(${region})` : null];
  const lines = [...address.lines, place.filter((part) => part).join(' ')].filter((line) => line.trim() !== '');
  const written = lines.map(speech.own);
  return country === null ? written : [...written, speech.country(country)];
}
