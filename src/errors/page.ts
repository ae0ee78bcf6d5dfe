import { type Catalogued, catalogue } from './catalogue.ts';

const introduction = `# Errors

Every error that Durabill can answer with, written by \`node src/bin/bootstrap.mjs error-docs\` from
[\`src/errors/catalogue.ts\`](../src/errors/catalogue.ts); change it there.

The API answers them as problem+json (RFC 9457): \`code\` is one of the names below and never renamed, \`detail\` says what
was wrong this time, \`field\` names the place and \`mend\` the next step, which may be more particular than here. Events of
a batch carry the same \`code\`, \`field\` and \`mend\` one by one. An error with status 500 leaves the API as \`internal\`; its
own code is in the log. Why an invoice is parked is told by codes of the payment service too: see the
[run book](run-book.md#why-an-invoice-is-parked).
`;

/** The catalogue as the Markdown of docs/errors.md, one section a code, so that each can be linked to. */
export function errorPage(): string {
  const entries: [string, Catalogued][] = Object.entries(catalogue);
  return [introduction, ...entries.map(section)].join('\n');
}

function section([code, { status, title, customer, mend }]: [string, Catalogued]): string {
  return `## ${code}

${title}

- HTTP status: ${status}
- What to do: ${mend}
- What a customer may read: ${customer}
`;
}
