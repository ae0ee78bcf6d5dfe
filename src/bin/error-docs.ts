import { writeFile } from 'node:fs/promises';
import { errorPage } from '../errors/page.ts';
import { wordsPage } from '../errors/words/page.ts';
import { failurePage } from '../targets/stripe/failure-page.ts';

const page = (name: string) => new URL(`../../docs/${name}`, import.meta.url);

await Promise.all([
  writeFile(page('errors.md'), errorPage()),
  writeFile(page('failures.md'), failurePage()),
  writeFile(page('words.md'), wordsPage()),
]);
