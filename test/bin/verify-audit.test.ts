import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { appendAudit } from '../../src/store/audit.ts';
import { useTestDatabase } from '../support/database.ts';
import { tamper } from '../support/tamper.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

describe('npm run verify-audit', function () {
  this.timeout(60_000);
  const books = useTestDatabase();
  const verify = (env: Record<string, string>) =>
    new Promise<{ code: number; out: string }>((resolve) => {
      const args = ['src/bin/bootstrap.mjs', 'verify-audit'];
      execFile(process.execPath, args, { cwd: root, env: { ...process.env, ...env } }, (error, stdout, stderr) =>
        resolve({ code: Number(error?.code ?? 0), out: `${stdout}${stderr}` }),
      );
    });

  it('says that all of it holds, or which chain does not and where, and needs a database', async () => {
    const id = randomUUID();
    const tell = (action: string) =>
      appendAudit(books.database, [{ subjectKind: 'invoice', subjectId: id, actor: 'test', action, detail: {} }]);
    await tell('one');
    await tell('two');
    const sound = await verify({ DATABASE_URL: books.url });
    assert.deepEqual([sound.code, sound.out], [0, '1 chains of 2 links, 0 daily digests.\nAll of it holds.\n']);

    await tamper(books.database, 'UPDATE audit_log SET actor = $1 WHERE sequence = 2', ['nobody']);
    const faulty = await verify({ DATABASE_URL: books.url });
    assert.equal(faulty.code, 1);
    assert.match(faulty.out, new RegExp(`invoice ${id}: link 2 was changed`));
    assert.match(faulty.out, /It does not hold/);
    assert.equal((await verify({ DATABASE_URL: '' })).code, 2);
  });
});
