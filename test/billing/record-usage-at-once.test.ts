import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { recordUsage, type UsageEvent } from '../../src/billing/record-usage.ts';
import { openDatabase } from '../../src/store/database.ts';
import { addCustomer, openBooks } from '../support/books.ts';
import { useTestDatabase } from '../support/database.ts';
import { departure, statuses, storedEvents } from './support.ts';

describe('recordUsage, called by many and in any order', () => {
  const books = useTestDatabase();
  let b6 = '';

  before(async () => {
    await openBooks(books.database);
    b6 = (await addCustomer(books.database, 'B6')).id;
    await addCustomer(books.database, 'UA');
  });

  const record = (...events: unknown[]) => recordUsage(books.database, events);
  const stored = (source: string) => storedEvents(books.database, source);

  it('accepts each of 1,000 events exactly once when four processes send them at once', async () => {
    const events = Array.from({ length: 1_000 }, (_, index) => departure(String(index), { source: 'race' }));
    const pools = [1, 2, 3, 4].map(() => openDatabase(books.url));
    try {
      const answers = await Promise.all(pools.map((pool, sender) => recordUsage(pool, shuffled(events, sender))));
      const accepted = answers.flat().filter(({ status }) => status === 'accepted');
      const others = answers.flat().filter(({ status }) => status !== 'accepted');
      assert.equal(new Set(accepted.map(({ id }) => id)).size, 1_000);
      assert.equal(accepted.length, 1_000);
      assert.ok(
        others.every(({ status }) => status === 'duplicate') && others.length === 3_000,
        "others.every(({ status }) => status === 'duplicate') && others.length === 3_000",
      );
      assert.equal((await stored('race')).length, 1_000);
    } finally {
      await Promise.all(pools.map((pool) => pool.close()));
    }
  }).timeout(20_000);

  it('never lets two senders wait for each other in a circle', async () => {
    // Somebody else holds the middle key. In the order sent, one would hold `first` and the other `last` by then, and
    // once the middle is free each would wait for what the other holds.
    const [first, middle, last] = ['first', 'middle', 'last'].map((id) => departure(id, { source: 'circle' }));
    const other = await books.database.pool.connect();
    await other.query('BEGIN');
    await other.query(
      `INSERT INTO event_keys (source, event_id, occurred_at, content_hash) VALUES ('circle', 'middle', now(), sha256(''))`,
    );
    const both = Promise.all([record(first, middle, last), record(last, middle, first)]);
    const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    while ((await books.database.query(waiting)).rowCount !== 2) await setImmediate();
    await other.query('ROLLBACK');
    other.release();
    const outcomes = (await both).flat();
    assert.equal(outcomes.filter(({ status }) => status === 'accepted').length, 3);
    assert.equal(outcomes.filter(({ status }) => status === 'duplicate').length, 3);
  });

  it('works in months that another process opens at the same time, and in one with strays', async () => {
    const pools = [1, 2, 3].map(() => openDatabase(books.url));
    try {
      const months = Array.from(
        { length: 12 },
        (_, month) => `2005-${String(month + 1).padStart(2, '0')}-15T00:00:00Z`,
      );
      const answers = await Promise.all(
        pools.map((pool, sender) =>
          recordUsage(
            pool,
            months.map((occurredAt) => departure(`${sender} ${occurredAt}`, { source: 'months', occurredAt })),
          ),
        ),
      );
      assert.ok(
        answers.flat().every(({ status }) => status === 'accepted'),
        "answers.flat().every(({ status }) => status === 'accepted')",
      );
    } finally {
      await Promise.all(pools.map((pool) => pool.close()));
    }
    assert.equal(new Set((await stored('months')).map(({ month }) => month)).size, 12);

    await books.database.query(
      `INSERT INTO usage_events (customer_id, event_type, occurred_at, source, event_id, properties)
       VALUES ($1, 'departure', '2004-06-01Z', 'strays', '0', '{}')`,
      [b6],
    );
    const [outcome] = await record(departure('1', { source: 'strays', occurredAt: '2004-06-02T00:00:00Z' }));
    assert.equal(outcome?.status, 'accepted');
    assert.deepEqual(
      (await stored('strays')).map(({ month }) => month),
      ['usage_events_default', 'usage_events_default'],
    );
  });

  it('answers any sequence of batches as a plain list of sent events would', async () => {
    let run = 0;
    const content = fc.record({
      customer: fc.constantFrom('B6', 'UA', 'nobody'),
      type: fc.constantFrom('departure', 'arrival'),
      properties: fc.dictionary(fc.string({ unit: 'grapheme', maxLength: 5 }), fc.jsonValue({ maxDepth: 2 }), {
        maxKeys: 2,
      }),
    });
    const contents = fc.array(content, { minLength: 2, maxLength: 4 });
    const pick = fc.record({ id: fc.integer({ min: 0, max: 5 }), content: fc.nat() });
    const batches = fc.array(fc.array(pick, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(contents, batches, async (choices, sent) => {
        run += 1;
        const model = new Map<number, number>();
        for (const batch of sent) {
          const events = batch.map(({ id, content: choice }) =>
            departure(String(id), { source: `model ${run}`, ...choices[choice % choices.length] }),
          );
          const expected = events.map((event, index) => {
            // Which of the choices are equal as content, told without our own hash.
            const same = choices.findIndex(
              (other) =>
                JSON.stringify(sorted(other)) ===
                JSON.stringify(sorted(choices[batch[index]!.content % choices.length])),
            );
            if (!isStorable(event)) return 'rejected';
            const { id } = batch[index]!;
            if (!model.has(id)) {
              model.set(id, same);
              return 'accepted';
            }
            return model.get(id) === same ? 'duplicate' : 'conflict';
          });
          assert.deepEqual(statuses(await recordUsage(books.database, events)), expected);
        }
        assert.equal((await stored(`model ${run}`)).length, model.size);
      }),
      { numRuns: 60 },
    );
  }).timeout(60_000);
});

/** What the model refuses, said in its own words: unknown customers, unsafe whole numbers, unstorable text. */
function isStorable(event: UsageEvent): boolean {
  if (event.customer === 'nobody') return false;
  const fine = (value: unknown): boolean => {
    if (typeof value === 'number') return !Number.isInteger(value) || Math.abs(value) <= Number.MAX_SAFE_INTEGER;
    if (typeof value === 'string')
      return Buffer.from(value).toString() === value && !value.includes(String.fromCharCode(0));
    if (typeof value !== 'object' || value === null) return true;
    return Object.entries(value).every(([key, inner]) => key !== '__proto__' && fine(key) && fine(inner));
  };
  return fine(event.properties);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => ['key', key, sorted(inner)]);
}

/** Another order for each seed, the same in every run of the test. */
function shuffled<T>(items: readonly T[], seed: number): T[] {
  return fc.sample(fc.shuffledSubarray([...items], { minLength: items.length }), { numRuns: 1, seed })[0]!;
}
