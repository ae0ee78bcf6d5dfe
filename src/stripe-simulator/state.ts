import { EventLog } from './events/log.ts';
import type { Kind, Records } from './objects/records.ts';

/** One replaced (or, with null, removed) record. The state is the fold of all writes in the journal. */
export type Write = { [K in Kind]: { kind: K; id: string; record: Records[K] | null } }[Kind];

/**
 * Objects to be listed, oldest first, by their index. `at` is undefined where one was removed; `around` tells how many
 * are older than an object and where the newer ones begin, or undefined when that object is not there.
 */
export interface Sequence<T> {
  readonly length: number;
  at(index: number): T | undefined;
  around(id: string): { older: number; newer: number } | undefined;
}

/** The objects of one kind. Each has a place in the order of creation, which it keeps when it is replaced. */
class Table<T extends { readonly id: string }> implements Sequence<T> {
  private readonly records: (T | undefined)[] = [];
  private readonly places = new Map<string, number>();

  get length(): number {
    return this.records.length;
  }

  at(place: number): T | undefined {
    return this.records[place];
  }

  placeOf(id: string): number | undefined {
    return this.places.get(id);
  }

  around(id: string): { older: number; newer: number } | undefined {
    const place = this.places.get(id);
    return place === undefined ? undefined : { older: place, newer: place + 1 };
  }

  get(id: string): T | undefined {
    const place = this.places.get(id);
    return place === undefined ? undefined : this.records[place];
  }

  set(record: T): void {
    const place = this.places.get(record.id);
    if (place !== undefined) {
      this.records[place] = record;
      return;
    }
    this.places.set(record.id, this.records.length);
    this.records.push(record);
  }

  delete(id: string): void {
    const place = this.places.get(id);
    if (place === undefined) return;
    this.records[place] = undefined;
    this.places.delete(id);
  }

  inOrderOfCreation(): T[] {
    return this.records.filter((record) => record !== undefined);
  }
}

/** Some objects of a table, by their places in ascending order. */
class Selection<T extends { readonly id: string }> implements Sequence<T> {
  private readonly table: Table<T>;
  private readonly places: readonly number[];

  constructor(table: Table<T>, places: readonly number[]) {
    this.table = table;
    this.places = places;
  }

  get length(): number {
    return this.places.length;
  }

  at(index: number): T | undefined {
    const place = this.places[index];
    return place === undefined ? undefined : this.table.at(place);
  }

  /** The object need not be in the selection itself: its place among all is what counts. */
  around(id: string): { older: number; newer: number } | undefined {
    const place = this.table.placeOf(id);
    if (place === undefined) return undefined;
    let older = 0;
    for (let end = this.places.length; older < end; ) {
      const middle = (older + end) >>> 1;
      if ((this.places[middle] ?? 0) < place) older = middle + 1;
      else end = middle;
    }
    return { older, newer: this.places[older] === place ? older + 1 : older };
  }
}

type Tables = { [K in Kind]: Table<Records[K]> };

/** All objects, by kind and id; an account of 100,000 invoices must not make a request slower than the first. */
export class State {
  private readonly tables: Tables = {
    charge: new Table(),
    checkoutSession: new Table(),
    creditNote: new Table(),
    customer: new Table(),
    dispute: new Table(),
    invoice: new Table(),
    invoiceItem: new Table(),
    invoicePayment: new Table(),
    line: new Table(),
    paymentIntent: new Table(),
    paymentMethod: new Table(),
    refund: new Table(),
    setupIntent: new Table(),
    taxRate: new Table(),
    webhookEndpoint: new Table(),
  };
  readonly events: EventLog;
  /** Places of each customer's invoices in the table of invoices. */
  private readonly invoicesOf = new Map<string, number[]>();

  constructor(eventLimit = Number.POSITIVE_INFINITY) {
    this.events = new EventLog(eventLimit);
  }

  get<K extends Kind>(kind: K, id: string): Records[K] | undefined {
    return this.tables[kind].get(id);
  }

  all<K extends Kind>(kind: K): Sequence<Records[K]> {
    return this.tables[kind];
  }

  invoicesOfCustomer(customerId: string): Sequence<Records['invoice']> {
    return new Selection(this.tables.invoice, this.invoicesOf.get(customerId) ?? []);
  }

  inOrderOfCreation<K extends Kind>(kind: K): Records[K][] {
    return this.tables[kind].inOrderOfCreation();
  }

  apply(writes: readonly Write[]): void {
    for (const write of writes) {
      if (write.record === null) this.tables[write.kind].delete(write.id);
      else if (write.kind === 'invoice') this.setInvoice(write.record);
      else (this.tables[write.kind] as Table<{ id: string }>).set(write.record);
    }
  }

  private setInvoice(invoice: Records['invoice']): void {
    const isNew = this.tables.invoice.placeOf(invoice.id) === undefined;
    this.tables.invoice.set(invoice);
    if (!isNew) return;
    const place = this.tables.invoice.length - 1;
    const places = this.invoicesOf.get(invoice.customer);
    if (places === undefined) this.invoicesOf.set(invoice.customer, [place]);
    else places.push(place);
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
    // An id begins with the short name of its kind, so one map serves all kinds.
    const write = this.pending.size === 0 ? undefined : this.pending.get(id);
    if (write?.kind === kind) return (write.record ?? undefined) as Records[K] | undefined;
    return this.state.get(kind, id);
  }

  /** Events are no records: they follow from the writes, once these are committed. */
  get events(): EventLog {
    return this.state.events;
  }

  /** For lists, which never write: the state as committed. */
  all<K extends Kind>(kind: K): Sequence<Records[K]> {
    return this.state.all(kind);
  }

  invoicesOfCustomer(customerId: string): Sequence<Records['invoice']> {
    return this.state.invoicesOfCustomer(customerId);
  }

  put<K extends Kind>(kind: K, record: Records[K]): void {
    this.pending.set(record.id, { kind, id: record.id, record } as Write);
  }

  remove(kind: Kind, id: string): void {
    this.pending.set(id, { kind, id, record: null });
  }

  writes(): Write[] {
    return [...this.pending.values()];
  }
}
