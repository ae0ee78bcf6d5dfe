import type { Kind, Records } from './objects/records.ts';

/** One replaced (or, with null, removed) record. The state is the fold of all writes in the journal. */
export type Write = { [K in Kind]: { kind: K; id: string; record: Records[K] | null } }[Kind];

type Tables = { [K in Kind]: Map<string, Records[K]> };

/** All objects, by kind and id, in the order of their creation (a Map keeps a key's place when it is replaced). */
export class State {
  private readonly tables: Tables = { customer: new Map(), invoice: new Map(), line: new Map(), taxRate: new Map() };

  get<K extends Kind>(kind: K, id: string): Records[K] | undefined {
    return this.tables[kind].get(id);
  }

  inOrderOfCreation<K extends Kind>(kind: K): Records[K][] {
    return [...this.tables[kind].values()];
  }

  apply(writes: readonly Write[]): void {
    for (const write of writes) {
      const table = this.tables[write.kind] as Map<string, unknown>;
      if (write.record === null) table.delete(write.id);
      else table.set(write.id, write.record);
    }
  }
}

/** A handler's view: reads see its own writes; nothing reaches the state until the pipeline has journalled them. */
export class Transaction {
  private readonly state: State;
  private readonly pending = new Map<string, Write>();

  constructor(state: State) {
    this.state = state;
  }

  get<K extends Kind>(kind: K, id: string): Records[K] | undefined {
    const write = this.pending.get(`${kind} ${id}`);
    if (write !== undefined) return (write.record ?? undefined) as Records[K] | undefined;
    return this.state.get(kind, id);
  }

  /** For lists, which never write: the state as committed, newest first. */
  newestFirst<K extends Kind>(kind: K): Records[K][] {
    return this.state.inOrderOfCreation(kind).reverse();
  }

  put<K extends Kind>(kind: K, record: Records[K]): void {
    this.pending.set(`${kind} ${record.id}`, { kind, id: record.id, record } as Write);
  }

  remove(kind: Kind, id: string): void {
    this.pending.set(`${kind} ${id}`, { kind, id, record: null });
  }

  writes(): Write[] {
    return [...this.pending.values()];
  }
}
