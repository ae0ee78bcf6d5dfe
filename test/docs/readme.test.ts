import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readStartOptions } from '../../src/bin/start/options.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const filesUnder = (folder: string, end: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(end))
    .map((name) => join(folder, name));

const all = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map((match) => match[1] ?? '');
const missing = (wanted: readonly string[], isThere: (one: string) => boolean): string[] =>
  [...new Set(wanted)].filter((one) => !isThere(one));

const readme = read('README.md');
const documents = ['README.md', ...filesUnder('docs', '.md')];
const variable = /\b((?:[A-Z]+_)+[A-Z]+)\b/g;

/** GitHub's anchor of a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

/** Where a document's links to other files and headings lead to nothing. */
function deadLinks(document: string): string[] {
  const links = all(read(document), /\]\(([^)\s]+)\)/g).filter((link) => !/^[a-z]+:/.test(link));
  return missing(links, (link) => {
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? document : relative(root, join(root, dirname(document), path));
    if (!existsSync(join(root, target))) return false;
    return anchor === undefined || all(read(target), /^#+ (.+)$/gm).some((heading) => anchorOf(heading) === anchor);
  });
}

describe('the documents name only what is there', () => {
  for (const document of documents) {
    it(`${document}: links lead somewhere, named files exist`, () => {
      const named = all(
        read(document),
        /`((?:\.ci|activities|docs|examples|plans|prisma|src|test|workflows)\/[\w./-]*)`/g,
      );
      assert.ok(read(document).startsWith('# '), "read(document).startsWith('# ')");
      assert.deepEqual(deadLinks(document), []);
      assert.deepEqual(
        missing(named, (path) => existsSync(join(root, path))),
        [],
      );
    });
  }

  it('every npm script of the README is in package.json', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = [...all(readme, /npm run ([\w-]+)/g), ...all(readme, /npm (start|test)\b/g)];
    assert.ok(named.length > 5, 'named.length > 5');
    assert.deepEqual(
      missing(named, (name) => scripts[name] !== undefined),
      [],
    );
  });

  it('every option in the table of options is taken by npm start', () => {
    const options = all(readme, /^\| `(--[^`]+)`/gm);
    assert.equal(options.length, 5);
    for (const option of options) readStartOptions(option.split(' '));
  });

  it('every environment variable of the README is read by the program', () => {
    const sources = filesUnder('src', '.ts').map(read).join('\n');
    const named = all(readme, /^\| `([A-Z_]+)`/gm);
    assert.ok(named.length > 5, 'named.length > 5');
    assert.deepEqual(
      missing(named, (name) => sources.includes(`'${name}'`) || sources.includes(`  ${name}: '`)),
      [],
    );
  });

  it('every environment variable of the configuration is in the README', () => {
    const named = [...all(read('src/config.ts'), variable), ...all(read('src/bin/start.ts'), /env\['([A-Z_]+)'\]/g)];
    assert.ok(named.length > 5, 'named.length > 5');
    assert.deepEqual(
      missing(named, (name) => readme.includes(`\`${name}\``)),
      [],
    );
  });
});
