import { ar } from './ar.ts';
import { de } from './de.ts';
import { en } from './en.ts';
import { es } from './es.ts';
import { fr } from './fr.ts';
import { he } from './he.ts';
import { ja } from './ja.ts';
import type { Labels } from './labels.ts';
import { zh } from './zh.ts';

/** The languages that documents speak. */
export const dictionary = { ar, de, en, es, fr, he, ja, zh } as const satisfies Record<string, Labels>;

export type Language = keyof typeof dictionary;

export type { Labels };

/** Puts values into a label: `fill('Page {page}', { page: '2' })`. A name that the label lacks is a mistake of ours. */
export function fill(label: string, values: Record<string, string>): string {
  return Object.entries(values).reduce((text, [name, value]) => {
    if (!text.includes(`{${name}}`)) throw new TypeError(`The label "${label}" has no place for ${name}.`);
    return text.replace(`{${name}}`, () => value);
  }, label);
}
