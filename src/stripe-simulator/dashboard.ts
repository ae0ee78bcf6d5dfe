import type { Core } from './core.ts';
import { invalid } from './errors.ts';
import { renderDispute } from './objects/dispute.ts';
import type { ChargeRecord } from './objects/payment-records.ts';
import type { Business } from './objects/wire.ts';
import { closeDispute, openDispute } from './operations/dispute-record.ts';
import type { Transaction } from './state.ts';
import { withoutRequest } from './without-request.ts';

/**
 * The customer’s bank objects to a charge, and decides: what happens at Stripe without a request of ours. Journalled as
 * a request of nobody, so that a restart keeps it and its events go out like any other.
 */
export function objectToCharge(core: Core, business: Business, sent: Record<string, unknown>): object {
  return withoutRequest(core, business, namedAfter('control.disputes', sent), ({ tx, now }) => {
    const { reason, amount, inquiry, ...target } = fieldsOf(sent, [
      'amount',
      'charge',
      'inquiry',
      'invoice',
      'payment_intent',
      'reason',
    ]);
    if (amount !== undefined && !(Number.isSafeInteger(amount) && Number(amount) > 0)) {
      throw invalid('amount is a whole number of minor units.');
    }
    const objection = {
      reason: reason === undefined ? 'fraudulent' : String(reason),
      isInquiry: inquiry === true,
      amount: amount as number | undefined,
    };
    return renderDispute(openDispute(chargeOf(target, tx), objection, tx, now), tx, business);
  });
}

export function decideDispute(core: Core, business: Business, sent: Record<string, unknown>): object {
  return withoutRequest(core, business, namedAfter('control.disputes.close', sent), ({ tx }) => {
    const { dispute, outcome } = fieldsOf(sent, ['dispute', 'outcome']);
    const found = tx.get('dispute', String(dispute));
    if (found === undefined) throw invalid(`There is no dispute ${dispute}.`);
    if (outcome !== 'won' && outcome !== 'lost') throw invalid('outcome is won or lost.');
    return renderDispute(closeDispute(found, outcome, tx), tx, business);
  });
}

function fieldsOf(sent: Record<string, unknown>, known: readonly string[]): Record<string, unknown> {
  const unknown = Object.keys(sent).find((name) => !known.includes(name));
  if (unknown !== undefined) throw invalid(`There is no '${unknown}' here; there are: ${known.join(', ')}.`);
  return sent;
}

/** By its own id, its PaymentIntent's, or the invoice's that it has paid. */
function chargeOf({ charge, payment_intent, invoice }: Record<string, unknown>, tx: Transaction): ChargeRecord {
  const payments = (tx.get('invoice', String(invoice))?.paymentIds ?? []).flatMap(
    (id) => tx.get('invoicePayment', id) ?? [],
  );
  const intentId = payment_intent ?? payments.find(({ status }) => status === 'paid')?.paymentIntent;
  const found = tx.get('charge', String(charge ?? tx.get('paymentIntent', String(intentId))?.latestCharge));
  if (found === undefined) throw invalid('Name a charge, a payment_intent, or an invoice that a card has paid.');
  return found;
}

function namedAfter(operation: string, sent: Record<string, unknown>) {
  return { operation, path: `/_control/${operation.slice('control.'.length).replaceAll('.', '/')}`, params: sent };
}
