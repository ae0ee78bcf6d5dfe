import type { Currency } from '../domain/money/currency.ts';
import { type Exact, ratio, zero } from '../domain/money/exact.ts';
import { money } from '../domain/money/money.ts';
import { proration } from '../domain/period/period.ts';
import { readingOf } from '../domain/rating/measure/reading.ts';
import { spanRuleOf } from '../domain/rating/measure/shares.ts';
import { isBilledAhead, type Price } from '../domain/rating/price.ts';
import { maxLines, rateLines } from '../domain/rating/rate-lines.ts';
import type { Measured } from '../domain/rating/usage.ts';
import { DurabillError } from '../errors/error.ts';
import type { Sql } from '../store/database.ts';
import type { RatedInvoiceLine } from '../store/invoice-facts.ts';
import { type PaidShares, readPaidShares } from '../store/paid-shares.ts';
import type { BillablePeriod } from '../store/periods.ts';
import { type PlanVersion, readPlanVersions } from '../store/plans.ts';
import type { AggregateUsage, Measurements, UsageWindow } from '../store/usage-quantities.ts';
import { readUsageMarks, type UsageMark } from '../store/usage-removal-marks.ts';
import { lineIdOf } from './ids.ts';
import { laterOf } from './instant.ts';
import { versionIn } from './version-in.ts';

/** What one invoice bills: all periods of its key. */
export type ToRate = { invoiceId: string; periods: readonly BillablePeriod[] };
export type RatedLines = {
  lines: RatedInvoiceLine[];
  /** The sum of the lines; below zero where more is given back than charged. */
  subtotalMinor: bigint;
  /** Currencies of the plans that were rated: one, unless something is wrong. */
  planCurrencies: string[];
};
export type Rated = RatedLines | { failure: DurabillError };

/**
 * The one way from usage to lines: measures all periods, set-based, and rates each price of each period.
 * An invoice that cannot be computed gets its failure, the others their lines.
 * @param aggregate where quantities come from: raw events for what is issued, rollups for what may be looked at first
 * @param until of periods that go on: only usage before this instant, and what stands then is taken to stand to the end
 * @param isRecorded the quantities are not read from events, so that it is no fault where those were removed
 */
export async function rateInvoices(
  sql: Sql,
  invoices: readonly ToRate[],
  aggregate: AggregateUsage,
  { until, isRecorded = false }: { until?: Date | undefined; isRecorded?: boolean } = {},
): Promise<Map<string, Rated>> {
  const periods = invoices.flatMap((invoice) => invoice.periods);
  const marks = isRecorded ? new Map<string, UsageMark>() : await readUsageMarks(sql, periods.map(customerOf));
  const versions = await readVersions(sql, periods);
  const measurements = await readMeasurements(sql, periods, versions, aggregate, until);
  const paidShares = await readPaidShares(
    sql,
    periods.filter(({ kind }) => kind === 'credit'),
  );
  const read = { versions, measurements, paidShares, marks };
  return new Map(invoices.map((invoice) => [invoice.invoiceId, rateInvoice(invoice, read)] as const));
}

/** The plan versions of periods, each once for every currency in which it is paid. */
type Versions = ReadonlyMap<string, PlanVersion>;

const nameOf = ({ planVersionId, currency }: BillablePeriod) => `${planVersionId} ${currency}`;

async function readVersions(sql: Sql, periods: readonly BillablePeriod[]): Promise<Versions> {
  const stored = await readPlanVersions(sql, [...new Set(periods.map(({ planVersionId }) => planVersionId))]);
  const versions = new Map<string, PlanVersion>();
  for (const period of periods) {
    const name = nameOf(period);
    if (versions.has(name)) continue;
    versions.set(name, versionIn(stored.get(period.planVersionId) as PlanVersion, period.currency));
  }
  return versions;
}

/**
 * Periods of one plan version and currency are read together, since they ask for the same quantities. What is free, what
 * is bounded and which property is read may be said anew in another currency, so that those are read apart.
 */
async function readMeasurements(
  sql: Sql,
  periods: readonly BillablePeriod[],
  versions: Versions,
  aggregate: AggregateUsage,
  until: Date | undefined,
): Promise<Measurements> {
  const result: Measurements = new Map();
  for (const [name, version] of versions) {
    const ofVersion = await aggregate(
      sql,
      periods
        .filter((period) => nameOf(period) === name && period.kind === 'arrears')
        .map((period) => windowOf(period, version, until)),
      version.prices.flatMap(({ id, price, meter }) => (meter === null ? [] : [{ id, meter, ...readingOf(price) }])),
    );
    for (const [periodId, measured] of ofVersion) result.set(periodId, measured);
  }
  return result;
}

function windowOf(period: BillablePeriod, version: PlanVersion, until: Date | undefined): UsageWindow {
  const { id, customerId, startAt, cycleStartAt, cycleEndAt, zone } = period;
  const endAt = until !== undefined && until < period.endAt ? laterOf(until, startAt) : period.endAt;
  const { shareOf: shareOfWhole, ...rule } = spanRuleOf(period, version.terms.proration ?? 'second', zone);
  const shareOf = (from: Date, to: Date) => shareOfWhole(from, to.getTime() === endAt.getTime() ? period.endAt : to);
  return { id, customerId, startAt, endAt, cycleStartAt, cycleEndAt, zone, ...rule, shareOf };
}

/** The part of its cycle that a period is, counted as the plan says. */
function shareOfCycle(period: BillablePeriod, { terms }: PlanVersion): Exact {
  const { numerator, denominator } = proration(period, terms.proration ?? 'second', period.zone);
  return ratio(numerator, denominator);
}

const customerOf = ({ customerId }: BillablePeriod) => customerId;

/**
 * What is gone cannot be measured again, and must not be taken for no use.
 * @throws DurabillError usage-removed
 */
export function requireUsage(periods: readonly BillablePeriod[], marks: ReadonlyMap<string, UsageMark>): void {
  for (const { kind, customerId, startAt } of periods) {
    const mark = marks.get(customerId);
    if (kind !== 'arrears' || mark === undefined || startAt >= mark.removedBefore) continue;
    const reason = `Its raw usage from before ${mark.removedBefore.toISOString()} was removed by the policy of retention.`;
    throw new DurabillError('usage-removed', { reason });
  }
}

type Read = {
  versions: Versions;
  measurements: Measurements;
  paidShares: PaidShares;
  marks: ReadonlyMap<string, UsageMark>;
};

function rateInvoice(invoice: ToRate, { versions, measurements, paidShares, marks }: Read): Rated {
  try {
    requireUsage(invoice.periods, marks);
    const lines: RatedInvoiceLine[] = [];
    const planCurrencies = new Set<string>();
    for (const period of invoice.periods) {
      const version = versions.get(nameOf(period)) as PlanVersion;
      planCurrencies.add(version.currency);
      const rated = ratePeriod(period, version, measurements.get(period.id), paidShares.get(period.id));
      for (const line of rated) {
        const position = lines.length + 1;
        lines.push({ ...line, id: lineIdOf(invoice.invoiceId, position), invoiceId: invoice.invoiceId, position });
      }
    }
    const currency = invoice.periods[0]?.currency as Currency;
    return { lines, subtotalMinor: subtotalOf(lines, currency), planCurrencies: [...planCurrencies] };
  } catch (error) {
    if (error instanceof DurabillError) return { failure: error };
    throw error;
  }
}

/** Lines as they stand on any invoice. */
type LineContent = Omit<RatedInvoiceLine, 'id' | 'invoiceId' | 'position'>;

/** A plan that charges wholes whatever their length gives nothing back of one, nor does such a price. */
function shareToBill(period: BillablePeriod, version: PlanVersion): Exact {
  const isWhole = period.kind === 'credit' && version.terms.proration === 'none';
  return isWhole ? zero : shareOfCycle(period, version);
}

/**
 * What is not shared is charged once a cycle, however often a pause or a change and its reversal cut it: a later part by
 * the same plan version charges none of it.
 */
function onceACycle(price: Price, period: BillablePeriod, { terms }: PlanVersion): { price: Price; share?: Exact } {
  const isWhole = price.model === 'flat' && (terms.proration === 'none' || price.prorate === false);
  return isWhole && period.isLaterPart ? { price: { ...price, prorate: true }, share: zero } : { price };
}

function ratePeriod(
  period: BillablePeriod,
  version: PlanVersion,
  measured: ReadonlyMap<string, Measured[]> | undefined,
  paidShares: ReadonlyMap<string, Exact> | undefined,
): LineContent[] {
  const isAhead = period.kind !== 'arrears';
  const isCredit = period.kind === 'credit';
  const rateable = version.prices.filter(({ price }) => {
    const isBilled = !isAhead || isBilledAhead(price);
    return isBilled && !(isCredit && price.prorate === false);
  });
  const share = shareToBill(period, version);
  const prices = rateable.map(({ id, price }) => {
    const once = onceACycle(price, period, version);
    // Given back is what was paid: a coupon that was on it then is on this too.
    const paid = paidShares?.get(id);
    return {
      ...once,
      ...(paid !== undefined && { share: (once.share ?? share).mul(paid) }),
      measured: measured?.get(id) ?? [],
      isCredit,
    };
  });
  const byKey = new Map(version.prices.map((one) => [one.price.key, one]));
  const rated = rateLines(prices, version.currency, share, isAhead ? {} : version.terms);
  // What was billed ahead counts towards the period's bounds when it is over, and is not billed again.
  const lines = isAhead ? rated : rated.filter(({ price }) => price === undefined || !isBilledAhead(price));
  return lines.map(({ price, key, description, group, ...line }) => {
    const priced = price === undefined ? undefined : byKey.get(price.key);
    return {
      subscriptionId: period.subscriptionId,
      priceId: priced?.id ?? null,
      priceKey: key,
      description: isCredit ? `${creditOf(paidShares?.get(priced?.id ?? ''))}: ${description}` : description,
      meterKey: priced?.meter?.key ?? null,
      group: group === undefined ? null : [...group],
      periodId: period.id,
      ...line,
    };
  });
}

const creditOf = (paid: Exact | undefined) => (paid === undefined ? 'Not used' : 'Not used, as discounted');

/** @throws DurabillError amount-out-of-range */
export function subtotalOf(lines: readonly RatedInvoiceLine[], currency: Currency): bigint {
  if (lines.length > maxLines) {
    throw new DurabillError('amount-out-of-range', { reason: `The invoice would have ${lines.length} lines.` });
  }
  const sumMinor = lines.reduce((sum, line) => sum + line.amountMinor, 0n);
  return money(sumMinor, currency).amountMinor;
}
