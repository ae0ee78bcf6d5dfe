/** Writes the JSON Schema of plan files, by which editors complete and check them, beside the files. */
import { writeFile } from 'node:fs/promises';
import { planFileForEditors } from '../api/schemas/plan-file.ts';
import { currencies } from '../domain/money/currency.ts';

const file = 'plans/plan-file.schema.json';
const schema = `${JSON.stringify(planFileForEditors(currencies), null, 2)}\n`;
await writeFile(new URL(`../../${file}`, import.meta.url), schema);
console.log(`Wrote ${file}.`);
