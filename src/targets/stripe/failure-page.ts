import { customerLine } from '../../errors/page.ts';
import type { FailureKind } from '../failure-kind.ts';
import { failureKinds } from '../failures.ts';
import { kindByCode, kindByDeclineCode } from './failure-codes.ts';

const introduction = `# Failures at Stripe

What can go wrong on an invoice’s way to Stripe, and what is done about it, written by \`node src/bin/bootstrap.mjs error-docs\`
from [\`src/errors/words/failures.ts\`](../src/errors/words/failures.ts), [\`src/targets/failures.ts\`](../src/targets/failures.ts)
and the codes of Stripe; change it there. An invoice’s
\`failure_code\`, the search attribute \`FailureCode\` and a parked invoice name Stripe’s own code, or the kind where Stripe gave none.

What to do names the buttons of [the operators’ pages](operator-pages.md#actions), where the answers of the API stand beside them.
`;

const acts: Record<FailureKind['act'], string> = {
  retry: 'tried again under the same key',
  look: 'tried again under the same key; where the failure is the key’s own answer, Stripe is looked at first, what is there is adopted, and else a new request is made. A refusal that two looks do not explain parks',
  fix: 'parked until data is corrected',
  stop: 'parked until a person has acted',
};

/** The table as the Markdown of docs/failures.md, one section a kind, so that each can be linked to. */
export function failurePage(): string {
  const kinds: [string, FailureKind][] = Object.entries(failureKinds);
  return [introduction, ...kinds.map(section)].join('\n');
}

function section([name, kind]: [string, FailureKind]): string {
  const codes = [...kindByCode, ...kindByDeclineCode].filter(([, of]) => of === name).map(([code]) => `\`${code}\``);
  const pause = kind.pauseMs === undefined ? '' : `, after ${kind.pauseMs / 1_000} s at least`;
  const lines = [
    `- What is done: ${acts[kind.act]}${pause}${kind.alert ? '; an operator is told' : ''}`,
    `- What to do: ${kind.operator}`,
    customerLine(kind.customer),
    ...(codes.length === 0 ? [] : [`- Codes: ${[...new Set(codes)].join(', ')}`]),
  ];
  return `## ${name}\n\n${kind.engineer}\n\n${lines.join('\n')}\n`;
}
