import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { openBooks } from '../support/books.ts';
import { useTestDatabase } from '../support/database.ts';
import { calls, faults, ways } from './matrix/cells.ts';
import { type Lane, openLane } from './matrix/lane.ts';

/** Cells at once, each at a Stripe of its own. */
const laneCount = 4;

/**
 * Every request of a sync × every fault × every way in which it can come. Each cell brings one invoice to Stripe by the
 * real use case on a real database; then the books are held against what Stripe's journal says was written.
 */
describe('the fault matrix', function () {
  // Ten seconds a call on an idle machine; with other stacks beside it many times that.
  this.timeout(600_000);
  const books = useTestDatabase();
  let lanes: Lane[] = [];
  before(async () => {
    await openBooks(books.database);
    lanes = await Promise.all(Array.from({ length: laneCount }, () => openLane(books.database)));
  });
  after(() => Promise.all(lanes.map((lane) => lane.close())));

  let crossed = 0;
  for (const call of calls) {
    const cells = faults.flatMap((fault) => ways.map((way) => ({ fault, way })));
    it(`${call.name} (${call.operation}): ${cells.length} cells end with one equal invoice each`, async () => {
      const failed: string[] = [];
      const waiting = cells.values();
      await Promise.all(
        lanes.map(async (lane) => {
          for (const { fault, way } of waiting) {
            const sentence = await lane.cross(call, fault, way);
            if (sentence !== undefined) failed.push(sentence);
          }
        }),
      );
      crossed += cells.length;
      assert.deepEqual(failed, []);
    });
  }

  it('is held against the books by a check that sees what is planted', async () => {
    const [lane] = lanes as [Lane];
    const nobodys = await lane.verify((invoice) => ({ ...invoice, id: randomUUID() }));
    assert.ok(
      nobodys.lost.length > 0 && nobodys.differing.length > 0,
      'an invoice that is not there, one that is nobody’s',
    );
    const dearer = await lane.verify((invoice) => ({ ...invoice, totalMinor: invoice.totalMinor + 1n }));
    assert.ok(dearer.differing.length > 0, 'a total');
    const longer = await lane.verify((invoice) => ({ ...invoice, lines: invoice.lines + 1 }));
    assert.ok(longer.differing.length > 0, 'a line');
  });

  it('lost nothing, duplicated nothing, left nothing different, and sent nothing that was not stored', async () => {
    const verified = await Promise.all(lanes.map((lane) => lane.verify()));
    const all = (kind: keyof (typeof verified)[number]) => verified.flatMap((differences) => differences[kind]);
    const found = {
      lost: all('lost'),
      duplicated: all('duplicated'),
      differing: all('differing'),
      keysWithTwoBodies: all('keysWithTwoBodies'),
      notStored: all('notStored'),
    };
    const counts = Object.entries(found).map(([kind, list]) => `${kind} ${list.length}`);
    console.log(
      `      ${calls.length} calls × ${faults.length} faults × ${ways.length} ways = ${crossed} invoices: ${counts.join(', ')}`,
    );
    assert.deepEqual(found, { lost: [], duplicated: [], differing: [], keysWithTwoBodies: [], notStored: [] });
    assert.equal(crossed, calls.length * faults.length * ways.length);
  });
});
