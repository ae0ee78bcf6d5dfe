import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { buildApi } from '../../src/api/app.ts';
import { openDatabase } from '../../src/store/database.ts';
import { noSyncs, withoutWebhooks } from './support.ts';

/** Asked without a database: neither pages nor refusals of addresses need one. */
describe('The pages are served', () => {
  let folder: string;
  let app: FastifyInstance;
  const database = openDatabase('postgresql://nobody@127.0.0.1:1/none');
  const unused = () => Promise.reject(new Error('unused'));
  const open = (publicUrl: string) =>
    buildApi({
      database,
      access: { publicUrl },
      startRun: unused,
      startReconciliation: unused,
      syncs: noSyncs,
      noticeOf: () => null,
      failureCodes: new Map(),
      health: async () => ({}),
      ...withoutWebhooks,
      dashboard: { folder },
    });
  const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'durabill-pages-'));
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Billing</title>');
    writeFileSync(join(folder, 'addresses.json'), '["/", "/invoices/:id", "/operations/*"]');
    writeFileSync(join(folder, 'assets', 'main-abc.js'), 'whole');
    writeFileSync(join(folder, 'assets', 'main-abc.js.br'), 'small');
    app = open('https://billing.example');
  });
  after(async () => {
    await app.close();
    await database.close();
    rmSync(folder, { recursive: true });
  });

  it('at their addresses, never kept, and under a policy that lets nothing else in', async () => {
    for (const url of ['/', '/invoices/42', '/operations/runs/7?tab=log']) {
      const { statusCode, headers, body } = await app.inject({ url, headers: browser });
      assert.deepEqual([statusCode, headers['cache-control']], [200, 'no-store'], url);
      assert.match(body, /^<!doctype html>/);
      const policy = String(headers['content-security-policy']);
      assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self';/);
      assert.match(policy, /frame-ancestors 'none'/);
      assert.doesNotMatch(policy, /unsafe|\*|https?:/);
      assert.equal(headers['referrer-policy'], 'no-referrer');
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.match(String(headers['strict-transport-security']), /^max-age=\d{8}$/);
    }
  });

  it('promise https only where people come by it', async () => {
    const plain = open('http://127.0.0.1:7070');
    assert.equal((await plain.inject('/')).headers['strict-transport-security'], undefined);
    await plain.close();
  });

  it('with files that are kept for ever and come compressed', async () => {
    const asked = { url: '/assets/main-abc.js', headers: { 'accept-encoding': 'gzip, br' } };
    const { statusCode, headers, body } = await app.inject(asked);
    assert.deepEqual([statusCode, body, headers['content-encoding']], [200, 'small', 'br']);
    assert.equal(headers['cache-control'], 'public, max-age=31536000, immutable');
    assert.match(String(headers['content-type']), /javascript/);
    assert.equal((await app.inject('/assets/main-abc.js')).body, 'whole');
  });

  it('but nothing else of the machine', async () => {
    for (const name of ['gone-123.js', '..%2findex.html', '%2e%2e%2faddresses.json', '.hidden', '']) {
      const { statusCode, headers } = await app.inject({ url: `/assets/${name}`, headers: browser });
      assert.equal(statusCode, 404, name);
      assert.match(String(headers['content-type']), /^application\/problem\+json/, name);
      assert.equal(headers['cache-control'], 'no-store', name);
    }
  });

  it('to a person at a wrong address with the status 404, and a problem to a program', async () => {
    const missing = await app.inject({ url: '/no/such', headers: browser });
    assert.equal(missing.statusCode, 404);
    assert.match(missing.body, /^<!doctype html>/);
    for (const [url, headers] of [
      ['/no/such', { accept: 'application/json' }],
      ['/v1/no-such', browser],
    ] as const) {
      const answer = await app.inject({ url, headers });
      assert.deepEqual([answer.statusCode, answer.json().code], [404, 'not-found'], url);
    }
    const other = await app.inject({ method: 'DELETE', url: '/invoices/42' });
    assert.deepEqual([other.statusCode, other.headers['allow']], [405, 'GET, HEAD']);
    const file = await app.inject({ method: 'POST', url: '/assets/main-abc.js' });
    assert.deepEqual([file.statusCode, file.headers['allow']], [405, 'GET, HEAD']);
  });

  it('or not at all where they are not built, while the API answers', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'durabill-no-pages-'));
    const warnings: unknown[] = [];
    const logger = { warn: (...args: unknown[]) => warnings.push(args) };
    const quiet = new Proxy(logger, {
      get: (target, name) => (name === 'warn' ? target.warn : name === 'child' ? () => quiet : () => {}),
    }) as never;
    const without = buildApi({
      database,
      startRun: unused,
      startReconciliation: unused,
      syncs: noSyncs,
      noticeOf: () => null,
      failureCodes: new Map(),
      health: async () => ({}),
      ...withoutWebhooks,
      dashboard: { folder: empty },
      logger: quiet,
    });
    assert.equal((await without.inject('/healthz')).statusCode, 200);
    assert.equal((await without.inject({ url: '/', headers: browser })).statusCode, 404);
    assert.match(JSON.stringify(warnings), /bootstrap\.mjs install/);
    await without.close();
    rmSync(empty, { recursive: true });
  });
});
