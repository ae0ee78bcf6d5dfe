import { accountOperations } from './account.ts';
import { customerOperations } from './customers.ts';
import { invoiceLineOperations } from './invoice-lines.ts';
import { invoiceTransitionOperations } from './invoice-transitions.ts';
import { invoiceOperations } from './invoices.ts';
import type { Operation } from './operation.ts';

/** The operation table: all that this Stripe can do. A new resource is a new file of rows here. */
export const operations: readonly Operation[] = [
  ...accountOperations,
  ...customerOperations,
  ...invoiceOperations,
  ...invoiceLineOperations,
  ...invoiceTransitionOperations,
];

export interface Match {
  operation: Operation;
  ids: Record<string, string>;
}

/** The row for a method and path; a literal segment beats a placeholder, whatever the order of the rows. */
export function matchOperation(method: string, path: string): Match | undefined {
  const segments = path.split('/');
  const matches = operations.flatMap((operation) => {
    const ids = operation.method === method ? matchPath(operation.path.split('/'), segments) : undefined;
    return ids === undefined ? [] : [{ operation, ids }];
  });
  return matches.sort((left, right) => Object.keys(left.ids).length - Object.keys(right.ids).length)[0];
}

function matchPath(template: string[], segments: string[]): Record<string, string> | undefined {
  if (template.length !== segments.length) return undefined;
  const ids: Record<string, string> = {};
  for (const [index, expected] of template.entries()) {
    const segment = segments[index] ?? '';
    const name = /^\{(\w+)\}$/.exec(expected)?.[1];
    if (name === undefined && segment !== expected) return undefined;
    if (name !== undefined && segment === '') return undefined;
    if (name !== undefined) ids[name] = segment;
  }
  return ids;
}
