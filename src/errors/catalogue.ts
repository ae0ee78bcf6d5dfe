/**
 * Every error that Durabill can answer with, once. `status` is the HTTP status of the API's problem+json answer
 * (RFC 9457); `title` is for engineers and operators; `customer` is the sentence a customer may read; `mend` is the
 * next step. docs/errors.md is generated from here.
 */
export type Catalogued = {
  readonly status: number;
  readonly title: string;
  readonly customer: string;
  readonly mend: string;
};

const refused = 'The request was not accepted; nothing was changed.';

export const catalogue = {
  // Requests
  'request-invalid': {
    status: 400,
    title: 'The request does not have the documented form.',
    customer: refused,
    mend: 'Compare the named field with the schema at /openapi.json.',
  },
  'request-too-large': {
    status: 413,
    title: 'The request body is larger than the limit.',
    customer: refused,
    mend: 'A batch has at most 1,000 events; a batch, a preview, a correction of usage and plans at most 4 MiB, every other body 64 KiB.',
  },
  'media-type-unsupported': {
    status: 415,
    title: 'The content type is not one that this address takes.',
    customer: refused,
    mend: 'Send application/json.',
  },
  'request-timeout': {
    status: 408,
    title: 'The request did not arrive whole in time.',
    customer: refused,
    mend: 'Send the request again, whole within 30 seconds.',
  },
  'headers-too-large': {
    status: 431,
    title: 'The address and headers of the request are larger than 16 KiB.',
    customer: refused,
    mend: 'Shorten the address, and leave out headers and cookies that are not for Durabill.',
  },
  'expectation-unsupported': {
    status: 417,
    title: 'The request expects what this server cannot do.',
    customer: refused,
    mend: 'Leave the header Expect out, or send "100-continue".',
  },
  'not-found': {
    status: 404,
    title: 'Nothing was found at this address.',
    customer: 'We could not find what you asked for.',
    mend: 'Check the address and the id.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'This address does not take this method.',
    customer: refused,
    mend: 'Use one of the methods in the Allow header.',
  },
  conflict: {
    status: 409,
    title: 'The request contradicts what is already stored.',
    customer: refused,
    mend: 'Read the stored object first; use another key if a new one is meant.',
  },
  'key-missing': {
    status: 401,
    title: 'No API key was sent.',
    customer: 'Please sign in.',
    mend: 'Send the header "Authorization: Bearer <API key>".',
  },
  'key-invalid': {
    status: 401,
    title: 'The API key is unknown or revoked.',
    customer: 'Please sign in again.',
    mend: 'Check the key for missing characters or ask an operator for a new one.',
  },
  'scope-missing': {
    status: 403,
    title: 'The API key lacks the scope that this call needs.',
    customer: 'You do not have access to this.',
    mend: 'Ask an operator for a key with the named scope.',
  },
  'webhook-endpoint-refused': {
    status: 409,
    title: 'The webhook endpoint is not in a state for this.',
    customer: refused,
    mend: 'Look at its state at GET /v1/webhook-endpoints/{id}; an owner has at most 20 endpoints.',
  },
  'api-key-refused': {
    status: 409,
    title: 'The API key cannot be made or ended so.',
    customer: refused,
    mend: 'Revoke keys that are not used any more; a customer has at most 20.',
  },
  'rate-limited': {
    status: 429,
    title: 'More requests came than this key or session may make.',
    customer: 'Too many requests came at once. Please try again in a moment.',
    mend: 'Wait as long as Retry-After says; RateLimit tells what is left.',
  },
  'precondition-failed': {
    status: 412,
    title: 'It has been changed since it was read.',
    customer: 'Somebody has changed this meanwhile. Please look at it again.',
    mend: 'Read it again, and send its ETag as If-Match.',
  },
  'idempotency-key-invalid': {
    status: 400,
    title: 'The Idempotency-Key is not one.',
    customer: refused,
    mend: 'Send 1 to 255 printable characters of ASCII, such as a UUID.',
  },
  'idempotency-key-reused': {
    status: 422,
    title: 'The Idempotency-Key was sent with other content before.',
    customer: refused,
    mend: 'Make another key for another request; the same one is for the same request again.',
  },
  'idempotency-key-in-use': {
    status: 409,
    title: 'A request with this Idempotency-Key is being carried out.',
    customer: 'This is being done already.',
    mend: 'Wait a moment and send the same again: its answer is kept.',
  },
  'webhook-refused': {
    status: 400,
    title: 'The delivery is not a signed event of the Stripe account.',
    customer: refused,
    mend: 'Compare STRIPE_WEBHOOK_SECRET with the signing secret of the endpoint, and pass the raw body on unchanged.',
  },
  internal: {
    status: 500,
    title: 'Something failed on our side.',
    customer: 'Something failed on our side. Nothing is lost; please try again.',
    mend: 'Try again; if it lasts, look in the log for the request id.',
  },
  unavailable: {
    status: 503,
    title: 'A part that this call needs cannot be reached.',
    customer: 'We cannot answer right now. Please try again in a moment.',
    mend: 'See /readyz for the part that is away.',
  },

  // Documents
  'document-too-long': {
    status: 422,
    title: 'The invoice has more lines than a document may have.',
    customer: 'This invoice is too long for a document. Its lines can be seen here.',
    mend: 'Read its lines at /v1/invoices/{id}.',
  },
  'document-failed': {
    status: 500,
    title: 'The document could not be made.',
    customer: 'The document could not be made. Nothing is lost; please try again.',
    mend: 'Look in the log for the request id: what the typesetter said stands there. The invoice itself is not touched.',
  },
  'document-absent': {
    status: 404,
    title: 'There is no document of this invoice.',
    customer: 'There was nothing to pay for this period, so there is no document.',
    mend: 'An invoice that was skipped is over nothing; read it at /v1/invoices/{id}.',
  },

  // Customers, clocks and runs
  'clock-unknown': {
    status: 422,
    title: 'There is no clock with this name.',
    customer: refused,
    mend: 'Create the test clock first (POST /v1/clocks), or leave the clock out to use the real one.',
  },
  'plan-unknown': {
    status: 422,
    title: 'There is no plan with this key.',
    customer: refused,
    mend: 'Apply the plan file that defines it first, or correct the key.',
  },
  'subscription-refused': {
    status: 422,
    title: 'The subscription cannot be changed like this.',
    customer: refused,
    mend: 'Read the subscription, and choose another instant or another change.',
  },
  'dunning-policy-invalid': {
    status: 422,
    title: 'The policy of dunning cannot be carried out like this.',
    customer: refused,
    mend: 'Put the steps in the order of their days, with the write-off as the last; docs/dunning.md has examples.',
  },
  'message-refused': {
    status: 409,
    title: 'The mail is not in a state in which this can be done.',
    customer: refused,
    mend: 'Read the mail first; only what has failed, is unknown or was left out can be sent again.',
  },
  'wallet-refused': {
    status: 422,
    title: 'The wallet cannot take this.',
    customer: refused,
    mend: 'Do what the reason says instead.',
  },
  'run-refused': {
    status: 422,
    title: 'The run cannot be started for this instant on this clock.',
    customer: refused,
    mend: 'Choose another instant or another clock.',
  },
  'reconciliation-refused': {
    status: 409,
    title: 'The reconciliation cannot begin now.',
    customer: refused,
    mend: 'Wait until what stands in its way is over, then ask again.',
  },
  // Usage
  'event-invalid': {
    status: 422,
    title: 'The event is not of the documented form.',
    customer: refused,
    mend: 'Compare the named field with the event at /openapi.json.',
  },
  'event-customer-unknown': {
    status: 422,
    title: 'The event names a customer that does not exist.',
    customer: refused,
    mend: 'Create the customer first, or correct the name.',
  },
  'customer-erased': {
    status: 409,
    title: 'The personal data of this customer was erased; nothing new is taken for it.',
    customer: refused,
    mend: 'Create the customer anew, under another external id, if it comes back.',
  },
  'erasure-refused': {
    status: 409,
    title: 'The customer cannot be erased yet: not all is over with it.',
    customer: 'Your data cannot be erased yet: something is still open between us.',
    mend: 'End what is named, then ask for the erasure again.',
  },
  'event-too-early': {
    status: 422,
    title: 'The event is dated before the oldest month that is taken.',
    customer: refused,
    mend: 'Check the unit and the zone of occurredAt.',
  },
  'event-too-late': {
    status: 422,
    title: 'The event is dated too far in the future.',
    customer: refused,
    mend: 'Check the unit and the zone of occurredAt and the clock of the sender.',
  },
  'event-conflict': {
    status: 409,
    title: 'An event with this source and id but other content is already stored.',
    customer: refused,
    mend: 'Send a new id for a new event; stored events are never overwritten.',
  },
  // Money, periods, prices
  'currency-unknown': {
    status: 422,
    title: 'The currency is not a current ISO 4217 code.',
    customer: refused,
    mend: 'Use a three-letter code such as USD, EUR or JPY.',
  },
  'amount-out-of-range': {
    status: 422,
    title: 'The amount does not fit 64 bits of minor units.',
    customer: 'The amount is too large to bill.',
    mend: 'Check the price and the quantity for slipped decimals.',
  },
  'currency-mismatch': {
    status: 422,
    title: 'Amounts of two currencies cannot be added.',
    customer: refused,
    mend: 'Keep to one currency on one invoice; nothing is converted silently.',
  },
  'stripe-amount-unsupported': {
    status: 422,
    title: 'Stripe cannot carry this amount in its currency.',
    customer: 'The amount is outside what the payment service accepts.',
    mend: 'Void the invoice and reissue it with prices that give amounts which Stripe takes in this currency.',
  },
  'decimal-invalid': {
    status: 422,
    title: 'The value is not a plain decimal number.',
    customer: refused,
    mend: 'Write it as a string of digits with at most one point, such as "0.0125".',
  },
  'zone-unknown': {
    status: 422,
    title: 'The time zone is not in the IANA database.',
    customer: refused,
    mend: 'Use a name such as America/New_York or UTC.',
  },
  'period-span-too-long': {
    status: 422,
    title: 'The subscription spans more periods than one request may lay out.',
    customer: refused,
    mend: 'Check the year of the start; at most 1,200 periods are laid out at once.',
  },
  'interval-invalid': {
    status: 422,
    title: 'The billing interval is not one that there is.',
    customer: refused,
    mend: 'Use week, month, quarter, half_year or year, and a count from 1 to 24.',
  },
  'timeline-invalid': {
    status: 422,
    title: 'The times of the subscription do not fit together.',
    customer: refused,
    mend: 'Correct the named time: phases in order, the first by the start of billing, pauses that end after they begin.',
  },
  'price-invalid': {
    status: 422,
    title: 'The price cannot be computed as written.',
    customer: refused,
    mend: 'Correct the named field of the price.',
  },
  'preview-invalid': {
    status: 422,
    title: 'What is to be previewed is not of the documented form.',
    customer: refused,
    mend: 'Correct the named field; /openapi.json describes each.',
  },
  'tax-invalid': {
    status: 422,
    title: 'What is said of taxes is not of the documented form.',
    customer: refused,
    mend: 'Correct the named field.',
  },
  'tax-rate-unknown': {
    status: 422,
    title: 'There is no tax rate with this key that can be given to anything new.',
    customer: refused,
    mend: 'Create the rate first, or correct the key; GET /v1/tax-rates lists those that are there.',
  },
  'tax-unavailable': {
    status: 503,
    title: 'It is not known which taxes are on the invoice, and it is not issued without.',
    customer: 'Your bill is being prepared. Nothing has to be done.',
    mend: 'An outside tax engine is asked again by the next due scan, which then issues it. If it stays so, look at the engine and at TAX_ENGINE_URL of the workers.',
  },
  'tax-id-invalid': {
    status: 422,
    title: 'The tax id does not have the form of its kind.',
    customer: 'The tax number does not look right. Please check it for a typing error.',
    mend: 'Compare the number with the document that it comes from; digits that check the others are counted too.',
  },
  'tax-rounding-fixed': {
    status: 409,
    title: 'How taxes are rounded was settled when the first invoice was issued.',
    customer: refused,
    mend: 'Keep the rounding: every invoice says which one it was written with, and all of them have the same.',
  },
  'coupon-invalid': {
    status: 422,
    title: 'The coupon is not of the documented form.',
    customer: refused,
    mend: 'Correct the named field of the coupon.',
  },
  'coupon-refused': {
    status: 422,
    title: 'The coupon cannot be redeemed by this customer.',
    customer: 'This coupon cannot be used any more, or not by you.',
    mend: 'Read the coupon for its limits; another one can be made with other limits.',
  },
  'credit-note-refused': {
    status: 422,
    title: 'The credit note cannot be issued like this.',
    customer: refused,
    mend: 'Ask for a preview, which says what is left to credit, and name less.',
  },
  'meter-invalid': {
    status: 422,
    title: 'The meter is not of the documented form.',
    customer: refused,
    mend: 'Correct the named field of the meter.',
  },
  'plan-invalid': {
    status: 422,
    title: 'The plan is not of the documented form.',
    customer: refused,
    mend: 'Correct the named field of the plan.',
  },
  'quantity-negative': {
    status: 422,
    title: 'The quantity of the period is negative.',
    customer: 'A quantity on your bill needs to be checked first.',
    mend:
      'Look at the events of the meter for negative values. Where they are meant, the price says belowZero: "zero" ' +
      '(nobody is paid), or its meter negatives: "skipped".',
  },
  // Collection
  'collection-refused': {
    status: 409,
    title: 'The invoice cannot be collected like this now.',
    customer: refused,
    mend: 'Read the invoice and GET /v1/invoices/{id}/payments, and choose another way to collect it.',
  },
  'payment-refused': {
    status: 422,
    title: 'The payment cannot be recorded like this.',
    customer: refused,
    mend: 'Compare it with what is open of the invoice at GET /v1/invoices/{id}/payments.',
  },
  'refund-refused': {
    status: 422,
    title: 'So much cannot be given back this way.',
    customer: refused,
    mend: 'See at GET /v1/invoices/{id}/payments what has come in and gone back, and by which way.',
  },
  // Broker
  'broker-unreachable': {
    status: 503,
    title: 'RabbitMQ cannot be reached.',
    customer: 'We cannot answer right now. Please try again in a moment.',
    mend: 'Check that RabbitMQ runs and that AMQP_URL names it; Durabill keeps trying to connect.',
  },
  'publish-failed': {
    status: 503,
    title: 'RabbitMQ did not confirm every message.',
    customer: 'Something failed on our side. Nothing is lost; please try again.',
    mend: 'Publish the named messages again; a message that arrives twice does no harm.',
  },
  'message-invalid': {
    status: 500,
    title: 'The message is not of the form that queues carry.',
    customer: 'Something failed on our side.',
    mend: 'This is a fault of the program; report it with the reason.',
  },
  'meter-changed': {
    status: 409,
    title: 'A meter of this key is already stored with another definition.',
    customer: refused,
    mend: 'Give the new definition a new key; bills written with the old one must stay recomputable.',
  },
  'plan-currency-mismatch': {
    status: 422,
    title: 'The invoice, its customer and its plans are not all in one currency.',
    customer: 'Your invoice needs to be checked first.',
    mend: 'Void the draft, and subscribe the customer to plans in its own currency; nothing is converted silently.',
  },
  'invoice-lines-too-many': {
    status: 422,
    title: 'The invoice has more lines than one may have.',
    customer: 'Your invoice needs to be checked first.',
    mend: 'Void the draft and put the subscriptions into several billing groups.',
  },
  'usage-price-missing': {
    status: 422,
    title: 'The customer has usage that a meter counts and no price of its plans bills.',
    customer: 'A part of your usage needs to be checked before your invoice becomes final.',
    mend: 'Release the draft to let that usage go unbilled; a price of 0 in the plan says so for good.',
  },
  'usage-meter-missing': {
    status: 422,
    title: 'The customer has usage of a type that no meter knows.',
    customer: 'A part of your usage needs to be checked before your invoice becomes final.',
    mend: 'Nothing is held for it. If it was to be billed, look for a mistyped event type at the sender, or add a meter.',
  },
  'invoice-total-above-bound': {
    status: 422,
    title: 'The total is above the bound that was set for its currency.',
    customer: 'Your invoice needs to be checked first.',
    mend: 'Look at the lines. Release the draft if it is right; the bound is DURABILL_HOLD_TOTAL_ABOVE.',
  },
  'invoice-total-jump': {
    status: 422,
    title: 'The total is many times what the customer’s last periods were over.',
    customer: 'Your invoice needs to be checked first.',
    mend: 'Compare the usage with the periods before. Release the draft if it is right; the factor is DURABILL_HOLD_JUMP_FACTOR.',
  },
  'invoice-deleted-at-stripe': {
    status: 422,
    title: 'The draft of the invoice at Stripe was deleted before this database was restored.',
    customer: 'Your invoice needs to be checked first.',
    mend: 'Abandon it if it was given up after the backup. If it is to be billed all the same, answer `retry`, of a draft `release`.',
  },
  'period-already-invoiced': {
    status: 409,
    title: 'An issued invoice already covers this customer, currency, group and period.',
    customer: 'A part of your usage is still to be billed.',
    mend: 'Put the subscription into a billing group of its own, or void and reissue the invoice.',
  },
  'account-mismatch': {
    status: 500,
    title: 'The database is bound to another Stripe account or mode than the key opens.',
    customer: 'Something failed on our side.',
    mend: 'Use the key of the account that the database was first used with, or another database.',
  },
  'answer-unfit': {
    status: 409,
    title: 'The invoice is not in a state that this answer fits.',
    customer: refused,
    mend: 'Look at the invoice again: its details name the answers that fit.',
  },
  'sync-refused': {
    status: 409,
    title: 'The invoice cannot be brought to Stripe now.',
    customer: refused,
    mend: 'Do what the reason says first.',
  },
  'correction-invalid': {
    status: 422,
    title: 'The correction of usage cannot be made as it was asked for.',
    customer: refused,
    mend: 'Correct the change that the field names, and preview again.',
  },
  'correction-too-large': {
    status: 422,
    title: 'The correction is larger than one that is previewed and applied at once.',
    customer: refused,
    mend: 'Make several corrections of it: by customers, or by months.',
  },
  'correction-not-computable': {
    status: 422,
    title: 'An invoice that the correction changes cannot be computed.',
    customer: refused,
    mend: 'Correct what the reason names, and preview again.',
  },
  'correction-moved': {
    status: 409,
    title: 'The data has moved since the correction was previewed, so that it would do something else now.',
    customer: refused,
    mend: 'Preview it again, look at what it does now, and apply that.',
  },
  'correction-ended': {
    status: 409,
    title: 'The correction is over: it was applied, refused or discarded.',
    customer: refused,
    mend: 'Preview a new one.',
  },
  'reissue-refused': {
    status: 409,
    title: 'The invoice cannot be reissued.',
    customer: refused,
    mend: 'Void the invoice first; what was paid or bills no period is not reissued.',
  },
  'void-refused': {
    status: 409,
    title: 'The invoice cannot be voided.',
    customer: refused,
    mend: 'Do what the reason says instead.',
  },
  'terms-refused': {
    status: 409,
    title: 'The terms of an invoice that is no draft cannot be changed.',
    customer: refused,
    mend: "Void the invoice and bill anew with the right terms, or change the customer's billing profile for those to come.",
  },
  'item-billed': {
    status: 409,
    title: 'The pending item cannot be taken away.',
    customer: refused,
    mend: 'Put an item of the same amount below zero beside it, or credit it once its invoice is issued.',
  },
  paused: {
    status: 503,
    title: 'Everything is paused: nothing is issued, nothing is sent to Stripe.',
    customer: 'Your invoice is being prepared.',
    mend: 'See why at GET /v1/pauses; end the pause when the cause is gone.',
  },
  'answer-stale': {
    status: 409,
    title: 'The answer is for a parking that is over.',
    customer: refused,
    mend: 'Look at the invoice again: it is not parked any more, or parked anew with another number.',
  },
  // Configuration and stack
  'config-invalid': {
    status: 500,
    title: 'The configuration is not valid.',
    customer: 'Something failed on our side.',
    mend: 'Correct the named environment variable.',
  },
  'part-missing': {
    status: 500,
    title: 'A program that Durabill needs is not installed.',
    customer: 'Something failed on our side.',
    mend: 'Install it with the named command.',
  },
  'part-failed': {
    status: 500,
    title: 'A part of the embedded stack did not come up.',
    customer: 'Something failed on our side.',
    mend: 'Read the named log, then start again.',
  },
  'data-directory-held': {
    status: 500,
    title: 'Another copy of Durabill uses this data directory.',
    customer: 'Something failed on our side.',
    mend: 'Stop the other copy first, or give this one its own data directory.',
  },
} as const satisfies Record<string, Catalogued>;

export type ErrorCode = keyof typeof catalogue;

/** Whether a text, such as one that came back over the network, is a code of ours. */
export function isErrorCode(text: unknown): text is ErrorCode {
  return typeof text === 'string' && Object.hasOwn(catalogue, text);
}
