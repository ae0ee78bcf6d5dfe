export const taskQueues = {
  /** Workflows, and activities that touch only the database and the broker; and the two that read Stripe's events. */
  billing: 'billing',
  /** Activities that bring invoices to Stripe: few slots, so that waiting happens here, by priority. */
  stripe: 'stripe',
  /** Activities that bring customers to Stripe. Apart, because an invoice's activity waits for them with its slot held. */
  customers: 'customers',
} as const;
