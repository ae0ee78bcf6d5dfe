import { writeFile } from 'node:fs/promises';
import { errorPage } from '../errors/page.ts';

await writeFile(new URL('../../docs/errors.md', import.meta.url), errorPage());
