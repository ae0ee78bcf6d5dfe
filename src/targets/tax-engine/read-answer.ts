import { decimalText } from '../../domain/money/exact.ts';
import { readerFor } from '../../domain/rating/reader.ts';
import { maxTaxRates, parseTaxRate, readRateKeys } from '../../domain/tax/tax-rate.ts';
import type { TaxAnswer, TaxItem } from './port.ts';

const read = readerFor('tax-invalid');
const statuses = ['taxable', 'exempt', 'reverse_charge'] as const;

/**
 * Reads an answer as JSON has it, and holds it against the items of its question: none may be missing, since what is not
 * taxed has to be said, and none may name a rate that the answer does not have.
 * @param field path of the answer; errors name the field below it
 * @throws DurabillError tax-invalid, decimal-invalid
 */
export function readTaxAnswer(input: unknown, items: readonly Pick<TaxItem, 'id'>[], field: string): TaxAnswer {
  const entries = read.record(input, field, ['invoiceId', 'status', 'reason', 'rates', 'items']);
  const status = read.oneOf(entries['status'] ?? 'taxable', `${field}.status`, statuses);
  const rates = read
    .list(entries['rates'] ?? [], `${field}.rates`, { least: 0, most: maxTaxRates })
    .map((rate, index) => parseTaxRate(rate, `${field}.rates[${index}]`));
  read.unique(rates, `${field}.rates`);
  const given = read.record(
    entries['items'] ?? {},
    `${field}.items`,
    items.map(({ id }) => id),
  );
  const keysOf = ({ id }: Pick<TaxItem, 'id'>): readonly string[] => {
    if (status !== 'taxable') return [];
    const at = `${field}.items.${id}`;
    const keys = readRateKeys(read, given[id], at);
    const unknown = keys.find((key) => !rates.some((rate) => rate.key === key));
    return unknown === undefined ? keys : read.refuse(at, `"${unknown}" is none of the rates of the answer.`);
  };
  return {
    invoiceId: read.text(entries['invoiceId'], `${field}.invoiceId`),
    status,
    reason: status === 'taxable' ? null : read.text(entries['reason'], `${field}.reason`, 500),
    rates,
    items: new Map(items.map((item) => [item.id, keysOf(item)])),
  };
}

/** The answer as `readTaxAnswer` reads it again. */
export function writeTaxAnswer({ invoiceId, status, reason, rates, items }: TaxAnswer): Record<string, unknown> {
  return {
    invoiceId,
    status,
    ...(reason !== null && { reason }),
    rates: rates.map(({ key, name, percentage, isInclusive, isCompound, country, taxType, description }) => ({
      ...{ key, name, percentage: decimalText(percentage), inclusive: isInclusive, compound: isCompound },
      ...(country !== null && { country }),
      ...(taxType !== null && { taxType }),
      ...(description !== null && { description }),
    })),
    items: Object.fromEntries(items),
  };
}
