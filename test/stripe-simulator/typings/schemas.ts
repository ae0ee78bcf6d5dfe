import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** As far as the generator writes it. */
export interface JsonSchema {
  $ref?: string;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: JsonSchema[];
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
}

export interface Definitions {
  definitions: Record<string, JsonSchema>;
}

/** What the typings say of an operation: the names of its definitions in the two schemas. */
export interface TypingsSchemas {
  parameters: Definitions;
  answers: Definitions;
}

const packageRoot = join(dirname(createRequire(import.meta.url).resolve('stripe')), '..');
const typingsRoot = join(packageRoot, 'esm');
const generator = fileURLToPath(new URL('generate.ts', import.meta.url));

/** `invoices.addLines` → `invoices_addLines`, the name of its types. */
export function typeNameOf(operation: string): string {
  return operation.replaceAll('.', '_');
}

/** Stripe's union of all events would bring the whole API along; every event has this shape. */
const narrower: Record<string, string> = { Event: 'EventBase' };

/** The types in the signature of a resource's method, as TypeScript text that may be written in any file. */
function signatureOf(operation: string): { parameters: string; answer: string } {
  const names = operation.split('.');
  const method = names.pop() ?? '';
  // `checkout.sessions` is a resource inside a namespace, which has a file of its own.
  let file = 'stripe.core';
  for (const resource of names) {
    const text = readFileSync(join(typingsRoot, `${file}.d.ts`), 'utf8');
    const className = new RegExp(`^ {4}${resource}: (\\w+);$`, 'm').exec(text)?.[1];
    assert.ok(className, `the SDK has no resource ${resource}`);
    const found = new RegExp(`\\b${className}\\b.* from '\\./([\\w/]+)\\.js'`).exec(text)?.[1];
    assert.ok(found, `no file of ${className}`);
    file = join(dirname(file), found);
  }
  const text = readFileSync(join(typingsRoot, `${file}.d.ts`), 'utf8');
  const signature = new RegExp(`^ {4}${method}\\(.*?params\\??: ([\\w.]+).*\\): (.+);$`, 'm').exec(text);
  assert.ok(signature, `the SDK has no ${operation}`);
  const [, parameters = '', promise = ''] = signature;
  const [, wrapper = '', inner = ''] =
    /^(Promise<Response|ApiListPromise|ApiSearchResultPromise)<(.+?)>+$/.exec(promise) ?? [];
  assert.ok(inner, `${operation} answers ${promise}`);
  const namespace = /^(\w+)\./.exec(parameters)?.[1];
  const prefix = namespace === undefined ? 'Stripe' : `Stripe.${namespace}`;
  const answer = inner.replace(/\b[A-Z]\w*/g, (name) => `${prefix}.${narrower[name] ?? name}`);
  const list = { ApiListPromise: 'Stripe.ApiList', ApiSearchResultPromise: 'Stripe.ApiSearchResult' }[wrapper];
  return { parameters: `Stripe.${parameters}`, answer: list === undefined ? answer : `${list}<${answer}>` };
}

/**
 * JSON Schemas of what the operations take and answer, made from the SDK's own typings at test time, so that nothing is
 * copied and a new SDK is held against its own word. Making them takes half a minute on a small machine, so they are
 * kept in the temporary directory under the SDK's version and the operations asked for.
 */
export async function schemasOf(operations: readonly string[]): Promise<TypingsSchemas> {
  const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string };
  const aliases = operations.map((operation) => {
    const { parameters, answer } = signatureOf(operation);
    const name = typeNameOf(operation);
    return `export type takes_${name} = ${parameters};\nexport type answers_${name} = ${answer};\n`;
  });
  const source = `import type { Stripe } from '${join(typingsRoot, 'stripe.esm.node.js')}';\n${aliases.join('')}`;
  const hash = createHash('sha256').update(source).update(readFileSync(generator)).digest('hex').slice(0, 16);
  const cache = join(tmpdir(), 'durabill-stripe-typings');
  const kept = join(cache, `${version}-${hash}.json`);
  if (!existsSync(kept)) {
    mkdirSync(cache, { recursive: true });
    const made = await generate(source, operations.map(typeNameOf));
    // Written beside and renamed, so that two runs at once never see half a file.
    const beside = `${kept}.${process.pid}`;
    writeFileSync(beside, made);
    renameSync(beside, kept);
  }
  return JSON.parse(readFileSync(kept, 'utf8')) as TypingsSchemas;
}

async function generate(source: string, names: string[]): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'stripe-typings-'));
  try {
    const write = (name: string, text: string) => writeFileSync(join(directory, name), text);
    const compilerOptions = { strict: true, skipLibCheck: true, module: 'nodenext', target: 'es2023', types: [] };
    write('aliases.ts', source);
    write('tsconfig.json', JSON.stringify({ compilerOptions, files: ['aliases.ts'] }));
    const parameters = names.map((name) => `takes_${name}`);
    const answers = names.map((name) => `answers_${name}`);
    write('task.json', JSON.stringify({ tsconfig: join(directory, 'tsconfig.json'), parameters, answers }));
    const files = [generator, join(directory, 'task.json'), join(directory, 'schemas.json')];
    await promisify(execFile)(process.execPath, ['--max-old-space-size=500', '--import', 'tsx', ...files]);
    return readFileSync(join(directory, 'schemas.json'), 'utf8');
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
