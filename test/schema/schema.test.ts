import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { dumpSchema } from '../../src/store/schema-dump.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';

const file = new URL('../../prisma/schema-dump.txt', import.meta.url);

describe('The schema', () => {
  let opened: TestDatabase;
  let before = '';

  beforeEach(async () => {
    opened = await openTestDatabase();
    before = await dumpSchema(opened.database);
  });
  afterEach(async () => {
    await opened.drop();
  });

  it('is the one that was read and judged', async () => {
    const judged = await readFile(file, 'utf8');
    assert.equal(
      before,
      judged,
      'The migrations make another schema than prisma/schema-dump.txt says. If that is meant, write it anew: ' +
        '`node src/bin/bootstrap.mjs dump-schema`.',
    );
  });

  const changes: Record<string, [statement: string, shown: RegExp]> = {
    'another column': ['ALTER TABLE customers ADD COLUMN note text', /^\+ {2}note text$/m],
    'another type': [
      'ALTER TABLE invoice_lines ALTER COLUMN quantity TYPE numeric(20, 4)',
      /^\+ {2}quantity numeric\(20,4\)/m,
    ],
    'a column that may be left out': [
      'ALTER TABLE invoices ALTER COLUMN billing_group DROP NOT NULL',
      /^\+ {2}billing_group text$/m,
    ],
    'another default': [`ALTER TABLE customers ALTER COLUMN priority SET DEFAULT 'high'`, /default 'high'/],
    'a constraint that is gone': [
      'ALTER TABLE periods DROP CONSTRAINT periods_check',
      /^- {2}constraint periods_check/m,
    ],
    'a constraint that says less': [
      `ALTER TABLE clocks DROP CONSTRAINT clocks_kind_check, ADD CONSTRAINT clocks_kind_check CHECK (kind <> '')`,
      /^\+ {2}constraint clocks_kind_check/m,
    ],
    'a foreign key that is no longer looked at': [
      'ALTER TABLE invoices DROP CONSTRAINT invoices_have_state',
      /^- {2}constraint invoices_have_state .* DEFERRABLE INITIALLY DEFERRED/m,
    ],
    'an index without its condition': [
      `DROP INDEX invoice_states_one_live;
       CREATE UNIQUE INDEX invoice_states_one_live ON invoice_states
         (customer_id, currency, billing_group, period_start_at, period_end_at, purpose)`,
      /^- .*invoice_states_one_live.*WHERE/m,
    ],
    'a dropped trigger': [
      'DROP TRIGGER invoices_frozen_update ON invoices',
      /^- {2}CREATE TRIGGER invoices_frozen_update/m,
    ],
    'a trigger that sleeps': [
      'ALTER TABLE audit_log DISABLE TRIGGER audit_log_fixed',
      /^\+ .*audit_log_fixed.* disabled$/m,
    ],
    'another function of the same name': [
      'CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$',
      /^\+.*RETURN NULL/m,
    ],
    'another partition': [
      `SELECT ensure_usage_partition('2013-01-01')`,
      /^\+table usage_events_2013_01 partition of usage_events FOR VALUES FROM/m,
    ],
    'another table': ['CREATE TABLE notes (id int)', /^\+table notes$/m],
    'a view': ['CREATE VIEW totals AS SELECT sum(total_minor) FROM invoices', /^\+view totals .*SELECT sum/m],
    'an enumerated type': [`CREATE TYPE mood AS ENUM ('calm')`, /^\+type mood e calm$/m],
    'another extension': ['CREATE EXTENSION pg_trgm', /^\+extension pg_trgm$/m],
  };
  for (const [what, [statement, shown]] of Object.entries(changes)) {
    it(`shows ${what}`, async () => {
      await opened.database.query(statement);
      const changed = lineChanges(before, await dumpSchema(opened.database));
      assert.match(changed, shown);
    });
  }
});

/** Lines that only one of the two has, `-` before and `+` after the change. */
function lineChanges(before: string, after: string): string {
  const [old, now] = [new Set(before.split('\n')), new Set(after.split('\n'))];
  const gone = [...old].filter((line) => !now.has(line)).map((line) => `-${line}`);
  return [...gone, ...[...now].filter((line) => !old.has(line)).map((line) => `+${line}`)].join('\n');
}
