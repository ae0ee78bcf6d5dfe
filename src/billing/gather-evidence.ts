import { readingOf } from '../domain/rating/measure/reading.ts';
import type { Sql } from '../store/database.ts';
import type { RatedInvoiceLine } from '../store/invoice-facts.ts';
import type { BillablePeriod } from '../store/periods.ts';
import { type BillablePrice, readPlanVersions } from '../store/plans.ts';
import { type Evidence, type EvidenceOf, type EvidenceWindow, readEvidence } from '../store/usage-evidence.ts';
import { type Contents, mostRecomputed, recomputeContents, type TypeInWindow } from './recompute-contents.ts';
import { versionIn } from './version-in.ts';

/** What a line is made of: its own events, and all of their type in its period. */
export type LineEvidence = {
  evidence: Evidence;
  contents: Contents;
  /** Whether it also depends on what came before its period. */
  carries: boolean;
};

/** Metered lines of a period, with the place of their event type among those whose contents are compared. */
type Metered = { name: string; place: number; evidence: Evidence; carries: boolean };

type Named = Pick<RatedInvoiceLine, 'periodId' | 'priceId' | 'priceKey' | 'group'>;

/** A line is of one price, and one of its groups, in one period of a subscription, whichever place it has. */
export const nameOf = ({ periodId, priceId, priceKey, group }: Named) =>
  JSON.stringify([periodId, priceId, priceKey, group]);

/**
 * What each of the lines is made of, by its name; nothing for a line that no price of the periods measures.
 * @param cutAt machine time at which the usage was read
 * @param atMost events whose content is hashed again
 */
export async function gatherEvidence(
  sql: Sql,
  periods: readonly BillablePeriod[],
  lines: readonly RatedInvoiceLine[],
  cutAt: Date,
  atMost = mostRecomputed,
): Promise<Map<string, LineEvidence>> {
  const versions = await readPlanVersions(sql, [...new Set(periods.map(({ planVersionId }) => planVersionId))]);
  const types = new TypesOnce();
  const found: Metered[] = [];
  for (const period of periods) {
    const window = { ...period, cutAt };
    const version = versions.get(period.planVersionId);
    const metered = meteredLines(period, version ? versionIn(version, period.currency).prices : [], lines);
    const evidence = await readEvidence(
      sql,
      window,
      metered.map(({ of }) => of),
    );
    metered.forEach(({ name, of }, index) => {
      const place = types.placeOf(window, of.meter.eventType);
      found.push({ name, place, evidence: evidence[index] as Evidence, carries: of.meter.carries === true });
    });
  }
  const contents = await recomputeContents(sql, types.all, atMost);
  return new Map(found.map(({ name, place, ...of }) => [name, { ...of, contents: contents[place] as Contents }]));
}

/** The lines of a period that measure something, each once, with what they are made of. */
function meteredLines(
  { id: periodId }: BillablePeriod,
  prices: readonly BillablePrice[],
  lines: readonly RatedInvoiceLine[],
): { name: string; of: EvidenceOf }[] {
  const metered = new Map<string, EvidenceOf>();
  for (const line of lines) {
    const priced = prices.find(({ id }) => id === line.priceId);
    if (line.periodId === periodId && priced !== undefined) {
      const of = evidenceOf(priced, line);
      if (of !== undefined) metered.set(nameOf(line), of);
    }
  }
  return [...metered].map(([name, of]) => ({ name, of }));
}

/** Which events a line of a price, as it is paid in the line's currency, is made of; undefined for a price that measures nothing. */
export function evidenceOf({ price, meter }: BillablePrice, { group }: RatedInvoiceLine): EvidenceOf | undefined {
  if (meter === null) return undefined;
  return { meter, ...readingOf(price), ...(group !== null && { group }) };
}

/** Several prices, and several subscriptions of a customer, read the same events: those are compared once. */
class TypesOnce {
  readonly all: TypeInWindow[] = [];
  readonly #places = new Map<string, number>();

  placeOf(window: EvidenceWindow, eventType: string): number {
    const { customerId, startAt, endAt } = window;
    const key = JSON.stringify([customerId, startAt, endAt, eventType]);
    const place = this.#places.get(key) ?? this.all.push({ window, eventType }) - 1;
    this.#places.set(key, place);
    return place;
  }
}
