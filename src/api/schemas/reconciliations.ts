import { Type } from 'typebox';
import { differenceKinds, differenceStates } from '../../store/reconciliation-views.ts';
import {
  addressText,
  closed,
  id,
  instant,
  instantText,
  nullable,
  page,
  pageQuery,
  text,
  workflowUrl,
} from './common.ts';

const requestKind = Type.Enum(['on-demand', 'adoption'], {
  type: 'string',
  description:
    '`on-demand` compares; `adoption` takes over what Stripe has after a restore, and ends the pause that waits for it',
  examples: ['on-demand'],
});

export const NewReconciliation = Type.Object(
  {
    kind: Type.Optional(requestKind),
    from: Type.Optional(instantText('Only what was created at Stripe from then on', '2013-02-01T00:00:00Z')),
    to: Type.Optional(instantText('Only what was created at Stripe until then', '2013-03-01T00:00:00Z')),
  },
  { ...closed, description: 'A reconciliation to start; without a window it looks at everything' },
);

const kind = Type.Enum(['nightly', 'on-demand', 'adoption'], {
  type: 'string',
  description: 'Why it looks: every night, because a person asked, or after a restore',
  examples: ['nightly'],
});

export const StartedReconciliation = Type.Object(
  {
    id: id('Id of the reconciliation'),
    kind,
    workflowId: text('Its workflow in Temporal', 'reconciliation/b0a2ffde-1c0e-5f3b-9a34-6b1a1f8f7c55', 1_000),
    workflowUrl,
  },
  { description: 'It was started; its Location tells how far it is' },
);

export const Reconciliation = Type.Object(
  {
    id: id('Id of the reconciliation'),
    kind,
    askedBy: text('Who asked for it', 'schedule', 1_000),
    fromAt: nullable(instant('From when on it looks at what was created at Stripe; null: from the beginning')),
    toAt: nullable(instant('Until when; null: to the end')),
    requestedAt: instant('Machine time at which it was asked for', '2026-11-25T03:00:00.000Z'),
    startedAt: nullable(instant('Machine time of its start, or null while it waits', '2026-11-25T03:00:01.000Z')),
    finishedAt: nullable(instant('Machine time of its end, or null while it goes on', '2026-11-25T03:04:00.000Z')),
    workflowId: text('Its workflow in Temporal', 'reconciliation-2026-11-25T03:00:00Z', 1_000),
    workflowUrl,
    counts: Type.Record(Type.String(), Type.Number(), {
      description: 'What it has seen, found and done: counts by name',
      examples: [{ invoices: 1_204, otherInvoices: 3, amount: 1, alerted: 1 }],
    }),
  },
  { description: 'A look at what Stripe has' },
);

const differenceKind = Type.Enum([...differenceKinds], {
  type: 'string',
  description: 'In what the two differ; the run book tells what each one means',
  examples: ['amount'],
});
const differenceState = Type.Enum([...differenceStates], {
  type: 'string',
  description:
    '`repairing`: its sync was told to look; `alerted`: waits for a person; `repaired`, `closed`: not found any more',
  examples: ['alerted'],
});
const evidence = (description: string, example: Record<string, unknown>) =>
  Type.Record(Type.String(), Type.Unknown(), { description, examples: [example] });

export const Difference = Type.Object(
  {
    id: id('Id of the difference'),
    runId: id('The reconciliation that found it first'),
    kind: differenceKind,
    invoiceId: nullable(id('The invoice, by our id or by the mark at Stripe')),
    customerId: nullable(id('The customer, where it is one that differs')),
    remoteId: nullable(text('The object at Stripe', 'in_1Q2w3E4r5T6y7U', 255)),
    ours: evidence('What the books say; amounts in minor units, as text', { totalMinor: '12345', currency: 'USD' }),
    theirs: evidence('What Stripe says', { totalMinor: '12000', currency: 'USD', status: 'open' }),
    action: Type.Enum(['repair', 'alert'], {
      type: 'string',
      description: 'What is done about it: its sync looks again, or a person decides',
      examples: ['alert'],
    }),
    state: differenceState,
    openedAt: instant('Machine time at which it was found first', '2026-11-25T03:04:00.000Z'),
    closedAt: nullable(instant('Machine time at which it was not found any more', '2026-11-26T03:04:00.000Z')),
  },
  { description: 'A difference between the books and Stripe, with the evidence of both' },
);

const idExample = 'b0a2ffde-1c0e-5f3b-9a34-6b1a1f8f7c55';
const cursorExample = ['2026-11-25T03:00:00.000Z', idExample];

export const ReconciliationPage = page(Reconciliation, 'Reconciliations, the latest first', cursorExample);
export const DifferencePage = page(Difference, 'Differences that it found or found again', [idExample]);
export const ReconciliationParams = Type.Object({ id: addressText('Id of the reconciliation', idExample) }, closed);
export const ReconciliationQuery = Type.Object({ ...pageQuery(cursorExample) }, closed);
export const DifferenceQuery = Type.Object(
  {
    ...pageQuery([idExample]),
    kind: Type.Optional(differenceKind),
    state: Type.Optional(differenceState),
  },
  closed,
);
