import { invoiceMark } from './invoice-params.ts';

/** How an object of Stripe's names another: by its id, or whole when it was expanded. */
export type Linked = string | { id: string } | null | undefined;

export function linkedId(linked: Linked): string | null {
  return typeof linked === 'string' ? linked : (linked?.id ?? null);
}

/** An id that was sent to us. Stripe's are short and of word characters; whatever else stands there is not kept. */
export function plainId(value: unknown): string | null {
  if (typeof value === 'string') return /^\w{1,250}$/.test(value) ? value : null;
  return typeof value === 'object' && value !== null && 'id' in value ? plainId(value.id) : null;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Our invoice that an object of Stripe's names in its metadata. */
export function markOf(metadata: unknown): string | null {
  const mark = (metadata as Record<string, unknown> | null | undefined)?.[invoiceMark];
  return typeof mark === 'string' && uuid.test(mark) ? mark : null;
}
