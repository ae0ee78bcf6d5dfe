import type { Address } from '../domain/party/party.ts';
import type { Speech } from './locale.ts';

/** Where the postal code stands after the city and its region ("San Francisco CA 94107"). */
const codeLast: ReadonlySet<string> = new Set(['US', 'CA', 'AU', 'GB', 'IE', 'IN', 'NZ', 'SG', 'HK', 'TW', 'ID', 'TH']);

/** An address in the order of its country, the country's name in the language of the document at the end. */
export function addressLines(address: Address | null, speech: Speech): string[] {
  if (address === null) return [];
  const { postalCode, city, region, country } = address;
  const place = codeLast.has(country)
    ? [[city, region].filter((part) => part).join(', '), postalCode]
    : [postalCode, city, region && region !== city ? `(${region})` : null];
  const lines = [...address.lines, place.filter((part) => part).join(' ')].filter((line) => line.trim() !== '');
  return [...lines.map(speech.own), speech.country(country)];
}
