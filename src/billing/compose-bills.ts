import { type AppliedCredit, shareCredits } from '../domain/credit/apply-credits.ts';
import { type Bill, type BillLine, type BillTerms, composeBill } from '../domain/invoice/bill.ts';
import { DurabillError } from '../errors/error.ts';
import type { InvoiceBill } from '../store/bill-parts.ts';
import type { Sql } from '../store/database.ts';
import type { InvoiceLine, RatedInvoiceLine } from '../store/invoice-facts.ts';
import { topUpInvoicesOf } from '../store/top-ups.ts';
import { aggregateUsage } from '../store/usage-quantities.ts';
import { creditIdOf } from './ids.ts';
import { rateInvoices } from './rate-invoices.ts';
import type { BillToCompose } from './terms/bill-to-compose.ts';
import { readCreditTerms } from './terms/credits.ts';
import { discountableLine } from './terms/discountable-line.ts';
import { readDiscountTerms } from './terms/discounts.ts';
import { planKeysOf } from './terms/plan-keys.ts';
import { readTaxTerms } from './terms/taxes.ts';

/** A bill as it was composed, and as it is written: its lines with their parts, and everything that leads to its total. */
export type ComposedBill = { lines: InvoiceLine[]; bill: InvoiceBill; composed: Bill };
export type BillPurpose = 'preview' | 'draft' | 'issue';

export type Composed = ComposedBill | { failure: DurabillError };

/**
 * Takes a page of rated bills through discounts, taxes and credits, as their customers have them now. Bills of one
 * customer share their credits, in the order of the bills.
 * @param purpose a `draft` keeps others off the coupons that it uses until its transaction ends, an `issue` also off the
 *   accounts that it books from; a `preview` locks and changes nothing
 */
export async function composeBills(
  sql: Sql,
  bills: readonly BillToCompose[],
  { purpose }: { purpose: BillPurpose },
): Promise<Map<string, Composed>> {
  const taxes = await readTaxTerms(sql, bills);
  const plans = await planKeysOf(sql, bills);
  // What fills a wallet is paid in full and by money: its credit is worth what was paid for it, and pays for other bills.
  const topUps = await topUpInvoicesOf(
    sql,
    bills.flatMap(({ customerId, periods }) => (periods.length === 0 ? [customerId] : [])),
  );
  const spending = bills.filter(({ invoiceId }) => !topUps.has(invoiceId));
  // Only of bills that they are for: a coupon for one bill would else be used up by one that it takes nothing off.
  const discounts = await readDiscountTerms(sql, spending, { isPreview: purpose === 'preview' });
  const termsOf = ({ invoiceId, currency }: BillToCompose): Omit<BillTerms, 'credits'> => {
    const { terms } = taxes.get(invoiceId) ?? { terms: untaxed };
    const tax = topUps.has(invoiceId) ? { ...untaxed, rounding: terms.rounding } : terms;
    return { currency, discounts: discounts.get(invoiceId) ?? [], tax };
  };
  const chargesOf = ({ invoiceId }: BillToCompose, lines: readonly RatedInvoiceLine[]): BillLine[] => {
    // What a wallet pays for is taxed then, whatever an outside engine says of the money that fills it.
    const ratesOf = (topUps.has(invoiceId) ? undefined : taxes.get(invoiceId)?.ratesOf) ?? (() => []);
    return lines.map((line) => ({ ...discountableLine(line, plans), taxRates: ratesOf(line) }));
  };
  const byId = new Map(bills.map((bill) => [bill.invoiceId, bill]));
  // One that cannot be computed until an instant waits alone, and the others go on.
  const failures = new Map<string, { failure: DurabillError }>();
  for (const [invoiceId, { unavailable: reason }] of purpose === 'issue' ? taxes : []) {
    if (reason !== undefined && !topUps.has(invoiceId))
      failures.set(invoiceId, { failure: new DurabillError('tax-unavailable', { reason }) });
  }
  const grossUntil = async (invoiceId: string, until: Date): Promise<bigint> => {
    const bill = byId.get(invoiceId) as BillToCompose;
    // What begins later is no part of it, such as a cycle that is billed in advance.
    const periods = bill.periods.filter(({ startAt }) => startAt < until);
    const rated = (await rateInvoices(sql, [{ invoiceId, periods }], aggregateUsage, { until })).get(invoiceId);
    if (rated === undefined) throw new Error(`${invoiceId} was not rated`);
    const terms = { ...termsOf(bill), credits: [] };
    const result =
      'failure' in rated ? rated : composed({ ...bill, lines: rated.lines }, chargesOf(bill, rated.lines), terms);
    if ('bill' in result) return result.bill.totalMinor;
    failures.set(invoiceId, result);
    return 0n;
  };
  const credits = await readCreditTerms(sql, spending, { isIssue: purpose === 'issue', grossUntil });
  const shared = shareCredits();
  return new Map(
    inTheirTurn(bills).map((bill) => {
      const terms = { ...termsOf(bill), credits: shared.left(credits.get(bill.invoiceId) ?? []) };
      const result = failures.get(bill.invoiceId) ?? composed(bill, chargesOf(bill, bill.lines), terms);
      if ('bill' in result) shared.take(result.bill.credits.flatMap(fromAccount));
      return [bill.invoiceId, result] as const;
    }),
  );
}

/** One that is held again and again must not keep the credits from those that are issued. */
function inTheirTurn(bills: readonly BillToCompose[]): BillToCompose[] {
  return [...bills].sort((a, b) => Number(a.isHeld ?? false) - Number(b.isHeld ?? false));
}

function fromAccount({ source, ...credit }: InvoiceBill['credits'][number]): AppliedCredit[] {
  return source === 'carried' ? [] : [{ source, ...credit }];
}

const untaxed = { rounding: 'invoice', status: 'taxable', reason: null } as const;

function composed({ invoiceId, lines }: BillToCompose, charges: readonly BillLine[], terms: BillTerms): Composed {
  try {
    const bill = composeBill(charges, terms);
    return {
      lines: lines.map((line, index) => {
        const { discountMinor, taxMinor, inclusiveTaxMinor } = bill.lines[index] as Bill['lines'][number];
        return { ...line, discountMinor, taxMinor, inclusiveTaxMinor };
      }),
      bill: partsOf(invoiceId, bill, charges, terms),
      composed: bill,
    };
  } catch (error) {
    if (error instanceof DurabillError) return { failure: error };
    throw error;
  }
}

/** What is carried stands among the credits, the other way round: it is paid to the customer's balance. */
function partsOf(invoiceId: string, bill: Bill, charges: readonly BillLine[], { tax }: BillTerms): InvoiceBill {
  const { carriedMinor, lines, ...rest } = bill;
  const countries = new Map(charges.flatMap(({ taxRates }) => taxRates.map(({ key, country }) => [key, country])));
  const credits = rest.credits.map((credit, index) => ({ ...credit, id: creditIdOf(invoiceId, index + 1) }));
  const carried = {
    id: creditIdOf(invoiceId, 1),
    source: 'carried' as const,
    accountId: null,
    name: 'Carried to your balance',
    amountMinor: -carriedMinor,
  };
  return {
    ...rest,
    carriedMinor,
    taxRounding: tax.rounding,
    taxes: rest.taxes.map((one) => ({ ...one, country: countries.get(one.key) ?? null })),
    credits: carriedMinor > 0n ? [carried] : credits,
    lineTaxes: lines.flatMap(({ id: lineId, taxes }) => taxes.map((one) => ({ ...one, lineId }))),
  };
}
