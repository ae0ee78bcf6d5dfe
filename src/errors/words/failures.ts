import type { CustomerWords } from './reader.ts';
import { nothingToDo } from './shared.ts';

/** What everybody reads about a kind of failure at a target of invoices; no customer is without words for one. */
export type FailureWords = {
  readonly engineer: string;
  /** The operator's next step. */
  readonly operator: string;
  readonly customer: CustomerWords;
};

const onItsWay: CustomerWords = {
  happened: 'Your invoice is being prepared.',
  meansForBill: 'It reaches you a little later. Its amounts do not change by that.',
  beingDone: 'We keep trying to hand it to our payment service.',
  youCan: nothingToDo,
};
const beingMended: CustomerWords = {
  happened: 'Something about this invoice has to be put right on our side before it can be sent.',
  meansForBill: 'It reaches you later than usual. Nothing is billed twice.',
  beingDone: 'One of us was told, and looks at it.',
  youCan: nothingToDo,
};
const notAccepted: CustomerWords = {
  happened: 'The payment was not accepted.',
  meansForBill: 'The amount is still to be paid. Nothing was charged.',
  beingDone: 'We may try again later, as our reminders say.',
  youCan: 'Please try again or use another payment method.',
};
/** Of a failure that no table knows. */
export const unknownNotice = 'Your invoice is being looked at by one of us. You need not do anything.';

export const failureWords = {
  connection: {
    engineer: 'No answer came back: the connection failed, timed out, or broke in the middle of the answer.',
    operator:
      'Nothing: it is tried again under the same key. If it lasts, check the network and the status page of the target.',
    customer: onItsWay,
  },
  'server-error': {
    engineer: 'The target had an error of its own; whether the request was carried out is not known.',
    operator:
      'Nothing: it is tried again under its key, and where the failure is the key’s own answer the target is looked at first.',
    customer: onItsWay,
  },
  gateway: {
    engineer: 'Whoever stands before the target gave an answer of its own, which is not the target’s.',
    operator: 'Nothing: it is tried again. If it lasts, look for a proxy or firewall between here and the target.',
    customer: onItsWay,
  },
  dependency: {
    engineer: 'A partner of the target was away; the request may have been carried out in part.',
    operator:
      'Nothing: it is tried again under its key, and where the failure is the key’s own answer the target is looked at first.',
    customer: onItsWay,
  },
  'rate-limit': {
    engineer: 'The target asks to slow down.',
    operator:
      'Nothing: it is tried again. If it lasts, somebody else uses the same account: lower DURABILL_STRIPE_RATE_TOTAL.',
    customer: onItsWay,
  },
  locked: {
    engineer: 'The target is changing this object for somebody else.',
    operator: 'Nothing: it is tried again. If it lasts, see who else writes to this invoice at the target.',
    customer: onItsWay,
  },
  'key-in-use': {
    engineer: 'The same request is still being carried out under its key.',
    operator: 'Nothing: its answer is waited for.',
    customer: onItsWay,
  },
  'key-mismatch': {
    engineer:
      'One idempotency key was used for two different requests, which is a fault of ours: what is stored was changed.',
    operator:
      'Compare the stored request with the target’s log, tell the engineers, then press "Try again": what was carried out is found.',
    customer: beingMended,
  },
  authentication: {
    engineer: 'The target does not accept the API key.',
    operator: 'Renew STRIPE_SECRET_KEY, start the workers again, then press "Try again".',
    customer: onItsWay,
  },
  permission: {
    engineer: 'The API key or the account lacks a right that this request needs.',
    operator: 'Give the key the right (or activate the capability of the account), then press "Try again".',
    customer: onItsWay,
  },
  'other-mode': {
    engineer: 'The object belongs to the other mode, live or test, than the key.',
    operator: 'See which of the two is right; this database is bound to one account and mode. Then press "Try again".',
    customer: beingMended,
  },
  missing: {
    engineer: 'An object that we know is not there at the target: deleted, or of another account.',
    operator:
      'See in the target’s log who deleted it. A customer: press "Fix and try again" and name the right id there. An invoice: press "Give up".',
    customer: beingMended,
  },
  'bad-data': {
    engineer: 'The target refuses a parameter of the request.',
    operator:
      'If the named field comes from the customer’s contact, press "Fix and try again" and correct it; otherwise tell the engineers.',
    customer: beingMended,
  },
  'contact-data': {
    engineer: 'The target refuses an e-mail, address or tax id of the customer.',
    operator: 'Ask the customer for what is right, then press "Fix and try again" and correct it.',
    customer: {
      happened: 'Your e-mail address, postal address or tax number was not accepted by our payment service.',
      meansForBill: 'Your invoice waits until it is corrected. Its amounts do not change by that.',
      beingDone: 'One of us looks at it too, and sends the invoice as soon as the data is right.',
      youCan: 'Please check the e-mail, address and tax number that we hold for you.',
    },
  },
  'due-date-passed': {
    engineer: 'The due date of the stored request was still to come then and is over now.',
    operator: 'Nothing: it goes out anew with the days that are left instead.',
    customer: onItsWay,
  },
  'total-differs': {
    engineer: 'The target has another total or currency than the books. It was not made final.',
    operator: 'Compare the lines of both and tell the engineers. If it is not to be billed, press "Give up".',
    customer: beingMended,
  },
  'customer-differs': {
    engineer:
      'The target bills another customer than the books name, and the invoice is no draft of ours any more that could be made anew.',
    operator:
      'See who is to pay. If the target is right, press "Fix and try again" and name the id there; if it is wrong, press "Give up", and it is voided there too.',
    customer: beingMended,
  },
  'void-at-target': {
    engineer: 'The invoice was voided at the target by somebody else; the books still want it paid.',
    operator: 'Ask who voided it. If it was right, press "Give up": it is void here too, and its number stays used.',
    customer: beingMended,
  },
  'too-many-lines': {
    engineer: 'The invoice has more lines than the target takes.',
    operator: 'Tell the engineers: it should have come to the target by its prices.',
    customer: beingMended,
  },
  amount: {
    engineer: 'The amount is outside of what the target accepts.',
    operator: 'See what the target accepts; tell the engineers if the amount is right. Then press "Try again".',
    customer: beingMended,
  },
  'wrong-state': {
    engineer: 'The object is in another state at the target than this step expects.',
    operator:
      'If it lasts: compare the invoice at the target with the books; somebody may have changed it there by hand.',
    customer: onItsWay,
  },
  'not-finalizable': {
    engineer: 'The target cannot make the invoice final as it is.',
    operator: 'See the named field; mend the customer or the settings of the account, then press "Try again".',
    customer: beingMended,
  },
  'tax-calculation': {
    engineer: 'The target could not compute taxes, which Durabill does not ask it to.',
    operator: 'Nothing at first. If it lasts, turn automatic tax off in the target’s account.',
    customer: onItsWay,
  },
  declined: {
    engineer: 'The payment method was declined.',
    operator: 'The customer has to act; see the decline code.',
    customer: notAccepted,
  },
  /** The real reason (fraud, a stolen card) is never told to the customer: docs.stripe.com/declines/codes. */
  'declined-quietly': {
    engineer: 'The payment method was declined for a reason that the customer must not be told.',
    operator: 'Do not tell the reason. The customer may use another payment method.',
    customer: notAccepted,
  },
  funds: {
    engineer: 'There was not enough available on the payment method.',
    operator: 'The customer has to act, or the payment is tried again in some days.',
    customer: {
      happened: 'There was not enough available for this payment.',
      meansForBill: 'The amount is still to be paid. Nothing was charged.',
      beingDone: 'We may try again in some days, as our reminders say.',
      youCan: 'Please use another payment method or try again later.',
    },
  },
  expired: {
    engineer: 'The payment method has expired or can no longer be used.',
    operator: 'The customer has to name another payment method.',
    customer: {
      happened: 'Your payment method has expired.',
      meansForBill: 'The amount is still to be paid. Nothing was charged.',
      beingDone: 'We try no further with this one.',
      youCan: 'Please add a new one.',
    },
  },
  'card-data': {
    engineer: 'Number, date or code of the payment method is not right.',
    operator: 'The customer has to enter the payment method again.',
    customer: {
      happened: 'The details of your payment method were not accepted.',
      meansForBill: 'The amount is still to be paid. Nothing was charged.',
      beingDone: 'Nothing more is tried until the details are right.',
      youCan: 'Please check the details of your payment method.',
    },
  },
  'action-required': {
    engineer: 'The customer’s bank wants the payment to be confirmed.',
    operator: 'The customer has to confirm it on the hosted page of the invoice.',
    customer: {
      happened: 'Your bank wants you to confirm this payment.',
      meansForBill: 'The amount is still to be paid until you have done so. Nothing was charged.',
      beingDone: 'The payment waits for you.',
      youCan: 'Please open the payment page.',
    },
  },
  'processing-failed': {
    engineer: 'The payment could not be processed for a passing reason.',
    operator: 'Nothing: it is tried again.',
    customer: {
      happened: 'The payment could not be processed just now.',
      meansForBill: 'The amount is still to be paid. Nothing was charged.',
      beingDone: 'We try again by ourselves.',
      youCan: nothingToDo,
    },
  },
  /** Of parts of the target that Durabill asks nothing of; to meet one means that a request is not what we think it is. */
  'not-ours': {
    engineer: 'The target answers with a code that belongs to a part of it that Durabill does not use.',
    operator: 'Tell the engineers; see the request in the target’s log.',
    customer: beingMended,
  },
  unknown: {
    engineer: 'The target refuses with a code that is not known here.',
    operator: 'It is tried again for 72 hours. See the request in the target’s log, and tell the engineers the code.',
    customer: onItsWay,
  },
} as const satisfies Record<string, FailureWords>;
