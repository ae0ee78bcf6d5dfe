import Stripe from 'stripe';
import type { Currency } from '../../domain/money/currency.ts';
import type { RefundOrder, RefundOutcome } from '../collector.ts';
import type { RemoteRecord } from '../events.ts';
import { type RequestLog, TargetError } from '../port.ts';
import { stripeAmount } from './amount.ts';
import { kindOf } from './errors.ts';
import { invoiceMark, refundMark } from './invoice-params.ts';
import { refundRecord } from './records.ts';
import { asStripe, carryOut } from './steps.ts';

/** Payments of one invoice that are looked at, and so the parts that one refund may have. */
const mostParts = 100;

type Part = { payment_intent: string; amount: number };

/**
 * Gives money back by the way it came: out of the payment that came in last, then the one before. Each part is a step of
 * its own; what an earlier call has begun is carried out as it was stored, and only then is the next part chosen, by what
 * Stripe has left of each payment at that time.
 */
export async function refund(stripe: Stripe, order: RefundOrder, log: RequestLog): Promise<RefundOutcome> {
  const { invoice, refundId } = order;
  const records: RemoteRecord[] = [];
  let left = stripeAmount(order.amountMinor, invoice.currency as Currency);
  for (let number = 1; left > 0 && number <= mostParts; number += 1) {
    const name = `refund ${refundId} ${number}`;
    const part = partOf((await log.latest(name))?.params) ?? (await nextPart(stripe, order.remoteId, left));
    if (part === undefined) return { state: 'refused', code: 'nothing-left', records };
    try {
      records.push(refundRecord(await giveBack(stripe, order, { name, number, part }, log)));
    } catch (error) {
      const code = refusalIn(error);
      if (code === undefined) throw error;
      return { state: 'refused', code, records };
    }
    left -= part.amount;
  }
  return { state: 'sent', code: null, records };
}

function partOf(params: Record<string, unknown> | undefined): Part | undefined {
  return params === undefined
    ? undefined
    : { payment_intent: String(params['payment_intent']), amount: Number(params['amount']) };
}

async function nextPart(stripe: Stripe, remoteId: string, left: number): Promise<Part | undefined> {
  const { data } = await asStripe(() =>
    stripe.invoicePayments.list({
      invoice: remoteId,
      status: 'paid',
      limit: mostParts,
      expand: ['data.payment.payment_intent.latest_charge'],
    }),
  );
  for (const { payment } of data) {
    const intent = payment.payment_intent;
    if (typeof intent !== 'object' || intent === null) continue;
    const charge = intent.latest_charge;
    if (typeof charge !== 'object' || charge === null) continue;
    const rest = charge.amount_captured - charge.amount_refunded;
    if (rest > 0) return { payment_intent: intent.id, amount: Math.min(rest, left) };
  }
  return undefined;
}

async function giveBack(
  stripe: Stripe,
  { invoice, refundId }: RefundOrder,
  { name, number, part }: { name: string; number: number; part: Part },
  log: RequestLog,
): Promise<Stripe.Refund> {
  const mark = `${refundId}/${number}`;
  const { id, answer } = await carryOut<Stripe.Refund>(log, {
    name,
    operation: 'refunds.create',
    params: { ...part, metadata: { [invoiceMark]: invoice.id, [refundMark]: mark } },
    send: (params, options) => stripe.refunds.create(params as Stripe.RefundCreateParams, options),
    look: async () => {
      for await (const found of stripe.refunds.list({ payment_intent: part.payment_intent, limit: 100 })) {
        if (found.metadata?.[refundMark] === mark) return found;
      }
      return undefined;
    },
  });
  return answer ?? (await asStripe(() => stripe.refunds.retrieve(id)));
}

/** Stripe's word that this money cannot go back by this way; nothing changes by asking again. */
function refusalIn(error: unknown): string | undefined {
  const cause = error instanceof TargetError ? error.cause : undefined;
  if (!(cause instanceof Stripe.errors.StripeError)) return undefined;
  const kind = kindOf(cause);
  return kind === 'wrong-state' || kind === 'amount' || kind === 'bad-data' ? (cause.code ?? kind) : undefined;
}
