import { errorSubjects } from './catalogue.ts';
import type { Catalogued } from './catalogued.ts';
import type { CustomerWords } from './words/reader.ts';

const introduction = `# Errors

Every error that Durabill can answer with, written by \`node src/bin/bootstrap.mjs error-docs\` from
[\`src/errors/catalogue/\`](../src/errors/catalogue); change it there.

The API answers them as problem+json (RFC 9457): \`code\` is one of the names below and never renamed, \`detail\` says what
was wrong this time, \`field\` names the place and \`mend\` the next step, which may be more particular than here. Events of
a batch carry the same \`code\`, \`field\` and \`mend\` one by one. An error with status 500 leaves the API as \`internal\`; its
own code is in the log. Why an invoice is parked is told by codes of the payment service too: see the
[run book](run-book.md#why-an-invoice-is-parked).

What a customer may read is in four answers: what happened, what it means for the bill, what is being done, what they can do.
\`GET /v1/words\` has all of it for programs.
`;

/** The catalogue as the Markdown of docs/errors.md, one section a code, so that each can be linked to. */
export function errorPage(): string {
  const entries = Object.values(errorSubjects).flatMap((errors): [string, Catalogued][] => Object.entries(errors));
  return [introduction, ...entries.map(section)].join('\n');
}

function section([code, { status, title, customer, mend }]: [string, Catalogued]): string {
  return `## ${code}

${title}

- HTTP status: ${status}
- What to do: ${mend}
${customerLine(customer)}
`;
}

/** The four answers as one item of a list. */
export function customerLine(customer: CustomerWords | null): string {
  if (customer === null) return '- What a customer may read: nothing, since none can meet it';
  const { happened, meansForBill, beingDone, youCan } = customer;
  return `- What a customer may read: ${happened} ${meansForBill} ${beingDone} ${youCan}`;
}
