import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { renderClientSchema } from '../../src/bin/shared/client-schema.ts';

describe('The types of the client', () => {
  it('are those of the API as it is', async () => {
    const checkedIn = readFileSync(new URL('../../src/client/schema.ts', import.meta.url), 'utf8');
    assert.ok(
      (await renderClientSchema()) === checkedIn,
      'src/client/schema.ts is not what the API says of itself any more: run npm run client',
    );
  }).timeout(60_000);
});
