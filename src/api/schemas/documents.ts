import { Type } from 'typebox';

const description =
  'PDF/A-2a with embedded fonts and selectable text, in the language of the invoice. `ETag` is the SHA-256 of its bytes.';

/** A PDF as an answer. */
export const Pdf = {
  description,
  content: {
    'application/pdf': {
      schema: Type.Unsafe<Buffer>({ type: 'string', format: 'binary', description, examples: ['%PDF-1.7 …'] }),
    },
  },
  headers: {
    etag: Type.String({
      description: 'SHA-256 of the bytes',
      examples: ['"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"'],
    }),
    'content-disposition': Type.String({
      description: 'Names the file by the number',
      examples: ['inline; filename="INV-000042.pdf"'],
    }),
  },
};

/** The caller has these bytes already. */
export const NotModified = Type.Null({ description: 'The document is still the one that `If-None-Match` names' });
