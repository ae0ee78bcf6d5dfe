import { isDeepStrictEqual } from 'node:util';
import { LRUCache } from 'lru-cache';
import { isUnreachable, type Sql } from './database.ts';
import { gather } from './gather.ts';
import { selectedCount, selectedMark } from './invoice-mark.ts';
import { invoicesInBooks } from './invoice-views.ts';
import { dataGapsOf, type StoredGaps, selectedDataGaps } from './usage-freshness.ts';
import { uuidOrNull } from './uuid.ts';
import { type MarkedInvoice, readMarked, type WholeInvoice } from './whole-invoice.ts';

export type FindInvoice = (reference: string) => Promise<WholeInvoice | undefined>;

type Now = Pick<MarkedInvoice, 'mark' | 'count'>;

/**
 * Looks for each by its key, so that one plan is as good for one as for a hundred. The ids are JSON, since PostgreSQL would
 * plan anew for arrays, as it believes that it knows better with their length.
 */
const selectMarks = `SELECT (SELECT ${selectedMark} ${invoicesInBooks} WHERE i.id = asked.id::uuid) AS mark, ${selectedCount} AS count
  FROM json_array_elements_text($1::json) WITH ORDINALITY AS asked (id, place) ORDER BY place`;
const selectGaps = `SELECT ${selectedDataGaps} AS "dataGaps", ${selectedCount} AS count FROM invoices i WHERE i.id = $1::uuid`;

/**
 * `findInvoice` for whoever reads the same invoices again and again. Issued ones are remembered, and each read asks PostgreSQL
 * whether anything of them has changed since, in one question for all that are read at the same time: what it answers is never
 * older than the read. While nothing has, the very same object is found, so that what was made of it can be kept with it.
 * @param mostText how many characters of JSON are remembered at most
 */
export function createInvoiceFinder(sql: Sql, mostText = 32_000_000): FindInvoice {
  const issued = new LRUCache<string, MarkedInvoice>({
    maxSize: mostText,
    // With what is written of it for customers and for operators.
    sizeCalculation: ({ whole }) => 3 * JSON.stringify(whole).length,
  });
  const nowOf = gather((ids: string[]) => askNow(sql, ids), {
    max: 100,
    concernsAll: isUnreachable,
    // A connection that is gone without a word holds up nobody who comes later.
    limit: {
      ms: 15_000,
      error: () => Object.assign(new Error('PostgreSQL has not answered for 15 s.'), { code: 'ETIMEDOUT' }),
    },
  });
  return async (reference) => {
    const id = uuidOrNull(reference);
    if (id === null) return undefined;
    const known = issued.get(id);
    const now = known && (await nowOf(id));
    if (known !== undefined && known.mark === now?.mark) {
      if (known.count !== now.count) await recount(sql, id, known);
      return known.whole;
    }
    const read = await readMarked(sql, id);
    // A draft may be made anew, and what is void is no longer kept from changing.
    const isKept = read?.whole.invoice.lifecycle === 'issued' && read.whole.parties.isFrozen;
    if (isKept) issued.set(id, read);
    else issued.delete(id);
    return read?.whole;
  };
}

async function askNow(sql: Sql, ids: readonly string[]): Promise<Now[]> {
  const { rows } = await sql.query<Now>({
    name: 'find-invoice-marks',
    text: selectMarks,
    values: [JSON.stringify(ids)],
  });
  return rows;
}

/**
 * Events that were counted since seldom tell of another gap; where usage streams in, they are counted all the time. So what is
 * remembered is changed in place, and is another object only if it says something else.
 */
async function recount(sql: Sql, id: string, known: MarkedInvoice): Promise<void> {
  const { rows } = await sql.query<{ dataGaps: StoredGaps | null; count: string | null }>({
    name: 'find-invoice-gaps',
    text: selectGaps,
    values: [id],
  });
  const { dataGaps: stored, count } = rows[0]!;
  const dataGaps = dataGapsOf(stored);
  known.count = count;
  if (!isDeepStrictEqual(dataGaps, known.whole.dataGaps)) known.whole = { ...known.whole, dataGaps };
}
