import type { Principal } from '../auth/principal.ts';
import type { InvoiceView } from '../store/invoice-views.ts';
import type { DataGap } from '../store/usage-freshness.ts';
import type { FindInvoice, InvoiceLineView } from '../store/whole-invoice.ts';
import type { ApiDeps } from './deps.ts';
import { noSuchInvoice } from './filters.ts';
import { isCustomer } from './guard.ts';

type Reader = { principal: Principal | null };

/** Operators read the code and the reason, customers a sentence that names neither. */
export function shownInvoice({ failureCode, ...invoice }: InvoiceView, noticeOf: ApiDeps['noticeOf'], reader: Reader) {
  const notice = noticeOf(failureCode);
  // Whether and why one of us is asked, and how often a machine has tried, is not theirs to wonder about.
  if (isCustomer(reader)) return { ...invoice, parked: null, syncAttempts: 0, nextRetryAt: null, notice };
  return { ...invoice, notice };
}

/** An invoice with its parties, its lines and what leads to its total. @throws DurabillError not-found */
export async function wholeInvoice(find: FindInvoice, id: string, noticeOf: ApiDeps['noticeOf'], reader: Reader) {
  const found = await find(id);
  if (found === undefined) throw noSuchInvoice(id);
  const { invoice, parties, parts, dataGaps } = found;
  const lines = found.lines.map((line) => ({ ...line, usageState: usageStateOf(line, dataGaps) }));
  return { ...shownInvoice(invoice, noticeOf, reader), parties, lines, dataGaps, ...parts };
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
