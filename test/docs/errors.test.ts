import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { errorPage } from '../../src/errors/page.ts';

describe('docs/errors.md', () => {
  it('is what the catalogue says now', async () => {
    const written = await readFile(new URL('../../docs/errors.md', import.meta.url), 'utf8');
    assert.equal(written, errorPage(), 'Write it anew: node src/bin/bootstrap.mjs error-docs');
  });
});
