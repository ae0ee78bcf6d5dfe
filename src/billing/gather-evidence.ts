import type { Sql } from '../store/database.ts';
import type { BillablePeriod } from '../store/periods.ts';
import { readPlanVersions } from '../store/plans.ts';
import { type Evidence, type EvidenceWindow, readEvidence } from '../store/usage-evidence.ts';
import { type Contents, recomputeContents, type TypeInWindow } from './recompute-contents.ts';

/** What a line is made of: its own events, and all of their type in its period. */
export type LineEvidence = { evidence: Evidence; contents: Contents };

/** Metered prices of a period, with the place of their event type among those whose contents are compared. */
type Metered = { priceId: string; place: number; evidence: Evidence };

/** A line is of one price in one subscription, whichever place it has. */
export const nameOf = (line: { subscriptionId: string | null; priceId: string | null }) =>
  `${line.subscriptionId} ${line.priceId}`;

/**
 * What each price of the periods is made of, by the name of its line.
 * @param cutAt machine time at which the usage was read
 */
export async function gatherEvidence(
  sql: Sql,
  periods: readonly BillablePeriod[],
  cutAt: Date,
): Promise<Map<string, LineEvidence>> {
  const versions = await readPlanVersions(sql, [...new Set(periods.map(({ planVersionId }) => planVersionId))]);
  const types = new TypesOnce();
  const found: (Metered & { subscriptionId: string })[] = [];
  for (const period of periods) {
    const window = { ...period, cutAt };
    const metered = (versions.get(period.planVersionId)?.prices ?? []).flatMap(({ id, price, meter }) =>
      meter === null ? [] : [{ priceId: id, meter, filter: price.filter }],
    );
    const evidence = await readEvidence(sql, window, metered);
    metered.forEach(({ priceId, meter }, index) => {
      const place = types.placeOf(window, meter.eventType);
      found.push({ subscriptionId: period.subscriptionId, priceId, place, evidence: evidence[index] as Evidence });
    });
  }
  const contents = await recomputeContents(sql, types.all);
  return new Map(
    found.map(({ place, evidence, ...line }) => [nameOf(line), { evidence, contents: contents[place] as Contents }]),
  );
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
