/** What a target tells of by itself, and what is read there about it. An event is a hint: only what is read is believed. */

/** One event, as far as it is stored: ids, codes and instants, nothing of the object itself. */
export type RemoteEvent = {
  eventId: string;
  type: string;
  /** By the target's clock, in whole seconds: no order can be read off it. */
  createdAt: Date;
  livemode: boolean;
  /** The account that it is of, where the event names one. */
  accountId: string | null;
  /** `invoice`, `refund`, `dispute` …, and its id; some events are of objects that have none. */
  objectKind: string;
  objectId: string | null;
  /** The target's invoice that the object is or names. */
  remoteInvoiceId: string | null;
  /** Our invoice that the object names in its metadata: a UUID. */
  namedInvoiceId: string | null;
  /** Of the request that caused it; null if none did, or if it was not Durabill's. */
  idempotencyKey: string | null;
  /** What is to be done about it, by its type; null for one that says nothing to us. */
  use: EventUse | null;
};

/**
 * `key`: its idempotency key is looked at, no more. `invoice`: its invoice is looked at. `payment`: the payments of its
 * invoice are read first. `object`: the object itself is read first, to find its invoice.
 */
export type EventUse = 'key' | 'invoice' | 'payment' | 'object';

export type RemoteRecordKind = 'payment' | 'refund' | 'dispute' | 'credit_note';

/** What happened at the target to the money of an invoice, as it was read there. */
export type RemoteRecord = {
  remoteId: string;
  kind: RemoteRecordKind;
  amountMinor: bigint;
  currency: string;
  status: string;
  /** How far the status is on its way; a lower one never follows a higher. */
  stage: number;
  /** Nothing more is expected of it. */
  isFinal: boolean;
  /** Why a payment failed or money was disputed, as the target's code has it. */
  code: string | null;
};

/** What was read about the object of an event: the target's invoices that it belongs to, and what is to be recorded. */
export type RemoteFinding = {
  remoteInvoiceIds: string[];
  records: RemoteRecord[];
  /** The target's customers whose own sync is to look: one of them has saved a payment method. */
  remoteCustomerIds?: string[];
};

export type EventSource = {
  /** Uses by type, for whoever takes up stored events. */
  useOf(type: string): EventUse | null;
  /**
   * A page of the events since an instant, the newest first.
   * @param page.after the id that the page before ended with
   * @returns where to go on; null at the end
   * @throws TargetError
   */
  listEvents(page: { since: Date; after: string | null }): Promise<{ events: RemoteEvent[]; next: string | null }>;
  /**
   * Reads the object of an event, or the payments of an invoice, as they are now.
   * @throws TargetError
   */
  read(object: { kind: string; id: string }): Promise<RemoteFinding>;
  /**
   * Which invoice of ours the target's invoice says it is; null if it names none.
   * @throws TargetError
   */
  nameOf(remoteInvoiceId: string): Promise<string | null>;
};

/** Reads and believes a delivery: its signature over its raw bytes. @throws DurabillError webhook-refused, unavailable */
export type ReadDelivery = (body: Buffer, signature: string | undefined) => RemoteEvent;
