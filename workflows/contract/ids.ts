/**
 * Workflow types and ids. They live in histories and in links that people keep, so none is ever renamed. An id is built
 * from business keys only: it is the lock of what it names.
 */
export const workflowTypes = {
  monthlyInvoicing: 'monthlyInvoicing',
  dueInvoiceScan: 'dueInvoiceScan',
  syncInvoice: 'syncInvoice',
  syncCustomer: 'syncCustomer',
  advanceClock: 'advanceClock',
  rollUpUsage: 'rollUpUsage',
  digestAudit: 'digestAudit',
  processStripeEvents: 'processStripeEvents',
  sweepStripeEvents: 'sweepStripeEvents',
  reconcile: 'reconcile',
  dunning: 'dunning',
  removeOldUsage: 'removeOldUsage',
} as const;

export const scheduleIds = {
  monthlyInvoicing: 'monthly-invoicing',
  hourlyInvoicing: 'hourly-invoicing',
  dueInvoiceScan: 'due-invoice-scan',
  dunning: 'dunning',
  usageRollup: 'usage-rollup',
  auditDigest: 'audit-digest',
  stripeEventSweep: 'stripe-event-sweep',
  reconciliation: 'reconciliation',
  adoption: 'adoption',
  usageRemoval: 'usage-removal',
} as const;

/** `cutoffAt` and `to` are ISO 8601 instants in UTC, as Date.toISOString writes them. */
export const monthlyInvoicingId = (clockId: string, cutoffAt: string) => `monthly-invoicing/${clockId}/${cutoffAt}`;
export const dueInvoiceScanId = (clockId: string, cutoffAt: string) => `due-invoice-scan/${clockId}/${cutoffAt}`;
export const dunningId = (clockId: string, cutoffAt: string) => `dunning/${clockId}/${cutoffAt}`;
export const syncInvoiceId = (invoiceId: string) => `sync-invoice/${invoiceId}`;
export const syncCustomerId = (customerId: string) => `sync-customer/${customerId}`;
/** One that a person has asked for. Those of a Schedule end with its nominal time. */
export const reconciliationWorkflowId = (id: string) => `reconciliation/${id}`;
/** One advance of a clock at a time: its id names the clock alone. */
export const advanceClockId = (clockId: string) => `advance-clock/${clockId}`;
/** One for each Stripe account, by its id there. */
export const processStripeEventsId = (accountId: string) => `process-stripe-events/${accountId}`;
