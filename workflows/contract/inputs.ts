/** What each workflow is started with. Payloads carry ids, instants (ISO 8601, UTC) and counts, never personal data. */

/**
 * A run for one clock. Without `cutoffAt` a Schedule started it: the cut-off is the Schedule's nominal time. `isHourly`:
 * the run of an hour, for all cadences but calendar months, with a record of its own.
 */
export type RunInput = { clockId: string; cutoffAt?: string; isHourly?: true; resume?: RunResume };

/** Where a run goes on after continue-as-new. */
export type RunResume = { runId: string; stage: string; after: string; counts: Record<string, number> };

export type AdvanceClockInput = { clockId: string; to: string; resume?: AdvanceResume };

/** What an advance has done so far, and the syncs that had come to rest before it began. */
export type AdvanceResume = { counts: Record<string, number>; before: { synced: number; parked: number } };

export type SyncInvoiceInput = {
  invoiceId: string;
  resume?: SyncResume;
  /**
   * Which behaviour the run was started with; one that names none keeps the first. 2: the search attributes tell of
   * trouble only, since an update of them costs as much as a good part of a calm sync.
   */
  version?: 2;
};

/**
 * What a sync remembers across continue-as-new: since when it fails, how often in a row, whether it goes before others,
 * and how many rounds it has had.
 */
export type SyncResume = { failingSince: string | null; failures: number; isUrgent?: boolean; rounds?: number };

/**
 * A look at all that Stripe has. One without `id` was started by a Schedule. `from` and `to` bound when its objects were
 * created there; a nightly one has a window of its own.
 */
export type ReconcileInput = {
  kind: 'nightly' | 'on-demand' | 'adoption';
  id?: string;
  askedBy?: string;
  from?: string | null;
  to?: string | null;
  resume?: ReconcileResume;
};

export type ReconcileStage = 'customers' | 'invoices' | 'other customers' | 'other invoices';

/** Where a reconciliation goes on after continue-as-new. */
export type ReconcileResume = {
  reconciliationId: string;
  stage: ReconcileStage;
  after: string | null;
  counts: Record<string, number>;
};

export type SyncCustomerInput = {
  customerId: string;
  /** Whether it goes before others; left out by those that do not. */
  isUrgent?: boolean;
};

export type ProcessStripeEventsInput = { accountId: string };

export type SweepStripeEventsInput = { resume?: SweepResume };

/** Which sweep of Stripe's events goes on after continue-as-new (where it stands is in the books), and how many it has stored. */
export type SweepResume = {
  cursor: { sweepId?: string };
  stored: number;
};
