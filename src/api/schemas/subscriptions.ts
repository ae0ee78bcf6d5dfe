import { Type } from 'typebox';
import { cancelWords } from '../../billing/cancel-subscription.ts';
import { changeWords } from '../../billing/change-plan.ts';
import { subscriptionStates } from '../../billing/show-subscription.ts';
import { addressText, closed, id, instant, instantText, nullable, page, pageQuery, text } from './common.ts';

const planVersion = Type.Integer({
  minimum: 1,
  maximum: 2_147_483_647,
  description: 'Version of the plan; the latest unless said otherwise',
  examples: [2],
});
const requestId = Type.Optional(
  text("Your own id of the request, one for all of the customer's: a repetition changes nothing", 'upgrade-4711'),
);
const anchor = Type.Enum(['calendar', 'anniversary'], {
  type: 'string',
  description:
    "Where cycles begin: `calendar` with the Mondays, months, quarters and years of the customer's zone, `anniversary` " +
    'with the date and time of an instant, of which a 31st falls on the last day of shorter months',
  examples: ['calendar'],
});
const anchorAt = Type.Optional(
  instantText(
    'From where an anniversary counts; the start, the end of the trial, or the change',
    '2013-01-31T05:00:00Z',
  ),
);

export const NewSubscription = Type.Object(
  {
    customer: addressText('External id or id of the customer', 'B6'),
    plan: addressText('Key of the plan', 'airports'),
    planVersion: Type.Optional(planVersion),
    startsAt: Type.Optional(
      instantText(
        "When it begins; now on the customer's clock unless said otherwise. If it is long ago, all cycles since then are billed",
        '2013-01-01T05:00:00Z',
      ),
    ),
    trialDays: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 730,
        description:
          'Days from the start that cost nothing, nor what is used in them; those of the plan unless said otherwise',
        examples: [14],
      }),
    ),
    anchor: Type.Optional(anchor),
    anchorAt,
    billingGroup: Type.Optional(
      text('Subscriptions of one group share an invoice; none unless said otherwise', 'cargo', 100),
    ),
    requestId,
  },
  {
    ...closed,
    description: 'A subscription to create; `startsAt` or `requestId` is needed, by which a repetition is known',
  },
);

const Phase = Type.Object(
  {
    startsAt: instant('From when on it is in force, until the next one', '2013-01-01T05:00:00.000Z'),
    plan: text('Key of the plan', 'airports'),
    planVersion: Type.Integer({ minimum: 1, description: 'Version of the plan', examples: [1] }),
    interval: text('How long a cycle is: week, month, quarter, half_year, year', 'month', 20),
    intervalCount: Type.Integer({ minimum: 1, description: 'Intervals a cycle', examples: [1] }),
    anchor,
    anchorAt: nullable(instant("From where an anniversary's cycles are counted", '2013-01-31T05:00:00.000Z')),
  },
  { description: 'A plan that is, was or will be in force' },
);

const Pause = Type.Object(
  {
    startsAt: instant('Begin', '2013-02-10T05:00:00.000Z'),
    endsAt: nullable(instant('End; null until somebody resumes', '2013-03-10T05:00:00.000Z')),
  },
  { description: 'Time that is not billed, nor what is used in it' },
);

const Period = Type.Object(
  {
    id: id('Id of the period'),
    startAt: instant('Begin', '2013-01-01T05:00:00.000Z'),
    endAt: instant('End; the next one begins with it', '2013-02-01T05:00:00.000Z'),
    cycleStartAt: instant('Begin of the cycle of which it is all or a part', '2013-01-01T05:00:00.000Z'),
    cycleEndAt: instant('End of that cycle', '2013-02-01T05:00:00.000Z'),
    billableAt: instant('From when on it is billed', '2013-02-01T13:00:00.000Z'),
    kind: Type.Enum(['arrears', 'advance', 'credit'], {
      description:
        '`arrears`: billed when it is over. `advance`: what the plan bills when a cycle begins. `credit`: time that was billed ' +
        'in advance and is given back, since a change has left no room for it',
      examples: ['arrears'],
    }),
    plan: text('Key of the plan that bills it', 'airports'),
    planVersion: Type.Integer({ minimum: 1, description: 'Version of the plan', examples: [1] }),
    invoiceId: nullable(id('The invoice that has billed it; null while none has')),
  },
  { description: 'What is billed at once' },
);

const fields = {
  id: id('Our id'),
  customerId: id('Our id of the customer'),
  customer: text('External id of the customer', 'B6'),
  billingGroup: Type.String({ description: "Group that shares an invoice; '' for none", examples: [''] }),
  currency: text('ISO 4217 code in which its customer pays', 'USD', 3),
  createdAt: instant('When it was created, by the clock of the machine', '2026-11-22T21:00:00.000Z'),
  now: instant("Time on the customer's clock, to which all here refers", '2013-01-10T05:00:00.000Z'),
  state: Type.Enum([...subscriptionStates], { description: 'Where it stands now', examples: ['active'] }),
  plan: text('Key of the plan that is in force, or with which it will begin', 'airports'),
  planVersion: Type.Integer({ minimum: 1, description: 'Version of that plan', examples: [1] }),
  startsAt: instant('Begin', '2013-01-01T05:00:00.000Z'),
  trialEndsAt: nullable(instant('End of its trial; null if it has none', '2013-01-15T05:00:00.000Z')),
  endsAt: nullable(instant('End; null while none is set', '2014-01-01T05:00:00.000Z')),
  nextRenewalAt: nullable(instant('When its cycle or trial ends; null if it ends before', '2013-02-01T05:00:00.000Z')),
  phases: Type.Array(Phase, { description: 'Its plans, in their order' }),
  pauses: Type.Array(Pause, { description: 'Its pauses, in their order' }),
};

export const Subscription = Type.Object(fields, { description: 'A subscription without its periods' });
export const SubscriptionWithPeriods = Type.Object(
  { ...fields, periods: Type.Array(Period, { description: 'The last 100 that are laid out, the latest first' }) },
  { description: 'A subscription' },
);

export const PauseOrder = Type.Object(
  {
    at: Type.Optional(instantText('When it begins; now unless said otherwise', '2013-02-10T05:00:00Z')),
    until: Type.Optional(instantText('When it ends by itself; never unless said otherwise', '2013-03-10T05:00:00Z')),
    requestId,
  },
  { ...closed, description: 'A pause' },
);

export const ResumeOrder = Type.Object(
  {
    at: Type.Optional(
      instantText(
        'When it goes on; now unless said otherwise. The begin of a pause takes it back',
        '2013-03-10T05:00:00Z',
      ),
    ),
    requestId,
  },
  { ...closed, description: 'The end of a pause' },
);

export const CancelOrder = Type.Object(
  {
    when: Type.Optional(
      Type.Enum([...cancelWords], {
        type: 'string',
        description:
          '`now` bills the part of the cycle that was used, `period_end` lives the cycle or the trial through, `never` takes ' +
          'an end back that is still to come',
        examples: ['period_end'],
      }),
    ),
    at: Type.Optional(instantText('The instant at which it ends, in place of `when`', '2013-06-01T04:00:00Z')),
    requestId,
  },
  { ...closed, description: 'The end of a subscription' },
);

export const ChangeOrder = Type.Object(
  {
    plan: Type.Optional(addressText('Key of the plan; the one that it has unless said otherwise', 'airports')),
    planVersion: Type.Optional(planVersion),
    when: Type.Optional(
      Type.Enum([...changeWords], {
        type: 'string',
        description: '`now` bills the cycle in two parts, `renewal` waits for its end',
        examples: ['renewal'],
      }),
    ),
    at: Type.Optional(
      instantText(
        'The instant from which on it is in force, in place of `when`: the day of a price rise',
        '2013-06-01T04:00:00Z',
      ),
    ),
    noticeDays: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 730,
        description: 'So many days before it begins the customer has to know; refused if it begins sooner',
        examples: [30],
      }),
    ),
    anchor: Type.Optional(anchor),
    anchorAt,
    requestId,
  },
  { ...closed, description: 'Another plan, or another version of it' },
);

const cursorExample = ['b0a2ffde-1c0e-5f3b-9a34-6b1a1f8f7c55'];

export const SubscriptionPage = page(Subscription, 'Subscriptions in the order of their ids', cursorExample);
export const SubscriptionQuery = Type.Object(
  {
    ...pageQuery(cursorExample),
    customer: Type.Optional(addressText('Only of this customer: external id, or ours', 'B6')),
  },
  closed,
);
export const SubscriptionParams = Type.Object(
  { id: addressText('Our id of the subscription', 'b0a2ffde-1c0e-5f3b-9a34-6b1a1f8f7c55') },
  closed,
);
