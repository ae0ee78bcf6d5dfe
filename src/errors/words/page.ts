import { customerLine } from '../page.ts';
import type { StateWords } from './reader.ts';
import { stateSubjects } from './states.ts';

const introduction = `# Words

Every state that a person can meet, in the words of each reader, written by \`node src/bin/bootstrap.mjs error-docs\` from
[\`src/errors/words/\`](../src/errors/words); change it there. [Errors](errors.md) and
[failures at Stripe](failures.md) have pages of their own.

\`GET /v1/words\` has all of it for programs: pages look a word up by its subject and its state. What a customer reads is in
four answers: what happened, what it means for the bill, what is being done, what they can do. What to do names the
buttons of [the operators' pages](operator-pages.md#actions), where the answers of the API stand beside them.
`;

/** The states as the Markdown of docs/words.md, one section a subject. */
export function wordsPage(): string {
  const sections = Object.entries(stateSubjects).map(([subject, { about, states }]) => {
    const entries: [string, StateWords][] = Object.entries(states);
    return `## ${subject}\n\n${about}.\n\n${entries.map(section).join('\n')}`;
  });
  return [introduction, ...sections].join('\n');
}

function section([state, { label, engineer, operator, customer }]: [string, StateWords]): string {
  return `### ${state}

**${label}**. ${engineer}

- What to do: ${operator}
${customerLine(customer)}
`;
}
