import assert from 'node:assert/strict';
import { invoiceSheet } from '../../src/documents/invoice-sheet.ts';
import { Typesetter } from '../../src/documents/typeset/typesetter.ts';
import { longInvoice, shortInvoice } from './samples.ts';
import { readPdf } from './support.ts';

describe('The typesetter', () => {
  const short = invoiceSheet(shortInvoice());
  const opened: Typesetter[] = [];
  const open = (limits?: { maxWaiting: number; timeoutMs: number }) => {
    const typesetter = new Typesetter(limits);
    opened.push(typesetter);
    return typesetter;
  };
  afterEach(async () => {
    for (const typesetter of opened.splice(0)) await typesetter.close();
  });

  it('lets the thread of the process go on while a long document is made', async () => {
    const typesetter = open();
    await typesetter.set(short);
    let turns = 0;
    let isDone = false;
    const setting = typesetter.set(invoiceSheet(longInvoice(1_000))).finally(() => {
      isDone = true;
    });
    while (!isDone) {
      await new Promise((resolve) => setImmediate(resolve));
      turns += 1;
    }
    await setting;
    // Made in this thread, there would be one turn.
    assert.ok(turns > 100, `${turns} turns of the event loop`);
  });

  it('answers each of many at once with its own document', async () => {
    const typesetter = open();
    const numbers = Array.from({ length: 8 }, (_, index) => `INV-${index}`);
    const documents = await Promise.all(
      numbers.map((number) => typesetter.set(invoiceSheet(shortInvoice({ number })))),
    );
    for (const [index, { bytes }] of documents.entries()) {
      assert.equal((await readPdf(bytes)).info['Title'], `Invoice INV-${index}`);
    }
  });

  it('refuses more than may wait, and takes more once there is room', async () => {
    const typesetter = open({ maxWaiting: 2, timeoutMs: 60_000 });
    const taken = [1, 2, 3].map(() => typesetter.set(short));
    await assert.rejects(typesetter.set(short), { code: 'unavailable' });
    await Promise.all(taken);
    assert.ok((await typesetter.set(short)).bytes.length > 0);
  });

  it('gives up a document that takes too long, and makes the next one', async () => {
    const limits = { maxWaiting: 10, timeoutMs: 1 };
    const typesetter = open(limits);
    await assert.rejects(typesetter.set(invoiceSheet(longInvoice(2_000))), { code: 'unavailable' });
    limits.timeoutMs = 60_000;
    assert.ok((await typesetter.set(short)).bytes.length > 0);
  });

  it('goes on after a sheet that cannot be set, which it tells of', async () => {
    const typesetter = open();
    const broken = typesetter.set({ ...short, paper: 'a-paper-of-no-size' as 'a4' });
    const whole = typesetter.set(short);
    await assert.rejects(broken, (error: Error & { code?: string }) => {
      assert.equal(error.code, 'document-failed');
      assert.match(String((error.cause as Error).message), /paper/);
      return true;
    });
    assert.ok((await whole).bytes.length > 0);
  });

  it('refuses what waits when it is closed', async () => {
    const typesetter = open();
    const waiting = [1, 2, 3].map(() => typesetter.set(short));
    const refused = Promise.allSettled(waiting);
    await typesetter.close();
    for (const { status } of await refused) assert.equal(status, 'rejected');
  });
}).timeout(60_000);
