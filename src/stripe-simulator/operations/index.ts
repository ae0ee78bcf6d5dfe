import { accountOperations } from './account.ts';
import { attachedPaymentOperations } from './attached-payments.ts';
import { chargeOperations } from './charges.ts';
import { checkoutSessionOperations } from './checkout-sessions.ts';
import { creditNoteOperations } from './credit-notes.ts';
import { customerOperations } from './customers.ts';
import { disputeOperations } from './disputes.ts';
import { eventOperations } from './events.ts';
import { invoiceItemOperations } from './invoice-items.ts';
import { invoiceLineChangeOperations } from './invoice-line-changes.ts';
import { invoiceLineOperations } from './invoice-lines.ts';
import { invoicePaymentOperations } from './invoice-payments.ts';
import { invoiceTransitionOperations } from './invoice-transitions.ts';
import { invoiceOperations } from './invoices.ts';
import type { Operation } from './operation.ts';
import { paymentIntentOperations } from './payment-intents.ts';
import { paymentMethodOperations } from './payment-methods.ts';
import { refundOperations } from './refunds.ts';
import { searchOperations } from './search.ts';
import { webhookEndpointOperations } from './webhook-endpoints.ts';

/** The operation table: all that this Stripe can do. A new resource is a new file of rows here. */
export const operations: readonly Operation[] = [
  ...accountOperations,
  ...attachedPaymentOperations,
  ...chargeOperations,
  ...checkoutSessionOperations,
  ...creditNoteOperations,
  ...customerOperations,
  ...disputeOperations,
  ...eventOperations,
  ...invoiceOperations,
  ...invoiceItemOperations,
  ...invoiceLineOperations,
  ...invoiceLineChangeOperations,
  ...invoicePaymentOperations,
  ...invoiceTransitionOperations,
  ...paymentIntentOperations,
  ...paymentMethodOperations,
  ...refundOperations,
  ...searchOperations,
  ...webhookEndpointOperations,
];

export interface Match {
  operation: Operation;
  ids: Record<string, string>;
}

/** A segment of a path: one fixed text, or the name of an id. */
type Segment = { literal: string } | { name: string };

interface Route {
  operation: Operation;
  template: readonly Segment[];
}

const sizeOf = (method: string, segments: readonly unknown[]) => `${method} ${segments.length}`;

/** The table by method and number of segments; within one, a literal segment beats a placeholder. */
const routes = new Map<string, Route[]>();
for (const operation of operations) {
  const template = operation.path.split('/').map((segment) => {
    const name = /^\{(\w+)\}$/.exec(segment)?.[1];
    return name === undefined ? { literal: segment } : { name };
  });
  const size = sizeOf(operation.method, template);
  const names = ({ template }: Route) => template.filter((segment) => 'name' in segment).length;
  const rows = [...(routes.get(size) ?? []), { operation, template }];
  routes.set(
    size,
    rows.sort((left, right) => names(left) - names(right)),
  );
}

/** The row for a method and path. */
export function matchOperation(method: string, path: string): Match | undefined {
  const segments = path.split('/');
  for (const { operation, template } of routes.get(sizeOf(method, segments)) ?? []) {
    const ids = matchPath(template, segments);
    if (ids !== undefined) return { operation, ids };
  }
  return undefined;
}

function matchPath(template: readonly Segment[], segments: readonly string[]): Record<string, string> | undefined {
  const ids: Record<string, string> = {};
  for (let index = 0; index < template.length; index += 1) {
    const expected = template[index] as Segment;
    const segment = segments[index] ?? '';
    if ('name' in expected ? segment === '' : segment !== expected.literal) return undefined;
    if ('name' in expected) ids[expected.name] = segment;
  }
  return ids;
}
