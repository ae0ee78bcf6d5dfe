import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Buckets in seconds, from a quick statement to an activity at its limit. */
const buckets = [0.005, 0.02, 0.1, 0.5, 2, 10, 60, 300];

/** What a process of Durabill counts, for Prometheus: its own work, and Node's usual figures. */
export function createMetrics(processName: string) {
  const registry = new Registry();
  registry.setDefaultLabels({ process: processName });
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    /** Requests to the API, by route (never by address, which has ids). */
    apiRequests: new Histogram({
      name: 'durabill_api_request_seconds',
      help: 'Time to answer a request of the API',
      labelNames: ['method', 'route', 'status'],
      buckets,
      registers,
    }),
    events: new Counter({
      name: 'durabill_events_total',
      help: 'Usage events by what was answered',
      labelNames: ['outcome'],
      registers,
    }),
    activities: new Histogram({
      name: 'durabill_activity_seconds',
      help: 'Time of an activity, by how it ended',
      labelNames: ['activity', 'outcome'],
      buckets,
      registers,
    }),
    booksReadable: new Gauge({
      name: 'durabill_books_readable',
      help: '1 if the figures that are read off PostgreSQL are there, 0 while it does not answer and they are left out',
      registers,
    }),
    attention: new Gauge({
      name: 'durabill_attention',
      help: 'What waits for a person: parkedInvoices, heldDrafts, parkedPeriods, differences, strayEvents, changedAuditDays, parkedStripeEvents, openDisputes, failedMails, unknownMails, unpaidInvoices, unerasedCopies, keptUsage, webhookEndpoints, pauses; 0 on a quiet day',
      labelNames: ['what'],
      registers,
    }),
    oldestOpenSync: new Gauge({
      name: 'durabill_oldest_open_sync_seconds',
      help: 'Silence of the open sync that has been silent the longest',
      registers,
    }),
    mails: new Counter({
      name: 'durabill_mails_total',
      help: 'Mails by what came of handing them over; pending ones are tried again',
      labelNames: ['state'],
      registers,
    }),
    oldestMail: new Gauge({
      name: 'durabill_oldest_mail_seconds',
      help: 'How long the mail has been due that has been so the longest; minutes mean that the mail server is away',
      registers,
    }),
    webhooks: new Counter({
      name: 'durabill_webhooks_total',
      help: 'Attempts to deliver a webhook by what came of them; pending ones are tried again',
      labelNames: ['state'],
      registers,
    }),
    oldestWebhook: new Gauge({
      name: 'durabill_oldest_webhook_seconds',
      help: 'How long the webhook delivery has been due that has been so the longest; minutes mean that no worker sends, or that all are busy with endpoints that hang',
      registers,
    }),
    usageRollupLag: new Gauge({
      name: 'durabill_usage_rollup_lag_seconds',
      help: 'Age of the oldest usage event that is not rolled up yet; drafts read those events one by one',
      registers,
    }),
    stripeEvents: new Counter({
      name: 'durabill_stripe_events_total',
      help: "Stripe's events by what came of them; failed ones are tried again",
      labelNames: ['outcome'],
      registers,
    }),
    stripeEventsWaiting: new Gauge({
      name: 'durabill_stripe_events_waiting',
      help: "Stripe's events that are stored and not taken up yet, counted up to 10,000",
      registers,
    }),
    oldestStripeEvent: new Gauge({
      name: 'durabill_oldest_stripe_event_seconds',
      help: "How long the oldest of Stripe's events that wait has been here",
      registers,
    }),
    stripeSweepAge: new Gauge({
      name: 'durabill_stripe_sweep_age_seconds',
      help: "Since the last whole sweep of Stripe's events began; a minute or two on a quiet day",
      registers,
    }),
    consumerMessages: new Gauge({
      name: 'durabill_consumer_messages',
      help: 'Messages of a queue since the start, by what became of them',
      labelNames: ['queue', 'fate'],
      registers,
    }),
    consumerConsuming: new Gauge({
      name: 'durabill_consumer_consuming',
      help: '1 while the queue is consumed, 0 while the consumer rests, waits or is stopped',
      labelNames: ['queue'],
      registers,
    }),
  };
}
