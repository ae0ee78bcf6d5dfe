import type { Currency } from '../domain/money/currency.ts';
import { formatMoney, money } from '../domain/money/money.ts';
import { toStripeAmount } from '../domain/money/stripe-amount.ts';
import type { ChainState } from '../store/audit-verify.ts';
import type { InvoiceLine } from '../store/invoice-facts.ts';
import type { AnsweredTotal, ProofFacts } from '../store/proof-facts.ts';
import type { Evidence } from '../store/usage-evidence.ts';
import { faultInWords } from './verify-audit.ts';

/** One thing seen from two sides. */
export type Comparison = {
  what:
    | 'events'
    | 'skipped'
    | 'keys'
    | 'quantity'
    | 'amount'
    | 'lines'
    | 'sum'
    | 'stripe'
    | 'stripe-answer'
    | 'history';
  /** What the invoice says. */
  billed: string | null;
  /** What was found when it was computed again, or looked up where it is recorded. */
  found: string | null;
  /** null where there is nothing to hold it against yet. */
  holds: boolean | null;
  sentence: string;
};

/** Events counted = events there. Late ones are told apart: they came when the bill was made. */
export function compareEvents(line: InvoiceLine, evidence: Evidence, skipped: bigint): Comparison[] {
  const { events, withoutKey, late } = evidence;
  const [billed, found] = [line.eventCount, events];
  const isGone = billed > 0n && found === 0n;
  const lateWords = late === 0n ? '' : ` ${late} more came after the usage was read and are not on this invoice.`;
  const words = isGone
    ? `${billed} events were counted, and none of them is there any more: the raw events are gone.`
    : billed === found
      ? `${billed} events were counted, and the same number is there.`
      : `${billed} events were counted; of those that had been received by then ${found} are there.`;
  return [
    { ...sides('events', billed, found), sentence: words + lateWords },
    {
      ...sides('skipped', line.skippedCount, skipped),
      sentence: `${line.skippedCount} events were left out, since they lacked what the meter measures; ${skipped} lack it.`,
    },
    {
      ...sides('keys', 0n, withoutKey),
      sentence:
        withoutKey === 0n
          ? 'Each event has the key under which it was taken in.'
          : `${withoutKey} events have no key: they were not taken in as usage is, or their keys were removed.`,
    },
  ];
}

/** Quantity rated = quantity of the raw events, and the amount that the same prices make of it. */
export function compareRating(line: InvoiceLine, again: InvoiceLine, currency: Currency): Comparison[] {
  const amount = (minor: bigint) => formatMoney(money(minor, currency));
  return [
    {
      ...sides('quantity', line.quantity, again.quantity),
      sentence:
        line.meterKey === null
          ? 'A fixed price is charged once.'
          : `The quantity on the invoice is ${line.quantity}; the raw events make ${again.quantity}.`,
    },
    {
      ...sides('amount', line.amountMinor, again.amountMinor),
      sentence: `The line is over ${amount(line.amountMinor)}; rated again it is ${amount(again.amountMinor)}.`,
    },
  ];
}

/** A line that the prices do not make, or that they make and the invoice lacks. */
export function unmatched(line: InvoiceLine, side: 'billed' | 'found', isFromUsage: boolean): Comparison[] {
  const amountMinor = String(line.amountMinor);
  if (side === 'billed' && !isFromUsage) {
    const sentence = 'It is not made from a period of use: there is nothing to compute it from again.';
    return [{ what: 'amount', billed: amountMinor, found: null, holds: null, sentence }];
  }
  const sentence =
    side === 'billed'
      ? 'No price of the periods that this invoice bills makes this line.'
      : `The price "${line.priceKey}" makes a line, and the invoice does not have it.`;
  const both = { billed: side === 'billed' ? amountMinor : null, found: side === 'found' ? amountMinor : null };
  return [{ what: 'amount', ...both, holds: false, sentence }];
}

/** The invoice as a whole: its lines, their sum, its copy at Stripe, and its history. */
export function compareWhole(
  facts: ProofFacts,
  lines: readonly InvoiceLine[],
  answered: AnsweredTotal | undefined,
  chain: ChainState,
): Comparison[] {
  const currency = facts.currency as Currency;
  const sum = lines.reduce((total, { amountMinor }) => total + amountMinor, 0n);
  return [
    {
      ...sides('lines', BigInt(facts.lineCount), BigInt(lines.length)),
      sentence: `The invoice says that it has ${facts.lineCount} lines; ${lines.length} are there.`,
    },
    {
      ...sides('sum', facts.totalMinor, sum),
      sentence: `Its total is ${formatMoney(money(facts.totalMinor, currency))}; its lines add up to ${formatMoney(money(sum, currency))}.`,
    },
    ...compareCopy(facts, answered),
    {
      ...sides('history', 'holds', chain.fault === null ? 'holds' : `${chain.fault.fault} at ${chain.fault.sequence}`),
      sentence:
        chain.fault === null
          ? `The ${chain.links} entries of its history hold together.`
          : `Its history does not hold: ${faultInWords(chain.fault)}.`,
    },
  ];
}

function compareCopy(
  { atStripe, totalMinor, currency, lifecycle }: ProofFacts,
  answered: AnsweredTotal | undefined,
): Comparison[] {
  const billed = String(totalMinor);
  if (atStripe === null) {
    const sentence =
      lifecycle === 'skipped' ? 'It is over nothing and goes nowhere.' : 'No copy of it is recorded at Stripe.';
    return [{ what: 'stripe', billed, found: null, holds: null, sentence }];
  }
  const { remoteId, recordedAt, totalMinor: recorded } = atStripe;
  const mapping: Comparison = {
    ...sides('stripe', totalMinor, recorded),
    sentence: `Stripe's ${remoteId} was found to be over ${formatMoney(money(recorded, currency as Currency))}, recorded on ${recordedAt.toISOString()}.`,
  };
  if (answered === undefined) return [mapping];
  const ours = `${toStripeAmount(money(totalMinor, currency as Currency))} ${currency.toLowerCase()}`;
  const theirs = `${answered.total} ${answered.currency}`;
  const sentence = `In Stripe's units it is ${ours}; Stripe's last answer, of ${answered.at.toISOString()}, had ${theirs}.`;
  return [mapping, { ...sides('stripe-answer', ours, theirs), sentence }];
}

function sides<What extends Comparison['what']>(
  what: What,
  billed: bigint | string | null,
  found: bigint | string | null,
): Omit<Comparison, 'sentence' | 'what'> & { what: What } {
  const [left, right] = [billed, found].map((side) => (side === null ? null : String(side))) as [string, string];
  return { what, billed: left, found: right, holds: left === right };
}
