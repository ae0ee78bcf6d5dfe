// Plain JavaScript, since Vite then reads it as it is and writes no file of its own beside it.
import { readFileSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const here = fileURLToPath(new URL('.', import.meta.url));
/** Below this, the headers weigh more than what compression spares. */
const worthCompressingFrom = 1_024;

/** Compresses once, as well as it goes, what would else be compressed for every visitor. */
function compressed() {
  let outDir;
  return {
    name: 'durabill:compressed',
    apply: 'build',
    configResolved(config) {
      outDir = config.build.outDir;
    },
    async closeBundle() {
      const names = await readdir(outDir, { recursive: true });
      await Promise.all(
        names.filter((name) => /\.(?:js|css|html|svg)$/.test(name)).map((name) => compress(join(outDir, name))),
      );
    },
  };
}

async function compress(file) {
  const bytes = await readFile(file);
  if (bytes.length < worthCompressingFrom) return;
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  await Promise.all([
    promisify(brotliCompress)(bytes, { params }).then((small) => writeFile(`${file}.br`, small)),
    promisify(gzip)(bytes, { level: 9 }).then((small) => writeFile(`${file}.gz`, small)),
  ]);
}

/** The addresses of pages go with the build, so that whoever serves it can tell a page from a wrong address. */
function addresses() {
  return {
    name: 'durabill:addresses',
    apply: 'build',
    generateBundle() {
      const source = readFileSync(join(here, 'addresses.json'), 'utf8');
      this.emitFile({ type: 'asset', fileName: 'addresses.json', source });
    },
  };
}

export default defineConfig({
  root: here,
  base: '/',
  plugins: [react(), compressed(), addresses()],
  build: {
    emptyOutDir: true,
    target: 'es2022',
    // The policy forbids scripts and styles inside of the page, and `data:` for everything but images.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        // What every page needs and what changes only with its version: kept by browsers across our releases.
        codeSplitting: {
          groups: [
            { name: 'react', test: /node_modules[\\/](?:react|react-dom|scheduler|react-router|@tanstack)[\\/]/ },
          ],
        },
      },
    },
  },
  // `npx vite src/dashboard` while working on pages; the API runs beside it.
  server: { proxy: { '/v1': 'http://127.0.0.1:7070' } },
});
