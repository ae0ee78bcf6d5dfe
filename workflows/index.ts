/** Everything that a worker runs in the sandbox. A name here is a workflow type: it is never renamed. */
export { advanceClock } from './advance-clock.ts';
export { digestAudit } from './digest-audit.ts';
export { dueInvoiceScan } from './due-invoice-scan.ts';
export { dunning } from './dunning.ts';
export { monthlyInvoicing } from './monthly-invoicing.ts';
export { processStripeEvents } from './process-stripe-events.ts';
export { reconcile } from './reconcile.ts';
export { removeOldUsage } from './remove-old-usage.ts';
export { rollUpUsage } from './roll-up-usage.ts';
export { sweepStripeEvents } from './sweep-stripe-events.ts';
export { syncCustomer } from './sync-customer.ts';
export { syncInvoice } from './sync-invoice.ts';
