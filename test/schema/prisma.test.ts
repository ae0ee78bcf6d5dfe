import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { dumpSchema } from '../../src/store/schema-dump.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';

/** Tables that Prisma does not know, and why. */
const withoutModel: Record<string, string> = {
  event_keys: 'ingested by set-based SQL only',
  usage_events: 'partitioned, which Prisma has no word for; ingested and aggregated by set-based SQL only',
  usage_events_default: 'a partition of usage_events',
  request_turns: 'the pace of requests, one statement a turn',
  target_outages: 'a count, written and read by set-based SQL only',
  usage_freshness: 'where the counts of the sources stand, written with them',
  usage_sources: 'a cache, written and read by set-based SQL only',
  usage_source_hours: 'a cache, written and read by set-based SQL only',
  usage_source_days: 'a cache, written and read by set-based SQL only',
  usage_source_watches: 'written with the counts of the sources, by set-based SQL only',
  usage_rollup_definitions: 'where the cache stands, written with it',
  usage_rollups: 'a cache, written and read by set-based SQL only',
};

/** How PostgreSQL calls the types that the models use. */
const typeNames: Record<string, string> = {
  String: 'text',
  'String @db.Uuid': 'uuid',
  Int: 'integer',
  'Int @db.SmallInt': 'smallint',
  BigInt: 'bigint',
  Boolean: 'boolean',
  Json: 'jsonb',
  Bytes: 'bytea',
  'Decimal @db.Decimal': 'numeric',
  'DateTime @db.Timestamptz(3)': 'timestamp(3) with time zone',
  'DateTime @db.Date': 'date',
};

describe("Prisma's models", () => {
  let opened: TestDatabase;
  let schema = '';

  before(async () => {
    opened = await openTestDatabase();
    schema = await readFile(new URL('../../prisma/schema.prisma', import.meta.url), 'utf8');
  });
  after(async () => {
    await opened.drop();
  });

  it('have a model for each table but a few, and each of its columns by name, type and nullability', async () => {
    assert.deepEqual(differences(modelsOf(schema), tablesOf(await dumpSchema(opened.database))), []);
  });

  const changes: Record<string, [change: (schema: string) => string, difference: string]> = {
    'a column without a field': [
      (text) => text.replace(/^ {2}cutoffAt +DateTime .*\n/m, ''),
      'billing_runs.cutoff_at: the table says timestamp(3) with time zone not null, the model nothing',
    ],
    'a field without a column': [
      (text) => text.replace('model Plan {', 'model Plan {\n  colour String'),
      'plans.colour: the table says nothing, the model text not null',
    ],
    'another type': [
      (text) => text.replace(/^( {2}nextNumber +)BigInt/m, '$1Int'),
      'number_series.next_number: the table says bigint not null, the model integer not null',
    ],
    'a value that may be missing': [
      (text) => text.replace(/^( {2}email +)String\?/m, '$1String'),
      'customer_contacts.email: the table says text, the model text not null',
    ],
    'a table without a model': [
      (text) => text.replace(/^model Decision [\s\S]*?^}\n/m, ''),
      'decisions: the table has no model',
    ],
    'another key': [
      (text) => text.replace('@@id([invoiceId, attempt])', '@@id([attempt, invoiceId])'),
      'sync_attempts: the key of the table is invoice_id, attempt, of the model attempt, invoice_id',
    ],
  };
  for (const [what, [change, difference]] of Object.entries(changes)) {
    it(`are not passed over with ${what}`, async () => {
      const changed = change(schema);
      assert.notEqual(changed, schema);
      assert.deepEqual(differences(modelsOf(changed), tablesOf(await dumpSchema(opened.database))), [difference]);
    });
  }
});

/** Columns by name: type and `not null`. The key is the columns of the primary key. */
type Table = { columns: Map<string, string>; key: string };

function differences(models: Map<string, Table>, tables: Map<string, Table>): string[] {
  const found: string[] = [];
  for (const name of models.keys()) if (!tables.has(name)) found.push(`${name}: the model has no table`);
  for (const [name, table] of tables) {
    const model = models.get(name);
    if (model === undefined) {
      if (withoutModel[name] === undefined) found.push(`${name}: the table has no model`);
      continue;
    }
    for (const column of new Set([...table.columns.keys(), ...model.columns.keys()])) {
      const [inTable, inModel] = [table.columns.get(column) ?? 'nothing', model.columns.get(column) ?? 'nothing'];
      // Prisma has no list that may be missing.
      const isList = inModel.endsWith('[] not null') && inModel === `${inTable} not null`;
      if (inTable !== inModel && !isList)
        found.push(`${name}.${column}: the table says ${inTable}, the model ${inModel}`);
    }
    if (table.key !== model.key) found.push(`${name}: the key of the table is ${table.key}, of the model ${model.key}`);
  }
  return found;
}

/** The tables as the dump writes them; defaults and identities stay with the dump, which is compared as a whole. */
function tablesOf(dump: string): Map<string, Table> {
  const paragraphs = dump.split('\n\n').filter((text) => text.startsWith('table '));
  return new Map(
    paragraphs.map((text) => {
      const [head = '', ...lines] = text.split('\n');
      const columns = lines
        .map((line) => / {2}(\w+) (.+?)(?: (?:default|identity) .*)?$/.exec(line))
        // Constraints are written over several lines, some of which begin with a word of SQL.
        .filter((match) => match !== null && match[1] !== 'constraint' && !/^[A-Z]+$/.test(match[1]!))
        .map((match) => [match![1]!, match![2]!] as const);
      // Words of SQL are quoted there.
      const key = (/ PRIMARY KEY \(([^)]*)\)/.exec(text)?.[1] ?? '').replaceAll('"', '');
      return [head.split(' ')[1]!, { columns: new Map(columns), key }];
    }),
  );
}

function modelsOf(schema: string): Map<string, Table> {
  const blocks = [...schema.matchAll(/^model (\w+) \{\n([\s\S]*?)^\}/gm)];
  const names = new Set(blocks.map(([, name]) => name));
  return new Map(
    blocks.map(([, , body = '']) => {
      const lines = body.split('\n').map((line) => line.trim());
      // A field whose type is a model is a relation: its columns are fields of their own.
      const fields = lines
        .filter((line) => /^\w/.test(line))
        .filter((line) => !names.has(/^\w+ +(\w+)/.exec(line)![1]!));
      const columns = fields.map(fieldOf);
      const columnOf = (field: string) => columns.find(({ name }) => name === field)!.column;
      const compound = /@@id\(\[([^\]]*)\]\)/.exec(body)?.[1]?.split(', ');
      const single = fields.filter((line) => / @id\b/.test(line)).map((line) => line.split(' ')[0]!);
      const key = (compound ?? single).map(columnOf).join(', ');
      const table = /@@map\("(\w+)"\)/.exec(body)![1]!;
      return [table, { columns: new Map(columns.map(({ column, type }) => [column, type])), key }];
    }),
  );
}

function fieldOf(line: string): { name: string; column: string; type: string } {
  const [, name = '', type = '', mark = '', attributes = ''] = /^(\w+) +(\w+)(\?|\[\])?(.*)$/.exec(line)!;
  const native = /@db\.\w+(?:\(\d+\))?/.exec(attributes)?.[0];
  const written = native === undefined ? type : `${type} ${native}`;
  const inDatabase = typeNames[written];
  assert.ok(inDatabase, `${written} of the field ${name} has no name in PostgreSQL here`);
  const column = /@map\("(\w+)"\)/.exec(attributes)?.[1] ?? name;
  return { name, column, type: `${inDatabase}${mark === '[]' ? '[]' : ''}${mark === '?' ? '' : ' not null'}` };
}
