import type { Catalogued } from '../catalogued.ts';
import { away, insideOnly, nothingToDo, operatorsOnly } from '../words/shared.ts';

/** The way to Stripe, and the comparison with it. */
export const syncErrors = {
  'account-mismatch': {
    status: 500,
    title: 'The database is bound to another Stripe account or mode than the key opens.',
    customer: {
      happened: 'Your invoice is being prepared.',
      meansForBill: 'It reaches you a little later. Its amounts do not change by that.',
      beingDone: 'Something on our side is being put right first.',
      youCan: nothingToDo,
    },
    mend: 'Use the key of the account that the database was first used with, or another database.',
  },
  'answer-unfit': {
    status: 409,
    title: 'The invoice is not in a state that this answer fits.',
    customer: operatorsOnly,
    mend: 'Look at the invoice again: its details name the answers that fit.',
  },
  'answer-stale': {
    status: 409,
    title: 'The answer is for a parking that is over.',
    customer: operatorsOnly,
    mend: 'Look at the invoice again: it is not parked any more, or parked anew with another number.',
  },
  'sync-refused': {
    status: 409,
    title: 'The invoice cannot be brought to Stripe now.',
    customer: operatorsOnly,
    mend: 'Do what the reason says first.',
  },
  'reconciliation-refused': {
    status: 409,
    title: 'The reconciliation cannot begin now.',
    customer: operatorsOnly,
    mend: 'Wait until what stands in its way is over, then ask again.',
  },
  'broker-unreachable': {
    status: 503,
    title: 'RabbitMQ cannot be reached.',
    customer: away,
    mend: 'Check that RabbitMQ runs and that AMQP_URL names it; Durabill keeps trying to connect.',
  },
  'publish-failed': {
    status: 503,
    title: 'RabbitMQ did not confirm every message.',
    customer: insideOnly,
    mend: 'Publish the named messages again; a message that arrives twice does no harm.',
  },
  'message-invalid': {
    status: 500,
    title: 'The message is not of the form that queues carry.',
    customer: insideOnly,
    mend: 'This is a fault of the program; report it with the reason.',
  },
} as const satisfies Record<string, Catalogued>;
