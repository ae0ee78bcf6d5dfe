import type { Core } from './core.ts';
import { invalid } from './errors.ts';
import { newId } from './ids.ts';
import { renderDispute } from './objects/dispute.ts';
import type { ChargeRecord } from './objects/payment-records.ts';
import type { Business } from './objects/wire.ts';
import { closeDispute, openDispute } from './operations/dispute-record.ts';
import { Transaction } from './state.ts';
import { eventsOf } from './webhooks/events-of.ts';

/**
 * What happens at Stripe without a request of ours: the customer's bank objects to a charge, and decides. Journalled as
 * a request of nobody, so that a restart keeps it and its events go out like any other.
 */
export function objectToCharge(core: Core, business: Business, sent: Record<string, unknown>): object {
  return change(core, business, 'control.disputes', sent, (tx, now) => {
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
  return change(core, business, 'control.disputes.close', sent, (tx) => {
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

function change(
  core: Core,
  business: Business,
  operation: string,
  sent: Record<string, unknown>,
  run: (tx: Transaction, now: number) => object,
): object {
  const tx = new Transaction(core.state);
  const body = run(tx, core.clock.nowSeconds());
  const writes = tx.writes();
  const emitted = eventsOf(core, business, { tx, writes, body });
  core.record({
    requestId: newId('req', 14),
    method: 'POST',
    path: `/_control/${operation.slice('control.'.length).replaceAll('.', '/')}`,
    operation,
    params: Object.fromEntries(Object.entries(sent).map(([key, value]) => [key, String(value)])),
    idempotencyKey: null,
    outcome: 'executed',
    fault: null,
    answered: true,
    status: 200,
    replayOf: null,
    writes,
    ...(emitted === undefined ? {} : { emitted }),
    responseJson: JSON.stringify(body),
  });
  return body;
}
