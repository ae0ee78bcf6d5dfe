import { isDeepStrictEqual } from 'node:util';
import { readerFor } from '../../domain/rating/reader.ts';
import { readRateKeys } from '../../domain/tax/tax-rate.ts';
import { DurabillError } from '../../errors/error.ts';
import { appendAudit } from '../../store/audit.ts';
import { touchContact } from '../../store/customer-billing.ts';
import {
  type CustomerTax,
  lockCustomerTax,
  readCustomerTaxes,
  readTaxIds as readStoredTaxIds,
  replaceTaxIds,
  type TaxId,
  writeCustomerTax,
} from '../../store/customer-taxes.ts';
import { findCustomer } from '../../store/customers.ts';
import type { Database, Sql } from '../../store/database.ts';
import { readTaxIds } from './read-tax-ids.ts';
import { requireTaxRates } from './require-tax-rates.ts';

export type CustomerTaxInput = {
  status: CustomerTax['status'];
  /** Why nothing is taxed: it is on every invoice. Needed of who is not taxable, and of nobody else. */
  reason?: string | null;
  taxIds?: readonly TaxId[];
  /** Keys in order; null or left out for the deployment's, an empty list for none. */
  defaultRates?: readonly string[] | null;
};

export type CustomerTaxView = CustomerTax & { taxIds: TaxId[] };

const read = readerFor('tax-invalid');
export const maxTaxIds = 10;

/**
 * Says how a customer is taxed from now on: drafts follow when they are next computed, at the latest when they are
 * issued, and what is issued stays. It takes the place of all that was said before.
 * @throws DurabillError not-found, tax-invalid, tax-id-invalid, tax-rate-unknown, request-invalid
 */
export async function setCustomerTax(
  database: Database,
  reference: string,
  input: CustomerTaxInput,
  actor: string,
): Promise<CustomerTaxView> {
  const { status, reason } = input;
  const wanted = {
    status,
    reason: readReasonOf(status, reason ?? null),
    defaultRates: input.defaultRates == null ? null : readRateKeys(read, input.defaultRates, 'defaultRates'),
  };
  const taxIds = readTaxIdList(input.taxIds ?? []);
  return await database.transaction(async (sql) => {
    const { id } = await getCustomer(sql, reference);
    const before = await lockCustomerTax(sql, id);
    const kept = new Set(before.defaultRates ?? []);
    await requireTaxRates(sql, [{ keys: wanted.defaultRates ?? [], field: 'defaultRates' }], kept);
    await writeCustomerTax(sql, id, wanted);
    await changeTaxIds(sql, id, taxIds);
    // The numbers and the reason can name a person: the chain says that and of which kind they are.
    const detail = { status, defaultRates: wanted.defaultRates, taxIdTypes: taxIds.map(({ type }) => type) };
    await appendAudit(sql, [{ subjectKind: 'customer', subjectId: id, actor, action: 'tax set', detail }]);
    return await viewOf(sql, id);
  });
}

/**
 * Says which tax ids a customer has and nothing else: a customer may say this of itself, while how it is taxed is the
 * business's to say. It takes the place of the ids there were; what is issued stays.
 * @throws DurabillError not-found, tax-invalid, tax-id-invalid, request-invalid
 */
export async function setTaxIds(
  database: Database,
  reference: string,
  given: readonly TaxId[],
  actor: string,
): Promise<CustomerTaxView> {
  const taxIds = readTaxIdList(given);
  return await database.transaction(async (sql) => {
    const { id } = await getCustomer(sql, reference);
    const { status } = await lockCustomerTax(sql, id);
    if (status === 'reverse_charge') await requireKindsKept(sql, id, taxIds);
    if (!(await changeTaxIds(sql, id, taxIds))) return await viewOf(sql, id);
    const detail = { taxIdTypes: taxIds.map(({ type }) => type) };
    await appendAudit(sql, [{ subjectKind: 'customer', subjectId: id, actor, action: 'tax ids set', detail }]);
    return await viewOf(sql, id);
  });
}

/** That nothing is taxed rests on an id of this kind: it may be mended, and not be taken away. @throws DurabillError tax-invalid */
async function requireKindsKept(sql: Sql, id: string, taxIds: readonly TaxId[]): Promise<void> {
  const stored = (await readStoredTaxIds(sql, [id])).get(id) ?? [];
  const lost = stored.find(({ type }) => !taxIds.some((one) => one.type === type));
  if (lost === undefined) return;
  throw new DurabillError('tax-invalid', {
    field: 'taxIds',
    reason: `Invoices without tax under reverse charge have to name the tax id that this rests on, so that "${lost.type}" stays.`,
    mend: 'Put another one of its kind in its place, or have the status changed first.',
  });
}

/** @throws DurabillError not-found */
export async function showCustomerTax(database: Database, reference: string): Promise<CustomerTaxView> {
  return await viewOf(database, (await getCustomer(database, reference)).id);
}

function readTaxIdList(given: readonly TaxId[]): TaxId[] {
  return readTaxIds(read.list(given, 'taxIds', { least: 0, most: maxTaxIds }) as TaxId[], 'taxIds');
}

/** What targets know of the customer is sent anew with its next invoice. @returns whether anything has changed */
async function changeTaxIds(sql: Sql, id: string, taxIds: readonly TaxId[]): Promise<boolean> {
  if (isDeepStrictEqual((await readStoredTaxIds(sql, [id])).get(id), taxIds)) return false;
  await replaceTaxIds(sql, id, taxIds);
  await touchContact(sql, id);
  return true;
}

function readReasonOf(status: CustomerTax['status'], reason: string | null): string | null {
  if (status === 'taxable') {
    return reason === null ? null : read.refuse('reason', 'Who is taxable needs no reason: leave it out.');
  }
  if (reason === null) {
    const example =
      status === 'exempt' ? 'Exempt under section 501(c)(3)' : 'Reverse charge, Article 196 VAT Directive';
    return read.refuse('reason', `Say why nothing is taxed, as the invoice is to say it, such as "${example}".`);
  }
  return read.text(reason, 'reason', 500);
}

async function getCustomer(sql: Sql, reference: string): Promise<{ id: string }> {
  const customer = await findCustomer(sql, reference);
  if (customer !== undefined) return customer;
  throw new DurabillError('not-found', { field: 'id', reason: `There is no customer "${reference}".` });
}

async function viewOf(sql: Sql, id: string): Promise<CustomerTaxView> {
  const tax = (await readCustomerTaxes(sql, [id])).get(id) as CustomerTax;
  return { ...tax, taxIds: (await readStoredTaxIds(sql, [id])).get(id) ?? [] };
}
