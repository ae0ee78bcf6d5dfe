import { dayIn, dayText } from '../period/day-text.ts';

/** What happens to a customer's bills, by kind; the names are for ever. */
export const calendarKinds = [
  'subscription-starts',
  'trial-ends',
  'plan-changes',
  'pause-begins',
  'pause-ends',
  'renews',
  'subscription-ends',
  'generated',
  'held',
  'issued',
  'charged',
  'payment-due',
  'reminded',
  'given-up',
  'paid',
  'credit-ends',
] as const;
export type CalendarKind = (typeof calendarKinds)[number];

/** One thing on one day. Instants are business time. */
export type CalendarEntry = {
  kind: CalendarKind;
  at: Date;
  /** Whether it has happened; what has not may still come otherwise. */
  isDone: boolean;
  sentence: string;
  /** Ids of what it is about. */
  subscriptionId: string | null;
  invoiceId: string | null;
  billingGroup: string | null;
};

/** What the timeline of a subscription says. Instants that it does not have are null. */
export type CalendarSubscription = {
  id: string;
  billingGroup: string;
  startsAt: Date;
  trialEndsAt: Date | null;
  endsAt: Date | null;
  /** Plans in the order in which they come; the first is that of the start. */
  phases: readonly { from: Date; plan: string }[];
  pauses: readonly { from: Date; to: Date | null }[];
  renewals: readonly Date[];
};

/** A bill that there will be. */
export type PlannedBill = {
  billingGroup: string;
  subscriptionIds: readonly string[];
  periodStartAt: Date;
  periodEndAt: Date;
  /** When the run writes it, and the scan issues it. */
  generatedAt: Date;
  issuedAt: Date;
  /** The customer's day by which it is to be paid, as `2013-02-16`, and its first instant. */
  dueOn: string;
  dueAt: Date;
};

/** A bill that there is. */
export type CalendarInvoice = {
  id: string;
  number: string | null;
  billingGroup: string;
  lifecycle: 'draft' | 'held' | 'issued' | 'skipped' | 'void';
  total: string;
  isPaid: boolean;
  generatedAt: Date;
  /** By the scan that is to come, where it is a draft. */
  issuedAt: Date | null;
  paymentDueOn: string | null;
  paymentDueAt: Date | null;
  paidAt: Date | null;
};

/**
 * What is done, or was, to get an invoice paid: a charge of the saved payment method, a reminder, giving up. `outcome` is
 * what came of a charge.
 */
export type CalendarStep = {
  invoiceId: string;
  number: string | null;
  billingGroup: string;
  kind: 'charged' | 'reminded' | 'given-up';
  at: Date;
  isDone: boolean;
  outcome: 'paid' | 'processing' | 'declined' | null;
};

/** Prepaid credit that is left of a wallet, and ends. */
export type EndingCredit = { wallet: string; left: string; endsAt: Date };

type Facts = {
  now: Date;
  zone: string;
  subscriptions: readonly CalendarSubscription[];
  planned: readonly PlannedBill[];
  invoices: readonly CalendarInvoice[];
  steps: readonly CalendarStep[];
  /** Bills to come are charged to what the customer has saved, as soon as they are issued. */
  isCharged: boolean;
  credits: readonly EndingCredit[];
};

/** All of it in [from, to), the earliest first. */
export function calendarOf(facts: Facts, { from, to }: { from: Date; to: Date }): CalendarEntry[] {
  const { now, isCharged } = facts;
  const entries = [
    ...facts.subscriptions.flatMap((subscription) => ofSubscription(subscription, now)),
    ...facts.planned.flatMap((bill) => ofPlanned(bill, facts)),
    ...facts.invoices.flatMap((invoice) => ofInvoice(invoice, { now, isCharged })),
    ...facts.steps.map(ofStep),
    ...facts.credits.map((credit) => ofCredit(credit, now)),
  ];
  const place = ({ kind }: CalendarEntry) => calendarKinds.indexOf(kind);
  return entries
    .filter(({ at }) => from <= at && at < to)
    .sort((one, other) => one.at.getTime() - other.at.getTime() || place(one) - place(other));
}

function ofSubscription(subscription: CalendarSubscription, now: Date): CalendarEntry[] {
  const { id: subscriptionId, billingGroup, startsAt, trialEndsAt, endsAt, phases, pauses, renewals } = subscription;
  const entry = (kind: CalendarKind, at: Date | null, sentence: string): CalendarEntry[] =>
    at === null ? [] : [{ kind, at, isDone: at <= now, sentence, subscriptionId, invoiceId: null, billingGroup }];
  const isLive = (at: Date) => endsAt === null || at < endsAt;
  return [
    ...entry('subscription-starts', startsAt, `The subscription to "${phases[0]?.plan}" begins.`),
    ...entry('trial-ends', trialEndsAt, 'The trial ends; from here on it is billed.'),
    ...phases
      .slice(1)
      .filter(({ from }) => isLive(from))
      .flatMap(({ from, plan }) => entry('plan-changes', from, `The plan becomes "${plan}".`)),
    ...pauses.flatMap((pause) => [
      ...entry('pause-begins', pause.from, 'The subscription is paused; nothing is billed for that time.'),
      ...entry('pause-ends', pause.to, 'The pause ends, and it is billed again.'),
    ]),
    ...renewals.flatMap((at) => entry('renews', at, 'A new cycle of the subscription begins.')),
    ...entry('subscription-ends', endsAt, 'The subscription ends.'),
  ];
}

function ofPlanned(bill: PlannedBill, { zone, isCharged }: Pick<Facts, 'zone' | 'isCharged'>): CalendarEntry[] {
  const { billingGroup, subscriptionIds, generatedAt, issuedAt, dueAt, dueOn } = bill;
  const of = `${dayText(dayIn(zone, bill.periodStartAt))} to ${dayText(dayIn(zone, new Date(bill.periodEndAt.getTime() - 1)))}`;
  const [subscriptionId = null, ...others] = subscriptionIds;
  const about = { isDone: false, invoiceId: null, billingGroup };
  const named = { ...about, subscriptionId: others.length === 0 ? subscriptionId : null };
  return [
    { ...named, kind: 'generated', at: generatedAt, sentence: `The invoice for ${of} is drawn up as a draft.` },
    { ...named, kind: 'issued', at: issuedAt, sentence: `The invoice for ${of} becomes final and gets its number.` },
    ...(isCharged
      ? [{ ...named, kind: 'charged' as const, at: issuedAt, sentence: `The invoice for ${of} is ${toCharge}.` }]
      : []),
    { ...named, kind: 'payment-due', at: dueAt, sentence: `The invoice for ${of} is to be paid by ${dayText(dueOn)}.` },
  ];
}

const toCharge = 'charged to the payment method that you have saved';

function ofInvoice(invoice: CalendarInvoice, { now, isCharged }: Pick<Facts, 'now' | 'isCharged'>): CalendarEntry[] {
  const { id: invoiceId, number, billingGroup, lifecycle, total, isPaid } = invoice;
  const { generatedAt, issuedAt, paymentDueOn, paymentDueAt, paidAt } = invoice;
  const about = { subscriptionId: null, invoiceId, billingGroup };
  const called = number === null ? 'The draft' : `Invoice ${number}`;
  const entry = (kind: CalendarKind, at: Date | null, sentence: string): CalendarEntry[] =>
    at === null ? [] : [{ ...about, kind, at, isDone: at <= now, sentence }];
  const drawnUp = entry('generated', generatedAt, `A draft over ${total} was drawn up.`);
  const due = paymentDueOn === null ? '' : dayText(paymentDueOn);
  switch (lifecycle) {
    case 'void':
    case 'skipped':
      return drawnUp;
    case 'held':
      return [...drawnUp, ...entry('held', issuedAt, `${called} over ${total} waits until somebody has looked at it.`)];
    case 'draft':
      return [
        ...drawnUp,
        ...entry('issued', issuedAt, `${called} over ${total} becomes final and gets its number.`),
        ...entry('charged', isCharged ? issuedAt : null, `${called} over ${total} is ${toCharge}.`),
        ...entry('payment-due', paymentDueAt, `${called} over ${total} is to be paid by ${due}.`),
      ];
    case 'issued':
      return [
        ...drawnUp,
        ...entry('issued', issuedAt, `${called} over ${total} was issued.`),
        ...(isPaid ? [] : entry('payment-due', paymentDueAt, `${called} over ${total} is to be paid by ${due}.`)),
        ...entry('paid', paidAt, `${called} over ${total} was paid.`),
      ];
  }
}

function ofStep({ number, outcome, kind, ...step }: CalendarStep): CalendarEntry {
  const { invoiceId, billingGroup, at, isDone } = step;
  return {
    kind,
    at,
    isDone,
    sentence: `Invoice ${number}: ${stepText(kind, isDone, outcome)}.`,
    subscriptionId: null,
    invoiceId,
    billingGroup,
  };
}

function stepText(kind: CalendarStep['kind'], isDone: boolean, outcome: CalendarStep['outcome']): string {
  if (kind === 'reminded') return isDone ? 'a reminder was sent' : 'a reminder is sent if it is not paid by then';
  if (kind === 'given-up') return isDone ? 'it was closed without payment' : 'it is closed if it is not paid by then';
  if (outcome === null) return 'the saved payment method is charged if it is not paid by then';
  const came = { paid: 'and it was paid', processing: 'and the payment is on its way', declined: 'and was declined' };
  return `the saved payment method was charged, ${came[outcome]}`;
}

function ofCredit({ wallet, left, endsAt: at }: EndingCredit, now: Date): CalendarEntry {
  const sentence = `${left} of "${wallet}" end; what was used before is still paid with them.`;
  const about = { subscriptionId: null, invoiceId: null, billingGroup: null };
  return { ...about, kind: 'credit-ends', at, isDone: at <= now, sentence };
}
