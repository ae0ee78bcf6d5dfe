import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { planFileForEditors } from '../../src/api/schemas/plan-file.ts';
import { currencies } from '../../src/domain/money/currency.ts';
import { parsePlanFile } from '../../src/domain/rating/plan.ts';
import { badFiles, goodFile } from '../support/plan-files.ts';

const folder = fileURLToPath(new URL('../../plans/', import.meta.url));
const read = (name: string) => readFileSync(folder + name, 'utf8');
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

describe('plans/plan-file.schema.json', () => {
  const schema = JSON.parse(read('plan-file.schema.json')) as object;
  // Strict: a keyword that is misspelt would otherwise hold nothing.
  const isValid = new Ajv({ strict: true, validateFormats: false }).compile(schema);
  const isRead = (content: unknown): boolean => {
    try {
      parsePlanFile(content);
      return true;
    } catch {
      return false;
    }
  };

  it('is what the schemas of the API say now', () => {
    const now = planFileForEditors(currencies);
    assert.deepEqual(schema, JSON.parse(JSON.stringify(now)), 'Write it anew: node src/bin/bootstrap.mjs plan-schema');
  });

  for (const name of files) {
    it(`is named by plans/${name} and takes it, as the reader of plans does`, () => {
      assert.match(read(name), /^# yaml-language-server: \$schema=\.\/plan-file\.schema\.json\n/);
      const content: unknown = parse(read(name));
      assert.ok(isValid(content), JSON.stringify(isValid.errors));
      assert.ok(isRead(content), name);
    });
  }

  it('takes every model and field that the reader takes', () => {
    const file = goodFile();
    assert.ok(isValid(file), JSON.stringify(isValid.errors, null, 1));
    assert.ok(isRead(file), 'the reader takes it');
  });

  for (const { what, break: change, bySchema } of badFiles) {
    it(`${bySchema ? 'refuses' : 'leaves to the reader'} ${what}`, () => {
      const file = goodFile();
      change(file);
      assert.equal(isValid(file), !bySchema);
      assert.equal(isRead(file), false);
    });
  }

  it('refuses a further field wherever the reader does', () => {
    const objects: [path: string, node: object][] = [];
    collect(goodFile(), '', objects);
    // Those whose names are the operator's own: properties of events, and currencies.
    const open = /\.(?:filter|currencies)$/;
    const places = objects.filter(([path]) => !open.test(path)).map(([path]) => path);
    assert.ok(places.length > 30, `${places.length} objects`);
    for (const place of places) {
      const file = goodFile();
      const copies: [string, object][] = [];
      collect(file, '', copies);
      Object.assign(copies.find(([path]) => path === place)![1], { surprise: '1' });
      assert.equal(isRead(file), false, `the reader takes a surprise in ${place}`);
      assert.equal(isValid(file), false, `the schema takes a surprise in ${place}`);
    }
  });
});

function collect(node: unknown, path: string, found: [string, object][]): void {
  if (typeof node !== 'object' || node === null) return;
  if (!Array.isArray(node)) found.push([path, node]);
  for (const [name, value] of Object.entries(node)) collect(value, `${path}.${name}`, found);
}
