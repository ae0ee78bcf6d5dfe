import { accessErrors } from './catalogue/access.ts';
import { customerErrors } from './catalogue/customers.ts';
import { developerErrors } from './catalogue/developers.ts';
import { invoiceErrors } from './catalogue/invoices.ts';
import { moneyErrors } from './catalogue/money.ts';
import { priceErrors } from './catalogue/prices.ts';
import { requestErrors } from './catalogue/requests.ts';
import { stackErrors } from './catalogue/stack.ts';
import { syncErrors } from './catalogue/sync.ts';
import { taxErrors } from './catalogue/taxes.ts';
import { usageErrors } from './catalogue/usage.ts';
import type { Catalogued } from './catalogued.ts';

/** The errors by subject, each in a file of its own; a code stands in one of them only. */
export const errorSubjects = {
  requests: requestErrors,
  access: accessErrors,
  developers: developerErrors,
  customers: customerErrors,
  usage: usageErrors,
  prices: priceErrors,
  taxes: taxErrors,
  invoices: invoiceErrors,
  money: moneyErrors,
  sync: syncErrors,
  stack: stackErrors,
} as const satisfies Record<string, Record<string, Catalogued>>;

/** Every error that Durabill can answer with, once. docs/errors.md is generated from here. */
export const catalogue = {
  ...requestErrors,
  ...accessErrors,
  ...developerErrors,
  ...customerErrors,
  ...usageErrors,
  ...priceErrors,
  ...taxErrors,
  ...invoiceErrors,
  ...moneyErrors,
  ...syncErrors,
  ...stackErrors,
} as const satisfies Record<string, Catalogued>;

export type ErrorCode = keyof typeof catalogue;

/** Whether a text, such as one that came back over the network, is a code of ours. */
export function isErrorCode(text: unknown): text is ErrorCode {
  return typeof text === 'string' && Object.hasOwn(catalogue, text);
}
