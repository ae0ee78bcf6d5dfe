import type { JournalEntry } from './journal.ts';
import { hasFailed } from './pages/entry.ts';

export interface JournalChoice {
  /** Name of an operation, or `webhooks` for deliveries. */
  readonly operation?: string | undefined;
  /** A text that stands somewhere in the entry: an id, a key, a number. */
  readonly subject?: string | undefined;
  readonly status?: 'failed' | 'fault' | 'ok' | undefined;
}

export function isChosen(entry: JournalEntry, { operation, subject, status }: JournalChoice): boolean {
  return (
    (operation === undefined || operation === operationOf(entry)) &&
    (status === undefined ||
      status === (hasFailed(entry) ? 'failed' : 'ok') ||
      (status === 'fault' && hasFault(entry))) &&
    (subject === undefined || JSON.stringify(entry).toLowerCase().includes(subject.toLowerCase()))
  );
}

function operationOf(entry: JournalEntry): string | null {
  if (entry.kind === 'request') return entry.operation;
  return entry.kind === 'delivery' ? 'webhooks' : null;
}

function hasFault(entry: JournalEntry): boolean {
  return entry.kind === 'request' ? entry.fault !== null : entry.kind === 'delivery' && entry.copy !== null;
}
