import { Type } from 'typebox';
import { addressText, closed, id, instantText, page, pageQuery, text } from './common.ts';
import { Entry } from './history.ts';

const idExample = 'b0a2ffde-1c0e-5f3b-9a34-6b1a1f8f7c55';
const cursorExample = ['2026-11-22T21:00:00.000Z', 'invoice', idExample, '3'];

export const AuditEntry = Type.Object(
  {
    subjectKind: text('What it happened to', 'invoice', 100),
    subjectId: id('Which one'),
    ...Entry.properties,
  },
  { description: 'A link of a chain, beside its subject' },
);

export const AuditPage = page(
  AuditEntry,
  'Links of all chains, the newest first. A page looks at 20,000 links, so that it may be short or empty and have a next one',
  cursorExample,
);

export const AuditQuery = Type.Object(
  {
    ...pageQuery(cursorExample),
    subjectKind: Type.Optional(addressText('Only of such subjects', 'invoice', 100)),
    subject: Type.Optional(addressText('Only of the subject with this id', idExample)),
    actor: Type.Optional(addressText('Only by this actor', 'operator:ada@example.com', 500)),
    action: Type.Optional(addressText('Only this action', 'retry', 200)),
    by: Type.Optional(
      Type.Enum(['people', 'machines'], {
        type: 'string',
        description: '`people`: operators, customers and API keys; `machines`: runs, syncs and schedules',
        examples: ['people'],
      }),
    ),
    from: Type.Optional(instantText('Only from this machine time on', '2026-11-22T00:00:00Z')),
    to: Type.Optional(instantText('Only before this machine time', '2026-11-23T00:00:00Z')),
  },
  closed,
);

export const ChainParams = Type.Object(
  {
    kind: addressText('What the chain tells of', 'invoice', 100),
    id: addressText('Id of the subject', idExample),
  },
  closed,
);
