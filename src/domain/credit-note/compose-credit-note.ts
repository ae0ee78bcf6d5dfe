import { DurabillError } from '../../errors/error.ts';
import type { Currency } from '../money/currency.ts';
import { type Exact, exactOf, zero } from '../money/exact.ts';
import { allocate, formatMoney } from '../money/money.ts';
import { grossOf, type LinePart, shareByCharge, shareByGross, sumOf, without } from './line-share.ts';

/** A line of an issued invoice, with the parts that earlier notes have credited. */
export type CreditableLine = LinePart & {
  id: string;
  description: string;
  /** What was used of it, where it has a quantity. */
  quantity: Exact | null;
  credited: readonly LinePart[];
};

/** What is to be credited. Amounts of lines are of their charge, before discount and taxes; that of a note is with both. */
export type CreditRequest =
  | { kind: 'full' }
  | { kind: 'amount'; amountMinor: bigint }
  | { kind: 'lines'; lines: readonly LineRequest[] };

/** A line as a whole (what is left of it), so much of its charge, or so much of its quantity. */
export type LineRequest = { lineId: string; amountMinor?: bigint; quantity?: Exact };

export type CreditedLine = LinePart & { lineId: string; description: string; quantity: Exact | null };

/** What a note is over. `totalMinor` = amounts − discount + taxes that are added; above zero. */
export type ComposedNote = {
  lines: CreditedLine[];
  subtotalMinor: bigint;
  discountMinor: bigint;
  taxMinor: bigint;
  inclusiveTaxMinor: bigint;
  totalMinor: bigint;
};

/**
 * What a credit note is over: of each line its part of the charge, of the discount and of each tax, so that what is given
 * back is what was billed for it. No line is credited beyond what earlier notes have left of it, and all notes together
 * are over no more than what was paid for the invoice or is still to be paid.
 * @param leftMinor of the invoice: its total and what credits have paid of it, without what earlier notes are over
 * @throws DurabillError credit-note-refused
 */
export function composeCreditNote(
  lines: readonly CreditableLine[],
  request: CreditRequest,
  leftMinor: bigint,
  currency: Currency,
): ComposedNote {
  const credited = creditedLines(lines, request, leftMinor, currency);
  const taxes = credited.flatMap((line) => line.taxes);
  const taxOf = (isInclusive: boolean) =>
    sumOf(taxes.filter((tax) => tax.isInclusive === isInclusive).map(({ amountMinor }) => amountMinor));
  const totalMinor = sumOf(credited.map(grossOf));
  if (totalMinor <= 0n) throw refused(fieldOf(request), 'There is nothing left to credit of what is named.');
  if (totalMinor > leftMinor) throw tooMuch(fieldOf(request), totalMinor, leftMinor, currency);
  return {
    lines: credited,
    subtotalMinor: sumOf(credited.map(({ amountMinor }) => amountMinor)),
    discountMinor: sumOf(credited.map(({ discountMinor }) => discountMinor)),
    taxMinor: taxOf(false),
    inclusiveTaxMinor: taxOf(true),
    totalMinor,
  };
}

function fieldOf({ kind }: CreditRequest): string {
  return kind === 'lines' ? 'lines' : 'amountMinor';
}

function creditedLines(
  lines: readonly CreditableLine[],
  request: CreditRequest,
  leftMinor: bigint,
  currency: Currency,
): CreditedLine[] {
  if (request.kind === 'lines') return namedLines(lines, request.lines, currency);
  const open = lines.filter(({ amountMinor }) => amountMinor > 0n).map((line) => ({ line, left: leftOf(line) }));
  const grosses = open.map(({ left }) => grossOf(left));
  const most = sumOf(grosses);
  // Lines below zero have paid a part of the others, so that not all of those was billed.
  const amountMinor = request.kind === 'amount' ? request.amountMinor : leftMinor < most ? leftMinor : most;
  if (amountMinor > most) throw tooMuch('amountMinor', amountMinor, leftMinor < most ? leftMinor : most, currency);
  const parts = most === 0n ? [] : allocate(amountMinor, grosses.map(exactOf));
  return open.flatMap(({ line, left }, index): CreditedLine[] => {
    const part = parts[index] ?? 0n;
    const isWhole = part === grosses[index];
    // One that costs nothing after its discount goes with a note over all that is left, and with no other.
    if (part === 0n && !(isWhole && amountMinor === most && left.amountMinor > 0n)) return [];
    const { id: lineId, description, quantity } = line;
    const isAll = isWhole && line.credited.length === 0;
    const share = isWhole ? left : shareByGross(left, part);
    return [{ lineId, description, quantity: isAll ? quantity : null, ...share }];
  });
}

function leftOf({ amountMinor, discountMinor, taxes, credited }: CreditableLine): LinePart {
  return without({ amountMinor, discountMinor, taxes }, credited);
}

function namedLines(
  lines: readonly CreditableLine[],
  wanted: readonly LineRequest[],
  currency: Currency,
): CreditedLine[] {
  return wanted.map(({ lineId, amountMinor, quantity }, index) => {
    const at = `lines[${index}]`;
    const line = lines.find(({ id }) => id === lineId);
    if (line === undefined) throw refused(`${at}.position`, 'The invoice has no such line.');
    if (wanted.findIndex((one) => one.lineId === lineId) < index)
      throw refused(`${at}.position`, 'The line is there twice.');
    if (line.amountMinor <= 0n) throw refused(`${at}.position`, 'The line charges nothing that could be credited.');
    const left = leftOf(line);
    const field = quantity === undefined ? `${at}.amountMinor` : `${at}.quantity`;
    const part = quantity === undefined ? (amountMinor ?? left.amountMinor) : chargeOf(line, quantity, field);
    if (part <= 0n) throw refused(field, 'That is nothing of the line, or all of it was credited.');
    if (part > left.amountMinor) throw tooMuch(field, part, left.amountMinor, currency);
    const { description } = line;
    const credited = quantity ?? (part === line.amountMinor ? line.quantity : null);
    const share = part === left.amountMinor ? left : shareByCharge(left, part);
    return { lineId, description, quantity: credited, ...share };
  });
}

/** The part of its charge that a part of its quantity is, in proportion. */
function chargeOf({ amountMinor, quantity: whole }: CreditableLine, part: Exact, field: string): bigint {
  if (whole === null || whole.lte(zero)) throw refused(field, 'The line has no quantity; name an amount.');
  if (part.gt(whole)) throw refused(field, 'That is more than the line is over.');
  return allocate(amountMinor, [part, whole.sub(part)])[0] ?? 0n;
}

function tooMuch(field: string, asked: bigint, left: bigint, currency: Currency): DurabillError {
  const [one, other] = [asked, left].map((amountMinor) => formatMoney({ amountMinor, currency }));
  return refused(field, `${one} is more than the ${other} that is left to credit.`);
}

function refused(field: string, reason: string): DurabillError {
  return new DurabillError('credit-note-refused', { field, reason });
}
