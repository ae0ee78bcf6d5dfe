import { groupBy } from '../../../bench/chaos/group-by.ts';
import { lineIdOf } from '../../../src/billing/ids.ts';
import type { Database } from '../../../src/store/database.ts';
import type { Simulator } from '../../../src/stripe-simulator/index.ts';
import type { RequestEntry } from '../../../src/stripe-simulator/journal.ts';
import { State } from '../../../src/stripe-simulator/state.ts';
import { journalOf } from '../../stripe-simulator/support.ts';
import type { Ending } from './cells.ts';

/** An invoice of ours that has to be at Stripe, and what to call it when it is not as it should be. */
export type Expected = {
  id: string;
  customerId: string;
  number: string;
  totalMinor: bigint;
  lines: number;
  ends: Ending;
  name: string;
};

/** Sentences, by what is wrong; all empty when books and Stripe are equal. */
export type Differences = {
  lost: string[];
  duplicated: string[];
  differing: string[];
  /** Writes under a key that an earlier one has used for something else. */
  keysWithTwoBodies: string[];
  /** Writes that were not stored before they were sent, or are stored with another content. */
  notStored: string[];
};

/**
 * Holds the books against what the simulator's journal says was written. The state is folded anew from the writes, so
 * nothing of the product is asked, and nothing of what its requests were answered.
 */
export async function heldAgainst(
  database: Database,
  simulator: Simulator,
  expected: readonly Expected[],
): Promise<Differences> {
  const journal = await journalOf(simulator);
  const state = new State();
  for (const { writes } of journal) state.apply(writes);
  const found: Differences = { lost: [], duplicated: [], differing: [], keysWithTwoBodies: [], notStored: [] };
  await compareInvoices(database, state, expected, found);
  await compareRequests(database, journal, found);
  return found;
}

async function compareInvoices(database: Database, state: State, expected: readonly Expected[], found: Differences) {
  const { rows } = await database.query<{ id: string; sync: string; lifecycle: string; remoteIds: string[] }>(
    `SELECT s.invoice_id AS id, s.sync, s.lifecycle,
       array(SELECT m.remote_id FROM invoice_mappings m WHERE m.invoice_id = s.invoice_id) AS "remoteIds"
     FROM invoice_states s WHERE s.invoice_id = ANY ($1)`,
    [expected.map(({ id }) => id)],
  );
  const booked = new Map(rows.map((row) => [row.id, row]));
  const invoices = groupBy(state.inOrderOfCreation('invoice'), ({ metadata }) => metadata['durabill_invoice']);
  const customers = groupBy(state.inOrderOfCreation('customer'), ({ metadata }) => metadata['durabill_customer']);
  const lines = groupBy(state.inOrderOfCreation('line'), ({ invoice }) => invoice);
  for (const { name, ...ours } of expected) {
    const copies = invoices.get(ours.id) ?? [];
    const theirs = customers.get(ours.customerId) ?? [];
    const book = booked.get(ours.id);
    if (copies.length === 0 && ours.ends !== 'gone') found.lost.push(name);
    const lifecycle = ours.ends === 'open' ? 'issued' : 'void';
    if (book?.lifecycle !== lifecycle) found.differing.push(`${name}: the books say ${JSON.stringify(book)}`);
    if (copies.length > 1) found.duplicated.push(`${name}: ${copies.length} invoices`);
    if (theirs.length > 1) found.duplicated.push(`${name}: ${theirs.length} customers`);
    for (const copy of copies) {
      const there = (lines.get(copy.id) ?? []).map(({ metadata }) => metadata['durabill_line'] ?? '');
      const wanted = Array.from({ length: ours.lines }, (_, index) => lineIdOf(ours.id, index + 1));
      const total = (lines.get(copy.id) ?? []).reduce((sum, { amount }) => sum + BigInt(amount), 0n);
      if (new Set(there).size < there.length) found.duplicated.push(`${name}: a line`);
      const faults = [
        copy.status === ours.ends ? [] : [`it is ${copy.status}`],
        copy.number === ours.number ? [] : [`its number is ${copy.number}`],
        total === ours.totalMinor ? [] : [`its total is ${total}`],
        there.toSorted().join() === wanted.toSorted().join() ? [] : [`it has ${there.length} lines`],
        theirs.some(({ id }) => id === copy.customer) ? [] : [`it is ${copy.customer}'s`],
        book?.sync === 'synced' && book.remoteIds.join() === copy.id ? [] : [`the books say ${JSON.stringify(book)}`],
      ].flat();
      found.differing.push(...faults.map((fault) => `${name}: ${fault}`));
    }
  }
  const known = new Set(expected.map(({ id }) => id));
  for (const [ours, copies] of invoices) {
    if (!known.has(ours ?? '')) found.differing.push(`${copies[0]?.id} is no invoice of the books`);
  }
}

async function compareRequests(database: Database, journal: readonly RequestEntry[], found: Differences) {
  const writes = journal.filter(({ method }) => method === 'POST');
  const { rows } = await database.query<{ key: string; kind: string; params: unknown }>(
    `SELECT idempotency_key AS key, subject_kind AS kind, params FROM stored_requests WHERE idempotency_key = ANY ($1)`,
    [[...new Set(writes.map(({ idempotencyKey }) => idempotencyKey ?? ''))]],
  );
  const stored = new Map(rows.map((row) => [row.key, row]));
  const bodies = new Map<string, string>();
  for (const { idempotencyKey, path, params, operation } of writes) {
    const key = idempotencyKey ?? `${operation} without a key`;
    const body = JSON.stringify([path, sorted(params)]);
    if ((bodies.get(key) ?? body) !== body) found.keysWithTwoBodies.push(key);
    bodies.set(key, body);
    const request = stored.get(key);
    // A customer's content is erased from the stored request once it is answered.
    const isStored = request !== undefined && (request.kind === 'customer' || isSame(request.params, params));
    if (!isStored) found.notStored.push(key);
  }
  await compareDeletions(database, journal, found);
}

/** A DELETE carries no key; that it is wanted is stored all the same, as a request of the invoice that was created. */
async function compareDeletions(database: Database, journal: readonly RequestEntry[], found: Differences) {
  const oursOf = new Map<string, string>();
  for (const { writes } of journal) {
    for (const { kind, id, record } of writes) {
      if (kind === 'invoice' && record !== null) oursOf.set(id, record.metadata['durabill_invoice'] ?? '');
    }
  }
  const deleted = journal.filter(({ method }) => method === 'DELETE').map(({ path }) => path.split('/').at(-1) ?? '');
  const { rows } = await database.query<{ id: string }>(
    `SELECT subject_id AS id FROM stored_requests WHERE operation = 'invoices.del'`,
  );
  const stored = new Set(rows.map(({ id }) => id));
  const unknown = deleted.filter((id) => !stored.has(oursOf.get(id) ?? ''));
  found.notStored.push(...[...new Set(unknown)].map((id) => `DELETE ${id}`));
}

function isSame(stored: unknown, sent: unknown): boolean {
  return JSON.stringify(sorted(asForm(stored))) === JSON.stringify(sorted(sent));
}

/** Content as it travels: lists are maps by their index, and what is no map is a text. */
function asForm(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return String(value ?? '');
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, asForm(inner)]));
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
