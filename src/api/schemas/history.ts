import { Type } from 'typebox';
import { addressText, closed, count, instant, nullable, pageQuery, text } from './common.ts';

const hash = (description: string) =>
  Type.String({
    pattern: '^[0-9a-f]{64}$',
    description,
    examples: ['9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'],
  });

export const ChainVerdict = Type.Object(
  {
    holds: Type.Boolean({
      description: 'Whether each link has the hash of what it says and names the one before it',
      examples: [true],
    }),
    links: count('Links of the chain', 9),
    headHash: nullable(hash('Hash of the last link: keep it, and nobody can change what is before it unnoticed')),
    fault: nullable(
      Type.Object(
        {
          sequence: Type.Integer({ minimum: 1, description: 'The first link that does not hold', examples: [4] }),
          fault: Type.Enum(['changed', 'missing', 'not linked'], {
            type: 'string',
            description:
              '`changed`: it does not have the hash of what it says; `missing`: the one before it is gone; `not linked`: what stands before it is another than the one it was written behind',
            examples: ['changed'],
          }),
        },
        { description: 'Where the chain does not hold; null while it does' },
      ),
    ),
  },
  { description: 'The whole chain, computed again for this answer' },
);

export const Entry = Type.Object(
  {
    sequence: Type.Integer({ minimum: 1, description: 'Place in the chain', examples: [3] }),
    at: instant('Machine time at which it was written down'),
    actor: text('Who did it: a run, the sync, an API key, a person', 'sync', 500),
    action: text(
      'What happened: `generated`, `issued`, `request`, `answer`, `answer lost`, `look`, `synced` …',
      'request',
    ),
    detail: Type.Record(Type.String(), Type.Unknown(), {
      description: 'Ids, amounts, codes and hashes that tell of it; no personal data of customers',
      examples: [{ operation: 'invoices.create', step: 'create', generation: 1, sends: 1 }],
    }),
    hash: hash('SHA-256 over the hash before it and what it says'),
  },
  { description: 'A link of the chain' },
);

const cursorExample = ['50'];

export const HistoryPage = Type.Object(
  {
    data: Type.Array(Entry),
    nextCursor: nullable(
      Type.String({
        description: 'Send it as `cursor` for the next page; null on the last one',
        examples: ['WyI1MCJd'],
      }),
    ),
    verified: ChainVerdict,
  },
  { description: 'What happened to an invoice, oldest first, and whether its chain holds' },
);

export const HistoryParams = Type.Object(
  { id: addressText('Our id of the invoice', 'b0a2ffde-1c0e-5f3b-9a34-6b1a1f8f7c55') },
  closed,
);
export const HistoryQuery = Type.Object(pageQuery(cursorExample), closed);
