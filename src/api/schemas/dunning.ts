import { Type } from 'typebox';
import { closed, count, id, instant, nullable, text } from './common.ts';

const action = Type.Enum(['remind', 'final_notice', 'retry', 'notify_operator', 'mark_uncollectible'], {
  type: 'string',
  description:
    '`remind` and `final_notice` send a mail, `retry` tries to collect again, `notify_operator` tells one of us, `mark_uncollectible` gives it up',
  examples: ['remind'],
});

const policyKey = text('Its key: a to z, 0 to 9 and "-"; `default` is everybody\'s who has no other', 'default', 40);

const PolicyStep = Type.Object(
  {
    days: Type.Integer({
      minimum: 0,
      maximum: 365,
      description: "Days after; the step is due at 09:00 of that day in the customer's zone",
      examples: [7],
    }),
    after: Type.Enum(['due', 'failure'], {
      type: 'string',
      description: '`due`: the day by which it was to be paid. `failure`: the day of the first payment that failed',
      examples: ['due'],
    }),
    action,
  },
  { ...closed, description: 'A step of a policy' },
);

const policyExample = {
  key: 'default',
  steps: [
    { days: 3, after: 'due', action: 'remind' },
    { days: 10, after: 'due', action: 'remind' },
    { days: 21, after: 'due', action: 'final_notice' },
    { days: 35, after: 'due', action: 'mark_uncollectible' },
  ],
};

const Policy = Type.Object(
  {
    key: policyKey,
    steps: Type.Array(PolicyStep, {
      minItems: 1,
      maxItems: 20,
      description: 'In the order in which they are done; `mark_uncollectible` only as the last',
      examples: [policyExample.steps],
    }),
  },
  { ...closed, description: 'By which steps an unpaid invoice is followed up', examples: [policyExample] },
);

const policies = Type.Array(Policy, {
  maxItems: 50,
  description: 'All policies; without one called `default`, only customers with a policy of their own are followed up',
  examples: [[policyExample]],
});

const notices = Type.Array(
  Type.Enum(['invoice-sent', 'payment-failed', 'payment-received'], {
    type: 'string',
    description: 'A mail that goes out by itself',
    examples: ['invoice-sent'],
  }),
  {
    maxItems: 3,
    uniqueItems: true,
    description: 'Mails that customers get besides those of dunning',
    examples: [['invoice-sent', 'payment-received']],
  },
);

export const DunningSettings = Type.Object(
  { policies, notices },
  { description: 'How unpaid invoices are followed up' },
);

export const NewDunningSettings = Type.Object(
  {
    policies,
    notices,
    alsoOpenInvoices: Type.Optional(
      Type.Boolean({
        description: 'Also follow up what is unpaid already; otherwise what becomes unpaid from now on',
        examples: [false],
      }),
    ),
  },
  { ...closed, description: 'The settings, whole: what is left out of a list is gone' },
);

export const DunningSettingsSet = Type.Object(
  { policies, notices, begun: count('Invoices that were open and are followed up now', 0) },
  { description: 'The settings as they are now' },
);

export const CustomerDunning = Type.Object(
  {
    policy: nullable(text('Key of a policy, `none` for never, or null for the one called `default`', 'patient', 40)),
  },
  { ...closed, description: "A customer's own policy, for invoices that begin to be followed up from then on" },
);

export const Dunning = Type.Object(
  {
    invoiceId: id('Id of the invoice'),
    state: Type.Enum(['none', 'running', 'paused', 'ended'], {
      type: 'string',
      description: '`none`: there has been nothing to follow up. `ended`: it is paid, void or given up',
      examples: ['running'],
    }),
    waitsFor: nullable(
      Type.Enum(['resume', 'payment on its way', 'dispute'], {
        type: 'string',
        description: 'What stops the steps although they are due; null while nothing does',
        examples: ['dispute'],
      }),
    ),
    pause: nullable(
      Type.Object(
        {
          by: text('Who has paused it', 'api-key:operations', 500),
          reason: text('Why', 'The customer has asked for a new bill.', 500),
        },
        { description: 'Who has paused it and why; null while nobody has' },
      ),
    ),
    policy: nullable(Policy),
    firstFailedAt: nullable(instant('Business time of the first payment that failed', '2013-02-16T10:00:00.000Z')),
    steps: Type.Array(
      Type.Object(
        {
          step: Type.Integer({ minimum: 1, description: 'Its place in the policy', examples: [1] }),
          action,
          dueAt: instant('Business time from which on it is done', '2013-02-19T14:00:00.000Z'),
          state: Type.Enum(['planned', 'done', 'skipped'], {
            type: 'string',
            description: 'How far it is',
            examples: ['done'],
          }),
          doneAt: nullable(instant('Business time at which it was done or skipped', '2013-02-19T14:00:00.000Z')),
          why: nullable(text('Why it was skipped', 'paid', 200)),
          message: nullable(
            Type.Object(
              { id: id('Id of the mail'), state: text('How far it is', 'sent', 20) },
              { description: 'The mail that it sends' },
            ),
          ),
        },
        { description: 'A step' },
      ),
      { description: 'Planned, done and skipped, in the order of the policy' },
    ),
  },
  { description: 'The follow-up of an invoice' },
);

export const DunningReason = Type.Object(
  { reason: text('Why', 'The customer has asked for a new bill.', 500) },
  { ...closed, description: 'Why it is done; it stays in the history of the invoice' },
);
