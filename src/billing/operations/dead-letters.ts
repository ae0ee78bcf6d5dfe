import type { DeadLetter, DeadLetters, RequeueReport } from '../../broker/dead-letters.ts';
import { DurabillError } from '../../errors/error.ts';
import { appendAudit } from '../../store/audit.ts';
import type { Database } from '../../store/database.ts';
import { hasInvoice } from '../../store/remote-records.ts';
import { deadLetterIdOf } from '../ids.ts';
import { readReason } from '../text.ts';

export type { DeadLetter, RequeueReport };

/** The letters that nobody could handle, as the broker keeps them. */
export type DeadLetterBox = Pick<DeadLetters, 'count' | 'list' | 'requeue' | 'discard'>;

/** Letters that one order names at most. */
export const mostChosen = 100;
/** Letters that an order for all of them puts back at most; what is left is for the next order. */
export const mostListed = 1_000;

type Order = { actor: string; reason: string };

/**
 * Puts letters back into the queues that they came from: those named by id, or the first thousand. That it was ordered is
 * told in the audit log first, so that nothing is put back untold.
 * @throws DurabillError request-invalid, unavailable
 */
export async function replayDeadLetters(
  database: Database,
  box: DeadLetterBox,
  chosen: readonly string[] | 'all',
  order: Order,
): Promise<RequeueReport> {
  const letters = await choose(box, chosen);
  await tell(database, letters, 'replay ordered', order);
  const report = await reach(() => box.requeue(letters.map(({ id }) => id)));
  return { ...report, missing: missingOf(letters, chosen) };
}

/**
 * Throws letters away. The invoice of one is not lost by that: the due scan sends what is issued and untouched for an hour.
 * @throws DurabillError request-invalid, unavailable
 */
export async function discardDeadLetters(
  database: Database,
  box: DeadLetterBox,
  chosen: readonly string[],
  order: Order,
): Promise<{ discarded: number; missing: readonly string[] }> {
  const letters = await choose(box, chosen);
  await tell(database, letters, 'discard ordered', order);
  const { discarded } = await reach(() => box.discard(letters.map(({ id }) => id)));
  return { discarded, missing: missingOf(letters, chosen) };
}

/** The letters that are there, up to `limit`, and how many there are in all. @throws DurabillError unavailable */
export async function showDeadLetters(
  box: DeadLetterBox,
  limit: number,
): Promise<{ total: number; letters: DeadLetter[] }> {
  return await reach(async () => ({ letters: await box.list(limit), total: await box.count() }));
}

/** The letters of an order, each once: copies of one message share their id and go together. */
async function choose(box: DeadLetterBox, chosen: readonly string[] | 'all'): Promise<DeadLetter[]> {
  const letters = await reach(() => box.list(mostListed));
  const wanted = chosen === 'all' ? letters : letters.filter(({ id }) => chosen.includes(id));
  return [...new Map(wanted.map((letter) => [letter.id, letter])).values()];
}

function missingOf(letters: readonly DeadLetter[], chosen: readonly string[] | 'all'): readonly string[] {
  return chosen === 'all' ? [] : chosen.filter((id) => !letters.some((letter) => letter.id === id));
}

/** A letter that names an invoice of ours is told in the invoice's history, any other one in a chain of its own. */
async function tell(database: Database, letters: readonly DeadLetter[], what: string, order: Order): Promise<void> {
  const { actor } = order;
  const reason = readReason(order.reason);
  await database.transaction(async (sql) => {
    for (const letter of letters) {
      const invoiceId = letter.message?.invoiceId;
      const isOurs = invoiceId !== undefined && (await hasInvoice(sql, invoiceId));
      const subject = isOurs
        ? { subjectKind: 'invoice', subjectId: invoiceId }
        : { subjectKind: 'dead-letter', subjectId: deadLetterIdOf(letter.id) };
      const detail = { letterId: letter.id, queue: letter.queue, why: letter.reason.slice(0, 200), reason };
      await appendAudit(sql, [{ ...subject, actor, action: `dead letter ${what}`, detail }]);
    }
  });
}

/** Errors of the connection name addresses and passwords; who asks learns what is away. */
async function reach<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    if (cause instanceof DurabillError) throw cause;
    throw new DurabillError('unavailable', { reason: 'RabbitMQ cannot be reached.', cause });
  }
}
