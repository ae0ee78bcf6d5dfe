import type { Formats } from '../../ui/format.tsx';
import type { CreditNote, Invoice, Movement, Payments } from './queries.ts';

/** One thing that happened to an invoice, in words for whoever pays it. */
export type Happening = { at: string; text: string; note?: string };

/** From the draft to the money, the earliest first; only what has happened. */
export function timelineOf(
  invoice: Invoice,
  payments: Payments,
  notes: readonly CreditNote[],
  formats: Formats,
): Happening[] {
  const { generatedAt, issuedAt, number, totalMinor, currency, paymentDueOn, paidAt } = invoice;
  const money = (minor: number) => formats.money(minor, currency);
  const happenings: Happening[] = [{ at: generatedAt, text: 'Drawn up from your usage, as a draft.' }];
  if (issuedAt !== null) {
    happenings.push({
      at: issuedAt,
      text: `Became final as ${number ?? 'an invoice'} over ${money(totalMinor)}.`,
      ...(paymentDueOn !== null && { note: `To be paid by ${formats.day(paymentDueOn)}.` }),
    });
  }
  for (const note of notes) {
    const memo = note.memo === null ? {} : { note: note.memo };
    happenings.push({ at: note.issuedAt, text: `Credit note ${note.number} over ${money(note.totalMinor)}.`, ...memo });
  }
  for (const movement of payments.movements) {
    const told = tellMovement(movement, money);
    if (told !== null) happenings.push({ at: movement.at, ...told });
  }
  if (paidAt !== null) happenings.push({ at: paidAt, text: 'Paid in full. Thank you.' });
  return happenings.sort((a, b) => a.at.localeCompare(b.at));
}

function tellMovement(movement: Movement, money: (minor: number) => string): Omit<Happening, 'at'> | null {
  const { kind, amountMinor, status, reference, reason } = movement;
  const amount = amountMinor === null ? 'what was open' : money(amountMinor);
  const has = (...words: string[]) => words.includes(status);
  switch (kind) {
    case 'attempt':
      return has('succeeded')
        ? null
        : { text: `We tried to charge ${amount} to your payment method.`, note: plain(status) };
    case 'payment':
      if (has('succeeded', 'recorded', 'paid')) {
        return { text: `${amount} came in.`, ...(reference !== null && { note: reference }) };
      }
      return { text: `A payment of ${amount} is on its way.`, note: plain(status) };
    case 'refund':
      return { text: `${amount} goes back to you.`, note: reason ?? plain(status) };
    case 'dispute':
      return { text: `Your bank asks back ${amount}.`, note: plain(status) };
    case 'uncollectible':
      return { text: 'We no longer expect this invoice to be paid.' };
    // A credit note has its own words above.
    case 'credit_note':
      return null;
    default:
      return null;
  }
}

function plain(status: string): string {
  const text = status.replaceAll('_', ' ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
