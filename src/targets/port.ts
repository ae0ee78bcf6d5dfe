import type { Collector, SavedMethods } from './collector.ts';

/** What any target of invoices offers, and what it asks of the rest: Stripe is the first, others follow the same form. */

export type OutgoingCustomer = {
  id: string;
  externalId: string;
  name: string;
  email: string | null;
  /** Where it is, by its billing profile; left out by those who know none. */
  address?: {
    lines: readonly string[];
    city: string | null;
    postalCode: string | null;
    region: string | null;
    country: string;
  } | null;
  /** BCP 47: the language in which it is written to. */
  language?: string | null;
  /** Left out by those who know none. */
  taxIds?: readonly { type: string; value: string }[];
  /** Its personal data is gone: what is sent stands in its place, and its external id is a pseudonym. */
  isErased?: boolean;
  /** Since when the contact is as it is. */
  contactAt: Date;
  /** The target is known to have it under this id already, from before this database was restored. */
  knownRemoteId?: string | null;
};

/** A line after its discount, with the taxes on it. What pays a part of the invoice is a line below zero. */
export type OutgoingLine = { id: string; description: string; amountMinor: bigint; taxes: readonly OutgoingTax[] };

export type OutgoingTax = {
  key: string;
  name: string;
  /** 19 is 19 %. */
  percentage: string;
  /** The line's amount has it in it. */
  isInclusive: boolean;
  /** ISO 3166-1 alpha-2. */
  country: string | null;
  /** What Stripe calls it, `vat` …; null where that is not said. */
  taxType: string | null;
  taxableMinor: bigint;
  amountMinor: bigint;
};

export type OutgoingInvoice = {
  id: string;
  revision: number;
  number: string;
  currency: string;
  customerId: string;
  totalMinor: bigint;
  periodStartAt: Date;
  periodEndAt: Date;
  issuedAt: Date;
  /** Calendar day by which the customer pays, `2013-02-16`, and the terms that it comes from. */
  paymentDueOn: string;
  paymentTermsDays: number;
  /** What it says beside its lines; null or left out for nothing. */
  memo?: string | null;
  purchaseOrder?: string | null;
  footer?: string | null;
  /** How the money is to come in: by a link that is sent, or from what the customer has saved. */
  collection: 'send_invoice' | 'charge_automatically';
  lines: readonly OutgoingLine[];
  /** The target is known to have it under this id already, from before this database was restored. */
  knownRemoteId?: string | null;
};

export type RemoteInvoice = {
  remoteId: string;
  status: string;
  totalMinor: bigint;
  url: string | null;
  payment: 'unpaid' | 'partly_paid' | 'paid' | 'uncollectible';
  amountPaidMinor: bigint;
  /** The part of it that came in elsewhere, by the word of whoever marked it so. */
  paidElsewhereMinor: bigint;
  /** When it was paid in full, by the target's clock. */
  paidAt: Date | null;
};

/** A credit note of an invoice that is at the target. Minor units. */
export type OutgoingCreditNote = {
  id: string;
  number: string;
  issuedAt: Date;
  reason: 'duplicate' | 'fraudulent' | 'order_change' | 'product_unsatisfactory' | 'other';
  memo: string | null;
  /** What of it is money: all but what credits of the customer have paid, of which the target knows nothing. */
  moneyMinor: bigint;
  totalMinor: bigint;
  /** Of the money: what lowers what is to be paid, and what goes back by the way that it came. */
  dueMinor: bigint;
  refundMinor: bigint;
  /** Parts of the invoice's lines after their discounts; of each tax of the line a part. */
  lines: readonly {
    lineId: string;
    amountMinor: bigint;
    taxes: readonly Pick<OutgoingTax, 'key' | 'taxableMinor' | 'amountMinor'>[];
  }[];
};

export type RemoteCreditNote = {
  remoteId: string;
  /** Refunds that came with it. */
  refundIds: string[];
  /** What the customer has paid of what it was to lower, before it came there. */
  overpaidMinor: bigint;
  /** As the invoice stands with it. */
  invoice: RemoteInvoice;
};

/**
 * `gone`: nothing is left that could be paid; null if the target never had it. `kept`: the customer was faster, in full or
 * in part, or the target lets nobody void it as it is now; what was seen of it stands.
 */
export type VoidOutcome =
  | { state: 'gone'; remote: { remoteId: string; status: 'void' | 'deleted' } | null }
  | { state: 'kept'; remote: RemoteInvoice };

export type InvoiceTarget = {
  /** The account behind the credentials; the database is bound to it. */
  account(): Promise<{ accountId: string; livemode: boolean }>;
  /** Creates the customer unless an earlier call did. @returns its id at the target */
  createCustomer(customer: OutgoingCustomer, log: RequestLog): Promise<string>;
  /** Brings the customer's contact there to what it is here. */
  updateCustomer(customer: OutgoingCustomer, remoteId: string, log: RequestLog): Promise<void>;
  /** Brings the invoice to its final state at the target from wherever an earlier call left it. */
  bringInvoice(invoice: OutgoingInvoice, remoteCustomerId: string, log: RequestLog): Promise<RemoteInvoice>;
  /** Brings a credit note of an invoice that `bringInvoice` has brought there. */
  bringCreditNote(
    invoice: OutgoingInvoice,
    remoteInvoiceId: string,
    note: OutgoingCreditNote,
    log: RequestLog,
  ): Promise<RemoteCreditNote>;
  /** Sees to it that nobody can pay the invoice there any more, wherever earlier calls have left it, unless it was paid for. */
  voidInvoice(invoice: OutgoingInvoice, remoteCustomerId: string | null, log: RequestLog): Promise<VoidOutcome>;
  /** Gets the money in for what was brought there. */
  collector: Collector;
  savedMethods: SavedMethods;
};

/** What a target has, read and never changed: for reconciliation. Each call answers one page of at most 100. */
export type TargetInventory = {
  /** Invoices by when they were created there, the newest first. @param after the `next` of the page before */
  listInvoices(window: { from: Date | null; to: Date | null }, after: string | null): Promise<Page<SeenInvoice>>;
  /** All customers, the newest first; deleted ones are not among them. */
  listCustomers(after: string | null): Promise<Page<SeenCustomer>>;
  /** One invoice as it is now; `gone` where there is none of this id any more. */
  retrieveInvoice(remoteId: string): Promise<SeenInvoice | 'gone'>;
  retrieveCustomer(remoteId: string): Promise<SeenCustomer | 'gone'>;
};

export type Page<Row> = { rows: Row[]; next: string | null };

/** An invoice as a target shows it. Amounts are in our minor units, as decimals: a fraction can only be the target's. */
export type SeenInvoice = {
  remoteId: string;
  /** Our id and revision, by the marks that it carries; null where it carries none that can be one. */
  invoiceId: string | null;
  revision: number | null;
  number: string | null;
  remoteCustomerId: string | null;
  /** In upper case, as the books write it. */
  currency: string;
  totalMinor: string;
  subtotalMinor: string;
  amountPaidMinor: string;
  amountRemainingMinor: string;
  status: string;
  lineCount: number;
  /** SHA-256 over `mark=amount`, joined by commas, of the lines in order of their marks; as hex. */
  linesDigest: string;
  autoAdvance: boolean;
  dueAt: Date | null;
  createdAt: Date;
  livemode: boolean;
};

export type SeenCustomer = {
  remoteId: string;
  customerId: string | null;
  isDeleted: boolean;
  createdAt: Date;
  livemode: boolean;
};

/** The pace at which a target takes requests. */
export type RequestPace = {
  /**
   * Resolves when a request of this operation may be sent.
   * @param write of a request that changes something: its key, if it has one. Whoever has waited is asked again whether
   *   somebody wants quiet by now
   * @throws TargetError retry: too many wait for their turn already; or `stopped`
   */
  turn(operation: string, write?: { idempotencyKey: string | null }): Promise<void>;
  /** The target has refused a request for coming too fast: of this operation, or of all together. */
  refused(operation: string, scope: 'operation' | 'all'): Promise<void>;
};

/**
 * Requests of one subject, stored before they are sent, so that a retry sends the same content under the same key
 * whatever has changed since.
 */
export type RequestLog = {
  /**
   * Stores the request of a step, or returns the one stored before: what is to be sent is what this returns.
   * @throws TargetError retry `stopped`, while a pause or a hold lets nothing be sent
   */
  begin(request: NewRequest): Promise<StoredRequest>;
  /** The latest request of a step; undefined if none was ever stored. */
  latest(step: string): Promise<StoredRequest | undefined>;
  /** What the key answers from now on: a success with the id of the object, or a failure by its status. */
  answered(request: StoredRequest, answer: RequestAnswer): Promise<void>;
  /** What else became of a request, for its subject's history: the key may still carry it out. */
  noted(request: StoredRequest, news: RequestNews): Promise<void>;
};

export type NewRequest = {
  step: string;
  operation: string;
  params: Record<string, unknown>;
  /** What of the parameters the history may show for ever: ids, amounts, dates, and no personal data. */
  shown: Record<string, unknown>;
  /** One that was first sent before this is looked at instead of sent, so that no sending goes into the history. */
  trustedSince: Date;
  /**
   * Set after a look has shown that this generation was never carried out: a new key, the new content. If another
   * attempt was faster, what it stored is returned.
   */
  after?: StoredRequest;
};

export type StoredRequest = {
  step: string;
  generation: number;
  idempotencyKey: string;
  params: Record<string, unknown>;
  firstSentAt: Date;
  /** How often it has been sent, this time included. */
  sends: number;
  /** HTTP status of what the key answers; null while the key may still carry the request out. */
  status: number | null;
  /** The target's id of the answer; null while there is none, and when the object was found by a look instead. */
  requestId: string | null;
  remoteId: string | null;
};

/** The code of a TargetError that says: not now, since somebody wants quiet. It is no failure. */
export const stoppedCode = 'stopped';

export type RequestAnswer = {
  /** How it was learnt: a success, a refusal that the key repeats, or a look that found what was carried out. */
  what: 'answer' | 'refusal' | 'look';
  status: number;
  requestId: string | null;
  remoteId: string | null;
  /** Codes, amounts and hashes for the history; never personal data. */
  told: Record<string, unknown>;
};

/**
 * `refusal`: refused without a word about the key, such as for coming too fast. `answer lost`: none came, or none that
 * can be read. `not sent`: given up before it left. `look`: what was found of it when Stripe was looked at.
 */
export type RequestNews = {
  what: 'refusal' | 'answer lost' | 'not sent' | 'look';
  told: Record<string, unknown>;
};

/**
 * A failure of a target, sorted by what to do: `retry` the same request, `look` at what the target has first, or call a
 * `person`, because nothing changes by itself.
 */
export class TargetError extends Error {
  override readonly name = 'TargetError';
  readonly action: 'retry' | 'look' | 'person';
  readonly code: string;
  readonly retryAfterMs: number | undefined;
  /** The target's own words, which may name a person: they stay in PostgreSQL. The message never does. */
  readonly remoteMessage: string | undefined;
  /** The target itself is away or broken, whatever is asked of it: no use in beginning anything new. */
  readonly isOutage: boolean;
  /** An operator should hear of it although it is tried again. */
  readonly needsAlert: boolean;
  /** The operator's next step. */
  readonly mend: string;

  constructor(
    action: 'retry' | 'look' | 'person',
    code: string,
    reason: string,
    details: {
      retryAfterMs?: number | undefined;
      remoteMessage?: string | undefined;
      isOutage?: boolean;
      needsAlert?: boolean;
      mend?: string;
      cause?: unknown;
    } = {},
  ) {
    super(reason, { cause: details.cause });
    this.action = action;
    this.code = code;
    this.retryAfterMs = details.retryAfterMs;
    this.remoteMessage = details.remoteMessage;
    this.isOutage = details.isOutage ?? false;
    this.needsAlert = details.needsAlert ?? false;
    this.mend = details.mend ?? '';
  }
}
