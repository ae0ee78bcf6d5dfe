import { type Static, type TSchema, Type } from 'typebox';
import { writeCursor } from '../paging.ts';
import { storable } from '../wanted.ts';

/** Instants leave as Date and are written by JSON as RFC 3339 with milliseconds, in UTC. */
export const instant = (description: string, example = '2013-02-01T13:00:00.000Z') =>
  Type.Unsafe<Date>({
    type: 'string',
    format: 'date-time',
    description: `${description} (RFC 3339, UTC, milliseconds)`,
    examples: [example],
  });

/** Instants arrive as text and are read by our own code, whose sentences are for people. */
export const instantText = (description: string, example = '2013-02-01T13:00:00Z') =>
  Type.String({
    format: 'date-time',
    maxLength: 64,
    description: `${description} (RFC 3339 with seconds and Z or an offset; cut to milliseconds)`,
    examples: [example],
  });

export const id = (description: string) =>
  Type.String({ format: 'uuid', description, examples: ['b0a2ffde-1c0e-5f3b-9a34-6b1a1f8f7c55'] });

export const text = (description: string, example: string, maxLength = 255) =>
  Type.String({ minLength: 1, maxLength, description, examples: [example] });

/** A text that goes to the database as it is, such as one from an address; PostgreSQL stores no NUL. */
export const addressText = (description: string, example: string, maxLength = 255) =>
  Type.String({ minLength: 1, maxLength, pattern: storable, description, examples: [example] });

export const count = (description: string, example: number) =>
  Type.Integer({ minimum: 0, description, examples: [example] });

export const amountMinor = (description: string, example = 123_450) =>
  Type.Integer({ description: `${description}, in minor units of the currency (cents for USD)`, examples: [example] });

export const decimal = (description: string, example: string) =>
  Type.String({ description: `${description}, as an exact decimal`, examples: [example] });

export const nullable = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);

/** The page of a workflow in the Temporal Web UI. */
export const workflowUrl = nullable(
  text(
    'Its page in the Temporal Web UI; null where none is configured',
    'http://127.0.0.1:8233/namespaces/durabill/workflows/sync-invoice%2Fb0a2ffde-1c0e-5f3b-9a34-6b1a1f8f7c55',
    4_000,
  ),
);

export const closed = { additionalProperties: false } as const;

/** `exampleParts` are those of a cursor as the list writes it. */
export const pageQuery = (exampleParts: readonly string[]) => ({
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 200, description: 'Objects a page; 50 unless said otherwise', examples: [50] }),
  ),
  // 255 characters, each up to 6 bytes in JSON, and base64 makes four of three.
  cursor: Type.Optional(addressText('`nextCursor` of the page before', writeCursor(exampleParts), 2_048)),
});

export const page = <Item extends TSchema>(item: Item, description: string, exampleParts: readonly string[]) =>
  Type.Object(
    {
      data: Type.Array(item),
      nextCursor: nullable(
        Type.String({
          description: 'Send it as `cursor` for the next page; null on the last one',
          examples: [writeCursor(exampleParts)],
        }),
      ),
    },
    { description },
  );

export const Problem = Type.Object(
  {
    type: Type.String({ description: 'The code as a URI', examples: ['urn:durabill:problem:event-too-late'] }),
    title: Type.String({
      description: 'What this code means',
      examples: ['The event is dated too far in the future.'],
    }),
    status: Type.Integer({ description: 'The HTTP status', examples: [422] }),
    detail: Type.String({ description: 'What was wrong this time', examples: ['The event is dated 2113-01-01.'] }),
    code: Type.String({ description: 'For programs; never renamed', examples: ['event-too-late'] }),
    field: nullable(Type.String({ description: 'Path of the field at fault', examples: ['events[3].occurredAt'] })),
    mend: Type.String({ description: 'The next step', examples: ['Check the clock of the sender.'] }),
    instance: Type.String({
      description: 'The request, as the log knows it',
      examples: ['urn:uuid:0d5a1c0e-6f4e-4c37-9f0e-9d1c5a9f2b11'],
    }),
  },
  { description: 'A refusal or failure (RFC 9457); nothing was changed' },
);
export type Problem = Static<typeof Problem>;

const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: Problem } },
});

/** What every route may answer besides its own. */
export const problems = {
  '4xx': problem('The request was refused; nothing was changed'),
  '5xx': problem('Something is away or failed; the same request may be sent again'),
};
