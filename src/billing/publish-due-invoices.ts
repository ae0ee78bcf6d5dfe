import type { Publisher } from '../broker/publisher.ts';
import { crashPoint } from '../crash-points.ts';
import type { Database } from '../store/database.ts';
import { invoicesToPublish, markQueued, type ToPublish } from '../store/invoice-issue.ts';
import type { BegunPage } from './in-pages.ts';

export type Published = { published: number };

/**
 * Publishes a page of issued invoices, one confirmed message each, and marks what the broker has confirmed, also when
 * the rest of the page fails: those keep their state and go out with the next try. Pages share the publisher's window,
 * so that it never runs empty while one of them is read or marked.
 * @returns the page as it begins; its cursor is the last invoice, undefined when there was none left
 */
export async function publishDueInvoices(
  database: Database,
  publisher: Publisher,
  page: { clockId: string; after: string; limit: number },
): Promise<BegunPage<Published>> {
  const due = await invoicesToPublish(database, page);
  return { cursor: due.at(-1)?.invoiceId, done: publishAndMark(database, publisher, due) };
}

async function publishAndMark(database: Database, publisher: Publisher, due: readonly ToPublish[]): Promise<Published> {
  if (due.length === 0) return { published: 0 };
  const confirmed: string[] = [];
  try {
    await publisher.publish(
      due.map(({ invoiceId, priority }) => ({ version: 1, invoiceId, priority })),
      (invoiceIds) => confirmed.push(...invoiceIds),
    );
  } finally {
    if (confirmed.length > 0) crashPoint('run.messages-confirmed');
    await markQueued(database, confirmed);
    if (confirmed.length > 0) crashPoint('run.messages-marked');
  }
  return { published: confirmed.length };
}
