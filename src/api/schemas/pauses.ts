import { Type } from 'typebox';
import { closed, id, instant, text } from './common.ts';

const kind = Type.Enum(['operator', 'restore'], {
  type: 'string',
  description: '`operator`: a person wants quiet. `restore`: the database is older than what it has sent to Stripe',
  examples: ['operator'],
});

export const Pause = Type.Object(
  {
    id: id('Id of the pause'),
    kind,
    reason: text('Why', 'Stripe is investigating an incident.', 2_000),
    begunBy: text('Who began it', 'api-key:operations', 500),
    begunAt: instant('Machine time of its begin', '2026-11-22T21:00:00.000Z'),
  },
  { description: 'While it is on nothing is issued and nothing is sent to Stripe' },
);

export const OpenPauses = Type.Object(
  { data: Type.Array(Pause) },
  { description: 'The pauses that are on; none on a normal day' },
);

export const NewPause = Type.Object(
  { reason: text('Why', 'Stripe is investigating an incident.', 500), kind: Type.Optional(kind) },
  { ...closed, description: 'One of kind `restore` is ended by the adoption of what Stripe has, within minutes' },
);

export const PauseEnd = Type.Object(
  { reason: text('Why it can go on', 'The incident is over.', 500) },
  { ...closed, description: 'Ends the pause of an operator; that after a restore is ended by the reconciliation' },
);
