import { today } from './invoice-views.ts';

/** Rows of others about the invoice `i` that change what it shows: its money and its copies. */
const about = ['credit_notes', 'remote_records', 'refunds', 'invoice_mappings'].map(
  (table) => `ARRAY(SELECT t.xmin FROM ${table} t WHERE t.invoice_id = i.id)`,
);

/**
 * What is another text after every change of an issued invoice `i`, its gaps in the data left out. PostgreSQL notes in each
 * row which transaction wrote it (`xmin`), so nobody has to tell of a change, and nobody can forget to.
 */
export const selectedMark = `ROW(i.xmin, s.xmin, c.xmin, k.xmin, ${today}, ${about.join(', ')})::text`;

/** The same for what is counted of the sources of usage, which says what gaps there are. */
export const selectedCount = `(SELECT f.xmin::text FROM usage_freshness f)`;
