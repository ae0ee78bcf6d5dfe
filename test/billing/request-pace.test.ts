import assert from 'node:assert/strict';
import { requestPaceOf } from '../../src/billing/request-pace.ts';
import { furthestTurnMs, putOffTurns, type Turn, takeTurn, takeTurnFirst } from '../../src/store/request-turns.ts';
import { TargetError } from '../../src/targets/port.ts';
import { useTestDatabase } from '../support/database.ts';

describe('the pace of requests', () => {
  const books = useTestDatabase();
  beforeEach(() => books.database.query('TRUNCATE request_turns'));

  /** The instants of turns by the database's clock, in the order in which they come: time of the answer plus wait. */
  async function turns(operations: readonly string[], intervals: { operationMs: number; totalMs: number }) {
    const taken = await Promise.all(operations.map((operation) => takeTurn(books.database, operation, intervals)));
    assert.equal(taken.includes(undefined), false);
    return taken as Turn[];
  }
  const nextAt = async (name: string): Promise<number> => {
    const { rows } = await books.database.query<{ ms: number }>(
      `SELECT (extract(epoch FROM next_at) * 1000)::float8 AS ms FROM request_turns WHERE name = $1`,
      [name],
    );
    return rows[0]!.ms;
  };

  it('moves an operation on by one interval for each turn, however many take one at once', async () => {
    await takeTurn(books.database, 'create', { operationMs: 1_000, totalMs: 1 });
    const first = await nextAt('create');
    await turns(Array(10).fill('create'), { operationMs: 1_000, totalMs: 1 });
    // 11 turns, each a second after the one before: nothing else can have moved the row within these seconds.
    assert.equal(Math.round(await nextAt('create')), Math.round(first + 10_000));
  });

  it('holds all operations together at the pace of the total', async () => {
    await takeTurn(books.database, 'a', { operationMs: 1, totalMs: 1_000 });
    const first = await nextAt('total');
    await turns(['a', 'b', 'c', 'd'], { operationMs: 1, totalMs: 1_000 });
    assert.equal(Math.round(await nextAt('total')), Math.round(first + 4_000));
  });

  it('lets the first request go at once, also when the last one is long ago', async () => {
    const intervals = { operationMs: 1_000, totalMs: 1_000 };
    assert.equal((await takeTurn(books.database, 'create', intervals))!.waitMs <= 0, true);
    await books.database.query(`UPDATE request_turns SET next_at = now() - interval '1 hour'`);
    assert.equal((await takeTurn(books.database, 'create', intervals))!.waitMs <= 0, true);
  });

  it('makes the second wait until its turn, and not for another operation', async () => {
    const intervals = { operationMs: 20_000, totalMs: 1 };
    await takeTurn(books.database, 'create', intervals);
    const second = await takeTurn(books.database, 'create', intervals);
    assert.equal(second!.waitMs > 10_000, true);
    const other = await takeTurn(books.database, 'finalize', intervals);
    assert.equal(other!.waitMs < 1_000, true);
  });

  it('gives no turn that is further away than half a minute, and takes none of the total for it', async () => {
    const intervals = { operationMs: furthestTurnMs / 2, totalMs: 1 };
    // At once, in 15 s, in 30 s less the moment that has passed; the fourth would be in 45 s.
    await turns(Array(3).fill('create'), intervals);
    const total = await nextAt('total');
    assert.equal(await takeTurn(books.database, 'create', intervals), undefined);
    const pace = requestPaceOf(books.database, { perOperation: 0.01, total: 1_000 });
    const error = await pace.turn('create').catch((failure: unknown) => failure);
    assert.ok(error instanceof TargetError, 'a refusal that is retried');
    assert.deepEqual([error.action, error.code, error.isOutage], ['retry', 'pace', false]);
    assert.equal((await nextAt('total')) - total < 1_000, true);
  });

  it('puts the next turns off after a refusal, behind those that are given out already', async () => {
    const intervals = { operationMs: 1_000, totalMs: 1 };
    await turns(Array(5).fill('create'), intervals);
    const before = await nextAt('create');
    await putOffTurns(books.database, 'create', 5_000);
    assert.equal(Math.round(await nextAt('create')), Math.round(before + 5_000));
    await putOffTurns(books.database, 'finalize', 20_000);
    assert.equal(
      (await takeTurn(books.database, 'finalize', intervals))!.waitMs > 10_000,
      true,
      'also without a queue',
    );
  });

  it('gives no turn either when those of all operations together are further away than that', async () => {
    const intervals = { operationMs: 1, totalMs: 1.5 * furthestTurnMs };
    assert.notEqual(await takeTurn(books.database, 'a', intervals), undefined);
    assert.equal(await takeTurn(books.database, 'b', intervals), undefined);
  });

  it('goes on at once when the clock of the server was set back', async () => {
    const intervals = { operationMs: 1_000, totalMs: 1_000 };
    await takeTurn(books.database, 'create', intervals);
    await books.database.query(`UPDATE request_turns SET next_at = now() + interval '1 hour'`);
    assert.equal((await takeTurn(books.database, 'create', intervals))!.waitMs <= 0, true);
  });

  it('begins anew after a crash of the server has emptied the table', async () => {
    const { rows } = await books.database.query(
      `SELECT relpersistence AS kind FROM pg_class WHERE relname = 'request_turns'`,
    );
    assert.equal(rows[0]!['kind'], 'u', 'unlogged: no request waits for a disk');
  });

  describe('that goes before others', () => {
    // A second between ordinary turns, and a reserve of one turn in ten seconds.
    const intervals = { operationMs: 1_000, totalMs: 1 };
    const reserved = { operationMs: 10_000, totalMs: 10 };
    const first = () => takeTurnFirst(books.database, 'create', intervals, reserved);

    it('is an ordinary one while nobody waits', async () => {
      assert.equal(await first(), undefined);
    });

    it('comes at once, and lets those that come later wait one interval longer', async () => {
      await turns(Array(20).fill('create'), intervals);
      const before = await nextAt('create');
      assert.equal((await first())!.waitMs <= 0, true);
      assert.equal(Math.round((await nextAt('create')) - before), 1_000);
    });

    it('takes the reserve once, however many ask at once, and then the ordinary turns', async () => {
      await turns(Array(25).fill('create'), intervals);
      // The ordinary turn is 25 s away. The reserve has one now, in 10 s and in 20 s; its fourth would be in 30 s.
      const taken = await Promise.all(Array.from({ length: 5 }, first));
      const waits = taken.flatMap((turn) => (turn === undefined ? [] : [Math.abs(Math.round(turn.waitMs / 10_000))]));
      assert.deepEqual(waits.sort().slice(0, 3), [0, 1, 2]);
    });

    const setAhead = (name: string, by: string) =>
      books.database.query(
        `INSERT INTO request_turns AS t (name, next_at) VALUES ($1, now() + $2::interval)
         ON CONFLICT (name) DO UPDATE SET next_at = excluded.next_at`,
        [name, by],
      );

    it('goes on at once when the clock of the server was set back by an hour', async () => {
      // Of all four rows, the ordinary ones further ahead: once the reserve came first among instants that mean nothing.
      for (const name of ['create', 'total']) await setAhead(name, '1 hour 5 s');
      for (const name of ['first create', 'first total']) await setAhead(name, '1 hour');
      assert.equal(await first(), undefined, 'nobody waits, so the ordinary turn is as good');
      assert.equal((await takeTurn(books.database, 'create', intervals))!.waitMs <= 0, true);
      // Ordinary turns are plausible again and twenty seconds ahead; the reserve still says in an hour.
      await turns(Array(20).fill('create'), intervals);
      assert.equal((await first())!.waitMs <= 0, true);
      // Its second turn is 10 s after the first: the rows of the reserve begin anew as well.
      assert.equal(Math.round((await first())!.waitMs / 10_000), 1);
    });

    it('is left to the ordinary turns when the reserve is given out for half a minute, and takes none of either', async () => {
      // Plausible, and further than turns are given out: in 35 s and 40 s. No turn is there, and no row may move.
      for (const name of ['create', 'total']) await setAhead(name, '40 s');
      for (const name of ['first create', 'first total']) await setAhead(name, '35 s');
      const before = await Promise.all(['create', 'total', 'first create', 'first total'].map(nextAt));
      assert.equal(await first(), undefined);
      assert.equal(await takeTurn(books.database, 'create', intervals), undefined);
      assert.deepEqual(await Promise.all(['create', 'total', 'first create', 'first total'].map(nextAt)), before);
    });

    it('is put off after a refusal also when the clock of the server was set back', async () => {
      await setAhead('create', '1 hour');
      await putOffTurns(books.database, 'create', 20_000);
      assert.equal(Math.round((await takeTurn(books.database, 'create', intervals))!.waitMs / 20_000), 1);
    });

    it('never waits in a circle with ordinary ones', async () => {
      await turns(Array(10).fill('create'), intervals);
      const mixed = Array.from({ length: 60 }, (_, index) =>
        index % 2 === 0
          ? first()
          : takeTurn(books.database, index % 4 === 1 ? 'create' : 'finalize', { operationMs: 1, totalMs: 1 }),
      );
      await Promise.all(mixed);
    });
  });
});
