import type { FastifyReply } from 'fastify';
import type { Principal } from '../auth/principal.ts';
import type { InvoiceView } from '../store/invoice-views.ts';
import type { DataGap } from '../store/usage-freshness.ts';
import type { FindInvoice, InvoiceLineView, WholeInvoice } from '../store/whole-invoice.ts';
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
  const invoice = writeJson(shownInvoice(found.invoice, noticeOf, reader));
  return `${invoice.slice(0, -1)},${contentOf(found).slice(1)}`;
}

/** Sends an invoice that is written already. */
export async function sendInvoice(reply: FastifyReply, json: string): Promise<FastifyReply> {
  return await reply.type('application/json; charset=utf-8').serializer(String).send(json);
}

/** Of what is remembered of an issued invoice, the same object is found each time: it is written once. */
const written = new WeakMap<object, { gaps: string; json: string }>();

function contentOf({ parties, lines, parts, dataGaps }: WholeInvoice): string {
  const gaps = JSON.stringify(dataGaps);
  const before = written.get(lines);
  if (before?.gaps === gaps) return before.json;
  const shown = lines.map((line) => ({ ...line, usageState: usageStateOf(line, dataGaps) }));
  const json = writeJson({ parties, lines: shown, dataGaps, ...parts });
  written.set(lines, { gaps, json });
  return json;
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
