import { type Currency, currencyExponent, parseCurrency } from '../domain/money/currency.ts';
import { decimalText, type Exact, parseDecimal, ratio } from '../domain/money/exact.ts';
import { round } from '../domain/money/money.ts';
import { DurabillError } from '../errors/error.ts';
import { findCustomer } from '../store/customers.ts';
import type { Database } from '../store/database.ts';
import { createOneOff, type OneOffLine } from './create-one-off.ts';
import { readInstant } from './instant.ts';
import { optionalText } from './party-fields.ts';
import { readReason, readText } from './text.ts';

export type ChargeInput = {
  description: string;
  /** Major units. Either it, or so many at so much. */
  amount?: string;
  quantity?: string;
  unitAmount?: string;
  taxRates?: string[];
};

export type OneOffInput = {
  customer: string;
  requestId: string;
  /** Has to be the customer's: nothing is converted. */
  currency?: string;
  lines: ChargeInput[];
  billingGroup?: string;
  memo?: string | null;
  purchaseOrder?: string | null;
  paymentTermsDays?: number | null;
  servicePeriod?: { startAt: string; endAt: string };
  dueAt?: string;
  reason: string;
};

/**
 * Orders an invoice beside the runs: a draft that the first due scan from `dueAt` on issues.
 * @throws DurabillError not-found, request-invalid, currency-unknown, currency-mismatch, decimal-invalid,
 *   amount-out-of-range, tax-rate-unknown, conflict
 */
export async function orderOneOff(
  database: Database,
  input: OneOffInput,
  actor: string,
): Promise<{ id: string; created: boolean }> {
  const customer = await findCustomer(database, input.customer);
  if (customer === undefined) {
    const reason = `There is no customer "${input.customer.slice(0, 255)}".`;
    throw new DurabillError('not-found', { field: 'customer', reason });
  }
  const currency = customer.currency as Currency;
  requireCurrency(input.currency, currency);
  const requestId = readRequestName(input.requestId);
  const reason = readReason(input.reason);
  const lines = input.lines.map((line, index) => readCharge(line, currency, `lines[${index}]`));
  requireSomething(lines);
  const { servicePeriod, dueAt } = input;
  const { paymentTermsDays = null } = input;
  const order = {
    customerId: customer.id,
    requestId,
    reason,
    lines,
    billingGroup: input.billingGroup ? readGroup(input.billingGroup) : '',
    terms: {
      memo: optionalText(input.memo, 'memo', 2_000),
      purchaseOrder: optionalText(input.purchaseOrder, 'purchaseOrder', 140),
      paymentTermsDays,
    },
    ...(dueAt !== undefined && { dueAt: readInstant(dueAt, 'dueAt') }),
    ...(servicePeriod && { servicePeriod: readSpan(servicePeriod) }),
  };
  return await database.transaction((sql) => createOneOff(sql, order, actor));
}

/** @throws DurabillError currency-unknown, currency-mismatch */
export function requireCurrency(given: string | undefined, currency: Currency): void {
  if (given === undefined || parseCurrency(given, 'currency') === currency) return;
  throw new DurabillError('currency-mismatch', {
    field: 'currency',
    reason: `The customer pays in ${currency}, and nothing is converted.`,
  });
}

/** A request id stands in the purpose of its invoice, and in the history. @throws DurabillError request-invalid */
export function readRequestName(requestId: string): string {
  return readText(requestId, { code: 'request-invalid', field: 'requestId', name: 'The request id', maxLength: 100 });
}

/** @throws DurabillError request-invalid */
export function readGroup(group: string): string {
  return readText(group, { code: 'request-invalid', field: 'billingGroup', name: 'The billing group', maxLength: 100 });
}

/**
 * Reads what is charged: an amount, or so many at so much, which is rounded once.
 * @throws DurabillError request-invalid, decimal-invalid, amount-out-of-range
 */
export function readCharge(input: ChargeInput, currency: Currency, field: string): OneOffLine {
  const at = (name: string) => (field === '' ? name : `${field}.${name}`);
  const rule = {
    code: 'request-invalid',
    field: at('description'),
    name: 'The description',
    maxLength: 2_000,
  } as const;
  const description = readText(input.description, rule);
  const taxRates = input.taxRates ?? null;
  const { amount, quantity, unitAmount } = input;
  if (amount !== undefined && quantity === undefined && unitAmount === undefined) {
    const exact = parseDecimal(amount, at('amount'));
    const amountMinor = roundCharge(exact, currency, at('amount'));
    if (!exact.equals(exactOf(amountMinor, currency))) {
      const reason = `"${amount}" is no whole number of the smallest unit of ${currency}.`;
      throw new DurabillError('request-invalid', { field: at('amount'), reason });
    }
    return { description, amountMinor, taxRates };
  }
  if (amount !== undefined || quantity === undefined || unitAmount === undefined) {
    throw new DurabillError('request-invalid', {
      field: at('amount'),
      reason: 'A charge is either an amount, or a quantity and a unit amount.',
      mend: 'Send "amount", or "quantity" and "unitAmount" together.',
    });
  }
  const exact = parseDecimal(quantity, at('quantity')).mul(parseDecimal(unitAmount, at('unitAmount')));
  const exactAmount = decimalText(exact);
  const counted = { quantity: decimalText(parseDecimal(quantity)), unitAmount, exactAmount };
  return { description, amountMinor: roundCharge(exact, currency, at('quantity')), taxRates, ...counted };
}

const maxChargeMinor = BigInt(Number.MAX_SAFE_INTEGER);

/** More than JSON can say exactly could be billed, and then shown to nobody. @throws DurabillError amount-out-of-range */
function roundCharge(exact: Exact, currency: Currency, field: string): bigint {
  const most = exactOf(maxChargeMinor, currency);
  if (exact.gt(most) || exact.lt(most.neg())) throw tooMuch(field);
  return round(exact, currency);
}

function tooMuch(field: string): DurabillError {
  const reason = 'It has more minor units than a number in JSON can say exactly.';
  return new DurabillError('amount-out-of-range', { field, reason });
}

function exactOf(amountMinor: bigint, currency: Currency): Exact {
  return ratio(amountMinor, 10n ** BigInt(currencyExponent(currency)));
}

/** What gives back more than it charges is no bill. */
function requireSomething(lines: readonly OneOffLine[]): void {
  const sum = lines.reduce((total, { amountMinor }) => total + amountMinor, 0n);
  if (sum > maxChargeMinor) throw tooMuch('lines');
  if (sum > 0n) return;
  throw new DurabillError('request-invalid', {
    field: 'lines',
    reason: 'The lines add up to nothing, or to less.',
    mend: 'What is given back is a credit note, or an item for the next bill: POST /v1/customers/{id}/pending-items.',
  });
}

function readSpan(span: { startAt: string; endAt: string }): { startAt: Date; endAt: Date } {
  const startAt = readInstant(span.startAt, 'servicePeriod.startAt');
  const endAt = readInstant(span.endAt, 'servicePeriod.endAt');
  if (startAt < endAt) return { startAt, endAt };
  const reason = 'The period ends before it begins.';
  throw new DurabillError('request-invalid', { field: 'servicePeriod.endAt', reason });
}
