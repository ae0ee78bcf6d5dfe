import type { Currency } from '../domain/money/currency.ts';
import { parseDecimal, ratio } from '../domain/money/exact.ts';
import { money } from '../domain/money/money.ts';
import { proration } from '../domain/period/period.ts';
import { rate } from '../domain/rating/rate.ts';
import { DurabillError } from '../errors/error.ts';
import type { Sql } from '../store/database.ts';
import type { InvoiceLine } from '../store/invoice-facts.ts';
import type { BillablePeriod } from '../store/periods.ts';
import { type PlanVersion, readPlanVersions } from '../store/plans.ts';
import { type AggregateUsage, noUsage, type Quantity } from '../store/usage-quantities.ts';
import { lineIdOf } from './ids.ts';

/** What one invoice bills: all periods of its key. */
export type ToRate = { invoiceId: string; periods: readonly BillablePeriod[] };
export type RatedLines = {
  lines: InvoiceLine[];
  totalMinor: bigint;
  /** Currencies of the plans that were rated: one, unless something is wrong. */
  planCurrencies: string[];
};
export type Rated = RatedLines | { failure: DurabillError };

/** Lines of one invoice above which it waits for a person: more than any customer reads. */
const maxLines = 10_000;

/**
 * The one way from usage to lines: reads the quantities of all periods, set-based, and rates each price of each period.
 * An invoice that cannot be computed gets its failure, the others their lines.
 * @param aggregate where quantities come from: raw events for what is issued, rollups for what may be looked at first
 */
export async function rateInvoices(
  sql: Sql,
  invoices: readonly ToRate[],
  aggregate: AggregateUsage,
): Promise<Map<string, Rated>> {
  const periods = invoices.flatMap((invoice) => invoice.periods);
  const versions = await readPlanVersions(sql, [...new Set(periods.map((period) => period.planVersionId))]);
  const quantities = await readQuantities(sql, periods, versions, aggregate);
  return new Map(invoices.map((invoice) => [invoice.invoiceId, rateInvoice(invoice, versions, quantities)] as const));
}

type Quantities = Map<string, Map<string, Quantity>>;

/** Periods of one plan version are read together, since they ask for the same quantities. */
async function readQuantities(
  sql: Sql,
  periods: readonly BillablePeriod[],
  versions: Map<string, PlanVersion>,
  aggregate: AggregateUsage,
): Promise<Quantities> {
  const result: Quantities = new Map();
  for (const version of versions.values()) {
    const ofVersion = await aggregate(
      sql,
      periods.filter((period) => period.planVersionId === version.id),
      version.prices.flatMap(({ id, price, meter }) =>
        meter === null ? [] : [{ id, meter, ...(price.filter && { filter: price.filter }) }],
      ),
    );
    for (const [periodId, quantities] of ofVersion) result.set(periodId, quantities);
  }
  return result;
}

function rateInvoice(invoice: ToRate, versions: Map<string, PlanVersion>, quantities: Quantities): Rated {
  try {
    const lines: InvoiceLine[] = [];
    for (const period of invoice.periods) {
      const version = versions.get(period.planVersionId) as PlanVersion;
      lines.push(...rateLines(invoice.invoiceId, period, version, quantities.get(period.id), lines.length));
    }
    const planCurrencies = invoice.periods.map(
      ({ planVersionId }) => (versions.get(planVersionId) as PlanVersion).currency,
    );
    const totalMinor = totalOf(lines, invoice.periods[0]?.currency as Currency);
    return { lines, totalMinor, planCurrencies: [...new Set(planCurrencies)] };
  } catch (error) {
    if (error instanceof DurabillError) return { failure: error };
    throw error;
  }
}

function rateLines(
  invoiceId: string,
  period: BillablePeriod,
  version: PlanVersion,
  quantities: Map<string, Quantity> | undefined,
  before: number,
): InvoiceLine[] {
  return version.prices.map(({ id, price, meter }, index) => {
    const used = quantities?.get(id) ?? noUsage;
    const usage = meter === null ? null : { quantity: parseDecimal(used.quantity) };
    const { numerator, denominator } = proration(period);
    const rated = rate(price, usage, version.currency, ratio(numerator, denominator));
    const position = before + index + 1;
    return {
      id: lineIdOf(invoiceId, position),
      invoiceId,
      position,
      subscriptionId: period.subscriptionId,
      priceId: id,
      priceKey: price.key,
      description: price.name,
      meterKey: meter?.key ?? null,
      quantity: rated.quantity,
      billableQuantity: rated.billableQuantity,
      exactAmount: rated.exactAmount,
      amountMinor: rated.amountMinor,
      eventCount: used.eventCount,
      skippedCount: used.skippedCount,
      working: rated.working,
    };
  });
}

function totalOf(lines: readonly InvoiceLine[], currency: Currency): bigint {
  if (lines.length > maxLines) {
    throw new DurabillError('amount-out-of-range', { reason: `The invoice would have ${lines.length} lines.` });
  }
  return money(
    lines.reduce((sum, line) => sum + line.amountMinor, 0n),
    currency,
  ).amountMinor;
}
