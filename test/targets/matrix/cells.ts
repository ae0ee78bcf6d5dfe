import { type FaultRule, faultKinds, limitReasons } from '../../../src/stripe-simulator/faults.ts';

/** A request that a sync can send. A new one is a new row here: the matrix takes it with every fault and every way. */
export type Call = {
  name: string;
  operation: string;
  /** Which of the calls of this operation it is, in a sync that nothing disturbs; from 1. */
  nth: number;
  /** Lines of the invoice. */
  lines: number;
  /** What has to go wrong before, so that the request is sent at all. */
  provokedBy?: FaultRule;
  /** What comes first: an attempt that this fault ends, or one that nothing disturbs. */
  first?: FaultRule | 'calm';
  /** What somebody wants then, before the attempts that the faults are for. */
  wish?: 'void' | 'other contact';
  /** What has to be at Stripe in the end; open unless said otherwise. */
  ends?: Ending;
};
export type Ending = 'open' | 'void' | 'gone';

/** Looks come when a key's answer is a failure: this one says that it is stored, whether the write was done or not. */
const doubt = (operation: string, commit: boolean): FaultRule => ({
  kind: 'error-500-stored',
  operation,
  commit,
  nth: 1,
});

export const calls: readonly Call[] = [
  { name: 'the account', operation: 'accounts.retrieveCurrent', nth: 1, lines: 1 },
  { name: 'the customer', operation: 'customers.create', nth: 1, lines: 1 },
  { name: 'the draft', operation: 'invoices.create', nth: 1, lines: 1 },
  { name: 'the first lines', operation: 'invoices.addLines', nth: 1, lines: 51 },
  { name: 'the last lines', operation: 'invoices.addLines', nth: 2, lines: 51 },
  { name: 'finalizing', operation: 'invoices.finalizeInvoice', nth: 1, lines: 1 },
  {
    name: 'the corrected contact',
    operation: 'customers.update',
    nth: 1,
    lines: 1,
    first: { kind: '403', operation: 'invoices.create' },
    wish: 'other contact',
  },
  { name: 'voiding', operation: 'invoices.voidInvoice', nth: 1, lines: 1, first: 'calm', wish: 'void', ends: 'void' },
  {
    name: 'the look before a void',
    operation: 'invoices.retrieve',
    nth: 1,
    lines: 1,
    first: 'calm',
    wish: 'void',
    ends: 'void',
  },
  {
    name: 'deleting the draft',
    operation: 'invoices.del',
    nth: 1,
    lines: 1,
    first: { kind: '403', operation: 'invoices.finalizeInvoice' },
    wish: 'void',
    ends: 'gone',
  },
  {
    name: 'finishing the draft that nobody wants any more',
    operation: 'invoices.create',
    nth: 1,
    lines: 1,
    first: { kind: 'commit-then-truncate', operation: 'invoices.create' },
    wish: 'void',
    ends: 'gone',
  },
  ...[true, false].flatMap((commit): Call[] => {
    const what = commit ? 'what was done' : 'what was not done';
    const look = { nth: 1, lines: 1 };
    return [
      {
        ...look,
        name: `the look for a customer, ${what}`,
        operation: 'customers.list',
        provokedBy: doubt('customers.create', commit),
      },
      {
        ...look,
        name: `the look for a draft, ${what}`,
        operation: 'invoices.list',
        provokedBy: doubt('invoices.create', commit),
      },
      {
        ...look,
        name: `the look for lines, ${what}`,
        operation: 'invoices.listLineItems',
        provokedBy: doubt('invoices.addLines', commit),
      },
      {
        ...look,
        name: `the look whether it is final, ${what}`,
        operation: 'invoices.retrieve',
        provokedBy: doubt('invoices.finalizeInvoice', commit),
      },
    ];
  }),
];

const hints: FaultRule[] = [
  // The first one is what a 429 says unless told otherwise.
  ...limitReasons.slice(1).map((reason): FaultRule => ({ kind: '429', reason })),
  { kind: '429', reason: null, retryAfter: 1 },
  { kind: '503', retryAfter: 1 },
  { kind: 'lock-timeout', shouldRetry: false },
  { kind: 'error-500-stored', commit: false },
  // Stripe does not say at first that it is stored.
  { kind: 'error-500-stored', shouldRetry: true },
  { kind: '402', declineCode: 'insufficient_funds' },
];

/** Every kind of fault, and those of them that differ by what their answer says. */
export const faults: readonly FaultRule[] = [
  ...faultKinds.map((kind): FaultRule => ({ kind, ...(kind === 'slow' && { delayMs: 30 }) })),
  ...hints,
];

/** How a fault comes about; its rules are in force together. */
export type Way = {
  name: string;
  rules(fault: FaultRule, nth: number): FaultRule[];
  /** A day passes after the first attempt, and Stripe forgets its keys. */
  ages?: boolean;
  /** Whether it may happen that no request meets it. */
  byLot?: boolean;
};

/** The SDK repeats a reset connection once by itself, so one that shall be noticed comes twice. */
const nthTry = (fault: FaultRule, nth: number): FaultRule[] => [
  { ...fault, nth },
  ...(fault.kind.includes('reset') ? [{ ...fault, nth: nth + 1 }] : []),
];

const lots = [1, 2] as const;

export const ways: readonly Way[] = [
  { name: 'once', rules: nthTry },
  { name: 'and then a day passes', rules: nthTry, ages: true },
  {
    name: 'after a 503',
    rules: (fault, nth) => [{ kind: '503', nth }, ...nthTry(fault, nth + 1)],
  },
  ...lots.map(
    (seed): Way => ({
      name: `by lot ${seed}`,
      rules: (fault) => [{ ...fault, probability: 0.5, seed, times: 4 }],
      byLot: true,
    }),
  ),
];

export function nameOf({ kind, ...rest }: FaultRule): string {
  const { delayMs: _, ...says } = rest;
  return Object.keys(says).length === 0 ? kind : `${kind} ${JSON.stringify(says)}`;
}
