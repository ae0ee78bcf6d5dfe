import type Stripe from 'stripe';

export type EventType = Stripe.Event.Type;

export interface PlannedFault {
  readonly kind: 'duplicate' | 'swap' | 'late' | 'drop' | 'stale' | 'forged';
  /** Only of late ones. */
  readonly delayMs?: number;
}

/** An endpoint that shall get an event, and what goes wrong on the way. */
export interface PlannedDelivery {
  readonly endpoint: string;
  readonly fault?: PlannedFault;
}

/** One changed object as it was shown: several events about the same change share it. */
export interface Snapshot {
  /** Null when the answer of the request shows the same: it stands in the journal once. */
  readonly object: object | null;
  /** What an update replaced, in Stripe's way: nested objects by their changed keys, null for what was not there. */
  readonly previous?: Record<string, unknown>;
  /** The object before the change; journalled only where a fault shall deliver that instead. */
  readonly before?: object;
}

export interface EmittedEvent {
  readonly id: string;
  readonly type: EventType;
  /** Index in `snapshots`. */
  readonly snapshot: number;
  /** Absent when no endpoint wanted it. */
  readonly deliveries?: readonly PlannedDelivery[];
}

/** The events of one committed request, as the journal holds them. */
export interface Emitted {
  /** Unix seconds. */
  readonly created: number;
  readonly snapshots: readonly Snapshot[];
  readonly events: readonly EmittedEvent[];
}

export interface EventContent {
  readonly object: object;
  readonly previous: Snapshot['previous'];
  readonly before: Snapshot['before'];
  readonly requestId: string;
  readonly idempotencyKey: string | null;
}

/** What stays in memory of an event: enough to find and filter it. The rest is read from the journal when asked for. */
export interface LoggedEvent {
  readonly id: string;
  readonly type: EventType;
  readonly created: number;
  /** Endpoints that have not yet taken it. */
  pending: number;
  readonly read: () => EventContent;
}
