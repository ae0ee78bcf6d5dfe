import assert from 'node:assert/strict';
import { applyUsageCorrection } from '../../../src/billing/apply-usage-correction.ts';
import type { EventChangeInput } from '../../../src/billing/corrections/event-changes.ts';
import type { CorrectionOutcome } from '../../../src/billing/corrections/outcome.ts';
import { type CorrectionInput, previewUsageCorrection } from '../../../src/billing/preview-usage-correction.ts';
import { recordUsage, type UsageEvent } from '../../../src/billing/record-usage.ts';
import type { Database } from '../../../src/store/database.ts';

/** Departures by id, of a source of the test's own. */
export const source = 'tower';

export type Flight = { id: string; customer: string; at: string; miles?: number; [property: string]: unknown };

export const eventOf = ({ id, customer, at, ...properties }: Flight): UsageEvent => ({
  id,
  source,
  customer,
  type: 'departure',
  occurredAt: at,
  properties: properties as UsageEvent['properties'] & object,
});

/** Sends departures as a sender does. */
export async function fly(database: Database, flights: readonly Flight[]): Promise<void> {
  const outcomes = await recordUsage(database, flights.map(eventOf));
  assert.deepEqual(
    outcomes.filter(({ status }) => status !== 'accepted'),
    [],
  );
}

export const backfill = (flight: Flight): EventChangeInput => {
  const { id, customer, type, occurredAt, properties } = eventOf(flight);
  return { action: 'backfill', id, source, customer, type, occurredAt, ...(properties && { properties }) };
};

export const amend = (
  id: string,
  customer: string,
  rest: Pick<EventChangeInput, 'occurredAt' | 'properties'>,
): EventChangeInput => ({ action: 'amend', id, source, customer, ...rest });

export const deprecate = (id: string, customer: string): EventChangeInput => ({
  action: 'deprecate',
  id,
  source,
  customer,
});

export const preview = (database: Database, input: Omit<CorrectionInput, 'reason'>) =>
  previewUsageCorrection(database, { ...input, reason: 'The tower miscounted.' }, 'Ada');

/** Previews and applies, and holds what was done against what was shown. */
export async function correct(database: Database, input: Omit<CorrectionInput, 'reason'>): Promise<CorrectionOutcome> {
  const { id, outcome } = await preview(database, input);
  const applied = await applyUsageCorrection(database, id, 'Grace');
  assert.deepEqual(applied.outcome, outcome);
  return outcome;
}

/** What waits for the next bill of a customer, in the order of its amounts. */
export async function pendingOf(database: Database, customerId: string) {
  const { rows } = await database.query<{ description: string; amountMinor: bigint; kind: string }>(
    `SELECT description, amount_minor AS "amountMinor", source_kind AS kind FROM pending_items
     WHERE customer_id = $1 ORDER BY period_start_at, amount_minor, id`,
    [customerId],
  );
  return rows.map(({ amountMinor, ...item }) => ({ ...item, amountMinor: Number(amountMinor) }));
}
