import type { Sql } from './database.ts';

/** The schema of ours, and what extensions put into it left out. Prisma keeps `_prisma_migrations` itself. */
const ours = `n.nspname = 'public'`;
const notOfExtension = (catalogue: string, oid: string) =>
  `NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = '${catalogue}'::regclass AND d.objid = ${oid} AND d.deptype = 'e')`;
const tables = `pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND ${ours} AND c.relname <> '_prisma_migrations'`;

/** Each query answers lines (`line`) of tables (`of`), in the order in which they are written. */
const ofTables = {
  relations: `
    SELECT c.oid::regclass::text AS of, concat_ws(' ',
      CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
        WHEN 'S' THEN 'sequence' WHEN 'f' THEN 'foreign table' ELSE 'relation of kind ' || c.relkind::text END,
      c.relname,
      CASE WHEN c.relpersistence <> 'p' THEN 'persistence ' || c.relpersistence::text END,
      CASE WHEN c.relrowsecurity THEN 'with row security' END,
      'partition by ' || pg_get_partkeydef(c.oid),
      (SELECT 'partition of ' || i.inhparent::regclass || ' ' || pg_get_expr(c.relpartbound, c.oid)
       FROM pg_inherits i WHERE i.inhrelid = c.oid),
      CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END) AS line
    FROM ${tables} WHERE c.relkind NOT IN ('i', 'I', 't', 'c') ORDER BY c.relname`,
  columns: `
    SELECT c.oid::regclass::text AS of, concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod),
      CASE WHEN a.attcollation <> t.typcollation THEN 'collate ' || a.attcollation::regcollation END,
      CASE WHEN a.attnotnull THEN 'not null' END,
      CASE WHEN a.attidentity <> '' THEN 'identity ' || a.attidentity::text END,
      CASE WHEN a.attgenerated <> '' THEN 'generated' ELSE 'default' END || ' ' || pg_get_expr(d.adbin, d.adrelid)) AS line
    FROM ${tables} JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relkind NOT IN ('i', 'I', 't', 'S') ORDER BY c.relname, a.attnum`,
  // NOT NULL stands with the columns.
  constraints: `
    SELECT c.oid::regclass::text AS of, concat_ws(' ', 'constraint', k.conname, pg_get_constraintdef(k.oid),
      CASE WHEN NOT k.convalidated THEN 'not valid' END) AS line
    FROM ${tables} JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype NOT IN ('n', 't') ORDER BY c.relname, k.conname`,
  // Those of constraints are written there.
  indexes: `
    SELECT c.oid::regclass::text AS of, concat_ws(' ', pg_get_indexdef(x.indexrelid),
      CASE WHEN NOT x.indisvalid THEN 'invalid' END) AS line
    FROM ${tables} JOIN pg_index x ON x.indrelid = c.oid JOIN pg_class i ON i.oid = x.indexrelid
    WHERE NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = x.indexrelid AND k.conrelid = c.oid)
    ORDER BY c.relname, i.relname`,
  triggers: `
    SELECT c.oid::regclass::text AS of, concat_ws(' ', pg_get_triggerdef(g.oid),
      CASE g.tgenabled WHEN 'O' THEN NULL WHEN 'D' THEN 'disabled' ELSE 'enabled ' || g.tgenabled::text END) AS line
    FROM ${tables} JOIN pg_trigger g ON g.tgrelid = c.oid AND NOT g.tgisinternal ORDER BY c.relname, g.tgname`,
} as const;

const others = {
  extensions: `SELECT 'extension ' || extname AS line FROM pg_extension ORDER BY extname`,
  types: `
    SELECT 'type ' || y.typname || ' ' || y.typtype::text || coalesce((SELECT string_agg(' ' || e.enumlabel, '' ORDER BY e.enumsortorder)
      FROM pg_enum e WHERE e.enumtypid = y.oid), '') AS line
    FROM pg_type y JOIN pg_namespace n ON n.oid = y.typnamespace AND ${ours}
    WHERE y.typtype IN ('e', 'd', 'r') AND ${notOfExtension('pg_type', 'y.oid')} ORDER BY y.typname`,
  functions: `
    SELECT pg_get_functiondef(p.oid) AS line FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace AND ${ours}
    WHERE p.prokind IN ('f', 'p') AND ${notOfExtension('pg_proc', 'p.oid')}
    ORDER BY p.proname, pg_get_function_identity_arguments(p.oid)`,
  aggregates: `
    SELECT concat_ws(' ', 'aggregate', p.oid::regprocedure, 'by', a.aggtransfn, 'into', format_type(a.aggtranstype, NULL),
      'from ' || quote_literal(a.agginitval), 'ending with ' || nullif(a.aggfinalfn, 0)::regproc) AS line
    FROM pg_proc p JOIN pg_aggregate a ON a.aggfnoid = p.oid JOIN pg_namespace n ON n.oid = p.pronamespace AND ${ours}
    WHERE ${notOfExtension('pg_proc', 'p.oid')} ORDER BY p.proname, pg_get_function_identity_arguments(p.oid)`,
} as const;

type Line = { of: string; line: string };

/**
 * The whole schema as text, read from PostgreSQL's catalogues and in a fixed order: two databases with the same text
 * have the same tables, columns, defaults, constraints, indexes, triggers, partitions, functions and extensions.
 */
export async function dumpSchema(sql: Sql): Promise<string> {
  const lines = async (query: string) => (await sql.query<Line>(query)).rows;
  const relations = await lines(ofTables.relations);
  const parts: Line[] = [];
  for (const name of ['columns', 'constraints', 'indexes', 'triggers'] as const) {
    parts.push(...(await lines(ofTables[name])));
  }
  const paragraphs: string[] = [];
  for (const query of [others.extensions, others.types]) {
    paragraphs.push((await lines(query)).map(({ line }) => line).join('\n'));
  }
  for (const relation of relations) {
    const own = parts.filter(({ of }) => of === relation.of);
    paragraphs.push([relation.line, ...own.map(({ line }) => `  ${line}`)].join('\n'));
  }
  for (const query of [others.functions, others.aggregates]) {
    paragraphs.push(...(await lines(query)).map(({ line }) => line.trimEnd()));
  }
  return `${paragraphs.filter((paragraph) => paragraph !== '').join('\n\n')}\n`;
}
