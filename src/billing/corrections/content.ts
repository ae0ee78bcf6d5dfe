import type { EventChange } from './event-changes.ts';
import type { Treatment } from './outcome.ts';

/** How an issued invoice is corrected: its difference on the next bill unless an operator says otherwise. */
export type ChosenTreatment = { invoiceId: string; treatment: Exclude<Treatment, 'rebuilt'> };

/** Whose late usage is to be billed. */
export type LateUsageScope = ({ customerId: string } | { clockId: string }) & { from: string | null };

/** What a correction is to do, as it is stored. */
export type Content = ({ changes: EventChange[] } | { lateUsage: LateUsageScope }) & { treatments: ChosenTreatment[] };

export type Correction = {
  id: string;
  kind: 'events' | 'late-usage';
  content: Content;
  reason: string;
  actor: string;
};
