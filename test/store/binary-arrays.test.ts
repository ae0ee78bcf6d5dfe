import assert from 'node:assert/strict';
import fc from 'fast-check';
import { byteaArray, jsonbArray, textArray, timestamptzArray, uuidArray } from '../../src/store/binary-arrays.ts';
import { useTestDatabase } from '../support/database.ts';

describe('arrays in binary form', () => {
  const books = useTestDatabase();

  async function readBack(type: string, array: Buffer): Promise<unknown[]> {
    const column = type === 'bytea' ? "encode(item, 'hex') AS item" : 'item';
    const query = `SELECT ${column} FROM unnest($1::${type}[]) WITH ORDINALITY AS u (item, ordinal) ORDER BY ordinal`;
    return (await books.database.query<{ item: unknown }>(query, [array])).rows.map(({ item }) => item);
  }

  const text = fc.string({ unit: 'binary', maxLength: 20 }).filter((given) => !given.includes('\0'));
  const instant = fc.date({ min: new Date('1900-01-01T00:00:00Z'), max: new Date('2199-12-31T23:59:59.999Z') });
  const bytes = fc.uint8Array({ maxLength: 40 }).map((given) => Buffer.from(given).toString('hex'));
  const json = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.stringify(value));
  for (const [type, items, toArray] of [
    ['text', text, textArray],
    ['timestamptz', instant.filter((date) => !Number.isNaN(date.getTime())), timestamptzArray],
    ['bytea', bytes, byteaArray],
    ['uuid', fc.uuid(), uuidArray],
  ] as [string, fc.Arbitrary<unknown>, (items: never[]) => Buffer][]) {
    it(`of ${type} are what they were made of`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(items, { maxLength: 20 }), async (given) => {
          assert.deepEqual(await readBack(type, toArray(given as never[])), given);
        }),
        { numRuns: 50 },
      );
    });
  }

  it('of jsonb are what they were made of, as PostgreSQL reads JSON', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(json, { maxLength: 20 }), async (given) => {
        assert.deepEqual(await readBack('jsonb', jsonbArray(given)), await readBack('jsonb', given as never));
      }),
      { numRuns: 50 },
    );
  });
});
