/** A document as it is set: every text of it, in its order, nothing left to compute. The template reads it as JSON. */
export type Sheet = {
  language: string;
  direction: 'ltr' | 'rtl';
  /** Families, the one to look in first at the front. */
  fonts: readonly string[];
  paper: 'a4' | 'us-letter';
  /** Name of the file's content, its author, and the instant it is of: [year, month, day, hour, minute, second], UTC. */
  name: string;
  author: string;
  createdAt: readonly number[];
  title: string;
  number: string | null;
  stamp: { text: string; tone: 'good' | 'bad' | 'neutral'; isOverAll: boolean } | null;
  meta: readonly Entry[];
  parties: readonly { label: string; name: string; lines: readonly string[] }[];
  headline: { text: string; link: { label: string; url: string } | null };
  columns: readonly string[];
  rows: readonly SheetRow[];
  totals: readonly (Entry & { weight: 'plain' | 'strong' | 'due' })[];
  taxes: { title: string; columns: readonly string[]; rows: readonly SheetTax[] } | null;
  remarks: readonly { label: string; lines: readonly string[] }[];
  footer: readonly string[];
  /** "Page {page} of {pages}" in the document's language. */
  page: string;
};

export type Entry = { label: string; value: string };

export type SheetRow = {
  description: string;
  /** In small below it. */
  details: readonly string[];
  quantity: string;
  unitPrice: string;
  tax: string;
  amount: string;
};

export type SheetTax = { name: string; rate: string; taxable: string; amount: string };
