import type { FastifyReply } from 'fastify';
import type { Principal } from '../auth/principal.ts';
import type { FindInvoice } from '../store/invoice-finder.ts';
import type { InvoiceView } from '../store/invoice-views.ts';
import type { DataGap } from '../store/usage-freshness.ts';
import type { InvoiceLineView, WholeInvoice } from '../store/whole-invoice.ts';
import type { ApiDeps } from './deps.ts';
import { noSuchInvoice } from './filters.ts';
import { isCustomer } from './guard.ts';
import { writeJson } from './json.ts';

type Reader = { principal: Principal | null };

/** Operators read the code and the reason, customers a sentence that names neither. */
export function shownInvoice({ failureCode, ...invoice }: InvoiceView, noticeOf: ApiDeps['noticeOf'], reader: Reader) {
  const notice = noticeOf(failureCode);
  // Whether and why one of us is asked, and how often a machine has tried, is not theirs to wonder about.
  if (isCustomer(reader)) return { ...invoice, parked: null, syncAttempts: 0, nextRetryAt: null, notice };
  return { ...invoice, notice };
}

/** An invoice with its parties, its lines and what leads to its total, as JSON. @throws DurabillError not-found */
export async function wholeInvoice(
  find: FindInvoice,
  id: string,
  noticeOf: ApiDeps['noticeOf'],
  reader: Reader,
): Promise<string> {
  const found = await find(id);
  if (found === undefined) throw noSuchInvoice(id);
  const kind = isCustomer(reader) ? 'customer' : 'operator';
  const kept = written.get(found) ?? {};
  written.set(found, kept);
  kept[kind] ??= write(found, noticeOf, reader);
  return kept[kind];
}

/** Sends an invoice that is written already. */
export async function sendInvoice(reply: FastifyReply, json: string): Promise<FastifyReply> {
  return await reply.type('application/json; charset=utf-8').serializer(String).send(json);
}

/** While nothing has changed, the same object is found again: it is written once for each kind of reader. */
const written = new WeakMap<WholeInvoice, { customer?: string; operator?: string }>();

function write(
  { invoice, parties, lines, dataGaps, parts }: WholeInvoice,
  noticeOf: ApiDeps['noticeOf'],
  reader: Reader,
) {
  const shownLines = lines.map((line) => ({ ...line, usageState: usageStateOf(line, dataGaps) }));
  return writeJson({ ...shownInvoice(invoice, noticeOf, reader), parties, lines: shownLines, dataGaps, ...parts });
}

/** That nothing was used is not the same as that nothing was heard. */
function usageStateOf(
  { meterKey, eventCount }: InvoiceLineView,
  gaps: readonly DataGap[] | null,
): 'usage' | 'no-usage' | 'no-data' | 'unknown' | null {
  if (meterKey === null) return null;
  if (gaps?.some(({ meterKeys }) => meterKeys.includes(meterKey))) return 'no-data';
  if (eventCount > 0) return 'usage';
  return gaps === null ? 'unknown' : 'no-usage';
}
