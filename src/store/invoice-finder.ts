import { LRUCache } from 'lru-cache';
import type { Sql } from './database.ts';
import { selectedCount, selectedMark } from './invoice-mark.ts';
import { invoicesInBooks } from './invoice-views.ts';
import { dataGapsOf, type StoredGaps, selectedDataGaps } from './usage-freshness.ts';
import { uuidOrNull } from './uuid.ts';
import { type MarkedInvoice, readMarked, type WholeInvoice } from './whole-invoice.ts';

export type FindInvoice = (reference: string) => Promise<WholeInvoice | undefined>;

type Now = Pick<MarkedInvoice, 'mark' | 'count'>;

const selectMark = `SELECT ${selectedMark} AS mark, ${selectedCount} AS count
  ${invoicesInBooks} WHERE i.id = $1::uuid`;
const selectGaps = `SELECT ${selectedDataGaps} AS "dataGaps", ${selectedCount} AS count FROM invoices i WHERE i.id = $1::uuid`;

/**
 * `findInvoice` for whoever reads the same invoices again and again. Issued ones are remembered, and each read asks PostgreSQL
 * whether anything of them has changed since: what it answers is never older than the question. While nothing has, the very
 * same object is found, so that what was made of it can be kept with it.
 * @param mostText how many characters of JSON are remembered at most
 */
export function createInvoiceFinder(sql: Sql, mostText = 16_000_000): FindInvoice {
  const issued = new LRUCache<string, MarkedInvoice>({
    maxSize: mostText,
    sizeCalculation: ({ whole }) => JSON.stringify(whole).length,
  });
  return async (reference) => {
    const id = uuidOrNull(reference);
    if (id === null) return undefined;
    const known = issued.get(id);
    const now = known && (await askNow(sql, id));
    if (known !== undefined && known.mark === now?.mark) {
      const current = known.count === now.count ? known : await recounted(sql, id, known);
      if (current !== known) issued.set(id, current);
      return current.whole;
    }
    const read = await readMarked(sql, id);
    // A draft may be made anew, and what is void is no longer kept from changing.
    const isKept = read?.whole.invoice.lifecycle === 'issued' && read.whole.parties.isFrozen;
    if (isKept) issued.set(id, read);
    else issued.delete(id);
    return read?.whole;
  };
}

async function askNow(sql: Sql, id: string): Promise<Now | undefined> {
  const { rows } = await sql.query<Now>({ name: 'find-invoice-mark', text: selectMark, values: [id] });
  return rows[0];
}

/** Events that were counted since seldom tell of another gap; where usage streams in, they are counted all the time. */
async function recounted(sql: Sql, id: string, known: MarkedInvoice): Promise<MarkedInvoice> {
  const { rows } = await sql.query<{ dataGaps: StoredGaps | null; count: string | null }>({
    name: 'find-invoice-gaps',
    text: selectGaps,
    values: [id],
  });
  const { dataGaps: stored, count } = rows[0]!;
  const dataGaps = dataGapsOf(stored);
  const isSame = JSON.stringify(dataGaps) === JSON.stringify(known.whole.dataGaps);
  return { mark: known.mark, count, whole: isSame ? known.whole : { ...known.whole, dataGaps } };
}
