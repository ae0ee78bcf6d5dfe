import { readFile } from 'node:fs/promises';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import type { SchemaEngine } from '@prisma/schema-engine-wasm';

type Factory = Parameters<typeof bindMigrationAwareSqlAdapterFactory>[0];
type Exports = { __wbindgen_start(): void };
/** The package types its glue like its entry, without what the entry does with it. */
type Glue = { __wbg_set_wasm(exports: Exports): void; SchemaEngine: typeof SchemaEngine };
/** Node has WebAssembly, its types do not. */
declare const WebAssembly: {
  instantiate(bytes: Uint8Array, imports: Record<string, unknown>): Promise<{ instance: { exports: Exports } }>;
};

let loaded: Promise<Glue> | undefined;

/**
 * Prisma's schema engine as WebAssembly, bound to a database adapter: the native one is downloaded at run time, which
 * a machine without that door cannot do. Free it after use.
 */
export async function openSchemaEngine(factory: Factory): Promise<SchemaEngine> {
  // One instance a process: the package's glue is a module with one slot for it.
  loaded ??= load();
  const glue = await loaded;
  return await glue.SchemaEngine.new({ datamodels: undefined }, () => {}, bindMigrationAwareSqlAdapterFactory(factory));
}

/** The package's own entry imports the .wasm file as a module, which Node does not take without a flag. */
async function load(): Promise<Glue> {
  const glue = (await import('@prisma/schema-engine-wasm/schema_engine_bg')) as unknown as Glue;
  const bytes = await readFile(new URL('./schema_engine_bg.wasm', import.meta.resolve('@prisma/schema-engine-wasm')));
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': glue });
  glue.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  return glue;
}
