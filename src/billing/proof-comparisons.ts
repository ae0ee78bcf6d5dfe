import type { Currency } from '../domain/money/currency.ts';
import { formatMoney, money } from '../domain/money/money.ts';
import type { RatedInvoiceLine } from '../store/invoice-facts.ts';
import type { Evidence } from '../store/usage-evidence.ts';
import type { Contents } from './recompute-contents.ts';

/** One thing seen from two sides. */
export type Comparison = {
  what:
    | 'record'
    | 'events'
    | 'skipped'
    | 'keys'
    | 'contents'
    | 'quantity'
    | 'amount'
    | 'lines'
    | 'sum'
    | 'total'
    | 'stripe'
    | 'stripe-answer'
    | 'stripe-status'
    | 'history';
  /** What the invoice says. */
  billed: string | null;
  /** What was found when it was computed again, or looked up where it is recorded. */
  found: string | null;
  /** null where there is nothing to hold it against yet. */
  holds: boolean | null;
  sentence: string;
};

/** What stands in the place of raw events that were removed by policy. */
export type Removed = {
  /** Machine time at which the first of them were removed. */
  removedAt: Date;
  /** Machine time at which their record was taken, when the proof held from the events themselves. */
  recordedAt: Date;
  /** SHA-256 in hex of the record as it is there, and as the chain of the invoice has it; null if that does not tell of one. */
  hash: string;
  hashInChain: string | null;
};

/** The record that is there = the one that the invoice's history tells of. */
export function compareRecord({ removedAt, recordedAt, hash, hashInChain }: Removed): Comparison {
  const gone = `The raw events were removed from ${removedAt.toISOString()} on, by policy.`;
  const holds = hash === hashInChain;
  const sentence = holds
    ? `${gone} What they made and their digests were recorded on ${recordedAt.toISOString()}, when they were there and the proof held; the record is what the history of the invoice says since then.`
    : hashInChain === null
      ? `${gone} The history of the invoice does not tell of the record that stands in their place.`
      : `${gone} The record that stands in their place is not the one that the history of the invoice tells of.`;
  return { ...sides('record', hashInChain, hash), holds, sentence };
}

/** Events counted = events there. Late ones are told apart: they came when the bill was made. */
export function compareEvents(
  line: RatedInvoiceLine,
  { evidence, carries }: { evidence: Evidence; carries: boolean },
  skipped: bigint,
  removed: Removed | null,
): Comparison[] {
  const { events, withoutKey, late, corrected } = evidence;
  const [billed, found] = [line.eventCount, events];
  const isGone = billed > 0n && found === 0n;
  const lateWords = late === 0n ? '' : ` ${late} more came after the usage was read and are not on this invoice.`;
  const correctedWords =
    corrected === 0n
      ? ''
      : ` ${corrected} of them were corrected afterwards; the invoice is held against what they said.`;
  const carriedWords = carries
    ? ' The value with which the period began comes from events before it: they are read again for the quantity, and are neither counted nor digested here.'
    : '';
  const then = removed && ` when they were recorded on ${removed.recordedAt.toISOString()}, before they were removed.`;
  const words = then
    ? `${billed} events were counted; ${found} were there${then}`
    : isGone
      ? `${billed} events were counted, and none of them is there any more: the raw events are gone.`
      : billed === found
        ? `${billed} events were counted, and the same number is there.`
        : `${billed} events were counted; of those that had been received by then ${found} are there.`;
  return [
    { ...sides('events', billed, found), sentence: words + lateWords + correctedWords + carriedWords },
    {
      ...sides('skipped', line.skippedCount, skipped),
      sentence: skippedWords(line.skippedCount, skipped),
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

function skippedWords(then: bigint, now: bigint): string {
  if (then !== now) return `${then} events were left out, since they lacked what the meter measures; ${now} lack it.`;
  return then === 0n
    ? 'Each event has what the meter measures.'
    : `${then} events lack what the meter measures, and were left out.`;
}

/**
 * What the events of the line's type say = what they said when they were taken in. Of all events of the type in the period,
 * since a property that was changed may be why an event is not on this line.
 */
export function compareContents(
  { eventType, events, compared, changed }: Contents,
  removed: Removed | null,
): Comparison {
  const ofType = `events of "${eventType}"`;
  const taken = 'what they said when they were taken in';
  const sample = compared < events ? ` Of the ${events} there are, these were chosen at random.` : '';
  const when = removed === null ? '' : `, on ${removed.recordedAt.toISOString()}`;
  const sentence =
    changed === 0
      ? `${compared} ${ofType} were hashed again${when}, and all say ${taken}.`
      : `${compared} ${ofType} were hashed again${when}, and ${changed} of them do not say ${taken}.`;
  return { ...sides('contents', 0n, BigInt(changed)), sentence: sentence + sample };
}

/** Quantity rated = quantity of the raw events, and the amount that the same prices make of it. */
export function compareRating(
  line: RatedInvoiceLine,
  again: RatedInvoiceLine,
  currency: Currency,
  removed: Removed | null,
): Comparison[] {
  const made = removed === null ? 'the raw events make' : 'the raw events made, as recorded,';
  const amount = (minor: bigint) => formatMoney(money(minor, currency));
  return [
    {
      ...sides('quantity', line.quantity, again.quantity),
      sentence:
        line.priceId === null
          ? 'It is made of the other lines and the bounds of the plan.'
          : line.meterKey === null
            ? 'A fixed price is charged once.'
            : `The quantity on the invoice is ${line.quantity}; ${made} ${again.quantity}.`,
    },
    {
      ...sides('amount', line.amountMinor, again.amountMinor),
      sentence: `The line is over ${amount(line.amountMinor)}; rated again it is ${amount(again.amountMinor)}.`,
    },
  ];
}

/** A line of no period = the item that waited for this bill. */
export function compareItem(line: RatedInvoiceLine, itemMinor: bigint, currency: Currency): Comparison[] {
  const amount = (minor: bigint) => formatMoney(money(minor, currency));
  const sentence = `It bills an item that waited for this bill, over ${amount(itemMinor)}; the line is over ${amount(line.amountMinor)}.`;
  return [{ ...sides('amount', line.amountMinor, itemMinor), sentence }];
}

/** A line that the prices do not make, or that they make and the invoice lacks. */
export function unmatched(line: RatedInvoiceLine, side: 'billed' | 'found', isFromUsage: boolean): Comparison[] {
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

/** Both sides as text, and whether they are the same. */
export function sides<What extends Comparison['what']>(
  what: What,
  billed: bigint | string | null,
  found: bigint | string | null,
): Omit<Comparison, 'sentence' | 'what'> & { what: What } {
  const [left, right] = [billed, found].map((side) => (side === null ? null : String(side))) as [string, string];
  return { what, billed: left, found: right, holds: left === right };
}
