import { newId } from '../ids.ts';
import type { Kind, Records } from '../objects/records.ts';
import type { Business } from '../objects/wire.ts';
import type { Transaction, Write } from '../state.ts';
import { isSame, previousAttributes } from './differences.ts';
import { type Emitter, emitters } from './emitters.ts';
import type { Emitted, EmittedEvent, EventType, Snapshot } from './entry.ts';
import { itemChange } from './items.ts';

/** The state before and after a request, to show its objects by. */
export interface Views {
  readonly before: Transaction;
  readonly after: Transaction;
  readonly business: Business;
}

export interface Change {
  readonly types: readonly EventType[];
  readonly snapshot: Snapshot;
}

/**
 * The events of a request, from what it wrote: each written record is compared with what it replaces. Handlers know
 * nothing of events, so none can be forgotten, and a refused request, which writes nothing, has none.
 */
export function emit(writes: readonly Write[], views: Views, created: number): Emitted | undefined {
  const snapshots: Snapshot[] = [];
  const events: EmittedEvent[] = [];
  for (const write of writes) {
    const change = changeOf(write, views);
    if (change === undefined || change.types.length === 0) continue;
    for (const type of change.types) events.push({ id: newId('evt'), type, snapshot: snapshots.length });
    snapshots.push(change.snapshot);
  }
  return events.length === 0 ? undefined : { created, snapshots, events };
}

/** Leaves out of the journal what the answer says as well: most requests answer with the object that they changed. */
export function withoutAnswer(emitted: Emitted, answer: object): Emitted {
  const snapshots = emitted.snapshots.map((snapshot) =>
    isSame(snapshot.object, answer) ? { ...snapshot, object: null } : snapshot,
  );
  return { ...emitted, snapshots };
}

function changeOf<K extends Kind>({ kind, id, record }: Write, views: Views): Change | undefined {
  if (kind === 'invoiceItem') return itemChange(id, record, views);
  const emitter = emitters[kind] as Emitter<Records[K]> | undefined;
  if (emitter === undefined) return undefined;
  const alive = (found: Records[K] | null | undefined) =>
    found === null || found === undefined || emitter.isDeleted?.(found) ? undefined : found;
  return compare(emitter, alive(views.before.get(kind as K, id)), alive(record as Records[K] | null), views);
}

function compare<R>(
  emitter: Emitter<R>,
  before: R | undefined,
  after: R | undefined,
  views: Views,
): Change | undefined {
  const { business } = views;
  const shownBefore = before === undefined ? undefined : emitter.render(before, views.before, business);
  if (after === undefined) {
    // What is gone is told as it last was.
    return shownBefore === undefined ? undefined : { types: some(emitter.deleted), snapshot: { object: shownBefore } };
  }
  const object = emitter.render(after, views.after, business);
  const steps = emitter.also?.(before, after) ?? [];
  if (shownBefore === undefined) return { types: [...some(emitter.created), ...steps], snapshot: { object } };
  const previous = previousAttributes(shownBefore, object);
  const updated = Object.keys(previous).length === 0 ? [] : some(emitter.updated);
  return { types: [...updated, ...steps], snapshot: { object, previous, before: shownBefore } };
}

function some(type: EventType | undefined): EventType[] {
  return type === undefined ? [] : [type];
}
