import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { errorPage } from '../../src/errors/page.ts';
import { wordsPage } from '../../src/errors/words/page.ts';
import { failurePage } from '../../src/targets/stripe/failure-page.ts';

for (const [name, page] of [
  ['errors.md', errorPage],
  ['failures.md', failurePage],
  ['words.md', wordsPage],
] as const) {
  describe(`docs/${name}`, () => {
    it('is what the catalogue says now', async () => {
      const written = await readFile(new URL(`../../docs/${name}`, import.meta.url), 'utf8');
      assert.equal(written, page(), 'Write it anew: node src/bin/bootstrap.mjs error-docs');
    });
  });
}
