import { Type } from 'typebox';
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

const kindsToStart = ['invoicing', 'due-scan', 'advance'] as const;
const whatTheyDo =
  '`invoicing` bills every period that is over, `due-scan` issues what is due, `advance` moves a test clock and ' +
  'runs all that becomes due on the way';

const kindToStart = Type.Enum([...kindsToStart], { type: 'string', description: whatTheyDo, examples: ['advance'] });

const kind = Type.Enum([...kindsToStart, 'hourly-invoicing', 'dunning'], {
  type: 'string',
  description: `${whatTheyDo}; \`hourly-invoicing\` bills every hour what is no calendar month, \`dunning\` follows up what is unpaid`,
  examples: ['advance'],
});

export const NewRun = Type.Object(
  {
    kind: kindToStart,
    clock: text('Name of the clock; every run is for one', 'sample', 80),
    at: instantText('Its nominal time; for `advance` the instant to move the clock to', '2013-02-03T00:00:00Z'),
  },
  { ...closed, description: 'A run to start; the same run is never started twice' },
);

export const StartedRun = Type.Object(
  {
    id: id('Id of the run'),
    kind: kindToStart,
    clock: text('Name of the clock', 'sample', 80),
    at: instant('Its nominal time', '2013-02-03T00:00:00.000Z'),
    workflowId: text('Its workflow in Temporal', 'advance/sample/2013-02-03T00:00:00.000Z', 1_000),
    workflowUrl,
    alreadyStarted: Type.Boolean({ description: 'True if it had been started before', examples: [false] }),
  },
  { description: 'The run was started; its Location tells how far it is' },
);

export const Run = Type.Object(
  {
    id: id('Id of the run'),
    kind,
    clock: text('Name of the clock', 'sample', 80),
    cutoffAt: instant('Its nominal time', '2013-02-01T13:00:00.000Z'),
    startedAt: instant('Business time of its start', '2013-02-01T13:00:00.000Z'),
    openedAt: instant('Machine time of its start', '2026-11-22T21:00:00.000Z'),
    finishedAt: nullable(instant('Machine time of its end, or null while it goes on', '2026-11-22T21:00:07.000Z')),
    workflowId: text('Its workflow in Temporal', 'invoicing/sample/2013-02-01T13:00:00.000Z', 1_000),
    workflowUrl,
    progress: Type.Record(Type.String(), Type.Number(), {
      description: 'What it has done so far: counts by name',
      examples: [{ generated: 16, held: 0 }],
    }),
    state: Type.Enum(['running', 'finished', 'failed', 'unknown'], {
      type: 'string',
      description:
        '`failed`: its workflow has ended without the work done. `unknown`: it has not finished, and Temporal does not answer',
      examples: ['finished'],
    }),
  },
  { description: 'A billing run, and how it goes on' },
);

const cursorExample = ['2026-11-22T21:00:00.000Z', 'b0a2ffde-1c0e-5f3b-9a34-6b1a1f8f7c55'];

export const RunPage = page(Run, 'Runs, the latest first', cursorExample);
export const RunParams = Type.Object(
  { id: addressText('Id of the run', 'b0a2ffde-1c0e-5f3b-9a34-6b1a1f8f7c55') },
  closed,
);
export const RunQuery = Type.Object(
  {
    ...pageQuery(cursorExample),
    clock: Type.Optional(addressText('Only on the clock of this name', 'sample', 80)),
    kind: Type.Optional(kind),
  },
  closed,
);
