import type { RemoteRecord } from './events.ts';
import type { OutgoingInvoice, RemoteInvoice, RequestLog } from './port.ts';

/**
 * Whoever gets the money in for an invoice that is at a target: Stripe is the first, a bank's direct debits would be
 * another. Each call can be repeated: what was carried out is not done twice, and what it came to is told again.
 */
export type Collector = {
  /**
   * Charges the payment method that the customer has saved with all that is open. That it was refused is an outcome; a
   * failure to hear of one is thrown.
   * @throws TargetError
   */
  collect(order: CollectOrder, log: RequestLog): Promise<CollectOutcome>;
  /** Says there that the rest of it was paid elsewhere, so that nobody can pay it again. @throws TargetError */
  markPaidElsewhere(order: RemoteOrder, log: RequestLog): Promise<RemoteInvoice>;
  /** Gives it up there; who pays it all the same has paid it. @throws TargetError */
  markUncollectible(order: RemoteOrder & { attempt: number }, log: RequestLog): Promise<RemoteInvoice>;
  /** Gives money back by the way it came, in as many parts as it came in. @throws TargetError */
  refund(order: RefundOrder, log: RequestLog): Promise<RefundOutcome>;
  /** The payments of an invoice as they are there now. @throws TargetError */
  paymentsOf(remoteInvoiceId: string): Promise<RemoteRecord[]>;
};

export type RemoteOrder = { invoice: OutgoingInvoice; remoteId: string };

export type CollectOrder = RemoteOrder & {
  /** 1, 2, 3 …: a number is charged once, whatever becomes of the answer. */
  attempt: number;
  /** The target's id of what is charged; null for a customer who has saved nothing. Of what was begun the stored request holds. */
  paymentMethodId: string | null;
  /** What was just seen of the invoice. */
  seen: RemoteInvoice;
};

/**
 * `not needed`: it was paid before this attempt was ever sent. `processing`: it is taken on, and whether the money comes
 * is told later. `isMethodGone`: the target has this payment method no more.
 */
export type CollectOutcome =
  | { state: 'paid' | 'processing' | 'not needed'; remote: RemoteInvoice }
  | { state: 'declined'; code: string; isMethodGone: boolean };

export type RefundOrder = { invoice: OutgoingInvoice; remoteId: string; refundId: string; amountMinor: bigint };

/** `refused`: nothing, or no more than the records say, can be given back there. */
export type RefundOutcome = { state: 'sent' | 'refused'; code: string | null; records: RemoteRecord[] };

/** Payment methods that customers save at a target, on a page of its own: no data of a card ever comes here. */
export type SavedMethods = {
  /** Opens the page unless an earlier call did. @throws TargetError */
  openPage(order: PageOrder, log: RequestLog): Promise<MethodPage>;
  /** @throws TargetError */
  readPage(remotePageId: string): Promise<MethodPage>;
  /** Makes it what the customer pays by. @throws TargetError */
  makeDefault(order: { remoteCustomerId: string; methodId: string }, log: RequestLog): Promise<void>;
  /** Takes away all that the customer has saved. @throws TargetError */
  detachAll(remoteCustomerId: string, log: RequestLog): Promise<void>;
};

export type PageOrder = { sessionId: string; remoteCustomerId: string; currency: string; returnUrl: string };

export type MethodPage = {
  remoteId: string;
  status: 'open' | 'complete' | 'expired';
  /** Null once there is nothing more to be done on it. */
  url: string | null;
  expiresAt: Date;
  /** What was saved on it. */
  method: SavedMethod | null;
};

/** What a customer knows their payment method by. */
export type SavedMethod = {
  remoteId: string;
  /** `card`, `sepa_debit` …: the target's word. */
  kind: string;
  brand: string | null;
  last4: string | null;
  expMonth: number | null;
  expYear: number | null;
};
