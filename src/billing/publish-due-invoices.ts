import type { Publisher } from '../broker/publisher.ts';
import { crashPoint } from '../crash-points.ts';
import type { Database } from '../store/database.ts';
import { invoicesToPublish, markQueued } from '../store/invoice-issue.ts';

export type PublishedPage = { cursor: string | undefined; published: number };

/**
 * Publishes a page of issued invoices, one confirmed message each, and marks what the broker has confirmed, also when
 * the rest of the page fails: those keep their state and go out with the next try.
 */
export async function publishDueInvoices(
  database: Database,
  publisher: Publisher,
  page: { clockId: string; after: string; limit: number },
): Promise<PublishedPage> {
  const due = await invoicesToPublish(database, page);
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
  return { cursor: due.at(-1)?.invoiceId, published: confirmed.length };
}
