/** Writes the types of the HTTP API, for its client, to src/client/schema.ts: from the document that the API gives itself. */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { renderClientSchema } from './shared/client-schema.ts';

const file = 'src/client/schema.ts';
await writeFile(fileURLToPath(new URL(`../../${file}`, import.meta.url)), await renderClientSchema());
console.log(`Wrote ${file}.`);
